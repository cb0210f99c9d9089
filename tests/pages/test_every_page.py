"""What holds for every page: no foreign host, light, steady, fit for a phone, fit for everyone, its links whole."""

import re
from urllib.parse import unquote, urlparse

import pytest

from tests.pages.listed import CHAPTERS, PAGES
from tools import axe
from tools.build import SITE
from web import csp

JUMPS = """window.jumped = 0; new PerformanceObserver(list => list.getEntries().forEach(shift => {
    if (!shift.hadRecentInput) window.jumped += shift.value; })).observe({type: 'layout-shift', buffered: true});"""

INJECT = """() => {
    const script = document.createElement('script'); script.textContent = 'window.injected = 1';
    document.body.append(script);
    const picture = document.createElement('img'); picture.setAttribute('onerror', 'window.injected = 2');
    picture.src = 'data:,'; document.body.append(picture);
    const far = document.createElement('img'); far.src = 'http://192.0.2.1/seen.png'; document.body.append(far); }"""


def foreign(page):
    """Return the addresses a page asked of another host."""
    own = {"127.0.0.1", None, ""}
    return [
        url
        for url in page.asked
        if urlparse(url).scheme not in ("data", "blob", "file")
        and urlparse(url).hostname not in own
    ]


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_steady_and_fit_for_everyone(visit, name, mode, width):
    screen = {"viewport": {"width": width, "height": 850}, "color_scheme": mode}
    page = visit(name, watch=JUMPS, **screen)
    page.mouse.wheel(0, 40_000)
    page.wait_for_timeout(300)
    assert not foreign(page) and not page.complaints
    assert page.evaluate("window.jumped") <= 0.05
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.dataset.theme") == mode
    page.evaluate("scrollTo(0, 0)")  # where nothing lies half under the bar
    found = axe.faults(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_needs_no_server(visit, name):
    page = visit(name, "file")
    page.mouse.wheel(0, 40_000)
    page.wait_for_timeout(300)
    assert not foreign(page) and not page.complaints
    alts = page.locator("article img").evaluate_all("all => all.map(one => one.alt)")
    assert all(alt and ".png" not in alt and "/" not in alt[:12] for alt in alts), alts


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_one_policy_and_no_handler_in_its_markup(site, name):
    text = (SITE / name).read_text(encoding="utf-8")
    assert text.count('http-equiv="Content-Security-Policy"') == 1
    assert text.index("Content-Security-Policy") < min(text.index("<script"), text.index("<style"))
    markup = re.sub(r"<(pre|script).*?</\1>", "", text, flags=re.DOTALL)
    assert not re.search(r"<[^>]+\son[a-z]+=", markup)


@pytest.mark.parametrize("way", ["http", "file"])
@pytest.mark.parametrize("name", ["README.html", f"chapters/{CHAPTERS[0]}.html", "search.html"])
def test_a_page_runs_only_its_own_scripts(visit, name, way):
    page = visit(name, way)
    page.evaluate(INJECT)
    page.wait_for_timeout(100)
    assert page.evaluate("window.injected") is None
    assert sum("Content Security Policy" in said for said in page.complaints) == 3


def test_a_markup_that_calls_a_script_stops_the_build():
    with pytest.raises(ValueError, match="steal"):
        csp.without_handlers('<button onclick="steal()">')


def test_the_buttons_without_handlers_still_do_what_they_say(visit):
    page = visit(
        f"chapters/{CHAPTERS[0]}.html", watch="window.print = () => { window.printed = true; }"
    )
    page.evaluate("document.querySelector('[data-does=print]').click()")
    assert page.evaluate("window.printed")
    page.locator("[data-does=fullscreen]").first.click()
    page.wait_for_function("document.fullscreenElement !== null")


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
