"""Questions to predict and exercises: what the reader sees, and that a wrong key or answer is noticed."""

import re

import pytest

from helpers import exercises, quiz
from tools import refresh

OPTIONS = {
    "1.6": "The slope of x² at 2 is 4.",
    "1.8": "This takes the slope to be x.",
    "2.4": "This climbs.",
}


def shown(monkeypatch, *question, **answer):
    """Return what a question displays."""
    seen = []
    monkeypatch.setattr(quiz, "display", lambda bundle, raw: seen.append(bundle))
    quiz.ask(*question, **answer)
    return seen[0]


def test_a_question_is_whole_as_text_and_as_a_page(monkeypatch):
    bundle = shown(monkeypatch, "Where after `one` step?", OPTIONS, answer=f"{2 - 0.1 * 2 * 2:.1f}")
    text, page = bundle["text/plain"], bundle["text/html"]
    assert "Answer: a) The slope" in text and "Not b): This takes" in text and "Not a)" not in text
    assert page.count("<details") == page.count("<summary>") == 3
    assert re.findall(r'class="(right|wrong)"', page) == ["right", "wrong", "wrong"]
    assert len(set(re.findall(r'name="([^"]+)"', page))) == 1  # one open at a time
    assert "<code>one</code>" in page and not re.search("<script|<style|<input", page)


def test_another_computed_value_moves_the_key(monkeypatch):
    first, second = (
        shown(monkeypatch, "?", OPTIONS, answer=answer)["text/plain"] for answer in ("1.6", "1.8")
    )
    assert "Answer: a)" in first and "Answer: b)" in second


def test_markup_in_a_question_stays_text(monkeypatch):
    page = shown(monkeypatch, "Is 1 < 2 & <b>?", OPTIONS, answer="1.6")["text/html"]
    assert "1 &lt; 2 &amp; &lt;b&gt;" in page


@pytest.mark.parametrize(
    "options, answer, told",
    [
        (OPTIONS, "1.7", "'1.7' is not among"),
        ({**OPTIONS, "1.8": " "}, "1.6", "'1.8'"),
        ({"a": "x", "b": "y"}, "a", "this one has 2"),
    ],
)
def test_a_question_that_cannot_be_asked_says_why(options, answer, told):
    with pytest.raises(ValueError, match=re.escape(told)):
        quiz.ask("?", options, answer=answer)


def test_a_check_tells_right_not_yet_and_what_stopped_it(capsys):
    exercises.check("it holds", lambda: 1 + 1 == 2)
    exercises.check("it holds", lambda: 1 + 1 == 3)
    exercises.check("it holds", lambda: abs(None) < 1)
    exercises.check("it holds", lambda: abs(missing) < 1)  # noqa: F821
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["right: it holds", "not yet: it holds"]
    assert lines[2] == "not yet: it holds (a value is still None)"
    assert lines[3] == "not yet: it holds (NameError: name 'missing' is not defined)"


def test_a_stub_is_the_solution_less_its_marked_lines():
    solution = (
        "def step(x):\n    slope = 2 * x  # answer\n    x = x - slope  # answer\n    return x\n\n"
        "y = step(2)  # a comment\nz = y + 1  # answer\n"
    )
    gap = refresh.GAP
    assert refresh.stub(solution) == (
        f"def step(x):\n    {gap}\n    return x\n\ny = step(2)  # a comment\n{gap}"
    )
    compile(refresh.stub(solution), "stub", "exec")
