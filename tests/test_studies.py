"""Every recorded study says what, when and where, has a test that repeats it, and a number that moves is noticed."""

import json
import re

import pytest

from helpers import data
from tests.full.conftest import flat, near
from tools.build import ROOT

RECORDS = sorted((data.BUNDLED / "studies").glob("*.json"))
record = pytest.mark.parametrize("path", RECORDS, ids=[path.stem for path in RECORDS])


@record
def test_a_record_says_what_was_measured_when_and_where(path):
    note = json.loads(path.read_text(encoding="utf-8"))
    assert list(note) == ["about", "date", "seconds", "device", "torch", "results"]
    assert len(note["about"]) > 40 and re.fullmatch(r"20\d\d-\d\d-\d\d", note["date"])
    assert note["seconds"] > 0 and flat(note["results"])


@record
def test_a_record_is_repeated_by_a_test_and_shown_by_a_chapter(path):
    tests = [file.read_text(encoding="utf-8") for file in (ROOT / "tests/full").glob("test_*.py")]
    chapters = [file.read_text(encoding="utf-8") for file in (ROOT / "chapters").glob("*.ipynb")]
    assert any(f'"{path.stem}"' in text for text in tests)
    assert any(f'data.study(\\"{path.stem}\\")' in text for text in chapters)


def test_nested_results_are_compared_number_by_number():
    assert flat({"a": {"b": [1, 2.5]}, "c": "x"}) == {"/a/b/0": 1, "/a/b/1": 2.5, "/c": "x"}
    assert near(0.80, 0.82, 0.03) and not near(0.80, 0.84, 0.03)
    assert near("lstm", "lstm", 0) and not near("lstm", "gru", 1)
