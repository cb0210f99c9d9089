"""Weights are stored whole or not at all, and a damaged file is refused."""

import json
import os

import pytest
import torch

from helpers import data, weights


@pytest.fixture
def stored(tmp_path):
    path = tmp_path / "net.safetensors"
    weights.save({"w": torch.arange(6.0).reshape(2, 3)}, path, {"accuracy": 0.99})
    return path


def test_what_was_saved_is_loaded_with_its_card(stored):
    state, card = weights.load(stored)
    assert torch.equal(state["w"], torch.arange(6.0).reshape(2, 3))
    assert card["accuracy"] == 0.99 and card["bytes"] == stored.stat().st_size
    assert (
        os.name == "nt" or stored.stat().st_mode & 0o777 == 0o644
    )  # a web server must be able to read it


def test_a_flipped_bit_a_cut_and_a_missing_file_are_refused(stored):
    content = bytearray(stored.read_bytes())
    content[-1] ^= 1
    for damage in (bytes(content), bytes(content[:-5]), b""):
        stored.write_bytes(damage)
        with pytest.raises(data.DataError, match="restore both"):
            weights.load(stored)
    stored.unlink()
    with pytest.raises(data.DataError, match="cannot be read"):
        weights.load(stored)


def test_a_card_without_checksum_or_not_json_is_refused(stored):
    card = stored.with_suffix(".json")
    for content in (b"{}", b"[]", b"not json", b"\xff\xfe"):
        card.write_bytes(content)
        with pytest.raises(data.DataError, match="cannot be read"):
            weights.load(stored)


def test_a_save_that_breaks_off_leaves_the_old_file(stored, monkeypatch):
    before = stored.read_bytes()
    monkeypatch.setattr(weights.os, "fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        weights.save({"w": torch.ones(2)}, stored, {})
    assert stored.read_bytes() == before and sorted(p.name for p in stored.parent.iterdir())[
        -2:
    ] == ["net.json", "net.safetensors"]
    assert weights.load(stored)[1]["accuracy"] == 0.99


def test_the_shipped_digits_network_is_small_and_has_a_card():
    path = data.find("digits.safetensors")
    card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert path.stat().st_size <= 200_000 and weights.load(path)[1] == card
    assert {"data", "date", "sha256"} <= set(card) and any("accuracy" in key for key in card)
