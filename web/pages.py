"""The pages at the back of the book, written from the ledger and the records each time the site is built."""

import html
import re

from tools import ledger, record, refresh
from web import stamp, thirdparty, weights

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
TOPICS = "foundations vision language products responsibility company data tools".split()


def fill(text):
    """Return a page with each line that ends in `<!-- ledger: name -->` replaced by what the ledger says."""
    marker = re.compile(r"^.*<!-- ledger: (\w+) -->$", flags=re.MULTILINE)
    return marker.sub(lambda match: PAGES[match[1]](), text)


def corrections():
    """Return every erratum, grouped by kind, with the filters above."""
    errata = ledger.load("errata")
    parts = [_filters(errata, KINDS)]
    for kind, heading in KINDS.items():
        group = [entry for entry in errata if entry["kind"] == kind]
        parts += [f"## {heading}", *(_erratum(entry) for entry in group)]
    return "\n\n".join(parts)


def _erratum(entry):
    right = f"**What is right.** {_prose(entry['right'])}"
    return _row(entry, right, about=[_evidence(entry)])


def _evidence(entry):
    """Return what a correction rests on."""
    said = EVIDENCE[entry["evidence"]]
    return f"{said}: {html.escape(entry['source'])}" if entry["evidence"] == "source" else said


def coverage():
    """Return how far the book covers each article, then every row and diagram with its home and status."""
    rows, drawn = ledger.load("rows"), ledger.load("diagrams")
    kinds = sorted({row["kind"] for row in rows})
    parts = ["## How far the book is", _progress(ledger.entries()), _filters(rows + drawn, kinds)]
    for number, name in ledger.ARTICLES.items():
        group = [entry for entry in rows if entry["id"].startswith(f"S{number}")]
        parts += [f"## Article {number}: {name}", *(_row(entry) for entry in group)]
    parts += ["## Diagrams", *(_row(entry) for entry in drawn)]
    return "\n\n".join(parts)


def _row(entry, *more, about=()):
    """Return an entry: its number and what the article says, more paragraphs, its home and places, more about it."""
    says = f"**{entry['id']}** {_prose(entry['says'])}"
    foot = " · ".join([_home(entry), _places(entry), *about])
    return _entry(_opening(entry), says, *more, f'<p class="entry-foot">{foot}</p>')


def _entry(opening, *paragraphs):
    return "\n\n".join([opening, *paragraphs, "</div>"])


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
    return "\n\n".join([_search(terms), *(_term(term) for term in terms)])


def _term(term):
    english, first = term["english"][0], ledger.first_use(term)
    chinese = " / ".join(word for word in ledger.names(term) if word != english)
    head = " · ".join(filter(None, [f"**{_prose(english)}**", chinese]))
    where = f' <span class="entry-home">{_link(first)}</span>' if first else ""
    opening = f'<div class="entry term" id="{_slug(english)}">'
    return _entry(opening, head, _prose(term["meaning"]) + where)


def resources():
    """Return the verified references by topic."""
    parts = []
    for topic in TOPICS:
        group = [entry for entry in ledger.load("references") if entry["topic"] == topic]
        if group:
            parts += [f"## {topic.capitalize()}", "\n".join(_reference(entry) for entry in group)]
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

    known = r"arXiv:(\d{4}\.\d{4,5})|\b(10\.\d{4,}/[^\s;,]+)|(?<![/\w])((?:[a-z0-9-]+\.)+[a-z]{2,6})\b(/[^\s;,]*)?"
    return re.sub(known, linked, html.escape(where, quote=False))


def _opening(entry):
    """Return the opening tag of an entry, with what the filters ask."""
    kind = entry.get("kind", "diagram")
    return (
        f'<div class="entry {entry["status"].replace(" ", "-")}" id="{entry["id"].lower()}" '
        f'data-article="{" ".join(ledger.articles(entry))}" data-kind="{kind}" data-status="{entry["status"]}">'
    )


def _places(entry):
    """Return where an entry stands in the articles: "article 001, lines 785, 787"."""
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
    if name in ledger.listed("back"):
        return f'<a href="{name}.html">{words}</a>'
    if name == "intro":
        return '<a href="../README.html">front page</a>'
    if name not in ledger.listed("chapters"):
        return words
    code = cell and ledger.cells(name)[cell].cell_type == "code"  # text has no address of its own
    at = f"#cell-{cell}" if code else ""
    return f'<a href="../chapters/{name}.html{at}">{words}</a>'


def _filters(entries, kinds):
    """Return the choices above a list; without a script they stay hidden and everything is shown."""
    articles = "".join(
        f'<option value="{number}">{number}: {name}</option>'
        for number, name in ledger.ARTICLES.items()
    )
    options = "".join(f"<option>{kind}</option>" for kind in kinds)
    states = "".join(f"<option>{status}</option>" for status in STATUS)
    return _form(
        entries,
        f'<label>Article <select name="article"><option value="">all five</option>{articles}</select></label>'
        f'<label>Kind <select name="kind"><option value="">every kind</option>{options}</select></label>'
        f'<label>Status <select name="status"><option value="">any</option>{states}</select></label>',
    )


def _search(entries):
    box = '<input type="search" name="text" placeholder="loss, 损失">'
    return _form(entries, f"<label>Find a term {box}</label>")


def _form(entries, fields):
    seen = f'<output aria-live="polite">{len(entries)} of {len(entries)}</output>'
    return f'<form class="filters">{fields}{seen}</form>'


def _slug(text):
    return "term-" + re.sub(r"\W+", "-", text.lower()).strip("-")


def _prose(text):
    """Return a statement as Markdown in which only `code` and $maths$ are markup."""
    parts = re.split(r"(`[^`]+`|\$[^$]+\$)", str(text))
    parts[::2] = [
        re.sub(r"([\\*_\[\]#|])", r"\\\1", html.escape(part, quote=False)) for part in parts[::2]
    ]
    return "".join(parts)


def execution():
    """Return every chapter's last run in book order, then each cell that is not compared, with its reason."""
    runs = record.load()
    return "\n\n".join([_runs(runs), "## Cells that are not compared", _exempt()])


def _runs(runs):
    """Return the table of runs with a bar for each: its seconds of those it may take."""
    names = ledger.listed("chapters")
    lines = [_run(name, runs.get(name)) for name in names]
    known = [runs[name] for name in names if name in runs]
    compared, exempt = (sum(run[key] for run in known) for key in ("compared", "exempt"))
    minutes = sum(stamp.reading_minutes(ledger.cells(name).values()) for name in names)
    spent = sum(run["seconds"] for run in known)
    numbers = [f"{minutes / 60:.1f} h", f"{spent:.0f} s", f"{compared} of {compared + exempt}"]
    lines.append(_cells(_known(len(known), len(names)), numbers))
    heads = ("Chapter", "Read", "Run", "Compared")
    head = "".join(f'<th scope="col">{words}</th>' for words in heads)
    body = "\n".join(lines)
    return (
        '<table class="table progress-table runs">'
        f"<thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"
    )


def _known(some, all_of_them):
    return f"All {some} chapters" if some == all_of_them else f"{some} of {all_of_them} chapters"


def _run(name, run):
    """Return a chapter's row of the table; a chapter without a record says so."""
    path = refresh.CHAPTERS / f"{name}.ipynb"
    minutes = f"{stamp.reading_minutes(ledger.cells(name).values())} min"
    if not run:
        return _cells(f"{_link(name)} <small>not proved yet</small>", [minutes, "–", "–"])
    allowed = record.budget(name)
    bar = (
        f'<progress max="{allowed}" value="{run["seconds"]}" aria-label="{name}: '
        f'{run["seconds"]:.0f} of the {allowed} seconds it may take"></progress>'
    )
    stale = "" if run["digest"] == record.digest(path) else "<strong>changed since</strong> · "
    about = [run["date"], run["device"], run["processor"], f"{run['cpu_seconds']:.0f} s of CPU"]
    about += [f"{what} {run[what.lower()]}" for what in ("Python", "torch", "numpy")]
    small = html.escape(" · ".join(filter(None, [*about, f"GPU: {stamp.gpu(run)}"])))
    cells = f"{run['compared']} of {run['compared'] + run['exempt']}"
    head = f"{_link(name)} {bar}<small>{stale}{small}</small>"
    return _cells(head, [minutes, f"{run['seconds']:.0f} s", cells])


def _cells(head, numbers):
    cells = "".join(f"<td>{number}</td>" for number in numbers)
    return f'<tr><th scope="row">{head}</th>{cells}</tr>'


def _exempt():
    """Return a list of the cells whose output is not compared: where they stand and why."""
    lines = [
        f"- {_link(name, cell.id)}, cell `{cell.id}`: {_prose(cell.metadata.reason)}."
        for name in ledger.listed("chapters")
        for cell in record.exempt(refresh.CHAPTERS / f"{name}.ipynb")
    ]
    return "\n".join(lines) or "There is none."


def third_party():
    """Return what the pages hold that others wrote; the finished build fills in the list of its files."""
    entries = "\n".join(thirdparty.entry(package) for package in thirdparty.packages())
    return f'{entries}\n\n## Every file\n\n<dl class="files"></dl>'


PAGES = {
    "execution": execution,
    "third_party": third_party,
    "weights": weights.table,
    "corrections": corrections,
    "coverage": coverage,
    "glossary": glossary,
    "resources": resources,
}
