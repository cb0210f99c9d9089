"""Questions to predict, numbers to guess and exercises: what the reader sees, and that a wrong key is noticed."""

import ast
import builtins
import html
import json
import math
import re

import pytest
import torch

from helpers import exercises, quiz
from tools import refresh

OPTIONS = {
    "1.6": "The slope of x² at 2 is 4.",
    "1.8": "This takes the slope to be x.",
    "2.4": "This climbs.",
}


def shown(monkeypatch, *question, ask=quiz.ask, **answer):
    """Return what a question displays."""
    seen = []
    monkeypatch.setattr(quiz, "display", lambda bundle, raw: seen.append(bundle))
    ask(*question, **answer)
    return seen[0]


def number(monkeypatch, question="?", why="Because.", **answer):
    """Return what a question for a number displays, and what its page's script is told."""
    bundle = shown(monkeypatch, question, ask=quiz.number, why=why, **answer)
    told = re.search(r'data-guess="([^"]*)"', bundle["text/html"])[1]
    return bundle, json.loads(html.unescape(told))


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


def test_a_number_to_guess_is_whole_as_text_and_as_a_page(monkeypatch):
    bundle, told = number(
        monkeypatch, "How many `steps`?", answer=35, unit="steps", between=(1, 1000), scale="log"
    )
    text, page = bundle["text/plain"], bundle["text/html"]
    question, space, empty, answer = text.splitlines()
    assert "How many" in question and "1 to 1,000 steps" in space and not empty
    assert answer == "Answer: 35 steps. Because." and "35" not in question + space
    before, after = page.split("<details>")
    assert "<code>steps</code>" in before and "1 to 1,000 steps" in before and "Because" in after
    assert "35 steps" in after and not re.search("<script|<style|<input", page)
    assert told == {"answer": 35, "unit": "steps", "scale": "log", "low": 1, "high": 1000}


def test_a_number_without_an_axis_says_its_unit_only(monkeypatch):
    bundle, told = number(monkeypatch, answer=2 * 3, unit="cuts & <b>")
    assert "cuts & <b>" in bundle["text/plain"] and "cuts &amp; &lt;b&gt;" in bundle["text/html"]
    assert "<b>" not in bundle["text/html"]
    assert "low" not in told and told["unit"] == "cuts & <b>" and told["answer"] == 6


@pytest.mark.parametrize(
    "answer, digits, said, value",
    [
        (1234567, 3, "1,234,567", 1234567),
        (1234567.0, 3, "1,230,000", 1230000),
        (torch.tensor(7), 3, "7", 7),
        (torch.tensor(0.1), 3, "0.1", 0.1),
        (2 / 3, 2, "0.67", 0.67),
        (0.0000123456, 3, "0.0000123", 0.0000123),
        (-2.5, 3, "−2.5", -2.5),
        (256.0, 3, "256", 256),
    ],
)
def test_a_number_has_one_written_form_and_the_page_compares_with_it(
    monkeypatch, answer, digits, said, value
):
    bundle, told = number(monkeypatch, answer=answer, digits=digits)
    assert f"Answer: {said}. " in bundle["text/plain"] and told["answer"] == value
    assert f"<strong>{said}.</strong>" in bundle["text/html"]


@pytest.mark.parametrize(
    "wrong, told",
    [
        ({"answer": "35"}, "'35'"),
        ({"answer": True}, "True"),
        ({"answer": math.inf}, "inf"),
        ({"answer": torch.ones(1).log() / 0}, "nan"),
        ({"answer": 35, "why": "  "}, "why"),
        ({"answer": 35, "between": (50, 100)}, "35 is not on the axis from 50 to 100"),
        ({"answer": 35, "between": (100, 1)}, "from 100 to 1"),
        ({"answer": 35, "between": (35, 35)}, "from 35 to 35"),
        ({"answer": 35, "between": (1, math.inf)}, "to inf"),
        ({"answer": 35, "between": (0, 100), "scale": "log"}, "above 0; here at 0"),
        ({"answer": -1, "scale": "log"}, "here it is -1"),
        ({"answer": 35, "scale": "square"}, "'square'"),
    ],
)
def test_a_number_that_cannot_be_asked_says_why(wrong, told):
    with pytest.raises(ValueError, match=re.escape(told)):
        quiz.number("?", **{"why": "Because.", **wrong})


def is_computed(source):
    """Tell whether the answer of a quiz.number call comes out of a calculation, here or in an earlier cell."""
    tree = ast.parse(source)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    (call,) = [node for node in calls if ast.unparse(node.func) == "quiz.number"]
    answer = next(word.value for word in call.keywords if word.arg == "answer")
    written_down = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and not list(computing(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    names = {node.id for node in ast.walk(answer) if isinstance(node, ast.Name)}
    names -= set(dir(builtins)) | written_down
    return bool(names) or any(isinstance(node, ast.BinOp) for node in ast.walk(answer))


def computing(value):
    """Yield the parts of an expression that calculate or look something up."""
    kinds = (ast.Name, ast.BinOp, ast.Call, ast.Subscript, ast.Attribute)
    return (node for node in ast.walk(value) if isinstance(node, kinds))


@pytest.mark.parametrize(
    "source, computed",
    [
        ("quiz.number('?', answer=35, why='x')", False),
        ("quiz.number('?', answer=-35, why='x')", False),
        ("quiz.number('?', answer=round(35.2), why='x')", False),
        ("n = 35\nquiz.number('?', answer=n, why='x')", False),
        ("n = 7 * 5\nquiz.number('?', answer=n, why='x')", True),
        ("quiz.number('?', answer=len(steps), why='x')", True),
        ("quiz.number('?', answer=2**0.5, why='x')", True),
    ],
)
def test_a_number_written_down_is_told_from_a_computed_one(source, computed):
    assert is_computed(source) is computed


@pytest.mark.parametrize("path", refresh.chapters(), ids=lambda path: path.stem)
def test_at_least_two_numbers_to_guess_whose_answer_is_computed(path):
    cells = [cell for cell in refresh.code_cells(path) if "quiz.number(" in cell.source]
    assert len(cells) >= 2, "chapters/README.md says how a number to guess is asked"
    assert all(cell.id.endswith("-guess") for cell in cells), [cell.id for cell in cells]
    for cell in cells:
        assert cell.metadata.tags == ["hide-input"] and cell.metadata.jupyter.source_hidden, cell.id
        assert cell.metadata.mystnb.code_prompt_show, cell.id
        assert is_computed(cell.source), f"{cell.id}: the answer is written down, not computed"
        answer = cell.outputs[0].data["text/plain"].splitlines()[-1]
        assert re.fullmatch(r"Answer: .{20,}", answer), cell.id


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
