"""The pages at the back of the book, written from the ledger each time the site is built."""

import html
import re

from tools import ledger

KINDS = {  # of a correction, in the order of the page: its heading
    "number": "Worked numbers and formulas",
    "code": "Code that does not run, or does something else",
    "data": "Data, results and scale",
    "concept": "Concepts",
    "diagram": "Diagrams",
    "use": "What the technology is said to do",
    "company": "Companies and products",
    "setup": "Setting up a machine",
    "reference": "Books, papers and links",
    "editing": "Editing",
}
EVIDENCE = {
    "computed": "computed",
    "source": "source",
    "read": "seen in the text itself",
    "unverified": "to our knowledge, not verified",
}
STATUS = ("shown", "planned", "left out")
BACK = {"faq", "resources", "corrections", "coverage", "glossary"}
TOPICS = {
    "foundations": "Foundations",
    "vision": "Vision",
    "language": "Language",
    "products": "Products",
    "responsibility": "Responsibility",
    "company": "Company",
    "data": "Data",
    "tools": "Tools",
}


def fill(text):
    """Return a page with each line that ends in `<!-- ledger: name -->` replaced by what the ledger says."""
    marker = re.compile(r"^.*<!-- ledger: (\w+) -->$", flags=re.MULTILINE)
    return marker.sub(lambda match: globals()[match[1]](), text)


def corrections():
    """Return every erratum, grouped by kind, with two filters above."""
    errata = ledger.load("errata")
    parts = [_filters(len(errata), "corrections")]
    for kind, heading in KINDS.items():
        group = [entry for entry in errata if entry["kind"] == kind]
        parts += [f"## {heading}", *(_erratum(entry) for entry in group)]
    return "\n\n".join(parts)


def _erratum(entry):
    return "\n\n".join(
        [
            _opening(entry),
            f"**{entry['id']}** {_prose(entry['says'])}",
            f"**What is right.** {_prose(entry['right'])}",
            _foot(_home(entry), _places(entry), _evidence(entry)),
            "</div>",
        ]
    )


def _evidence(entry):
    """Return what a correction rests on."""
    said = EVIDENCE[entry["evidence"]]
    return f"{said}: {html.escape(entry['source'])}" if entry["evidence"] == "source" else said


def coverage():
    """Return how far the book covers each article, then every row and diagram with its home and status."""
    rows = [*ledger.load("rows"), *ledger.load("diagrams"), *ledger.load("errata")]
    parts = [
        "## How far the book is",
        _progress(rows),
        _filters(len(rows) - len(ledger.load("errata")), "rows"),
    ]
    for number, name in ledger.ARTICLES.items():
        group = [entry for entry in ledger.load("rows") if entry["id"].startswith(f"S{number}")]
        parts += [f"## Article {number}: {name}", *(_row(entry) for entry in group)]
    parts += ["## Diagrams", *(_row(entry) for entry in ledger.load("diagrams"))]
    return "\n\n".join(parts)


def _row(entry):
    return "\n\n".join(
        [
            _opening(entry),
            f"**{entry['id']}** {_prose(entry['says'])}",
            _foot(_home(entry), _places(entry)),
            "</div>",
        ]
    )


def _progress(entries):
    """Return a table with a bar for each article: how many of its rows, diagrams and errata the book shows."""
    lines = []
    for number, name in [*ledger.ARTICLES.items(), (None, "all five")]:
        group = [e for e in entries if number is None or ledger.articles(e)[0] == number]
        count = {status: sum(e["status"] == status for e in group) for status in STATUS}
        label = f"Article {number}, {name}" if number else "All five"
        bar = (
            f'<progress max="{len(group)}" value="{count["shown"]}" aria-label="{label}: '
            f'{count["shown"]} of {len(group)} shown"></progress>'
        )
        numbers = [f"{count['shown']} of {len(group)}", count["planned"], count["left out"]]
        lines.append(
            f'<tr><th scope="row">{label} {bar}</th>'
            + "".join(f"<td>{number}</td>" for number in numbers)
            + "</tr>"
        )
    head = "<tr><th>Article</th><th>Shown</th><th>Planned</th><th>Left out</th></tr>"
    body = "\n".join(lines)
    return f'<table class="table progress-table"><thead>{head}</thead><tbody>\n{body}\n</tbody></table>'


def glossary():
    """Return the terms by their English, each with its Chinese, its meaning and the chapter that uses it first."""
    terms = sorted(ledger.load("glossary"), key=lambda term: term["english"][0].lower())
    parts = [_search(len(terms))]
    return "\n\n".join([*parts, *(_term(term) for term in terms)])


def _term(term):
    english, first = term["english"][0], ledger.first_use(term)
    chinese = [word for word in [term["chinese"], *term.get("also", [])] if word != english]
    head = " · ".join(
        [f"**{_prose(english)}**", " / ".join(chinese)] if chinese else [f"**{english}**"]
    )
    where = f' <span class="entry-home">{_link(first)}</span>' if first else ""
    return "\n\n".join(
        [
            f'<div class="entry term" id="{_slug(english)}">',
            head,
            _prose(term["meaning"]) + where,
            "</div>",
        ]
    )


def resources():
    """Return the verified references by topic."""
    parts = []
    for topic, heading in TOPICS.items():
        group = [entry for entry in ledger.load("references") if entry["topic"] == topic]
        if group:
            parts += [f"## {heading}", "\n".join(_reference(entry) for entry in group)]
    return "\n\n".join(parts)


def _reference(entry):
    who = f"{_prose(entry['who'])}, {entry['year']}"
    where = f'<span class="entry-home">{_addresses(entry["where"])}</span>'
    return f"- **{_prose(entry['title'])}.** {who}. {_prose(entry['what'])} {where}"


def _addresses(where):
    """Return where a work is found, with arXiv numbers, DOIs and web addresses as links."""

    def linked(match):
        arxiv, doi, site, path = match.groups("")
        if arxiv:
            return f'<a href="https://arxiv.org/abs/{arxiv}">arXiv:{arxiv}</a>'
        if doi:
            return f'<a href="https://doi.org/{doi}">{doi}</a>'
        return f'<a href="https://{site}{path}">{site}</a>'

    known = r"arXiv:(\d{4}\.\d{4,5})|\b(10\.\d{4,}/[^\s;,]+)|\b((?:[a-z0-9-]+\.)+[a-z]{2,4})\b(/[^\s;,]*)?"
    return re.sub(known, linked, html.escape(where, quote=False))


def _opening(entry):
    """Return the opening tag of an entry, with what the filters ask."""
    kind = entry.get("kind", "diagram")
    return (
        f'<div class="entry {entry["status"].replace(" ", "-")}" id="{entry["id"].lower()}" '
        f'data-article="{" ".join(ledger.articles(entry))}" data-kind="{kind}" data-status="{entry["status"]}">'
    )


def _foot(*parts):
    return f'<p class="entry-foot">{" · ".join(parts)}</p>'


def _places(entry):
    """Return where an entry stands in the articles: "Article 001 (market), line 785"."""
    spots = {}
    for place in entry["where"]:
        article, _, line = place.partition(":")
        spots.setdefault(article, []).extend([line] if line else [])
    return "; ".join(f"article {article}" + _lines(lines) for article, lines in spots.items())


def _lines(lines):
    if not lines:
        return ""
    several = len(lines) > 1 or "-" in lines[0]
    return f", line{'s' if several else ''} {', '.join(lines).replace('-', '–')}"


def _home(entry):
    """Return the links to where an entry is shown, or what stands in their place."""
    if entry["status"] == "left out":
        return f"<strong>Left out.</strong> {html.escape(entry['reason'])}"
    if entry["chapter"] == "corrections":
        return "<strong>Shown</strong> here"
    links = [_link(entry["chapter"], entry.get("cell"))]
    links += [_link(name) for name in entry.get("also", [])]
    return f"<strong>{entry['status'].capitalize()}</strong> in {', '.join(links)}"


def _link(name, cell=None):
    """Return a link to a chapter (at a cell) or to a page at the back; plain words for what is not yet written."""
    words = name.replace("-", " ")
    if name in BACK:
        return f'<a href="{name}.html">{words}</a>'
    if name == "intro":
        return '<a href="../README.html">front page</a>'
    if name not in ledger.order():
        return words
    code = cell and ledger.cells(name)[cell].cell_type == "code"  # text has no address of its own
    at = f"#cell-{cell}" if code else ""
    return f'<a href="../chapters/{name}.html{at}">{words}</a>'


def _filters(total, what):
    """Return the two choices above a list; without a script they stay hidden and everything is shown."""
    articles = "".join(
        f'<option value="{number}">{number}: {name}</option>'
        for number, name in ledger.ARTICLES.items()
    )
    kinds = KINDS if what == "corrections" else _kinds()
    options = "".join(f"<option>{kind}</option>" for kind in kinds)
    states = "".join(f"<option>{status}</option>" for status in STATUS)
    return (
        f'<form class="filters" data-total="{total}">'
        f'<label>Article <select name="article"><option value="">all five</option>{articles}</select></label>'
        f'<label>Kind <select name="kind"><option value="">every kind</option>{options}</select></label>'
        f'<label>Status <select name="status"><option value="">any</option>{states}</select></label>'
        f'<output aria-live="polite">{total} of {total}</output></form>'
    )


def _search(total):
    return (
        f'<form class="filters" data-total="{total}"><label>Find a term '
        '<input type="search" name="text" placeholder="loss, 损失"></label>'
        f'<output aria-live="polite">{total} of {total}</output></form>'
    )


def _kinds():
    return sorted({row["kind"] for row in ledger.load("rows")} | {"diagram"})


def _slug(text):
    return "term-" + re.sub(r"\W+", "-", text.lower()).strip("-")


def _prose(text):
    """Return a statement as Markdown in which only `code` and $maths$ are markup."""
    parts = re.split(r"(`[^`]+`|\$[^$]+\$)", str(text))
    parts[::2] = [
        re.sub(r"([\\*_\[\]#|])", r"\\\1", html.escape(part, quote=False)) for part in parts[::2]
    ]
    return "".join(parts)
