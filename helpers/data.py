"""Find the book's data and read it strictly: whatever is not as expected is refused with a remedy."""

import csv
import gzip
import hashlib
import json
import math
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pooch
import torch

BUNDLED = Path(__file__).resolve().parent.parent / "data"
LARGEST = 60_000 * 28 * 28  # no IDX file of the book holds more bytes than this
SQUARE_FOOT = 0.09290304  # m²
MNIST = {
    "train": ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", 60_000),
    "test": ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", 10_000),
}


class DataError(ValueError):
    """A data file is missing or is not what it should be; the message names the file and the remedy."""


def digits(split):
    """Return MNIST's images, uint8 (N, 28, 28), and labels, int64 (N,); split "train" (60,000) or "test" (10,000).

    Raises DataError when a file is missing, damaged or another than the book's.
    """
    if split not in MNIST:
        raise DataError(f'there is no split {split!r}; ask for "train" or "test"')
    pictures, answers, count = MNIST[split]
    images = read_idx(find(f"mnist/{pictures}"))
    labels = read_idx(find(f"mnist/{answers}"))
    if images.shape != (count, 28, 28) or labels.shape != (count,) or labels.max() > 9:
        raise DataError(
            f"mnist/{pictures} holds {images.shape} and {answers} {labels.shape}, "
            f"not {count} pictures of 28×28 with labels 0 to 9; {_remedy(pictures)}"
        )
    return torch.from_numpy(images), torch.from_numpy(labels).long()


def houses():
    """Return the living area (m²) and the price (US dollars) of 932 Sacramento sales, float64 (932,) each.

    Raises DataError when the file is missing, damaged or another than the book's.
    """
    path = find("sacramento-houses.csv")
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    try:
        area = torch.tensor([float(row["sqft"]) * SQUARE_FOOT for row in rows], dtype=torch.float64)
        price = torch.tensor([float(row["price"]) for row in rows], dtype=torch.float64)
    except (KeyError, TypeError, ValueError) as problem:
        raise DataError(
            f"{path} is not the table of house sales ({problem}); {_remedy(path.name)}"
        ) from None
    return area, price


def study(name):
    """Return the record of a study on full-size data (`make full`), as a dict.

    It holds what was measured (`about`), `date`, `seconds`, `device`, `torch` and the `results`.
    Raises DataError when there is no such record or it cannot be read.
    """
    path = BUNDLED / "studies" / f"{name}.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise DataError(
            f"there is no readable record of a study {name!r} ({problem}); "
            "restore it with `git checkout data/`"
        ) from None


def find(name):
    """Return the path of the book's data file `name`, its checksum proved.

    Looks in $BOOK_DATA_DIR first (a folder with your own copy, or the http(s) address of a mirror, whose
    files are fetched once and kept in the user's cache), then in the bundled data/.
    Raises DataError when it is in neither or is not the book's file.
    """
    expected = checksums().get(name)
    if expected is None:
        raise DataError(
            f"data/checksums.txt lists no {name}; it lists {', '.join(sorted(checksums()))}"
        )
    own = os.environ.get("BOOK_DATA_DIR", "")
    if own.startswith(("http://", "https://")):
        return _fetch(f"{own.rstrip('/')}/{name}", name, expected)
    for folder in filter(None, [own, BUNDLED]):
        path = Path(folder) / name
        if path.exists():
            return _proved(path, name, expected)
    raise DataError(
        f"{name} is neither in {BUNDLED} nor in $BOOK_DATA_DIR ({own or 'not set'}); {_remedy(name)}"
    )


def checksums():
    """Return the sha256 of every bundled file by its name below data/."""
    lines = (BUNDLED / "checksums.txt").read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split(maxsplit=1) for line in lines if line)}


def _fetch(url, name, expected):
    try:
        return Path(
            pooch.retrieve(
                url,
                f"sha256:{expected}",
                fname=name.replace("/", "-"),
                path=pooch.os_cache("large-models-for-founders"),
                progressbar=False,
            )
        )
    except Exception as problem:  # pooch lets through whatever its transport raises
        raise DataError(
            f"{url} could not be had ({problem}); check $BOOK_DATA_DIR or unset it "
            "to use the bundled data"
        ) from None


def _proved(path, name, expected):
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as problem:
        raise DataError(f"{path} cannot be read ({problem}); {_remedy(name)}") from None
    if found != expected:
        raise DataError(
            f"{path} is not the book's file: its sha256 is {found[:12]}…, not {expected[:12]}…; "
            f"{_remedy(name)}"
        )
    return path


def _remedy(name):
    return f"restore it with `git checkout data/` or point $BOOK_DATA_DIR at a folder that holds {name}"


def read_idx(path):
    """Return the array of bytes, uint8, in a gzipped IDX file (the format of MNIST, by LeCun et al.).

    Reads no more than the header promises, and no header may promise more than 60,000 × 28 × 28 bytes,
    so a small file cannot fill the memory. Raises DataError for anything else than one whole IDX file.
    """
    try:
        with gzip.open(path, "rb") as file:
            shape = _idx_shape(file, path)
            size = math.prod(shape)
            body = file.read(size)
            rest = file.read(1)
    except (OSError, EOFError, zlib.error) as problem:
        raise DataError(
            f"{path} cannot be read as gzip ({problem}); {_remedy(Path(path).name)}"
        ) from None
    if len(body) != size or rest:
        found = f"only {len(body)}" if len(body) != size else "more"
        raise DataError(
            f"{path} promises {size} bytes after its header but holds {found}; {_remedy(Path(path).name)}"
        )
    return np.frombuffer(bytearray(body), dtype=np.uint8).reshape(shape)


def _idx_shape(file, path):
    """Read the IDX header; return the shape it promises."""
    head = file.read(4)
    if len(head) != 4 or head[:3] != b"\x00\x00\x08" or not 1 <= head[3] <= 3:
        raise DataError(
            f"{path} starts with {head!r}, not with the mark of an IDX file of bytes; "
            f"{_remedy(Path(path).name)}"
        )
    sizes = file.read(4 * head[3])
    if len(sizes) != 4 * head[3]:
        raise DataError(f"{path} ends inside its header; {_remedy(Path(path).name)}")
    shape = struct.unpack(f">{head[3]}I", sizes)
    if not 0 < math.prod(shape) <= LARGEST:
        raise DataError(
            f"{path} promises the shape {shape}; the book reads 1 to {LARGEST} bytes; "
            f"{_remedy(Path(path).name)}"
        )
    return shape
