"""Every picture of the book has words, written by a person, for those who do not see it."""

import re

import pytest

from tools import refresh
from tools.build import ROOT

SHORTEST = 25  # letters; fewer name a picture and do not tell it
FILE_LIKE = r"\.(png|svg|jpe?g|gif|webp)\b|^[\w-]+$|^(image|picture|figure|diagram|graph|plot)( of| \d|\.?$)"


def plain(text):
    """Return a text as a listener hears it: no case, no signs, single spaces."""
    return " ".join(re.findall(r"\w+", str(text or "").lower()))


def faults(alt, caption=""):
    """Return what is wrong with the words that stand for a picture ([] when nothing is)."""
    alt = str(alt or "").strip()
    found = {
        "empty": not alt,
        "like a file's name": re.search(FILE_LIKE, alt, flags=re.IGNORECASE),
        f"shorter than {SHORTEST} letters": len(alt) < SHORTEST,
        "the same as its caption": alt and plain(alt) == plain(caption),
        "not a sentence": not alt.endswith((".", "?", "!")),
    }
    return [what for what, wrong in found.items() if wrong]


def pictures():
    """Yield (chapter, cell id, kind, alt text, caption) of every figure, slider and diagram of the book."""
    for path in refresh.chapters():
        for cell in refresh.code_cells(path):
            about = cell.metadata.get("mystnb", {})
            caption = about.get("figure", {}).get("caption", "")
            for output in cell.outputs:
                said = {
                    key: value
                    for keys in output.get("metadata", {}).values()
                    for key, value in keys.items()
                }
                if "slider" in said:
                    yield path.stem, cell.id, "slider", said["slider"]["alt"], caption
                elif "diagram" in said:
                    yield path.stem, cell.id, "diagram", said["diagram"], caption
                elif "image/png" in output.get("data", {}):
                    alt = about.get("image", {}).get("alt", "")
                    yield path.stem, cell.id, "figure", alt, caption


@pytest.mark.parametrize(
    "alt",
    [
        "",
        None,
        "   ",
        "loss-picture",
        "Figure 3",
        "images/loss_by_rate_and_step.png",
        "Image of the loss against the rate.",
        "A falling curve.",
        "A curve of loss against rate, falling, then flat",
        "The loss falls, then rises: stop early.",
    ],
)
def test_words_that_tell_nothing_are_refused(alt):
    assert faults(alt, caption="The loss falls, then rises – stop early")


def test_words_that_tell_the_picture_pass():
    assert not faults("A curve of loss against rate: it falls, then rises again.", "Stop early.")


def test_every_picture_is_told():
    found = list(pictures())
    assert {kind for _, _, kind, _, _ in found} == {"figure", "slider", "diagram"}
    wrong = {(name, cell): faults(alt, caption) for name, cell, _, alt, caption in found}
    assert not {place: what for place, what in wrong.items() if what}


def test_no_two_pictures_of_the_book_are_told_in_the_same_words():
    seen = {}
    for name, cell, _, alt, _ in pictures():
        seen.setdefault(plain(alt), []).append((name, cell))
    assert not [places for places in seen.values() if len(places) > 1]


def test_every_figure_and_slider_has_a_caption_of_its_own():
    captions = {}
    for name, cell, kind, _, caption in pictures():
        if kind != "diagram":
            assert len(caption) > 20 and not re.search(FILE_LIKE, caption), (name, cell)
            captions.setdefault(plain(caption), []).append((name, cell))
    assert not [places for places in captions.values() if len(places) > 1]


@pytest.mark.parametrize("path", [ROOT / "README.md", *(ROOT / "back").glob("*.md")])
def test_pictures_in_the_text_are_told(path):
    for alt, file in re.findall(r"!\[([^]]*)\]\(([^)]+)\)", path.read_text(encoding="utf-8")):
        badge = file.endswith("badge.svg")  # a link whose picture is its words
        assert alt.strip() if badge else not faults(alt), (path.name, alt)
