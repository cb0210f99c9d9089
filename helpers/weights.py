"""Store and load trained weights safely: safetensors, a card beside them, a checksum that is checked."""

import hashlib
import json
import os
import tempfile
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load as read_tensors
from safetensors.torch import save as write_tensors

from helpers.data import DataError


def save(state, path, card):
    """Write a state dict to `path` (.safetensors) and its card, with the sha256 added, to the .json beside it.

    Each is written whole or not at all; a run killed between the two leaves a pair that `load` refuses.
    card: what a user must know, as a dict (data, accuracy, date, versions).
    """
    path = Path(path)
    content = write_tensors(
        {name: tensor.detach().cpu().contiguous() for name, tensor in state.items()}
    )
    card = {**card, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    _replace(path, content)
    _replace(
        path.with_suffix(".json"), (json.dumps(card, ensure_ascii=False, indent=2) + "\n").encode()
    )


def load(path):
    """Return the state dict at `path`, on the CPU, and its card, once the file is proved to be the card's.

    Raises DataError when either file is missing, damaged or not the other's.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
        card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if hashlib.sha256(content).hexdigest() != card["sha256"]:
            raise DataError(
                f"{path} is not the file its card {path.stem}.json describes; restore both together"
            )
        return read_tensors(content), card
    except DataError:
        raise
    except (OSError, KeyError, TypeError, ValueError, SafetensorError) as problem:
        raise DataError(
            f"{path} and its card cannot be read ({problem!r}); restore both, for the book's own "
            "with `git checkout data/`"
        ) from None


def _replace(path, content):
    """Write to a temporary file beside `path`, push it to the disk, then take its place in one step."""
    file = tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False)
    try:
        with file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(file.name, 0o644)
        os.replace(file.name, path)
    except BaseException:
        os.unlink(file.name)
        raise
