"""The search's index: the text of every built page in pieces, each with its heading and its address."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

INDEX = "_static/book/search-index.js"
ROOMS = ("README.html", "chapters/*.html", "back/*.html")
SILENT = {"script", "style", "svg", "button", "form", "noscript", "semantics"}
# What stands on lines of its own: its words are no part of the word before
BLOCKS = set(
    "p div li ul ol td th tr table pre br section summary details dt dd dl figcaption blockquote "
    "aside h1 h2 h3 h4 option".split()
)
# Links to a heading, to the chapter of a term; words of a button
MUTE = {"headerlink", "stamp", "entry-home", "collapsed", "expanded"}
SPACED = {"mspace", "tag"}  # what only a distance parts in a formula
VOID = {"br", "img", "input", "hr", "meta", "link", "wbr", "source", "progress"}


def write(site):
    """Write the index of the pages in the folder `site` as a classic script, which file:// loads too."""
    pages, pieces = [], []
    for mask in ROOMS:
        for path in sorted(Path(site).glob(mask)):
            found = read(path.read_text(encoding="utf-8"))
            title = found[0]["heading"] if found else path.stem
            pages.append([path.relative_to(site).as_posix(), title])
            pieces += [[len(pages) - 1, *piece.values()] for piece in found]
    data = json.dumps({"pages": pages, "pieces": pieces}, ensure_ascii=False, separators=(",", ":"))
    target = Path(site, INDEX)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(f"window.bookIndex = {data};\n", encoding="utf-8", newline="\n")


def read(page):
    """Return the pieces of a page: what stands under each heading, and each entry of a list, in order.

    Each is {anchor, heading, text, maths}: `maths` are the words of its formulas that the text does not show.
    """
    reader = Reader()
    reader.feed(page)
    return [_piece(**piece) for piece in reader.pieces if "".join(piece["heading"]).strip()]


def _piece(anchor, heading, text, tex):
    plain = _tidy(text)
    words = sorted({word for formula in tex for word in maths_words(formula)})
    unseen = [word for word in words if not re.search(rf"(?<!\w){word}", plain, re.I)]
    return {"anchor": anchor, "heading": _tidy(heading), "text": plain, "maths": " ".join(unseen)}


def _tidy(parts):
    return re.sub(r"\s+", " ", "".join(parts).replace("\u200b", "")).strip()


def maths_words(tex):
    """Return the words of a formula in TeX: the names in it, and named functions and Greek letters."""
    plain = re.sub(r"\\(?:begin|end)\{[a-z*]+\}", " ", tex)
    said = re.findall(r"[A-Za-z]{3,}", re.sub(r"\\[A-Za-z]+", " ", plain))
    known = re.findall(
        r"\\(alpha|beta|gamma|delta|epsilon|eta|theta|lambda|mu|sigma|rho|sum|partial|nabla|sqrt|log|exp|max|min|tanh|lim|int)\b",
        plain,
    )
    return {*said, *known}


class Reader(HTMLParser):
    """Collects the pieces of one page: one under each heading, one for each entry of a list."""

    def __init__(self):
        super().__init__()
        self.pieces = []
        self.elements = []  # the open elements: (tag, the part that each plays)
        self.open = []  # the open pieces, the innermost last
        self.named_by = ""  # the element that names an entry of a list

    def handle_starttag(self, tag, attributes):
        about = dict(attributes)
        classes = (about.get("class") or "").split()
        if tag in BLOCKS or SPACED & {*classes}:
            self._say(" ")
        if tag not in VOID:
            part = self._part(tag, about.get("id"), classes)
            self.elements.append((tag, part))
            if part == "piece":
                self.named_by = "p" if "term" in classes else "strong"
                self.open.append({"anchor": about["id"], "heading": [], "text": [], "tex": []})
                self.pieces.append(self.open[-1])

    def handle_endtag(self, tag):
        if tag in BLOCKS:
            self._say(" ")
        # An element that was never closed ends with the one around it
        while tag in [open_tag for open_tag, _ in self.elements]:
            ended, part = self.elements.pop()
            if part == "piece":
                self.open.pop()
            if ended == tag:
                break

    def handle_data(self, text):
        self._say(text)

    def _part(self, tag, anchor, classes):
        """Return the part an element plays: a "piece", its "heading", "tex", "silent", or ""."""
        if tag == "annotation":
            return "tex"
        if tag in SILENT or MUTE & {*classes}:
            return "silent"
        if anchor and (tag == "section" or "entry" in classes):
            return "piece"
        named = self.open and "".join(self.open[-1]["heading"]).strip()
        return "heading" if tag in ("h1", "h2", "h3", "h4", self.named_by) and not named else ""

    def _say(self, text):
        """Add text to the innermost open piece, as what it is there."""
        parts = [part for _, part in self.elements]
        if not self.open:
            return
        if "tex" in parts:
            self.open[-1]["tex"].append(text)
        elif "silent" not in parts:
            self.open[-1]["heading" if "heading" in parts else "text"].append(text)
