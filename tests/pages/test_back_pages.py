"""The front page, the search and the pages at the back: lists, filters, links to and from the chapters."""

import pytest

from tests.pages.listed import CHAPTERS
from tools import ledger
from tools.build import SITE


@pytest.mark.parametrize("way", ["http", "file"])
@pytest.mark.parametrize("words", ["learning rate", "cross-entropy", "损失函数", "梯度", "学习率"])
def test_search_finds_english_and_chinese(visit, words, way):
    page = visit(f"search.html?q={words}", way)
    page.wait_for_selector("#search-results li", timeout=10_000)
    found = page.locator("#search-results li a").evaluate_all("all => all.map(one => one.href)")
    assert any("/chapters/" in link for link in found), found
    assert any("/back/glossary" in link for link in found), found


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
