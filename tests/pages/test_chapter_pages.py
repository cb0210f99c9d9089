"""What a chapter's page does: maths, diagrams, sliders and questions, with and without scripts."""

import io
import re
import sys

import numpy as np
import pytest
from PIL import Image

from tests import sheets
from tests.pages.listed import CHAPTERS
from tools import refresh
from web import book

chapter = pytest.mark.parametrize("name", CHAPTERS)


def test_the_process_that_sets_the_maths_is_waited_for_until_it_listens(tmp_path):
    late = (
        "import socket, sys, time; door = socket.socket(socket.AF_UNIX); door.bind(sys.argv[1]); "
        "time.sleep(0.5); door.listen(); door.accept()"
    )

    class Late:
        build_command = staticmethod(lambda socket: [sys.executable, "-c", late, str(socket)])

    process, connection = book.start_katex(Late, tmp_path, timeout=30)
    connection.close()
    assert process.wait(timeout=30) == 0


@chapter
def test_maths_and_diagrams_are_drawn(visit, name):
    page = visit(f"chapters/{name}.html")
    assert page.locator(".katex").count() > 0 and page.locator(".katex-error").count() == 0
    assert (
        "$$" not in page.locator("article").inner_text()
        and r"\tag" not in page.locator("article").inner_text()
    )
    stored = refresh.outputs(refresh.CHAPTERS / f"{name}.ipynb", "diagram")
    drawn = page.locator(".diagram svg")
    assert drawn.count() == len(stored) > 0
    for i in range(drawn.count()):
        if drawn.nth(i).is_visible():  # one may stand in a folded solution
            assert drawn.nth(i).bounding_box()["height"] > 20


def difference(pane, picture):
    """Return the mean difference of the pane's screenshot to a picture, in grey levels."""
    seen = Image.open(io.BytesIO(pane.screenshot())).convert("L")
    return np.abs(
        np.asarray(seen, float) - np.asarray(picture.convert("L").resize(seen.size), float)
    ).mean()


@pytest.mark.parametrize("way", ["http", "file"])
@chapter
def test_sliders_move_by_key_and_mouse_to_the_right_picture(visit, name, way):
    mode = "dark" if way == "file" else "light"  # the pictures are the same in both
    page = visit(f"chapters/{name}.html", way, color_scheme=mode)
    boxes = page.locator(".slider-alive")
    assert boxes.count() == page.locator(".slider").count() == len(sheets.sliders(name)) > 0
    moved = 0
    for number, (_, pictures) in enumerate(sheets.sliders(name)):
        box = boxes.nth(number)
        if not box.is_visible():
            continue
        knob, pane, shown = (
            box.locator("input[type=range]"),
            box.locator(".slider-pane"),
            box.locator("output"),
        )
        last = int(knob.get_attribute("max"))
        knob.scroll_into_view_if_needed()
        page.wait_for_function(
            "i => document.querySelectorAll('.slider-sheet')[i].complete", arg=number
        )
        knob.focus()
        seen = set()
        for key, index in (("Home", 0), ("ArrowRight", 1), ("End", last), ("ArrowLeft", last - 1)):
            page.keyboard.press(key)
            assert knob.input_value() == str(index)
            seen.add(shown.inner_text())
            near, far = (
                difference(pane, pictures[i]) for i in (index, (index + last // 2) % (last + 1))
            )
            assert near < 8 and near < far, (number, index, near, far)
        assert len(seen) == 4
        place = knob.bounding_box()
        page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
        assert abs(int(knob.input_value()) - last / 2) <= 1
        moved += 1
    assert moved >= 1


@chapter
def test_without_scripts_the_sheet_and_its_table_remain(visit, name):
    page = visit(f"chapters/{name}.html", java_script_enabled=False)
    sheet = page.locator("img.slider-sheet").first
    assert sheet.is_visible() and sheet.bounding_box()["height"] > 100
    assert page.locator(".katex").count() > 0
    stored = [about for about, _ in sheets.sliders(name)]
    told = sum(len(about["labels"]) + 1 for about in stored if any(about["readings"]))
    assert page.locator(".slider-table tr").count() == told


def answers(name):
    """Yield (the id of the cell, the place of the right option) of every quiz that a chapter has stored."""
    for cell in refresh.code_cells(refresh.CHAPTERS / f"{name}.ipynb"):
        if cell.id.endswith("-quiz"):
            text = cell.outputs[0].data["text/plain"]
            letter = re.search(r"^Answer: ([a-e])\)", text, flags=re.MULTILINE)[1]
            yield cell.id, "abcde".index(letter)


@pytest.mark.parametrize("scripts", [True, False])
@chapter
def test_a_quiz_opens_by_key_and_mouse_and_tells_right_from_wrong(visit, name, scripts):
    page = visit(f"chapters/{name}.html", "file", java_script_enabled=scripts)
    stored = list(answers(name))
    assert page.locator(".quiz").count() == len(stored) >= 4
    for cell, right in stored:
        options = page.locator(f"#cell-{cell} .quiz details")
        for i in range(options.count()):
            summary, why = options.nth(i).locator("summary"), options.nth(i).locator("p")
            assert not why.is_visible()
            if i % 2:
                summary.click()
            else:
                summary.focus()
                page.keyboard.press("Enter")
            assert why.is_visible(), (cell, i)
            assert why.inner_text().startswith("Right." if i == right else "Not this one."), cell
            assert page.locator(f"#cell-{cell} .quiz details[open]").count() == 1
