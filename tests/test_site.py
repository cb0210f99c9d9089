"""The built pages, opened in a real browser over http and as files: alive, whole, and closed to other hosts."""

import functools
import gzip
import http.server
import io
import re
import sys
import threading
from urllib.parse import unquote, urlparse

import numpy as np
import pytest
from PIL import Image

from tests import sheets
from tools import browser, ledger, refresh, vendor
from tools.build import SITE, build
from web import book

CHAPTERS = [path.stem for path in refresh.chapters()]
BACK = [f"back/{name}.html" for name in ledger.listed("back")]
PAGES = ["README.html", *(f"chapters/{name}.html" for name in CHAPTERS), *BACK, "search.html"]
AXE = """async () => (await axe.run(document, {runOnly: {type: 'tag', values:
    ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}})).violations.flatMap(
    fault => fault.nodes.map(node => `${fault.id}: ${node.target.join(' ')}`))"""
JUMPS = """window.jumped = 0; new PerformanceObserver(list => list.getEntries().forEach(shift => {
    if (!shift.hadRecentInput) window.jumped += shift.value; })).observe({type: 'layout-shift', buffered: true});"""
chapter = pytest.mark.parametrize("name", CHAPTERS)


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves the site without a line on stderr."""

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def site():
    """Build the site and serve it on a free port; return both addresses by name."""
    build(quiet=True)
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(QuietHandler, directory=SITE)
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield {"http": f"http://127.0.0.1:{server.server_port}", "file": SITE.as_uri()}
        server.shutdown()


@pytest.fixture(scope="module")
def chromium():
    with browser.opened() as opened:
        yield opened


@pytest.fixture
def visit(site, chromium):
    """Return a function that opens a page and returns it with everything it asked for or complained of."""
    contexts = []

    def go(page, way="http", watch="", **options):
        options = {"viewport": {"width": 1280, "height": 900}, **options}
        context = chromium.new_context(**options)
        contexts.append(context)
        opened = context.new_page()
        opened.add_init_script(watch)
        opened.asked, opened.complaints, opened.weight = [], [], []
        opened.on("request", lambda request: opened.asked.append(request.url))
        opened.on(
            "requestfailed", lambda request: opened.complaints.append(f"failed: {request.url}")
        )
        opened.on("pageerror", lambda problem: opened.complaints.append(f"error: {problem}"))
        opened.on(
            "console",
            lambda said: said.type in ("error", "warning") and opened.complaints.append(said.text),
        )
        opened.on("response", lambda response: opened.weight.append(response))
        opened.goto(f"{site[way]}/{page}", wait_until="networkidle")
        return opened

    yield go
    for context in contexts:
        context.close()


def foreign(page):
    """Return the addresses a page asked of another host."""
    own = {"127.0.0.1", None, ""}
    return [
        url
        for url in page.asked
        if urlparse(url).scheme not in ("data", "blob", "file")
        and urlparse(url).hostname not in own
    ]


def compressed(response):
    """Return the bytes of a response as a server would send it: text gzipped, pictures and fonts as they are."""
    body = response.body()
    return min(len(body), len(gzip.compress(body, 6)))


def test_the_process_that_sets_the_maths_is_waited_for_until_it_listens(tmp_path):
    late = (
        "import socket, sys, time; door = socket.socket(socket.AF_UNIX); door.bind(sys.argv[1]); "
        "time.sleep(0.5); door.listen(); door.accept()"
    )

    class Late:
        build_command = staticmethod(lambda socket: [sys.executable, "-c", late, str(socket)])

    process, connection = book.start_katex(Late, tmp_path, timeout=30)
    connection.close()
    assert process.wait(timeout=30) == 0


@pytest.mark.parametrize("way", ["http", "file"])
@pytest.mark.parametrize("name", PAGES)
def test_no_complaint_and_no_other_host(visit, name, way):
    page = visit(name, way)
    page.mouse.wheel(0, 40_000)
    page.wait_for_timeout(300)
    assert not foreign(page) and not page.complaints


@pytest.mark.parametrize("name", PAGES)
def test_first_view_is_light(visit, name):
    page = visit(name)
    weight = sum(compressed(response) for response in page.weight)
    print(f"{name}: {weight / 1000:.0f} kB in {len(page.asked)} requests")
    assert len(page.asked) <= 40 and weight <= 600_000, (len(page.asked), weight)


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_jumps_while_it_loads(visit, name, width):
    page = visit(name, viewport={"width": width, "height": 850}, watch=JUMPS)
    page.mouse.wheel(0, 3000)
    page.wait_for_timeout(300)
    assert page.evaluate("window.jumped") <= 0.05


@chapter
def test_maths_and_diagrams_are_drawn(visit, name):
    page = visit(f"chapters/{name}.html")
    assert page.locator(".katex").count() > 0 and page.locator(".katex-error").count() == 0
    assert (
        "$$" not in page.locator("article").inner_text()
        and r"\tag" not in page.locator("article").inner_text()
    )
    stored = refresh.outputs(refresh.CHAPTERS / f"{name}.ipynb", "diagram")
    drawn = page.locator(".diagram svg")
    assert drawn.count() == len(stored) > 0
    for i in range(drawn.count()):
        if drawn.nth(i).is_visible():  # one may stand in a folded solution
            assert drawn.nth(i).bounding_box()["height"] > 20


def difference(pane, picture):
    """Return the mean difference of the pane's screenshot to a picture, in grey levels."""
    seen = Image.open(io.BytesIO(pane.screenshot())).convert("L")
    return np.abs(
        np.asarray(seen, float) - np.asarray(picture.convert("L").resize(seen.size), float)
    ).mean()


@pytest.mark.parametrize("way", ["http", "file"])
@chapter
def test_sliders_move_by_key_and_mouse_to_the_right_picture(visit, name, way):
    mode = "dark" if way == "file" else "light"  # the pictures are the same in both
    page = visit(f"chapters/{name}.html", way, color_scheme=mode)
    boxes = page.locator(".slider-alive")
    assert boxes.count() == page.locator(".slider").count() == len(sheets.sliders(name)) > 0
    moved = 0
    for number, (_, pictures) in enumerate(sheets.sliders(name)):
        box = boxes.nth(number)
        if not box.is_visible():
            continue
        knob, pane, shown = (
            box.locator("input[type=range]"),
            box.locator(".slider-pane"),
            box.locator("output"),
        )
        last = int(knob.get_attribute("max"))
        knob.scroll_into_view_if_needed()
        page.wait_for_function(
            "i => document.querySelectorAll('.slider-sheet')[i].complete", arg=number
        )
        knob.focus()
        seen = set()
        for key, index in (("Home", 0), ("ArrowRight", 1), ("End", last), ("ArrowLeft", last - 1)):
            page.keyboard.press(key)
            assert knob.input_value() == str(index)
            seen.add(shown.inner_text())
            near, far = (
                difference(pane, pictures[i]) for i in (index, (index + last // 2) % (last + 1))
            )
            assert near < 8 and near < far, (number, index, near, far)
        assert len(seen) == 4
        place = knob.bounding_box()
        page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
        assert abs(int(knob.input_value()) - last / 2) <= 1
        moved += 1
    assert moved >= 1


@chapter
def test_without_scripts_the_sheet_and_its_table_remain(visit, name):
    page = visit(f"chapters/{name}.html", java_script_enabled=False)
    sheet = page.locator("img.slider-sheet").first
    assert sheet.is_visible() and sheet.bounding_box()["height"] > 100
    assert page.locator(".katex").count() > 0
    stored = [about for about, _ in sheets.sliders(name)]
    told = sum(len(about["labels"]) + 1 for about in stored if any(about["readings"]))
    assert page.locator(".slider-table tr").count() == told


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_a_phone(visit, name, mode):
    page = visit(name, viewport={"width": 360, "height": 800}, color_scheme=mode)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate("document.documentElement.dataset.theme") == mode


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_fault(visit, name, mode, width):
    page = visit(name, viewport={"width": width, "height": 900}, color_scheme=mode)
    page.add_script_tag(path=str(vendor.folder("axe-core") / "axe.min.js"))
    found = page.evaluate(AXE)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", PAGES)
def test_every_picture_is_described(visit, name):
    alts = visit(name).locator("article img").evaluate_all("all => all.map(one => one.alt)")
    assert all(alt and ".png" not in alt and "/" not in alt[:12] for alt in alts), alts


@pytest.mark.parametrize("way", ["http", "file"])
@pytest.mark.parametrize("words", ["learning rate", "cross-entropy", "损失函数", "梯度", "学习率"])
def test_search_finds_english_and_chinese(visit, words, way):
    page = visit(f"search.html?q={words}", way)
    page.wait_for_selector("#search-results li", timeout=10_000)
    found = page.locator("#search-results li a").evaluate_all("all => all.map(one => one.href)")
    assert any("/chapters/" in link for link in found), found
    assert any("/back/glossary" in link for link in found), found


def answers(name):
    """Yield (the id of the cell, the place of the right option) of every quiz that a chapter has stored."""
    for cell in refresh.code_cells(refresh.CHAPTERS / f"{name}.ipynb"):
        if cell.id.endswith("-quiz"):
            text = cell.outputs[0].data["text/plain"]
            letter = re.search(r"^Answer: ([a-e])\)", text, flags=re.MULTILINE)[1]
            yield cell.id, "abcde".index(letter)


@pytest.mark.parametrize("scripts", [True, False])
@chapter
def test_a_quiz_opens_by_key_and_mouse_and_tells_right_from_wrong(visit, name, scripts):
    page = visit(f"chapters/{name}.html", "file", java_script_enabled=scripts)
    stored = list(answers(name))
    assert page.locator(".quiz").count() == len(stored) >= 4
    for cell, right in stored:
        options = page.locator(f"#cell-{cell} .quiz details")
        for i in range(options.count()):
            summary, why = options.nth(i).locator("summary"), options.nth(i).locator("p")
            assert not why.is_visible()
            if i % 2:
                summary.click()
            else:
                summary.focus()
                page.keyboard.press("Enter")
            assert why.is_visible(), (cell, i)
            assert why.inner_text().startswith("Right." if i == right else "Not this one."), cell
            assert page.locator(f"#cell-{cell} .quiz details[open]").count() == 1


def test_every_link_of_the_book_leads_somewhere(site):
    targets = {}
    for path in SITE.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        targets[path] = (
            set(re.findall(r'\bid="([^"]+)"', text)),
            re.findall(r'<a [^>]*href="([^"]+)"', text),
        )
    lost = []
    for path, (_, links) in targets.items():
        for link in links:
            place, _, anchor = link.partition("#")
            if re.match(r"[a-z]+:", link) or place.startswith("//"):
                continue
            target = (path.parent / unquote(place)).resolve() if place else path
            if target.suffix == ".html" and (
                target not in targets or anchor and unquote(anchor) not in targets[target][0]
            ):
                lost.append((path.name, link))
    assert not lost, lost[:20]


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
