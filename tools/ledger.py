"""Read the ledger: what the five source articles say, where the book shows it, and where it corrects them."""

import re
from functools import lru_cache

import yaml

from tools import refresh
from tools.build import ROOT

HOME = ROOT / "data" / "ledger"
# The source articles by file number, each by the advantage it is about; the fifth has no title
ARTICLES = {
    "000": "talent",
    "001": "market",
    "002": "business model",
    "003": "untitled",
    "004": "management",
}


@lru_cache
def load(kind):
    """Return one file of the ledger as a list of entries: "rows", "diagrams", "errata", "glossary", "references"."""
    return yaml.safe_load((HOME / f"{kind}.yml").read_text(encoding="utf-8"))


def entries():
    """Return every row, diagram and erratum: all that has a home in the book."""
    return [entry for kind in ("rows", "diagrams", "errata") for entry in load(kind)]


@lru_cache
def listed(room):
    """Return the names of the pages in "chapters" or "back", in the order of the table of contents."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    files = [entry["file"] for part in toc["parts"] for entry in part["chapters"]]
    return [file.split("/")[1] for file in files if file.startswith(f"{room}/")]


@lru_cache
def cells(chapter):
    """Return a chapter's cells by their ids."""
    return {cell.id: cell for cell in refresh.cells(refresh.CHAPTERS / f"{chapter}.ipynb")}


@lru_cache
def prose(chapter):
    """Return all Markdown of a chapter."""
    return "\n".join(c.source for c in cells(chapter).values() if c.cell_type == "markdown")


def printed(cell):
    """Return the text that a cell has stored as its outputs: streams, plain text, Markdown and HTML."""
    said = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        said += [output.get("text", "")]
        said += [data.get(kind, "") for kind in ("text/plain", "text/markdown", "text/html")]
    return "\n".join(said)


def articles(entry):
    """Return the numbers of the articles that an entry's places name, in order: ["000", "002"]."""
    return sorted({place.split(":")[0] for place in entry["where"]})


def pages(entry):
    """Return the chapters that an entry belongs to: its owner, then the others that return to it."""
    return [entry["chapter"], *entry.get("also", [])]


def names(term):
    """Return the Chinese names of a glossary entry, the main one first."""
    return [term["chinese"], *term.get("also", [])]


def first_use(term):
    """Return the first chapter whose prose uses a glossary entry's Chinese as a word of its own, or None."""
    words = "|".join(re.escape(word) for word in names(term))
    alone = re.compile(rf"(?<![\u4e00-\u9fff])(?:{words})(?![\u4e00-\u9fff])")
    return next((name for name in listed("chapters") if alone.search(prose(name))), None)
