"""The few numbers behind a picture, as a table: checked, as plain text, as a page's HTML."""

import html
from decimal import Decimal

import numpy as np

ROWS = 25  # more is a file, not a table to read


def columns(table):
    """Return a table, `{heading: values}`, as `{heading: texts}`, ready to show.

    Values are a list, an array or a tensor; text stays, whole numbers get thousands separators,
    other numbers are cut to 4 significant digits. What training made belongs there only as text of
    the digits that every machine prints (`f"{loss:.2f}"`).
    Raises ValueError for no column, columns of different lengths, no row, or more than 25 rows.
    """
    lists = {str(name): _list(values) for name, values in table.items()}
    lengths = {name: len(values) for name, values in lists.items()}
    told = ", ".join(f"{name}: {length}" for name, length in lengths.items())
    if not lists:
        raise ValueError('the table has no column; give it some, as in {"rate": rates}')
    if len(set(lengths.values())) > 1:
        raise ValueError(f"the columns of a table must be equally long; given: {told}")
    rows = lengths[next(iter(lengths))]
    if not rows:
        raise ValueError(f"the table has no rows; give at least one value to each of: {told}")
    if rows > ROWS:
        raise ValueError(
            f"the table has {rows} rows and may have {ROWS}; give every n-th value, as in loss[::10]"
        )
    return {name: [_text(value) for value in values] for name, values in lists.items()}


def plain(columns):
    """Return the columns (`{heading: texts}`) as lines of aligned text, numbers to the right."""
    sides = [str.rjust if _numeric(texts) else str.ljust for texts in columns.values()]
    widths = [max(map(len, [name, *texts])) for name, texts in columns.items()]
    lines = [columns.keys(), *zip(*columns.values(), strict=True)]
    return "\n".join(
        "  ".join(
            side(cell, width) for side, cell, width in zip(sides, line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def page(columns):
    """Return the columns (`{heading: texts}`) as a folded HTML table, its first column heading the rows.

    Its caption is made from the headings: "train and test by epoch".
    """
    first, *others = map(html.escape, columns)
    told = " and ".join(others) if len(others) < 4 else f"{len(others)} columns"
    about = f"{told} by {first}" if others else first
    head = "".join(
        f'<th scope="col"{_side(texts)}>{html.escape(name)}</th>' for name, texts in columns.items()
    )
    rows = "".join(
        "<tr>" + "".join(_cells(columns, row)) + "</tr>"
        for row in zip(*columns.values(), strict=True)
    )
    # A wide table scrolls in its own box, so the keyboard must be able to reach it
    return (
        '<details class="numbers"><summary>The numbers as a table</summary>'
        f'<div class="numbers-box" tabindex="0" role="group" aria-label="Table: {about}">'
        f"<table><caption>{about}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div></details>"
    )


def _cells(columns, row):
    """Yield the cells of one row; the first is its heading."""
    for i, (texts, cell) in enumerate(zip(columns.values(), row, strict=True)):
        tag, scope = ("th", ' scope="row"') if i == 0 else ("td", "")
        yield f"<{tag}{scope}{_side(texts)}>{html.escape(cell)}</{tag}>"


def _list(values):
    """Return the values of a column (a tensor on any device, an array, a list) as a list."""
    return values.tolist() if hasattr(values, "tolist") else list(values)


def _text(value):
    if isinstance(value, str | bool | np.bool_):
        return str(value)
    if not isinstance(value, int | float | np.number):
        raise ValueError(f"a table holds numbers and text; given: {value!r}")
    if isinstance(value, int | np.integer):
        return f"{value:,}"
    value += 0.0  # so that −0 is 0
    plain = value == 0 or 1e-4 <= abs(value) < 1e7
    return f"{Decimal(f'{value:.4g}'):,f}" if plain else f"{value:.4g}"


def _numeric(texts):
    """Return whether every text of a column opens like a number."""
    return all(text.lstrip("-+−±<>≈ ")[:1].isdigit() or text == "nan" for text in texts)


def _side(texts):
    return ' class="number"' if _numeric(texts) else ""
