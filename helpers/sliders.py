"""One definition of a slider, three lives: live in a kernel, alive on the page, readable on paper.

And of an experiment with several controls: live in a kernel, one picture everywhere else.
"""

import base64
import html
import io
import math
from decimal import Decimal

import matplotlib.pyplot as plt
from IPython.display import display
from PIL import Image

from helpers.plots import WIDGET  # and with it the look of every picture

COLOURS = (
    64  # of the octree kind: keeps the thin lines' colours at about a fifth of the full weight
)


def slider(draw, *, alt, start=None, panels=1, size=(5.6, 3.2), **choice):
    """Show what `draw(ax, value)` makes of each value: `slider(draw, rate=[0.01, 0.1, 1.0], alt="…")`.

    With a kernel a slider and a number box redraw on every move. The stored output is one picture
    of all values (a contact sheet), which the built page turns back into a slider.

    draw: draws one value on `ax` (an array of axes when `panels` > 1). What it returns, if anything,
        is a short sentence that reads the picture ("output 4.91, loss 0.42"); keep it stable.
    alt: one sentence for those who do not see the picture: what is drawn, what the slider changes.
    start: the value shown first (default: the middle one). size: inches of one picture.
    choice: exactly one name with its list of 2 to 40 values.
    Raises ValueError when there is not exactly one name, too few or too many values, no alt text,
    or a start that is not among the values.
    """
    name, values, start = _checked(choice, alt, start)
    pictures, readings = zip(
        *(_picture(draw, value, panels, size) for value in values), strict=True
    )
    sheet, columns = _sheet(pictures)
    labels = [label(value) for value in values]
    about = {
        "name": name,
        "labels": labels,
        "readings": list(readings),
        "columns": columns,
        "width": pictures[0].width,
        "height": pictures[0].height,
        "start": values.index(start),
        "alt": alt,
    }
    lines = [f"slider over {name}: {', '.join(labels)}"]
    lines += [
        f"{name} {said}: {reading}"
        for said, reading in zip(labels, readings, strict=True)
        if reading
    ]
    bundle = {"text/plain": "\n".join(lines), "image/png": base64.b64encode(_png(sheet)).decode()}
    live = _live(draw, name, values, start, panels, size)
    if live is not None:
        bundle[WIDGET] = {"version_major": 2, "version_minor": 0, "model_id": live.model_id}
    display(bundle, metadata={"image/png": {"slider": about}}, raw=True)


def explore(draw, *, alt, start=None, panels=1, size=(5.6, 3.2), **choices):
    """Show what `draw(ax, **choices)` makes of its choices: `explore(draw, rate=[0.1, 1.0], width=[1, 2], alt="…")`.

    With a kernel one control a name redraws on every change. The stored output is one picture, at the start.

    draw: draws on `ax` (an array of axes when `panels` > 1); it gets every choice by its name. What it
        returns, if anything, is a short stable sentence that reads the picture.
    alt: one sentence for those who do not see the live picture; on the page the alt text of the cell's
        metadata stands, as with every figure.
    start: `{name: value}` for what is shown first (default: the middle value of each name).
    choices: 2 to 4 names, each with a list of 2 to 40 values.
    Raises ValueError when there are not 2 to 4 names, or a name's values or start, or the alt text, will not do.
    """
    if not 2 <= len(choices) <= 4:
        raise ValueError(
            f"explore takes 2 to 4 named lists of values, as in rate=[0.1, 1.0], width=[1, 2]; "
            f"given: {', '.join(choices) or 'none'}"
        )
    start = dict(start or {})
    checked = [
        _checked({name: values}, alt, start.pop(name, None)) for name, values in choices.items()
    ]
    if start:
        raise ValueError(
            f"start names {', '.join(start)}, which is not among: {', '.join(choices)}"
        )
    choices = {name: values for name, values, _ in checked}
    chosen = {name: first for name, _, first in checked}

    def together(ax, chosen):
        return draw(ax, **chosen)

    picture, reading = _picture(together, chosen, panels, size)
    lines = [
        f"explore {name}: {', '.join(label(v) for v in values)}" for name, values in choices.items()
    ]
    lines += [f"shown: {_said(chosen)}", *([reading] if reading else [])]
    bundle = {"text/plain": "\n".join(lines), "image/png": base64.b64encode(_png(picture)).decode()}
    live = _live_controls(together, choices, chosen, panels, size, alt)
    if live is not None:
        bundle[WIDGET] = {"version_major": 2, "version_minor": 0, "model_id": live.model_id}
    display(bundle, metadata={}, raw=True)


def label(value):
    """Return the text that stands for a value: 0.00001 as "0.00001", 1000000 as "1,000,000", text as it is."""
    if isinstance(value, float):
        return f"{Decimal(f'{value:.6g}'):,f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _checked(choice, alt, start):
    """Return the one name, its values as a list and the value to start with, or say what is wrong."""
    if len(choice) != 1:
        given = ", ".join(choice) or "none"
        raise ValueError(
            f"a slider moves exactly one named list of values, as in rate=[0.1, 0.2]; given: {given}"
        )
    ((name, values),) = choice.items()
    values = list(values)
    if not 2 <= len(values) <= 40:
        raise ValueError(
            f"{name} has {len(values)} values; give a slider 2 to 40, about 12 to 25 read best"
        )
    if not str(alt).strip():
        raise ValueError(
            "alt is empty; say in one sentence what the picture shows and what the slider changes"
        )
    start = values[len(values) // 2] if start is None else start
    if start not in values:
        raise ValueError(f"start={start!r} is not among the values of {name}: {values}")
    return name, values, start


def _picture(draw, value, panels, size):
    """Draw one value; return the picture (PIL, RGB) and the sentence that reads it ("" for none)."""
    figure, ax = plt.subplots(1, panels, figsize=size, dpi=100)
    try:
        reading = draw(ax, value)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=100)  # one size for all: no tight box
    finally:
        plt.close(figure)
    buffer.seek(0)
    return Image.open(buffer).convert("RGB"), reading or ""


def _sheet(pictures):
    """Lay equal pictures out in a near-square grid; return the sheet and its number of columns."""
    columns = math.ceil(math.sqrt(len(pictures)))
    rows = math.ceil(len(pictures) / columns)
    width, height = pictures[0].size
    sheet = Image.new("RGB", (columns * width, rows * height), plt.rcParams["figure.facecolor"])
    for i, picture in enumerate(pictures):
        sheet.paste(picture, (i % columns * width, i // columns * height))
    return sheet.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE), columns


def _png(picture):
    buffer = io.BytesIO()
    picture.save(buffer, format="png", optimize=True)
    return buffer.getvalue()


def _told(draw, value, at, panels, size):
    """Return the picture of a value and its reading as HTML; where drawing fails, None and what went wrong.

    A widget's callback must tell the reader, not a log.
    """
    try:
        picture, reading = _picture(draw, value, panels, size)
    except Exception as problem:
        told = html.escape(f"{type(problem).__name__}: {problem}")
        return None, f"<b>draw</b> failed at {html.escape(at)}: {told}"
    return picture, html.escape(reading)


def _live(draw, name, values, start, panels, size):
    """Return the widget that redraws on every move, or None where ipywidgets is missing."""
    try:
        import ipywidgets as widgets
    except ImportError:
        return None
    wide = {"style": {"description_width": "initial"}, "layout": widgets.Layout(width="95%")}
    knob = widgets.SelectionSlider(
        options=[(label(v), v) for v in values],
        value=start,
        description=name,
        continuous_update=False,
        **wide,
    )
    natural = widgets.Layout(width=f"{size[0] * 100:.0f}px", max_width="100%")
    image, words = widgets.Image(format="png", layout=natural), widgets.HTML()

    def show(value):
        picture, words.value = _told(draw, value, f"{name} = {label(value)}", panels, size)
        if picture is not None:
            image.value = _png(picture)

    rows = [knob, image, words]
    if all(isinstance(v, (int, float)) for v in values):
        rows.insert(1, _number_box(widgets, knob, values, start, show))
    else:
        knob.observe(lambda change: show(change["new"]), "value")
    show(start)
    return widgets.VBox(rows)


def _number_box(widgets, knob, values, start, show):
    """Return a box that takes any number between the slider's ends; it draws, the slider moves it."""
    kind = (
        widgets.BoundedIntText
        if all(isinstance(v, int) for v in values)
        else widgets.BoundedFloatText
    )
    box = kind(
        value=start,
        min=min(values),
        max=max(values),
        step=None if kind is widgets.BoundedFloatText else 1,
        description="or type",
        style={"description_width": "initial"},
    )
    knob.observe(lambda change: setattr(box, "value", change["new"]), "value")
    box.observe(lambda change: show(change["new"]), "value")
    return box


def _said(chosen):
    """Return the chosen values as words: "rate 0.3, width 4"."""
    return ", ".join(f"{name} {label(value)}" for name, value in chosen.items())


def _live_controls(draw, choices, chosen, panels, size, alt):
    """Return the widget with one control a name, or None where ipywidgets is missing."""
    try:
        import ipywidgets as widgets
    except ImportError:
        return None
    knobs = {}
    for name, values in choices.items():
        numbers = all(isinstance(v, (int, float)) for v in values)
        settings = {"options": [(label(v), v) for v in values], "value": chosen[name]}
        settings |= {"description": name, "style": {"description_width": "initial"}}
        knobs[name] = (
            widgets.SelectionSlider(continuous_update=False, **settings)
            if numbers
            else widgets.Dropdown(**settings)
        )
    picture, words = widgets.HTML(), widgets.HTML()

    def show(_=None):
        now = {name: knob.value for name, knob in knobs.items()}
        drawn, words.value = _told(draw, now, _said(now), panels, size)
        if drawn is None:
            return
        data, described = (
            base64.b64encode(_png(drawn)).decode(),
            f"{html.escape(alt)} {words.value}",
        )
        picture.value = (
            f'<img src="data:image/png;base64,{data}" alt="{described}" style="max-width: 100%">'
        )

    for knob in knobs.values():
        knob.observe(show, "value")
    show()
    return widgets.VBox([*knobs.values(), picture, words])
