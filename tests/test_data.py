"""The data reader takes the book's files and refuses everything else with a remedy."""

import gzip
import hashlib
import os
import shutil
import struct
import tracemalloc

import pytest
import torch

from helpers import data
from tools import browser

UNCOMPRESSED = {  # sha256 of MNIST's IDX files as LeCun, Cortes and Burges published them
    "mnist/train-images-idx3-ubyte.gz": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "mnist/train-labels-idx1-ubyte.gz": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "mnist/t10k-images-idx3-ubyte.gz": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "mnist/t10k-labels-idx1-ubyte.gz": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


def idx(shape, body, magic=b"\x00\x00\x08"):
    return magic + bytes([len(shape)]) + struct.pack(f">{len(shape)}I", *shape) + body


def stored(folder, content, name="x.gz"):
    path = folder / name
    path.write_bytes(gzip.compress(content))
    return path


def test_bundled_mnist_is_the_published_one():
    for name, digest in UNCOMPRESSED.items():
        assert hashlib.sha256(gzip.decompress(data.find(name).read_bytes())).hexdigest() == digest


def test_digits_have_their_shapes_and_their_mean():
    images, labels = data.digits("train")
    assert images.shape == (60_000, 28, 28) and images.dtype == torch.uint8
    assert labels.shape == (60_000,) and labels.dtype == torch.int64
    assert abs(images.double().mean() / 255 - 0.1307) < 5e-5
    assert data.digits("test")[0].shape == (10_000, 28, 28)


def test_an_unknown_split_is_named():
    with pytest.raises(data.DataError, match="'valid'.*train"):
        data.digits("valid")


def test_houses_give_the_published_line():
    area, price = data.houses()
    feet = area / data.SQUARE_FOOT
    slope = ((feet - feet.mean()) * (price - price.mean())).sum() / (
        (feet - feet.mean()) ** 2
    ).sum()
    assert area.shape == price.shape == (932,)
    assert abs(slope - 138.546) < 5e-4 and abs(price.mean() - slope * feet.mean() - 13_859) < 0.5


def test_every_bundled_file_is_listed_and_every_listed_file_is_there():
    bundled = {
        str(path.relative_to(data.BUNDLED).as_posix())
        for path in data.BUNDLED.rglob("*")
        if path.is_file()
    }
    notes = {name for name in bundled if name.endswith((".md", ".txt", ".json", ".yml"))}
    assert bundled - notes == set(data.checksums())
    assert all(data.find(name) for name in data.checksums())


def test_reads_a_small_idx_file(tmp_path):
    assert data.read_idx(stored(tmp_path, idx((2, 3), bytes(range(6))))).tolist() == [
        [0, 1, 2],
        [3, 4, 5],
    ]


@pytest.mark.parametrize(
    "content, complaint",
    [
        (b"", "starts with"),
        (b"<html>sign in to this network</html>", "starts with"),
        (idx((2, 3), bytes(6), magic=b"\x00\x00\x0d"), "starts with"),
        (idx((), b""), "starts with"),
        (idx((2, 3), b"")[:7], "inside its header"),
        (idx((2, 3), bytes(5)), "holds only 5"),
        (idx((2, 3), bytes(7)), "holds more"),
        (idx((0, 3), b""), "promises the shape"),
        (idx((2**32 - 1, 2**32 - 1), b""), "promises the shape"),
    ],
)
def test_refuses_what_is_not_one_whole_file(tmp_path, content, complaint):
    with pytest.raises(data.DataError, match=complaint) as refusal:
        data.read_idx(stored(tmp_path, content))
    assert "x.gz" in str(refusal.value) and "git checkout data/" in str(refusal.value)


def test_refuses_a_truncated_and_a_plain_file(tmp_path):
    whole = gzip.compress(idx((100, 28), os.urandom(2800)))
    for name, content in {"cut.gz": whole[:-300], "plain.gz": b"not gzip at all"}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(data.DataError, match=name):
            data.read_idx(tmp_path / name)


def test_a_bomb_is_not_unpacked(tmp_path):
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(idx((10, 10), b""))
        for _ in range(400):
            file.write(bytes(1_000_000))
    tracemalloc.start()
    try:
        with pytest.raises(data.DataError, match="holds more"):
            data.read_idx(path)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000  # bytes; whole it is 400 MB
    finally:
        tracemalloc.stop()


def test_own_copy_in_a_folder_with_spaces_and_chinese(tmp_path, monkeypatch):
    folder = tmp_path / "我的 数据" / "mnist"
    folder.mkdir(parents=True)
    shutil.copy(data.BUNDLED / "mnist" / "t10k-labels-idx1-ubyte.gz", folder)
    monkeypatch.setenv("BOOK_DATA_DIR", str(folder.parent))
    assert data.find("mnist/t10k-labels-idx1-ubyte.gz").parent == folder
    assert data.find("sacramento-houses.csv").parent == data.BUNDLED


def test_wrong_checksum_missing_and_unknown_files_are_refused(tmp_path, monkeypatch):
    (tmp_path / "sacramento-houses.csv").write_text("sqft,price\n1,2\n", encoding="utf-8")
    monkeypatch.setenv("BOOK_DATA_DIR", str(tmp_path))
    with pytest.raises(data.DataError, match="not the book's file"):
        data.houses()
    with pytest.raises(data.DataError, match="lists no cats.csv"):
        data.find("cats.csv")
    monkeypatch.setattr(data, "BUNDLED", tmp_path / "nowhere")
    monkeypatch.setattr(data, "checksums", lambda: {"mnist/x.gz": "0"})
    with pytest.raises(data.DataError, match="neither in"):
        data.find("mnist/x.gz")


def test_an_unreadable_file_is_named(tmp_path, monkeypatch):
    (
        tmp_path / "sacramento-houses.csv"
    ).mkdir()  # a folder where the file should be: nobody can read it
    monkeypatch.setenv("BOOK_DATA_DIR", str(tmp_path))
    with pytest.raises(data.DataError, match="cannot be read"):
        data.houses()


def test_a_mirror_is_proved_by_checksum_and_its_failure_is_plain(tmp_path, monkeypatch):
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    with browser.served(mirror) as address:
        monkeypatch.setenv("BOOK_DATA_DIR", address)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        monkeypatch.setattr(data.pooch, "os_cache", lambda name: tmp_path / "cache")
        with pytest.raises(data.DataError, match="could not be had.*unset it"):
            data.houses()
        (mirror / "sacramento-houses.csv").write_text("<html>sign in</html>", encoding="utf-8")
        with pytest.raises(data.DataError, match="could not be had"):
            data.houses()
        shutil.copy(data.BUNDLED / "sacramento-houses.csv", mirror)
        assert data.houses()[0].shape == (932,)
