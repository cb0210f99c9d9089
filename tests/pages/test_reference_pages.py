"""The pages that say what was run and what the site is made of, and the stamp on every chapter's page."""

import json
import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.pages.listed import CHAPTERS, PAGES
from tools import ledger, record, refresh, vendor
from tools.build import ROOT, SITE
from web import stamp, thirdparty

STATIC = SITE / "_static"
package = pytest.mark.parametrize(
    "package", thirdparty.packages(), ids=[p.name for p in thirdparty.packages()]
)


def text_of(page):
    return (SITE / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_says_once_how_long_it_takes_and_when_it_was_proved(visit, name):
    page = visit(f"chapters/{name}.html", "file")
    path, run = refresh.CHAPTERS / f"{name}.ipynb", record.load().get(name)
    lines = page.locator("article li:has(> p > strong:text-is('Time'))")
    assert lines.count() == 1
    assert stamp.time_line(refresh.cells(path), run) in lines.inner_text()
    foot = page.locator("article .stamp")
    assert foot.count() == 1
    said = foot.inner_text()
    if run and run["digest"] == record.digest(path):
        wanted = [f"{run['seconds']:.0f} s", run["torch"], run["date"], str(run["compared"])]
    else:
        wanted = [run["date"], "changed since"] if run else ["Not proved yet"]
    assert all(words in said for words in wanted), said
    foot.locator("a").last.click()
    page.wait_for_url("**/back/execution.html")


def test_the_table_of_runs_has_every_chapter_in_order_with_its_record(visit):
    page = visit("back/execution.html")
    rows = page.locator(".runs tbody tr")
    assert rows.count() == len(CHAPTERS) + 1
    compared = exempt = 0
    for row, name in zip(rows.all(), ledger.listed("chapters"), strict=False):
        link = row.locator("a").get_attribute("href")
        assert link == f"../chapters/{name}.html"
        run = record.load().get(name)
        if not run:
            assert "not proved yet" in row.inner_text()
            continue
        bar = row.locator("progress")
        assert bar.evaluate("bar => [bar.value, bar.max]") == [run["seconds"], record.budget(name)]
        assert name in bar.get_attribute("aria-label")
        cells = row.locator("td").all_inner_texts()
        assert cells[2] == f"{run['compared']} of {run['compared'] + run['exempt']}"
        assert run["date"] in row.inner_text() and run["device"] in row.inner_text()
        current = run["digest"] == record.digest(refresh.CHAPTERS / f"{name}.ipynb")
        assert ("changed since" in row.inner_text()) != current
        compared, exempt = compared + run["compared"], exempt + run["exempt"]
    assert rows.last.locator("td").last.inner_text() == f"{compared} of {compared + exempt}"


def test_every_exempt_cell_is_linked_with_its_reason(visit):
    page = visit("back/execution.html")
    listed = page.locator("#cells-that-are-not-compared li")
    wanted = [
        (name, cell)
        for name in ledger.listed("chapters")
        for cell in record.exempt(refresh.CHAPTERS / f"{name}.ipynb")
    ]
    assert listed.count() == len(wanted) > 0
    for item, (name, cell) in zip(listed.all(), wanted, strict=True):
        assert item.locator("a").get_attribute("href") == f"../chapters/{name}.html#cell-{cell.id}"
        assert cell.metadata.reason.strip(".") in item.inner_text()
        assert f'id="cell-{cell.id}"' in text_of(f"chapters/{name}.html")


def test_every_file_of_the_site_is_claimed_by_one_package_or_by_the_book():
    held = thirdparty.claims(STATIC)
    assert {"book/katex.css", "book/book.css", "basic.css"} <= set(held)
    wrong = {file: names for file, names in held.items() if len(names) != 1}
    assert not wrong, f"claimed by nobody, or by two; name them in web/thirdparty.py: {wrong}"
    files = {path.suffix for path in STATIC.rglob("*") if path.is_file()}
    assert files <= {Path(file).suffix for file in held}, "a file without a claim"


@pytest.mark.parametrize("name", PAGES)
def test_every_script_style_and_font_a_page_loads_is_claimed(visit, name):
    page = visit(name, "file")
    page.mouse.wheel(0, 40_000)
    page.wait_for_timeout(200)
    held = thirdparty.claims(STATIC)
    loaded = [url.split("?")[0] for url in page.asked if "/_static/" in url]
    assert len(loaded) > 5
    assert not [url for url in loaded if len(held.get(url.split("/_static/")[1], [])) != 1]


def test_a_file_is_of_the_package_that_has_the_very_same_file():
    """A copy, byte for byte, of an installed package's file must be claimed by that package."""
    origin = {}
    for found in {p.name for p in thirdparty.packages() if not p.carrier} - set(vendor.PACKAGES):
        for file in metadata.files(found):
            if "static" in str(file) and file.suffix in {".css", ".js", ".png", ".svg"}:
                origin.setdefault(Path(file.locate()).read_bytes(), set()).add(found)
    carrier = {p.name: p.carrier for p in thirdparty.packages() if p.carrier}
    seen = 0
    for file, names in thirdparty.claims(STATIC).items():
        owners = origin.get((STATIC / file).read_bytes())
        if owners:
            seen += 1
            assert carrier.get(names[0], names[0]) in owners, (file, names, owners)
    assert seen >= 5


def test_what_a_theme_has_bundled_is_named():
    """The themes' source maps tell which packages went into their scripts and styles."""
    named = {p.name for p in thirdparty.packages() if p.carrier}
    for theme in ("pydata-sphinx-theme", "sphinx-book-theme"):
        for file in metadata.files(theme):
            built = file.name.removesuffix(".map")
            if file.suffix == ".map" and (STATIC / "scripts" / built).exists():
                sources = json.loads(Path(file.locate()).read_text(encoding="utf-8"))["sources"]
                inside = {
                    match[1]
                    for source in sources
                    if (match := re.search(r"node_modules/((?:@[^/]+/)?[^/]+)", source))
                }
                assert inside <= named, (file, inside - named)


@package
def test_a_package_has_its_version_its_pin_and_its_licence_on_the_site(visit, package):
    page = visit("back/third-party.html", "file")
    entry = page.locator(f"#package-{thirdparty.slug(package)}")
    said = entry.inner_text()
    assert thirdparty.version(package) in said and thirdparty.licence(package) in said
    if package.name in vendor.PACKAGES:
        version, digest = vendor.PACKAGES[package.name]
        assert f"{package.name} {version}" in said and digest[:12] in said
    elif not package.carrier:
        lock = [
            Requirement(line)
            for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
            if line.strip() and not line.startswith("#")
        ]
        key = re.sub(r"[-_.]+", "-", package.name).lower()
        (pin,) = [str(p.specifier) for p in lock if re.sub(r"[-_.]+", "-", p.name).lower() == key]
        assert pin == f"=={thirdparty.version(package)}"
    link = entry.locator("a").first.get_attribute("href")
    licence = (SITE / "back" / link).resolve().read_text(encoding="utf-8")
    assert re.search("copyright|©|MIT|Open Font", licence, re.I) and len(licence) > 900


def test_the_page_lists_every_file_it_did_not_make(visit):
    page = visit("back/third-party.html")
    listed = page.locator(".files").inner_text()
    held = thirdparty.claims(STATIC)
    assert all(file in listed for file in held if not file.startswith(thirdparty.LICENCES))
    assert "claimed by nobody" not in listed


def test_nothing_lies_in_the_site_that_no_page_asks_for():
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for path in SITE.rglob("*.*")
        if path.suffix in {".html", ".css"} and path.stem != "third-party"  # it names every file
    )
    files = [
        path for path in STATIC.rglob("*") if path.is_file() and STATIC / "book" not in path.parents
    ]
    assert not [path.name for path in files if path.name not in text]


def test_what_is_reached_only_through_a_style_stays_and_the_rest_goes(tmp_path):
    static = tmp_path / "_static"
    for name in (
        "a.css",
        "b.css",
        "c.png",
        "d.js",
        "e.js",
        "fa-solid.ttf",
        "locales/de/x.mo",
        "book/own.js",
    ):
        (static / name).parent.mkdir(parents=True, exist_ok=True)
        (static / name).write_text("", encoding="utf-8")
    (static / "a.css").write_text(
        '@import "b.css"; i { src: url(fa-solid.ttf), url("data:x") }', encoding="utf-8"
    )
    (static / "b.css").write_text("p { background: url('c.png?v=1') }", encoding="utf-8")
    (tmp_path / "index.html").write_text(
        f'<link href="_static/a.css?v=2"><script src="_static/d.js"></script><i data-x="{"y" * 5000}">',
        encoding="utf-8",
    )
    thirdparty.drop_unreached(tmp_path)
    left = {path.relative_to(static).as_posix() for path in static.rglob("*") if path.is_file()}
    assert left == {"a.css", "b.css", "c.png", "d.js", "book/own.js"}
    assert not (static / "locales").exists()
