"""Turn the stored sliders, diagrams and tables of a notebook into living ones on the page (a myst-nb renderer)."""

import html
import json
import re
from itertools import count

from docutils import nodes

from helpers import tables

NUMBERS = count(1)
BELOW = "below-figure"  # the class of a node that web/book.py moves out of its figure


class Outputs:
    """The plug-in that myst-nb finds through the entry point `myst_nb.mime_renderers`."""

    mime_priority_overrides = ()

    @staticmethod
    def handle_mime(renderer, data, inline):
        """Return the nodes of a slider, a diagram or a picture with its numbers; None for every other output."""
        about = data.output_metadata.get(data.mime_type, {})
        if data.mime_type == "image/png" and "slider" in about:
            return slider(about["slider"], renderer.render_image(data)[0])
        if data.mime_type == "image/png" and "table" in about:
            return [*renderer.render_image(data), _raw(tables.page(dict(about["table"])), BELOW)]
        if data.mime_type == "image/svg+xml" and "diagram" in about:
            return [_raw(diagram(data.content, about["diagram"]))]
        return None


def slider(about, sheet):
    """Return the contact sheet with what the page's script needs to make a slider of it.

    Without a script the sheet itself stays: all values side by side, and their readings in a table.
    """
    values = ", ".join(about["labels"])
    sheet["alt"] = f"{about['alt']} One picture for each value of {about['name']}: {values}."
    sheet["classes"] = ["slider-sheet"]
    settings = html.escape(json.dumps(about, ensure_ascii=False), quote=True)
    return [
        _raw(f'<div class="slider" data-slider="{settings}">'),
        sheet,
        _raw(_readings(about) + "</div>"),
    ]


def _readings(about):
    """Return the table of values and what each picture says, folded away; nothing where nothing is said."""
    if not any(about["readings"]):
        return ""
    rows = "".join(
        f"<tr><td>{html.escape(label)}</td><td>{html.escape(reading)}</td></tr>"
        for label, reading in zip(about["labels"], about["readings"], strict=True)
    )
    return (
        '<details class="slider-table"><summary>All values as a table</summary><table>'
        f"<thead><tr><th>{html.escape(about['name'])}</th><th>reading</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></details>"
    )


def diagram(svg, alt):
    """Return the drawing, inlined so that it follows the page's colours, named for a screen reader.

    Its ids get a number of their own, so that one drawing may stand twice on a page.
    """
    name = re.search(r'<svg id="(\w+)"', svg)[1]
    svg = svg.replace(name, f"{name}-{next(NUMBERS)}")
    svg = re.sub(
        r' (role|aria-roledescription|aria-describedby|aria-labelledby)="[^"]*"', "", svg, count=4
    )
    width = float(re.search(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+)', svg)[1])
    opening = f'<svg role="img" aria-label="{html.escape(alt, quote=True)}" '
    return (
        f'<div class="diagram" tabindex="0" role="group" aria-label="Diagram" '
        f'style="--natural: {width:.0f}px">{svg.replace("<svg ", opening, 1)}</div>'
    )


def _raw(text, *classes):
    return nodes.raw("", text, format="html", classes=[*classes])
