"""What the studies share: where the full-size data lie, and the record that each is compared with."""

import json
import os
import time
from pathlib import Path

import pytest

from helpers import data
from tools import record
from tools.build import ROOT

SOURCES = Path(os.environ.get("BOOK_FULL_DATA", ROOT.parent / "shared" / "data"))


@pytest.fixture
def full_data():
    """Return a function that gives the path of a full-size file, or skips the test where it is missing."""

    def path(name):
        if not (SOURCES / name).exists():
            pytest.skip(f"{SOURCES / name} is missing; put it there or set BOOK_FULL_DATA")
        return SOURCES / name

    return path


@pytest.fixture
def study():
    """Return a function that compares a study's results with its record in data/studies/.

    `study(name, results, about="…", within=0.03)`: results is a dict, nested as deep as you like, of
    numbers and text. With BOOK_RECORD=1 they become the record; else each number must lie within
    `within` of the recorded one. Call it once, at the end: it notes the seconds since the test began.
    """
    started = time.monotonic()

    def compare(name, results, *, about, within):
        if os.environ.get("BOOK_RECORD") == "1":
            note = {
                "about": about,
                "date": record.today(),
                "seconds": round(time.monotonic() - started),
                "device": record.cores(),
                "torch": record.version("torch"),
                "results": results,
            }
            path = data.BUNDLED / "studies" / f"{name}.json"
            text = json.dumps(note, ensure_ascii=False, indent=1) + "\n"
            path.write_text(text, encoding="utf-8", newline="\n")
            return
        kept, found = flat(data.study(name)["results"]), flat(results)
        assert kept.keys() == found.keys()
        apart = {
            key: (kept[key], found[key]) for key in kept if not near(kept[key], found[key], within)
        }
        assert not apart, f"recorded and measured now: {apart}"

    return compare


def flat(results, path=""):
    """Return nested dicts and lists as one dict of path: value."""
    if isinstance(results, dict | list):
        pairs = results.items() if isinstance(results, dict) else enumerate(results)
        parts = [flat(value, f"{path}/{key}") for key, value in pairs]
        return {key: value for part in parts for key, value in part.items()}
    return {path: results}


def near(kept, found, within):
    """Return whether two values agree: numbers within `within`, anything else exactly."""
    if isinstance(kept, int | float) and isinstance(found, int | float):
        return abs(kept - found) <= within
    return kept == found
