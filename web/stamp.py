"""What a chapter's page says of itself: how long it takes to read, and when, where and how far it was proved."""

import re
from html import escape

# Words a minute of plain reading, and seconds to follow a code cell with its output, a figure, a displayed formula.
# How long a reader tries an exercise is up to the reader, and not counted
WORDS, CODE, FIGURE, FORMULA = 200, 20, 20, 15
FORMULAS = re.compile(r"\$\$.*?\$\$", flags=re.DOTALL)


def reading_minutes(cells):
    """Return how many minutes a chapter takes to read, to the next five, from its cells."""
    shown = [cell for cell in cells if "remove-cell" not in cell.metadata.get("tags", [])]
    prose = "\n".join(cell.source for cell in shown if cell.cell_type == "markdown")
    code = [cell for cell in shown if cell.cell_type == "code"]
    figures = sum("figure" in cell.metadata.get("mystnb", {}) for cell in code)
    words = len(_plain(prose).split())
    seconds = 60 * words / WORDS + CODE * len(code)
    seconds += FIGURE * figures + FORMULA * len(FORMULAS.findall(prose))
    return max(5, 5 * round(seconds / 300))


def _plain(prose):
    """Return Markdown less displayed formulas, addresses and marks."""
    text = FORMULAS.sub(" ", prose)
    text = re.sub(r"!?\[([^]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"(?<!\w)[^\w\s]+(?!\w)", " ", text)


def time_line(cells, run):
    """Return the words of a chapter's **Time** line: reading, and running where it was measured."""
    reading = f"about {reading_minutes(cells)} minutes to read, the exercises aside"
    if not run:
        return f"{reading}."
    return f"{reading}; the code runs in {seconds(run['seconds'])} on {run['device']}."


def seconds(number):
    """Return "9 seconds", never 0."""
    whole = max(1, round(number))
    return f"{whole} second{'s' if whole != 1 else ''}"


def set_time(body, words):
    """Return a page's body whose typed **Time** line says these words instead, so that one time stands on a page."""
    return re.sub(
        r"(<li><p><strong>Time</strong>).*?(</p>)",
        lambda match: f"{match[1]} {escape(words)}{match[2]}",
        body,
        count=1,
        flags=re.DOTALL,
    )


def stamp(run, digest, link):
    """Return the HTML of a chapter's stamp.

    run: its record (tools/record.py), or None; digest: of the cells as they are now; link: to the page of all runs.
    """
    if not run:
        said = "Not proved yet: no run of this chapter has been recorded."
    elif run["digest"] != digest:
        said = f"Its code or outputs changed since they were last proved on {day(run)}."
    else:
        said = f"Proved on {day(run)}: {compared(run, link)}; {spent(run)}."
    return f'<p class="stamp">{said} <a href="{link}">Every chapter’s last run</a></p>'


def day(run):
    return f'<time datetime="{escape(run["date"])}">{escape(run["date"])}</time>'


def compared(run, link):
    """Return how many cells were compared, and where it says why others were not."""
    total = run["compared"] + run["exempt"]
    if not run["exempt"]:
        return f"all {total} code cells compared with their stored outputs"
    why = (
        f'<a href="{link}#cells-that-are-not-compared">{run["exempt"]} exempt, with its reason</a>'
    )
    return f"{run['compared']} of {total} code cells compared with their stored outputs, {why}"


def spent(run):
    """Return how long the run took and on what, GPU included."""
    versions = f"Python {run['python']}, torch {run['torch']}"
    return escape(f"{run['seconds']:.0f} s on {run['device']}; {versions}; GPU: {gpu(run)}")


def gpu(run):
    """Return what a chapter took on a GPU: "4 s on NVIDIA T4", or that it was not measured."""
    found = run.get("gpu")
    return f"{found['seconds']:.0f} s on {found['name']}" if found else "not measured"
