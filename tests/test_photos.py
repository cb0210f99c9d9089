"""Only the published archive of photographs is read, wherever it lies; the rest is refused with a remedy."""

import hashlib
import io
import tarfile

import numpy as np
import pytest
import torch

from helpers import photos
from helpers.data import DataError


def archive(folder, records=12, keep=None, short=0):
    """Write a tiny archive in CIFAR-10's binary form; record k has the label k % 10 and the bytes k."""
    path = folder / photos.ARCHIVE
    body = b"".join(bytes([k % 10]) + bytes([k]) * 3072 for k in range(records))
    with tarfile.open(path, "w:gz") as file:
        for name in keep or [*photos.BATCHES["train"], *photos.BATCHES["test"]]:
            part = body[: len(body) - short]
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = len(part)
            file.addfile(member, io.BytesIO(part))
    return path


@pytest.fixture
def published(tmp_path, monkeypatch):
    """Return a function that lays a tiny archive where a reader's own copy is looked for, as the published one."""

    def lay(**how):
        path = archive(tmp_path, **how)
        monkeypatch.setattr(photos, "MD5", hashlib.md5(path.read_bytes()).hexdigest())
        monkeypatch.setattr(photos, "RECORDS", 12)
        monkeypatch.setenv("BOOK_DATA_DIR", str(tmp_path))
        return path

    return lay


def test_cats_and_dogs_are_read_from_the_binary_archive(published, capsys):
    path = published()
    images, labels = photos.cats_and_dogs("train")
    assert images.shape == (10, 3, 32, 32) and images.dtype == torch.uint8
    assert labels.tolist() == [0, 1] * 5 and labels.dtype == torch.int64
    assert images[0].unique().tolist() == [3] and images[1].unique().tolist() == [5]
    assert photos.cats_and_dogs("test")[0].shape == (2, 3, 32, 32)
    assert str(path) in capsys.readouterr().out


def test_rows_and_colours_stand_where_they_belong(tmp_path):
    record = np.arange(3072) % 251
    image = photos._pictures(bytes([5]) + bytes(record.tolist()), "x")[0][0]
    assert image[0, 0, 1] == 1 and image[0, 1, 0] == 32 and image[1, 0, 0] == 1024 % 251


def test_the_readers_cache_comes_before_a_download(published, tmp_path, monkeypatch):
    path = published()
    monkeypatch.setenv("BOOK_DATA_DIR", "")
    monkeypatch.setattr(photos.pooch, "os_cache", lambda name: tmp_path)
    monkeypatch.setattr(photos.pooch, "retrieve", lambda *a, **k: pytest.fail("downloaded"))
    assert photos.cats_and_dogs("test")[1].tolist() == [0, 1]
    path.unlink()
    monkeypatch.setattr(photos.pooch, "retrieve", lambda *a, **k: 1 / 0)
    with pytest.raises(DataError, match="BOOK_DATA_DIR"):
        photos.cats_and_dogs("test")


def test_another_archive_is_refused(published):
    path = published()
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(DataError, match="md5"):
        photos.cats_and_dogs("train")


def test_a_missing_batch_a_short_one_and_an_unknown_split_are_named(published):
    published(keep=["data_batch_1.bin"])
    with pytest.raises(DataError, match=r"data_batch_2\.bin"):
        photos.cats_and_dogs("train")
    published(short=7)
    with pytest.raises(DataError, match=r"36,?869|3,?073"):
        photos.cats_and_dogs("train")
    with pytest.raises(DataError, match="'valid'.*train"):
        photos.cats_and_dogs("valid")
