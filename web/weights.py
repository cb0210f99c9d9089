"""The table of what each page costs its reader, beside the same page of an untouched Jupyter Book."""

import json

from tools import refresh

WEIGHTS = refresh.CHAPTERS.parent / "data" / "weights.json"
COSTS = {  # of a page, as tools/weigh.py measures them: heading and unit
    "kB": ("Weight", " kB"),
    "requests": ("Requests", ""),
    "foreign": ("of them to another host", ""),
    "lcp": ("Largest paint", " ms"),
    "cls": ("Jumps", ""),
    "nameless": ("Pictures without words", ""),
    "key": ("Slider", " ms"),
}


def table(path=WEIGHTS):
    """Return the table as HTML, one row a page, "ours / untouched" in each cell; without data a sentence."""
    if not path.exists():
        return "*Nothing has been weighed yet: `make weigh` does it.*"
    weights = json.loads(path.read_text(encoding="utf-8"))
    heads = "".join(f'<th scope="col">{heading}</th>' for heading, _ in COSTS.values())
    rows = "\n".join(_row(name, page) for name, page in weights["pages"].items())
    return (
        '<div class="pst-scrollable-table-container" tabindex="0" role="group" aria-label="Weights of the pages">'
        f'<table class="table weights"><caption>Ours / untouched, weighed on {weights["date"]}</caption>'
        f'<thead><tr><th scope="col">Page</th>{heads}</tr></thead><tbody>\n{rows}\n</tbody></table></div>'
    )


def _row(name, page):
    label = (
        name.removesuffix(".html")
        .rpartition("/")[2]
        .replace("-", " ")
        .replace("README", "front page")
    )
    cells = "".join(
        f"<td>{_said(page['ours'][cost])} / {_said(page['plain'][cost])}{unit}</td>"
        for cost, (_, unit) in COSTS.items()
    )
    return f'<tr><th scope="row">{label}</th>{cells}</tr>'


def _said(value):
    return "–" if value is None else f"{value:,}"
