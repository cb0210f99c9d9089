"""What holds for every page: no foreign host, light, steady, fit for a phone, fit for everyone, its links whole."""

import gzip
import re
from urllib.parse import unquote, urlparse

import pytest

from tests.pages.listed import PAGES
from tools import vendor
from tools.build import SITE

AXE = """async () => (await axe.run(document, {runOnly: {type: 'tag', values:
    ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}})).violations.flatMap(
    fault => fault.nodes.map(node => `${fault.id}: ${node.target.join(' ')}`))"""
JUMPS = """window.jumped = 0; new PerformanceObserver(list => list.getEntries().forEach(shift => {
    if (!shift.hadRecentInput) window.jumped += shift.value; })).observe({type: 'layout-shift', buffered: true});"""


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
