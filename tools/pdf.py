"""Print the whole book to one PDF from the built site, executing nothing (make pdf)."""

import html
from datetime import datetime

from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, TextStringObject

from tools import paper
from tools.build import build

TARGET = paper.BUILT / f"{paper.NAME}.pdf"
OPTIONS = {"prefer_css_page_size": True, "print_background": True}


def write(target=TARGET):
    """Print the book to this file; returns its path."""
    about, book = paper.facts(), paper.pages()
    shell = paper.shell("print.html", _front(about))
    with paper.press(shell) as press:
        for page in book:
            paper.chapter(press, page, book, "Paper.bind")
        press.evaluate("() => Paper.contents(document.querySelector('nav'))")
        press.evaluate("() => document.fonts.ready")
        headings = press.evaluate(
            "() => [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map((h) => h.textContent)"
        )
        draft = _print(press)
        shell.write_text(press.content(), encoding="utf-8", newline="\n")
    _finish(draft, about, headings, target)
    return target


def _print(press):
    """Print, write the page numbers that the print shows, and print again until they stay; return the file."""
    draft, known = paper.WORK / "draft.pdf", {}
    for round in range(5):
        # The first only finds the numbers; tags and outline would double its time
        press.pdf(path=draft, **OPTIONS, tagged=round > 0, outline=round > 0)
        found = _places(draft)
        if found == known:
            return draft
        lost = press.evaluate("(pages) => Paper.number(pages)", found)
        if lost:
            raise ValueError(
                f"these links of the book lead nowhere: {', '.join(sorted(set(lost)))}"
            )
        known = found
    raise RuntimeError(
        "the page numbers do not settle; give .page-of in web/paper/print.css a fixed width"
    )


def _places(file):
    """Return the page number of every place that a link of the printed file leads to, by its id."""
    reader = PdfReader(file)
    return {
        name.removeprefix("/"): reader.get_destination_page_number(goal) + 1
        for name, goal in reader.named_destinations.items()
    }


def _finish(draft, about, headings, target):
    """Write the printed file with the facts of the book and no time of its own."""
    writer = PdfWriter(clone_from=draft)
    date = datetime.combine(about["date"], datetime.min.time()).strftime("D:%Y%m%d%H%M%S+00'00'")
    writer.add_metadata(
        {
            "/Title": f"{about['title']}: {about['subtitle']}",
            "/Author": about["authors"],
            "/Subject": f"Version {about['version']}",
            "/Creator": f"Version {about['version']} of the book",
            "/CreationDate": date,
            "/ModDate": date,
        }
    )
    _name_outline(writer.root_object["/Outlines"], iter(headings))
    for formula in _formulas(writer):
        formula[NameObject("/S")] = NameObject("/Formula")
    writer.create_viewer_preferences().display_doctitle = True
    writer.page_mode = "/UseOutlines"
    writer.write(target)


def _name_outline(entry, headings):
    """Give every line of the outline the words of its heading; Chromium doubles some and joins words at line ends."""
    line = entry.get("/First")
    while line is not None:
        line = line.get_object()
        line[NameObject("/Title")] = TextStringObject(next(headings))
        _name_outline(line, headings)
        line = line.get("/Next")


def _formulas(writer):
    """Return the tags of the formulas; Chromium has none of their own and calls them figures."""
    tags = (entry.get_object() for entry in writer._objects if entry is not None)
    return [
        tag
        for tag in tags
        if isinstance(tag, dict)
        and tag.get("/S") == "/Figure"
        and tag.get("/Alt", "").startswith("Formula: ")
    ]


def _front(about):
    """Return what stands before the chapters: cover, imprint, room for the contents."""
    said = {name: html.escape(str(value)) for name, value in about.items()}
    front = [
        (paper.PARTS / name).read_text(encoding="utf-8") for name in ("cover.html", "imprint.html")
    ]
    return (
        f"<body>{''.join(front).format(**said)}"
        '<nav class="contents" aria-labelledby="contents"><h1 id="contents">Contents</h1></nav></body>'
    )


if __name__ == "__main__":
    build(quiet=True)
    print(f"The book is printed: {write()}")
