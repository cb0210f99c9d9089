"""Make the whole book one EPUB from the built site, executing nothing (make epub)."""

import html
import uuid
import zipfile
from pathlib import Path
from urllib.parse import unquote, urlparse

from tools import paper
from tools.build import build

TARGET = paper.BUILT / f"{paper.NAME}.epub"
COVER = {"width": 840, "height": 1188}
XHTML = (
    '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
    '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en" xml:lang="en">'
    '<head><meta charset="utf-8" /><title>{title}</title><link rel="stylesheet" href="style.css" /></head>'
    "<body>{body}</body></html>\n"
)
CONTAINER = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml" />'
    "</rootfiles></container>\n"
)
KINDS = {
    ".xhtml": "application/xhtml+xml",
    ".css": "text/css",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".svg": "image/svg+xml",
}
ACCESS = {
    "accessMode": ["textual", "visual"],
    "accessModeSufficient": ["textual"],
    "accessibilityFeature": [
        "alternativeText",
        "MathML",
        "readingOrder",
        "structuralNavigation",
        "tableOfContents",
    ],
    "accessibilityHazard": ["none"],
    "accessibilitySummary": [
        "Formulas are MathML with their TeX as text; pictures, diagrams and sliders have text alternatives."
    ],
}


def write(target=TARGET):
    """Write the e-book to this file; returns its path."""
    said = {name: html.escape(str(value)) for name, value in paper.facts().items()}
    book, files, lines = paper.pages(), {}, []
    with paper.press(paper.shell("book.html", "<body></body>")) as press:
        for page in book:
            made = paper.chapter(press, page, book, "Paper.leaf")
            part = f'<p class="part">{html.escape(page.part)}</p>' if page.part else ""
            files[f"{page.slug}.xhtml"] = _page(page.title, part + made["text"])
            lines.append((page, made["headings"]))
            for picture in made["pictures"]:
                path = Path(unquote(urlparse(picture).path))
                files[f"images/{path.name}"] = path.read_bytes()
        files["images/cover.jpg"] = _cover(press, said)
    files["style.css"] = _text("epub.css")
    files["cover.xhtml"] = _page(
        "Cover", '<p class="cover-page"><img src="images/cover.jpg" alt="Cover" /></p>'
    )
    files["imprint.xhtml"] = _page("Imprint", _text("imprint.html").format(**said))
    files["nav.xhtml"] = _page("Contents", _contents(lines))
    order = ["cover", "imprint", "nav", *(page.slug for page in book)]
    files["package.opf"] = _package(said, files, [f"{name}.xhtml" for name in order])
    _pack(files, target)
    return target


def _page(title, body):
    return XHTML.format(title=html.escape(title), body=body)


def _text(name):
    return (paper.PARTS / name).read_text(encoding="utf-8")


def _cover(press, said):
    """Return the cover of the printed book as a JPEG."""
    press.set_viewport_size(COVER)
    press.goto(
        paper.shell("cover.html", f"<body>{_text('cover.html').format(**said)}</body>").as_uri()
    )
    press.evaluate("() => document.fonts.ready")
    return press.locator(".cover").screenshot(type="jpeg", quality=88)


def _contents(lines):
    """Return the table of contents: parts, chapters, their sections."""
    out = ['<nav epub:type="toc" role="doc-toc" id="toc"><h1>Contents</h1><ol>']
    inside = False
    for page, headings in lines:
        if page.part:
            out.append("</ol></li>" * inside + f"<li><span>{html.escape(page.part)}</span><ol>")
            inside = True
        out.append(f'<li><a href="{page.slug}.xhtml">{html.escape(page.title)}</a>')
        sections = "".join(
            f'<li><a href="{page.slug}.xhtml#{place}">{html.escape(words)}</a></li>'
            for place, words in headings
        )
        out.append(f"<ol>{sections}</ol></li>" if sections else "</li>")
    out.append("</ol></li>" * inside + "</ol></nav>")
    out.append(
        '<nav epub:type="landmarks" hidden="hidden"><ol><li><a epub:type="cover" href="cover.xhtml">Cover</a></li>'
        '<li><a epub:type="toc" href="nav.xhtml">Contents</a></li>'
        f'<li><a epub:type="bodymatter" href="{lines[0][0].slug}.xhtml">The book</a></li></ol></nav>'
    )
    return "".join(out)


def _package(said, files, order):
    """Return the package document: facts, every file, the order of reading."""
    name = uuid.uuid5(uuid.NAMESPACE_URL, f"{said['address']} {said['version']}")
    meta = [
        f'<dc:identifier id="book">urn:uuid:{name}</dc:identifier>',
        f"<dc:title>{said['title']}: {said['subtitle']}</dc:title>",
        f"<dc:creator>{said['authors']}</dc:creator><dc:language>en</dc:language><dc:date>{said['date']}</dc:date>",
        "<dc:rights>Code: MIT. Text and pictures: CC BY 4.0.</dc:rights>",
        f'<meta property="dcterms:modified">{said["date"]}T00:00:00Z</meta>',
    ]
    meta += [
        f'<meta property="schema:{key}">{value}</meta>'
        for key, values in ACCESS.items()
        for value in values
    ]
    items = "".join(
        f'<item id="{_id(path)}" href="{path}" media-type="{KINDS[Path(path).suffix]}"{_properties(path, content)} />'
        for path, content in sorted(files.items())
    )
    spine = "".join(f'<itemref idref="{_id(path)}" />' for path in order)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="book" xml:lang="en">'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">{"".join(meta)}</metadata>'
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>\n"
    )


def _id(path):
    return "f-" + path.replace("/", "-")


def _properties(path, content):
    """Return what the package must say of a file: cover, contents, drawings and formulas inside."""
    if path.endswith(".xhtml"):
        found = [kind for kind, mark in (("mathml", "<math "), ("svg", "<svg ")) if mark in content]
        found += ["nav"] * (path == "nav.xhtml")
    else:
        found = ["cover-image"] * (path == "images/cover.jpg")
    return f' properties="{" ".join(found)}"' if found else ""


def _pack(files, target):
    """Write the files as an EPUB: the kind first and unpacked, then the rest in the order of their names."""
    inside = {f"EPUB/{name}": content for name, content in files.items()}
    inside["META-INF/container.xml"] = CONTAINER
    with zipfile.ZipFile(target, "w") as archive:
        paper.put(archive, "mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        for name in sorted(inside):
            paper.put(archive, name, inside[name])


if __name__ == "__main__":
    build(quiet=True)
    print(f"The e-book is made: {write()}")
