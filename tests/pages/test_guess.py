"""Questions to predict: every answer stands right on the axis and in words, with and without scripts."""

import html
import json
import math
import re

import pytest
from playwright.sync_api import expect

from tests.pages.listed import CHAPTERS
from tools import axe, refresh

chapter = pytest.mark.parametrize("name", CHAPTERS)
SIDES = ("file", {"color_scheme": "dark", "viewport": {"width": 360, "height": 800}})
STATE = """box => {
    const line = box.querySelector(".guess-line")?.getBoundingClientRect();
    const middle = kind => { const mark = box.querySelector(`.guess-mark.${kind}`)?.getBoundingClientRect();
        return mark && (mark.left + mark.width / 2 - line.left) / line.width; };
    const gap = box.querySelector(".guess-gap")?.getBoundingClientRect();
    return {mine: middle("mine"), computed: middle("computed"), said: box.querySelector(".guess-said").textContent,
        gap: gap && gap.width / line.width, pixel: line && 1 / line.width}; }"""


def stored(name):
    """Return {id of the cell: (what the script is told, the written answer, its why)} of a chapter's numbers."""
    questions = {}
    for cell in refresh.code_cells(refresh.CHAPTERS / f"{name}.ipynb"):
        if cell.id.endswith("-guess"):
            data = cell.outputs[0].data
            about = json.loads(
                html.unescape(re.search(r'data-guess="([^"]*)"', data["text/html"])[1])
            )
            written = re.search(r"</summary><p><strong>([^<]*)\.</strong>", data["text/html"])[1]
            why = data["text/plain"].split(f"Answer: {html.unescape(written)}. ")[1]
            questions[cell.id] = about, html.unescape(written), why
    return questions


def place(about, value):
    """Return where a value lies on a question's axis: 0 at its low end, 1 at its high end."""
    bend = math.log10 if about["scale"] == "log" else float
    low, high = bend(about["low"]), bend(about["high"])
    return (bend(value) - low) / (high - low)


def guesses(about):
    """Return a guess below the answer, one above it, and the answer."""
    answer = about["answer"]
    below, above = answer / 4 if answer > 0 else answer - 3, answer * 3 + 1
    if "low" in about:
        below, above = max(about["low"], below), min(about["high"], above)
    return [float(f"{below:.3g}"), float(f"{above:.3g}"), answer]


def written_out(value):
    """Return a number as a page writes it."""
    return f"{value:,.10f}".rstrip("0").rstrip(".").replace("-", "−")


def parts(page, cell):
    """Return a question's box, its field and its button."""
    box = page.locator(f"#cell-{cell} .guess")
    return box, box.locator("input[type=text]"), box.locator("button")


@chapter
def test_a_typed_guess_is_told_from_the_answer_in_words_and_on_the_axis(visit, name):
    way, screen = SIDES
    page = visit(f"chapters/{name}.html", way, **screen)
    questions = stored(name)
    assert page.locator(".guess").count() == len(questions)
    expect(page.locator(".guess-alive")).to_have_count(len(questions))
    for cell, (about, written, why) in questions.items():
        box, field, button = parts(page, cell)
        assert why[:20] not in box.inner_text()
        for guess in guesses(about):
            field.fill(written_out(guess))
            button.click()
            seen = box.evaluate(STATE)
            assert written in seen["said"] and written_out(guess) in seen["said"], (cell, seen)
            side = [word for word in ("low", "high", "exactly") if f"{word}." in seen["said"]]
            answer = about["answer"]
            assert side == ["low" if guess < answer else "high" if guess > answer else "exactly"]
            if guess != answer:
                told = re.search(r": ([\d.,]+)", seen["said"])[1].replace(",", "")
                apart = abs(guess - answer)
                if about["scale"] == "log" and guess > 0:
                    apart = max(guess / answer, answer / guess)
                assert math.isclose(float(told), apart, rel_tol=0.05), (cell, seen)
            if "low" in about:
                near = 1.2 * seen["pixel"]
                assert abs(seen["mine"] - place(about, guess)) < near, (cell, guess, seen)
                assert abs(seen["computed"] - place(about, answer)) < near, (cell, seen)
                gap = abs(place(about, guess) - place(about, answer))
                assert abs(seen["gap"] - gap) < near
            assert page.evaluate("document.documentElement.scrollWidth") == 360
            button.click()  # again
        assert not box.locator(".guess-said").inner_text() and field.input_value() == ""
    assert not page.complaints


@chapter
def test_the_point_moves_by_key_and_mouse_and_the_field_follows(visit, name):
    page = visit(f"chapters/{name}.html")
    for cell, (about, written, _) in stored(name).items():
        if "low" not in about:
            continue
        box, field, button = parts(page, cell)
        knob = box.locator("input[type=range]")
        knob.focus()
        seen = []
        for key in ("Home", "ArrowRight", "End", "ArrowLeft"):
            page.keyboard.press(key)
            seen.append(float(field.input_value().replace(",", "").replace("−", "-")))
            assert field.input_value() in knob.get_attribute("aria-valuetext")
        low, up, high, down = seen
        assert (low, high) == (about["low"], about["high"]) and low < up <= down < high, cell
        knob.scroll_into_view_if_needed()
        line = box.locator(".guess-line").bounding_box()
        y = knob.bounding_box()["y"] + 13
        for share in (0.6, 0.93):
            page.mouse.click(line["x"] + share * line["width"], y)
            value = float(field.input_value().replace(",", "").replace("−", "-"))
            assert abs(place(about, value) - share) < 0.02, (cell, share, value)
        button.focus()
        page.keyboard.press("Enter")
        state = box.evaluate(STATE)
        assert abs(state["mine"] - place(about, value)) < 1.2 * state["pixel"], (cell, state)
        assert written in state["said"] and button.evaluate(
            "node => node === document.activeElement"
        )


@chapter
def test_without_scripts_the_answer_opens_in_place_and_is_printed(visit, name):
    page = visit(f"chapters/{name}.html", "file", java_script_enabled=False)
    for cell, (_, written, _) in stored(name).items():
        box = page.locator(f"#cell-{cell} .guess")
        answer = box.locator("details p")
        assert not answer.is_visible() and box.locator("input, button").count() == 0
        box.locator("summary").click()
        assert answer.is_visible() and answer.inner_text().startswith(written)
        box.locator("summary").click()
        page.emulate_media(media="print")
        assert answer.is_visible(), cell
        page.emulate_media(media="screen")


def one(name="concepts"):
    """Return a chapter's page and the id of one question with an axis."""
    return f"chapters/{name}.html", next(c for c, told in stored(name).items() if "low" in told[0])


def test_no_answer_without_a_guess_unless_it_is_asked_for(visit):
    address, cell = one()
    page = visit(address)
    about, written, why = stored("concepts")[cell]
    kept = """JSON.stringify([{...localStorage, theme: 0, mode: 0}, {...sessionStorage},
        document.cookie, location.href])"""  # light or dark is the theme's to keep
    before = page.evaluate(kept)
    box, field, button = parts(page, cell)
    for typed in ("", "many", str(about["high"] * 2), str(about["low"] - 1)):
        field.fill(typed)
        page.keyboard.press("Enter")
        said = box.locator(".guess-said")
        assert said.inner_text() and written not in said.inner_text(), typed
        assert said.get_attribute("role") == "status" and not box.locator(".guess-mark").count()
        assert field.get_attribute("aria-invalid") and field.evaluate(
            "node => node === document.activeElement"
        )
    summary = box.locator("summary")
    summary.click()
    assert box.locator("details p").inner_text().startswith(written)
    state = box.evaluate(STATE)
    assert state["mine"] is None
    assert abs(state["computed"] - place(about, about["answer"])) < 1.2 * state["pixel"]
    summary.click()
    assert not box.locator(".guess-mark").count() and box.locator("input[type=range]").is_enabled()
    field.fill(written_out(about["high"]))
    button.click()
    assert written in said.inner_text() and page.evaluate(kept) == before


def test_numbers_are_read_as_people_write_them(visit):
    address, cell = one()
    box, field, button = parts(visit(address), cell)
    for typed, said in {"1,000": "1,000", " 20 million": "20", "2,5": "2.5", "４０": "40"}.items():
        field.fill(typed)
        button.click()
        assert f"You said {said}, " in box.locator(".guess-said").inner_text(), typed
        button.click()


def test_a_wrong_option_can_be_set_beside_the_computed_one(visit):
    page = visit("chapters/concepts.html")
    quiz = page.locator(".quiz").first
    wrong, right = quiz.locator("details.wrong").first, quiz.locator("details.right")
    wrong.locator("summary").click()
    button, shown = wrong.locator("button"), wrong.locator(".quiz-right")
    assert not shown.is_visible() and button.get_attribute("aria-expanded") == "false"
    button.press("Enter")
    assert shown.is_visible() and button.get_attribute("aria-expanded") == "true"
    assert right.locator("summary").inner_text() in shown.inner_text()
    assert wrong.locator("summary").is_visible() and quiz.locator("details[open]").count() == 1
    button.click()
    assert not shown.is_visible()


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_axe_finds_no_fault_before_and_after_the_answer(visit, mode, width):
    page = visit(
        "chapters/concepts.html", color_scheme=mode, viewport={"width": width, "height": 850}
    )
    boxes = page.locator(".guess")
    boxes.nth(0).locator("input[type=text]").fill("31")
    boxes.nth(0).locator("button").click()
    boxes.nth(1).locator("summary").click()
    boxes.nth(2).locator("button").click()  # refused: nothing was guessed
    page.locator(".quiz details.wrong summary").first.click()
    page.locator(".quiz-show").first.click()
    found = axe.faults(page, "'.guess, .quiz'")
    assert not found, "\n".join(found)
    for control in boxes.locator("input:visible, button:visible, summary:visible").all():
        size = control.bounding_box()
        assert min(size["width"], size["height"]) >= 24, (control, size)
