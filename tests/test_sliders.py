"""A slider moves: in a kernel, in its stored sheet, and it refuses what it cannot show."""

import pytest

from helpers import sliders
from tests import sheets
from tools import refresh

ALT = "A line whose slope is the rate."


def draw(ax, rate):
    ax.plot([0, 1], [0, rate])
    ax.set(ylim=(0, 6))
    return f"slope {rate:.1f}"


@pytest.fixture
def shown(displayed):
    return displayed(sliders)


def different(pictures):
    """Return the distinct ones of some pictures, as bytes."""
    return {picture.tobytes() for picture in pictures}


def test_stored_form_has_a_picture_and_a_line_for_every_value(shown):
    sliders.slider(draw, rate=[1, 2, 3, 4, 5], alt=ALT)
    ((bundle, metadata),) = shown
    about = metadata["image/png"]["slider"]
    assert bundle["text/plain"].splitlines()[:2] == [
        "slider over rate: 1, 2, 3, 4, 5",
        "rate 1: slope 1.0",
    ]
    assert about["readings"][4] == "slope 5.0" and about["start"] == 2 and about["alt"] == ALT
    assert len(different(sheets.panels(bundle["image/png"], about))) == 5


def test_an_exception_in_draw_is_not_swallowed(shown):
    def broken(ax, rate):
        raise ZeroDivisionError("rate")

    with pytest.raises(ZeroDivisionError):
        sliders.slider(broken, rate=[1, 2], alt=ALT)
    assert not shown


@pytest.mark.parametrize(
    "choice, complaint",
    [
        ({}, "exactly one"),
        ({"a": [1, 2], "b": [1, 2]}, "given: a, b"),
        ({"rate": [1]}, "1 values"),
        ({"rate": range(41)}, "41 values"),
        ({"rate": [1, 2], "alt": " "}, "alt is empty"),
        ({"rate": [1, 2], "start": 3}, "start=3"),
    ],
)
def test_bad_calls_are_named(choice, complaint):
    with pytest.raises(ValueError, match=complaint):
        sliders.slider(draw, **{"alt": ALT, **choice})


def test_the_live_slider_and_its_box_redraw():
    asked = []

    def recorded(ax, rate):
        asked.append(rate)
        return draw(ax, rate)

    live = sliders._live(recorded, "rate", [0.5, 1.0, 2.0, 3.0, 4.0, 5.0], 1.0, 1, (3, 2))
    knob, box, image, words = live.children
    pictures = {bytes(image.value)}
    for value in (2.0, 3.0, 4.0, 5.0, 0.5):
        knob.value = value
        pictures.add(bytes(image.value))
    box.value = 1.23  # the box takes numbers between the slider's stops
    assert asked == [1.0, 2.0, 3.0, 4.0, 5.0, 0.5, 1.23] and len(pictures) == 6
    assert "slope 1.2" in words.value and knob.description == "rate"


def test_a_live_failure_is_told_to_the_reader():
    def fragile(ax, rate):
        if rate > 1:
            raise ValueError("too fast")

    live = sliders._live(fragile, "rate", [1, 2], 1, 1, (3, 2))
    live.children[0].value = 2
    assert "too fast" in live.children[-1].value and "rate = 2" in live.children[-1].value


def test_a_reading_is_shown_as_it_is():
    live = sliders._live(lambda ax, rate: "a < b & c", "rate", [1, 2], 1, 1, (3, 2))
    assert live.children[-1].value == "a &lt; b &amp; c"


def test_words_make_a_slider_too():
    live = sliders._live(lambda ax, kind: kind, "kind", ["mean", "median"], "mean", 1, (3, 2))
    live.children[0].value = "median"
    assert len(live.children) == 3 and "median" in live.children[-1].value


def test_without_ipywidgets_the_picture_is_still_shown(shown, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ipywidgets", None)
    sliders.slider(draw, rate=[1, 2], alt=ALT)
    assert set(shown[0][0]) == {"text/plain", "image/png"}


def draw_two(ax, rate, shape):
    ax.plot([0, 1], [0, rate], {"line": "-", "dots": "o"}[shape])
    ax.set(ylim=(0, 6))
    return f"{shape} to {rate:.1f}"


TWO = {"rate": [1, 2, 3, 4, 5], "shape": ["line", "dots"]}


def test_an_experiment_is_stored_as_one_picture_and_its_choices(shown):
    sliders.explore(draw_two, **TWO, start={"shape": "line"}, alt=ALT)
    ((bundle, _),) = shown
    assert bundle["text/plain"].splitlines() == [
        "explore rate: 1, 2, 3, 4, 5",
        "explore shape: line, dots",
        "shown: rate 3, shape line",
        "line to 3.0",
    ]
    assert bundle["image/png"] and sliders.WIDGET in bundle


def test_every_control_of_an_experiment_redraws():
    asked = []

    def recorded(ax, chosen):
        asked.append(dict(chosen))
        return draw_two(ax, **chosen)

    live = sliders._live_controls(recorded, TWO, {"rate": 1, "shape": "line"}, 1, (3, 2), ALT)
    rate, shape, picture, words = live.children
    pictures = {picture.value}
    for value in (2, 3, 4, 5):
        rate.value = value
        pictures.add(picture.value)
    shape.value = "dots"
    pictures.add(picture.value)
    assert [a["rate"] for a in asked] == [1, 2, 3, 4, 5, 5] and asked[-1]["shape"] == "dots"
    assert len(pictures) == 6 and words.value == "dots to 5.0"
    assert (rate.description, shape.description) == ("rate", "shape") and ALT in picture.value


def test_a_failure_in_an_experiment_is_told_and_the_next_move_mends_it():
    def fragile(ax, chosen):
        if chosen["rate"] > 1:
            raise ValueError("too fast < here")

    live = sliders._live_controls(fragile, TWO, {"rate": 1, "shape": "line"}, 1, (3, 2), ALT)
    rate, *_, words = live.children
    rate.value = 2
    assert "too fast &lt; here" in words.value and "rate 2, shape line" in words.value
    rate.value = 1
    assert words.value == ""


def test_an_exception_in_an_experiment_is_not_swallowed_when_stored(shown):
    def broken(ax, rate, shape):
        raise ZeroDivisionError("rate")

    with pytest.raises(ZeroDivisionError):
        sliders.explore(broken, **TWO, alt=ALT)
    assert not shown


@pytest.mark.parametrize(
    "given, complaint",
    [
        ({"shape": [1, 2]}, "given: shape"),
        ({name: [1, 2] for name in "abcde"}, "given: a, b, c, d, e"),
        ({**TWO, "shape": ["line"]}, "shape has 1 values"),
        ({**TWO, "start": {"rate": 9}}, "start=9"),
        ({**TWO, "start": {"colour": 9}}, "start names colour"),
        ({**TWO, "alt": ""}, "alt is empty"),
    ],
)
def test_bad_experiments_are_named(given, complaint):
    with pytest.raises(ValueError, match=complaint):
        sliders.explore(draw_two, **{"alt": ALT, **given})


def test_an_experiment_without_ipywidgets_is_still_shown(shown, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ipywidgets", None)
    sliders.explore(draw_two, **TWO, alt=ALT)
    assert set(shown[0][0]) == {"text/plain", "image/png"}


@pytest.mark.parametrize("name", [path.stem for path in refresh.chapters()])
def test_every_slider_of_the_book_moves_and_is_light(name):
    for about, pictures in sheets.sliders(name):
        assert 12 <= len(about["labels"]) <= 25, about["name"]
        assert len(different(pictures)) >= max(5, 0.8 * len(about["labels"])), about["name"]
    for _, output in refresh.outputs(refresh.CHAPTERS / f"{name}.ipynb", "slider"):
        assert len(output.data["image/png"]) * 3 / 4 <= 150_000
