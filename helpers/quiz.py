"""Questions to predict before the reveal: the answer opens in place, on the page, in a notebook, as plain text."""

import html
import json
import math
import re
import zlib
from decimal import Decimal

from IPython.display import display


def ask(question, options, *, answer):
    """Show a question whose options open one by one; the right one is found by code, not written down.

    question, options: plain text, `code` in back-ticks; options is {option: why}, 3 to 5 of them.
        The why of a wrong option names the misconception that leads there; the why of the right one explains it.
    answer: the right option, computed ("1.6" as f"{2 - 0.1 * 2 * 2:.1f}"); it must be one of the options.
    Raises ValueError when the answer is no option, an option has no why, or there are not 3 to 5 of them.
    """
    if not 3 <= len(options) <= 5:
        raise ValueError(f"a question has 3 to 5 options; this one has {len(options)}")
    if answer not in options:
        raise ValueError(
            f"the computed answer {answer!r} is not among the options: {list(options)}"
        )
    silent = [option for option, why in options.items() if not why.strip()]
    if silent:
        raise ValueError(f"say what leads to {silent[0]!r}: its why is empty")
    bundle = {
        "text/plain": _plain(question, options, answer),
        "text/html": _page(question, options, answer),
    }
    display(bundle, raw=True)


def number(question, *, answer, why, unit="", between=None, scale="linear", digits=3):
    """Show a question whose answer is a number: the reader guesses first, then sees it beside the computed one.

    question, why: plain text, `code` in back-ticks; why explains the answer in one or two sentences.
    answer: the computed number (a Python number or a tensor of one). A whole number of type int is shown
        exactly, any other with `digits` significant digits: 0.0625 as "0.0625", 1234.5 as "1,230".
    unit: what stands after the number ("steps", "%"). between: (low, high), the ends of an axis to guess on.
    scale: "linear" compares by the difference, "log" by the factor, and divides the axis accordingly.
    Raises ValueError when the answer is no finite number or not on the axis, or the axis or the why is unfit.
    """
    if not why.strip():
        raise ValueError(f"say why the answer is what it is: the why of {question!r} is empty")
    value = _rounded(answer, digits)
    ends = _ends(between, scale, value)
    about = {"answer": value, "unit": unit, "scale": scale}
    if ends:
        about |= {"low": ends[0], "high": ends[1]}
    asked = f"from {_said(ends[0])} to {_said(ends[1], unit)}" if ends else f"in {unit}"
    told = f"A number {asked}." if ends or unit else "A number."
    lines = [f"Predict first: {question}", f"  {told}", ""]
    lines += [f"Answer: {_said(value, unit)}. {why}"]
    parts = [
        f'<div class="guess" data-guess="{html.escape(json.dumps(about, ensure_ascii=False))}">'
        f"<p><strong>Predict first.</strong> {_inline(question)}</p>",
        f'<p class="guess-range">{html.escape(told)}</p>',
        "<details><summary>Show the answer</summary>"
        f"<p><strong>{html.escape(_said(value, unit))}.</strong> {_inline(why)}</p></details></div>",
    ]
    display({"text/plain": "\n".join(lines), "text/html": "\n".join(parts)}, raw=True)


def _rounded(answer, digits):
    """Return the answer as it is shown: an int as it is, any other number with so many significant digits."""
    value = answer.item() if hasattr(answer, "item") else answer
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"the answer must be a finite number; it is {answer!r}")
    return value if isinstance(value, int) else float(f"{value:.{digits}g}")


def _ends(between, scale, answer):
    """Return the ends of the axis (None for none), or say what is wrong with them."""
    if scale not in ("linear", "log"):
        raise ValueError(f'scale is "linear" or "log"; here it is {scale!r}')
    if scale == "log" and answer <= 0:
        raise ValueError(f"factors need an answer above 0; here it is {answer}")
    if between is None:
        return None
    low, high = between
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"between goes from low to high; here from {low} to {high}")
    if scale == "log" and low <= 0:
        raise ValueError(f"a logarithmic axis begins above 0; here at {low}")
    if not low <= answer <= high:
        raise ValueError(f"the answer {answer} is not on the axis from {low} to {high}")
    return low, high


def _said(value, unit=""):
    """Return a number as the book writes it, with its unit: 1234567 as "1,234,567", 0.5 as "0.5"."""
    text = f"{value:,}" if isinstance(value, int) else f"{Decimal(repr(value)).normalize():,f}"
    return f"{text.replace('-', '−')} {unit}".rstrip()


def _plain(question, options, answer):
    """Return the question, its options, and below them the answer with every why."""
    letters = dict(zip(options, "abcde", strict=False))
    lines = [f"Predict first: {question}", *(f"  {letters[o]}) {o}" for o in options), ""]
    lines += [f"Answer: {letters[answer]}) {options[answer]}"]
    lines += [f"Not {letters[o]}): {why}" for o, why in options.items() if o != answer]
    return "\n".join(lines)


def _page(question, options, answer):
    """Return the question as HTML that needs no script: one <details> an option, only one open at a time."""
    name = f"quiz-{zlib.crc32(question.encode()):08x}"
    parts = [f'<div class="quiz"><p><strong>Predict first.</strong> {_inline(question)}</p>']
    for option, why in options.items():
        kind, verdict = ("right", "Right.") if option == answer else ("wrong", "Not this one.")
        parts.append(
            f'<details class="{kind}" name="{name}"><summary>{_inline(option)}</summary>'
            f"<p><strong>{verdict}</strong> {_inline(why)}</p></details>"
        )
    return "\n".join([*parts, "</div>"])


def _inline(text):
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))
