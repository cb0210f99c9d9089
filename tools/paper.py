"""What the printed book and the e-book share: facts, order of pages, a browser that makes chapters of them."""

import contextlib
import re
import zipfile
from dataclasses import asdict, dataclass
from html import escape as html_escape

import yaml

from tools import browser, vendor
from tools.build import ROOT, SITE

PARTS = ROOT / "web" / "paper"
BUILT = ROOT / "_build"
WORK = BUILT / "paper"
NAME = "large-models-for-founders"
# The book's font: which cuts, and which characters each of its files holds
WEIGHTS = [(400, "normal"), (400, "italic"), (600, "normal"), (600, "italic")]
SCRIPTS = {
    "latin": "U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+02C6, U+02DA, U+02DC, U+2000-206F, U+20AC, "
    "U+2122, U+2191, U+2193, U+2212, U+2215",
    "latin-ext": "U+0100-02BA, U+02BD-02C5, U+02C7-02CC, U+1E00-1E9F, U+20A0-20AB",
    "greek": "U+0370-03FF",
}


@dataclass(frozen=True)
class Page:
    """A page of the book: its file under the site, its short name, its title, and the part that it opens."""

    page: str
    slug: str
    title: str
    part: str | None


def facts():
    """Return the facts of the book from CITATION.cff: title, subtitle, authors, version, date, address."""
    said = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    title, _, subtitle = said["title"].partition(": ")
    return {
        "title": title,
        "subtitle": subtitle,
        "authors": ", ".join(author["name"] for author in said["authors"]),
        "version": said["version"],
        "date": said["date-released"],
        "address": said["repository-code"],
    }


def pages():
    """Return the pages of the book in the order of _toc.yml; the front page comes first."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    found = [Page(f"{toc['root']}.html", "about", "About this book", None)]
    for part in toc["parts"]:
        caption = part["caption"]
        for chapter in part["chapters"]:
            name = chapter["file"]
            found.append(Page(f"{name}.html", name.split("/")[-1], title(name), caption))
            caption = None
    return found


def title(name):
    """Return the title of a built page: the words of its first heading."""
    heading = re.search(
        r'<article.*?<h1>(.*?)<a class="headerlink"', html(f"{name}.html"), re.DOTALL
    )
    return re.sub(r"<[^>]+>", "", heading[1]).replace("&amp;", "&")


def html(page):
    """Return the text of a built page."""
    return (SITE / page).read_text(encoding="utf-8")


def shell(name, body):
    """Write the HTML file that the chapters go into, with the styles of print; returns its path."""
    WORK.mkdir(parents=True, exist_ok=True)
    serif = vendor.folder("@fontsource/source-serif-4") / "files"
    faces = "\n".join(
        f'@font-face {{ font-family: "Source Serif 4"; font-weight: {weight}; font-style: {style}; '
        f'src: url("{serif.as_uri()}/source-serif-4-{script}-{weight}-{style}.woff2"); unicode-range: {span}; }}'
        for weight, style in WEIGHTS
        for script, span in SCRIPTS.items()
    )
    links = "".join(
        f'<link rel="stylesheet" href="{path.as_uri()}">'
        for path in [SITE / "_static" / "book" / "katex.css", PARTS / "print.css"]
    )
    path = WORK / name
    path.write_text(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{html_escape(facts()['title'])}</title>{links}<style>{faces}</style></head>{body}</html>",
        encoding="utf-8",
        newline="\n",
    )
    return path


def put(archive, name, content, kind=zipfile.ZIP_DEFLATED):
    """Write a file into a zip without a time of its own, so that equal files make equal zips."""
    about = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    about.compress_type, about.external_attr, about.create_system = kind, 0o644 << 16, 3
    archive.writestr(about, content)


@contextlib.contextmanager
def press(shell):
    """Open this HTML file in a browser and yield its page, in which `Paper` can make chapters of the site's pages."""
    with browser.opened() as opened:
        page = opened.new_page()
        page.goto(shell.as_uri())
        page.add_script_tag(path=PARTS / "paper.js")
        yield page


def chapter(press, page, book, then):
    """Make a chapter of a page of the site, hand it to the script's function `then`, return what that says."""
    make = (
        f"([html, slug, book, site, more]) => ({then})(Paper.chapter(html, slug, book, site), more)"
    )
    return press.evaluate(
        make,
        [html(page.page), page.slug, [asdict(entry) for entry in book], SITE.as_uri(), page.part],
    )
