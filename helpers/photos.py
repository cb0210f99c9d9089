"""Read CIFAR-10's photographs of cats and dogs, the published archive and no other; only on request."""

import os
import tarfile
from pathlib import Path

import numpy as np
import pooch
import torch

from helpers.data import DataError

ARCHIVE = "cifar-10-binary.tar.gz"
ADDRESS = f"https://www.cs.toronto.edu/~kriz/{ARCHIVE}"
MD5 = "c32a1d4ab5d03f1284b67883e8d87530"  # as its authors publish it
RECORDS = 10_000  # in each file of the archive; a record is one byte of label and 3,072 of picture
BATCHES = {"train": [f"data_batch_{k}.bin" for k in range(1, 6)], "test": ["test_batch.bin"]}
CAT, DOG = 3, 5
_REMEDY = (
    f"delete it to fetch it anew, or point $BOOK_DATA_DIR at a folder with the published {ARCHIVE}"
)


def cats_and_dogs(split):
    """Return CIFAR-10's photographs of cats and dogs: uint8 (N, 3, 32, 32) and labels, int64 (N,): 0 cat, 1 dog.

    split: "train" (10,000) or "test" (2,000). Looks for cifar-10-binary.tar.gz (162 MB) in $BOOK_DATA_DIR
    (a folder), then in the user's cache, then fetches it from its authors; prints which it used. The checksum
    must be the published one. The binary version is read because it holds bytes only: the other one is
    a pickle, and a pickle can run code. Raises DataError for any other file and when none can be had.
    """
    if split not in BATCHES:
        raise DataError(f'there is no split {split!r}; ask for "train" or "test"')
    path = _archive()
    print(f"photographs from {path}")
    try:
        with tarfile.open(path, "r:gz") as archive:
            parts = [_pictures(_member(archive, name), name) for name in BATCHES[split]]
    except (OSError, EOFError, tarfile.TarError) as problem:
        raise DataError(f"{path} cannot be read ({problem}); {_REMEDY}") from None
    images, labels = (torch.from_numpy(np.concatenate(part)) for part in zip(*parts, strict=True))
    return images, labels


def _archive():
    """Return the path of the published archive, its checksum proved, fetched if need be."""
    own, cache = os.environ.get("BOOK_DATA_DIR", ""), pooch.os_cache("large-models-for-founders")
    for folder in [Path(own)] * bool(own) + [Path(cache)]:
        path = folder / ARCHIVE
        if path.exists():
            found = pooch.file_hash(path, alg="md5")
            if found != MD5:
                raise DataError(f"{path} has the md5 {found}, not {MD5}; {_REMEDY}")
            return path
    try:
        return Path(
            pooch.retrieve(ADDRESS, f"md5:{MD5}", fname=ARCHIVE, path=cache, progressbar=False)
        )
    except Exception as problem:  # pooch lets through whatever its transport raises
        raise DataError(f"{ADDRESS} could not be had ({problem}); {_REMEDY}") from None


def _member(archive, name):
    """Return the bytes of one file of the archive, no more than a batch may hold."""
    try:
        file = archive.extractfile(f"cifar-10-batches-bin/{name}")
    except KeyError:
        file = None
    if file is None:
        raise DataError(f"the archive holds no {name}; {_REMEDY}")
    content, size = file.read(RECORDS * 3073 + 1), RECORDS * 3073
    if len(content) != size:
        raise DataError(
            f"{name} holds {len(content):,} bytes or more, not {size:,} "
            f"({RECORDS:,} records of 3,073); {_REMEDY}"
        )
    return content


def _pictures(content, name):
    """Return the cats and dogs among the records, uint8 (N, 3, 32, 32), and their labels, int64 (N,)."""
    records = np.frombuffer(content, dtype=np.uint8).reshape(-1, 3073)
    if records[:, 0].max() > 9:
        raise DataError(
            f"{name} holds the label {records[:, 0].max()}; there are 0 to 9; {_REMEDY}"
        )
    ours = records[(records[:, 0] == CAT) | (records[:, 0] == DOG)]
    return ours[:, 1:].reshape(-1, 3, 32, 32).copy(), (ours[:, 0] == DOG).astype(np.int64)
