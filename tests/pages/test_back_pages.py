"""The front page, the search and the pages at the back: lists, filters, links to and from the chapters."""

import re
from urllib.parse import quote

import pytest

from tests.pages.listed import CHAPTERS
from tools import ledger
from tools.build import SITE
from web import search

# What a visitor who asks for each of these words is shown, in order: the links of the first places
ANSWERS = """async ([queries, most]) => {
    const index = await loadIndex(document.querySelector("form.find").dataset.index);
    return queries.map(query => find(index, query).best.slice(0, most).map(piece => piece.url + "#" + piece.anchor));
}"""


def answers(visit, queries, way="http", most=20):
    """Return the first links found for each query: 20 are shown at once."""
    page = visit("search.html", way)
    return dict(zip(queries, page.evaluate(ANSWERS, [queries, most]), strict=True))


@pytest.mark.parametrize("way", ["http", "file"])
@pytest.mark.parametrize("words", ["learning rate", "cross-entropy", "损失函数", "梯度", "学习率"])
def test_search_finds_english_and_chinese(visit, words, way):
    page = visit(f"search.html?q={quote(words)}", way)
    page.wait_for_selector("#search-results li", timeout=10_000)
    found = page.locator("#search-results li a").evaluate_all("all => all.map(one => one.href)")
    assert any("/chapters/" in link for link in found), found
    assert any("/back/glossary" in link for link in found), found
    marked = page.locator("#search-results p mark").all_inner_texts()
    assert marked and all(len(word) > 1 for word in marked)
    page.locator("#search-results a").first.click()
    page.wait_for_load_state()
    assert page.locator(":target").count() == 1 and not page.complaints


def test_every_chinese_term_leads_to_its_chapter_and_its_entry(visit):
    used = {n: t for t in ledger.load("glossary") if ledger.first_use(t) for n in ledger.names(t)}
    wanted = {
        name: term
        for name, term in used.items()
        if re.search("[\u4e00-\u9fff]", name) and name in ledger.prose(ledger.first_use(term))
    }
    assert len(wanted) > 150
    found = answers(visit, list(wanted))
    lost = []
    for name, term in wanted.items():
        first = f"chapters/{ledger.first_use(term)}.html#"
        if not any(link.startswith(first) for link in found[name]):
            lost.append((name, first))
        if not any(link.startswith("back/glossary.html#term") for link in found[name][:3]):
            lost.append((name, "its entry", found[name][:3]))
    assert not lost, lost


def headings(name):
    """Yield (anchor, words) of every section below a chapter's title."""
    text = (SITE / "chapters" / f"{name}.html").read_text(encoding="utf-8")
    for piece in search.read(text)[1:]:
        yield piece["anchor"], re.findall(r"[a-z0-9]{2,}", piece["heading"].lower())


def test_every_heading_is_found_by_its_two_rarest_words_and_links_to_its_section(visit):
    places = {(n, anchor): words for n in CHAPTERS for anchor, words in headings(n)}
    every = [word for words in places.values() for word in words]
    rare = {
        place: " ".join(sorted(words, key=lambda word: (every.count(word), -len(word)))[:2])
        for place, words in places.items()
    }
    assert len(rare) > 150
    found = answers(visit, sorted(set(rare.values())))
    lost = [
        (name, anchor, words)
        for (name, anchor), words in rare.items()
        if f"chapters/{name}.html#{anchor}" not in found[words]
    ]
    assert not lost, lost


def test_words_that_stand_only_in_formulas_are_found(visit):
    tags = {}
    for name in CHAPTERS:
        for tag in re.findall(r"\\tag\{([^}$\\]+)\}", ledger.prose(name)):
            tags.setdefault(tag, set()).add(name)
    assert len(tags) > 40
    found = answers(visit, list(tags))
    lost = [
        (tag, name)
        for tag, names in tags.items()
        for name in names
        if not any(link.startswith(f"chapters/{name}.html#") for link in found[tag])
    ]
    assert not lost, lost
    hidden = {}  # words that no reader sees as a word: they stand inside a formula
    for name in CHAPTERS:
        page = (SITE / "chapters" / f"{name}.html").read_text(encoding="utf-8")
        for piece in search.read(page):
            for word in piece["maths"].split():
                hidden.setdefault(word, set()).add(f"chapters/{name}.html#{piece['anchor']}")
    assert hidden
    found = answers(visit, list(hidden), most=200)
    assert not [word for word, places in hidden.items() if not places & {*found[word]}]


@pytest.mark.parametrize("words", ["softmax", "derivatives", "the chain rule", "E-17", "反向传播"])
def test_the_same_is_found_from_a_file_and_from_a_server(visit, words):
    by_http, by_file = (answers(visit, [words], way)[words] for way in ("http", "file"))
    assert by_http == by_file and len(by_http) >= 1


def test_words_of_a_sentence_and_other_forms_of_a_word_are_found(visit):
    found = answers(
        visit, ["how do I choose a learning rate?", "derivative", "derivatives", "E-17"]
    )
    assert found["E-17"][0] == "back/corrections.html#e-17"
    assert {*found["derivative"]} & {*found["derivatives"]}
    assert any("rate" in link for link in found["how do I choose a learning rate?"][:5])


def test_the_search_is_used_by_keyboard_and_says_what_it_found(visit):
    page = visit("search.html", "file", viewport={"width": 360, "height": 800})
    field = page.get_by_label("Words, a formula")
    assert field.evaluate("field => field === document.activeElement")
    page.keyboard.type("gradient")
    page.wait_for_selector("#search-results li")
    said = page.get_by_role("status").inner_text()
    total = int(re.match(r"(\d+) places", said)[1])
    assert page.locator("#search-results li").count() == 20 < total
    more = page.locator(".find-more")
    more.focus()
    page.keyboard.press("Enter")
    assert page.locator("#search-results li").count() == min(40, total)
    assert page.evaluate("document.activeElement.closest('li') !== null")
    field.focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Search"
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=gradient")
    page.wait_for_selector("#search-results li")
    field.fill("zzzz")
    page.get_by_role("status").get_by_text("Nothing is found for “zzzz”").wait_for()
    assert page.locator("#search-results li").count() == 0 and not page.complaints


def test_a_missing_index_and_no_scripts_are_said_in_words(visit, site):
    page = visit("search.html")
    page.route("**/search-index.js", lambda route: route.abort())
    page.get_by_label("Words, a formula").fill("loss")
    page.get_by_role("status").get_by_text("could not be loaded").wait_for()
    silent = visit("search.html", java_script_enabled=False)
    assert "Search needs JavaScript" in silent.locator("article").inner_text()
    assert not silent.locator("form.find").is_visible()


def test_the_text_of_a_query_is_never_markup(visit):
    page = visit("search.html?q=" + quote("<img src=x onerror=alert(1)> loss"))
    page.wait_for_selector("#search-results li")
    assert page.locator("article img").count() == 0 and not page.complaints


def test_corrections_link_to_their_cells_and_chapters_back_to_them(visit):
    errata = [e for e in ledger.load("errata") if "ours" in e]
    page = visit("back/corrections.html")
    for entry in errata:
        link = page.locator(f"#{entry['id'].lower()} .entry-foot a").first.get_attribute("href")
        assert link == f"../chapters/{entry['chapter']}.html#cell-{entry['cell']}"
    for name in CHAPTERS:
        text = (SITE / "chapters" / f"{name}.html").read_text(encoding="utf-8")
        wanted = {e["id"] for e in errata if e["chapter"] == name}
        assert wanted
        assert {f'href="../back/corrections.html#{row.lower()}"' in text for row in wanted} == {
            True
        }


@pytest.mark.parametrize("way", ["http", "file"])
def test_filters_show_what_was_chosen_and_a_link_to_an_entry_wins(visit, way):
    errata = ledger.load("errata")
    page = visit("back/corrections.html", way)
    shown = page.locator(".entry:visible")
    assert shown.count() == len(errata)
    page.get_by_label("Article").select_option("004")
    few = [e["id"].lower() for e in errata if "004" in ledger.articles(e)]
    assert sorted(shown.evaluate_all("all => all.map(one => one.id)")) == sorted(few)
    page.get_by_label("Kind").select_option("code")
    fewer = [e["id"].lower() for e in errata if "004" in ledger.articles(e) and e["kind"] == "code"]
    assert sorted(shown.evaluate_all("all => all.map(one => one.id)")) == sorted(fewer)
    assert page.locator(".filters output").inner_text() == f"{len(fewer)} of {len(errata)}"
    assert page.locator("h2:visible").count() == 1
    page.evaluate("location.hash = 'e-17'")
    page.locator("#e-17").wait_for(state="visible")
    assert shown.count() == len(errata)


def test_the_glossary_finds_a_term_in_both_languages(visit):
    page = visit("back/glossary.html")
    for word, term in (("Learning rate", "学习率"), ("损失", "loss")):
        page.get_by_label("Find a term").fill(word)
        texts = page.locator(".entry:visible").evaluate_all(
            "all => all.map(one => one.textContent)"
        )
        assert texts and len(texts) < 20 and any(term in text for text in texts)


def test_without_scripts_the_lists_are_whole_and_no_dead_filter_shows(visit):
    page = visit("back/coverage.html", java_script_enabled=False)
    assert page.locator(".entry:visible").count() == len(ledger.load("rows")) + len(
        ledger.load("diagrams")
    )
    assert not page.locator(".filters").is_visible()


def test_the_coverage_page_counts_what_the_ledger_holds(visit):
    everything = ledger.entries()
    shown = sum(entry["status"] == "shown" for entry in everything)
    page = visit("back/coverage.html")
    last = page.locator(".progress-table tbody tr").last
    assert f"{shown} of {len(everything)}" in last.inner_text()
    bars = page.locator(".progress-table progress").evaluate_all(
        "all => all.map(one => [one.value, one.max])"
    )
    assert bars[-1] == [shown, len(everything)] and len(bars) == 6
    assert [sum(column) for column in zip(*bars[:-1], strict=True)] == bars[-1]


def test_the_first_page_leads_to_every_chapter(visit):
    page = visit("index.html")
    page.wait_for_url("**/README.html")
    links = page.locator("article a").evaluate_all(
        "all => all.map(one => one.getAttribute('href'))"
    )
    assert {f"chapters/{name}.html" for name in CHAPTERS} <= {
        str(link).split("#")[0] for link in links
    }
