"""Draw the pictures that several chapters share, all in one look; importing it sets that look."""

import base64
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from IPython.core.pylabtools import print_figure
from IPython.display import display

from helpers import tables

plt.style.use(Path(__file__).with_name("book.mplstyle"))

WIDGET = "application/vnd.jupyter.widget-view+json"
BLUE, ORANGE, GREEN, PINK, GOLD, SKY, INK = plt.rcParams["axes.prop_cycle"].by_key()["color"]


def _array(values):
    """Return `values` (a tensor on any device, a list, an array) as a NumPy array."""
    return values.detach().cpu().numpy() if hasattr(values, "detach") else np.asarray(values)


def axes(columns=1, *, rows=1, height=3.4, width=6.4, **options):
    """Open one figure and return its axes (one, or an array of them); `options` go to `plt.subplots`.

    Finish the cell with `plt.show()`.
    """
    return plt.subplots(rows, columns, figsize=(width, height), **options)[1]


def show(*, table=None):
    """Show the open figure; with a table (`show(table={"rate": rates, …})`) also the numbers behind it.

    table: `{heading: values}`, 1 to 25 rows; the first column heads the rows. `tables.columns` says how
        numbers are written and what is refused. It stands as text in the stored output, folded below
        the figure on the page and in a live notebook.
    Raises ValueError for a table that cannot be shown, or when there is no figure to go with it.
    """
    if table is None:
        plt.show()
        return
    columns = tables.columns(table)
    if not plt.get_fignums():
        raise ValueError("there is no open figure; draw one before show(table=…)")
    figure = plt.gcf()
    picture = print_figure(figure, "png", base64=True).strip()
    plt.close(figure)  # shown here, so not once more at the end of the cell
    bundle = {"text/plain": tables.plain(columns), "image/png": picture}
    live = _live(picture, columns)
    if live is not None:
        bundle[WIDGET] = {"version_major": 2, "version_minor": 0, "model_id": live.model_id}
    # Pairs, because a notebook sorts the keys of what it stores
    display(bundle, metadata={"image/png": {"table": list(columns.items())}}, raw=True)


def _live(picture, columns):
    """Return the widget that shows a picture (base64) over its table, or None where ipywidgets is missing."""
    try:
        import ipywidgets as widgets
    except ImportError:
        return None
    image = widgets.Image(value=base64.b64decode(picture), format="png")
    image.layout = widgets.Layout(max_width="100%", object_fit="contain", align_self="flex-start")
    return widgets.VBox([image, widgets.HTML(tables.page(columns))])


def curves(curves, *, x=None, xlabel, ylabel, log=False, table=None):
    """Draw named curves, `{name: values}`, over a common x (default 0, 1, 2 …), and show them.

    Each has its own line style, named in a legend, so that colour is never the only difference.
    `table` holds the numbers behind them, as in `show`.
    """
    ax = axes()
    for (name, values), style in zip(curves.items(), ["-", "--", "-.", ":"] * 3, strict=False):
        values = _array(values)
        at = np.arange(len(values)) if x is None else _array(x)
        ax.plot(at, values, style, label=name)
    ax.set(xlabel=xlabel, ylabel=ylabel, yscale="log" if log else "linear")
    if len(curves) > 1:
        ax.legend()
    show(table=table)


def bars(names, values, *, xlabel, log=False, labels=None, table=None):
    """Draw one horizontal bar a name, the value (or the text in `labels`) written at its end, and show it.

    `table` holds the numbers behind them, as in `show`.
    """
    values = _array(values)
    ax = axes(height=0.9 + 0.36 * len(names))
    drawn = ax.barh(list(names), values, color=BLUE, height=0.62)
    ax.bar_label(drawn, labels=labels, fmt="%g", padding=4)
    ax.set(xlabel=xlabel, xscale="log" if log else "linear")
    ax.margins(x=0.18)
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    show(table=table)


def images(pictures, titles=None, *, columns=10, cmap="gray", size=0.78):
    """Show grey pictures, shape (N, height, width), in rows of `columns`, each with its title."""
    pictures = _array(pictures)
    rows = -(-len(pictures) // columns)
    title_room = 0.3 if titles is not None else 0
    grid = axes(
        columns, rows=rows, width=columns * size, height=rows * (size + title_room), squeeze=False
    )
    for ax in grid.flat:
        ax.axis("off")
    for i, (ax, picture) in enumerate(zip(grid.flat, pictures, strict=False)):
        ax.imshow(picture, cmap=cmap)
        if titles is not None:
            ax.set_title(str(titles[i]), loc="center", fontsize=9)
    plt.show()


def confusion(counts, names):
    """Show a confusion matrix, shape (C, C): row = what it is, column = what was answered.

    The diagonal (right answers) is left pale, so that the mistakes carry the colour.
    """
    counts = _array(counts)
    mistakes = counts.astype(float) * (1 - np.eye(len(counts)))
    ax = axes(height=4.6, width=5.2)
    ax.imshow(mistakes, cmap="Oranges")
    darkest = mistakes.max()
    for (row, column), count in np.ndenumerate(counts):
        colour = "white" if mistakes[row, column] > 0.6 * darkest else INK
        weight = "bold" if row == column else "normal"
        ax.text(
            column, row, count, ha="center", va="center", fontsize=8, color=colour, weight=weight
        )
    ax.set(xticks=range(len(names)), xticklabels=names, yticks=range(len(names)), yticklabels=names)
    ax.set(xlabel="answered", ylabel="true")
    ax.grid(visible=False)
    plt.show()
