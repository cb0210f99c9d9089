"""A question to predict before the reveal: each answer opens in place, on the page, in a notebook, as plain text."""

import html
import re
import zlib

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
