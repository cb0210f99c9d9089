"""The bundled texts are the ones their README names, and whatever else is found in their place is refused."""

import gzip

import pytest

from helpers import data, texts
from helpers.data import DataError


def test_reviews_are_whole_and_kept_together_by_review():
    sentences, ratings, review = texts.reviews()
    assert len(sentences) == len(ratings) == len(review) == 3708
    assert sentences[2] == "does your apex dvd player only play dvd audio without video?"
    assert (round(ratings.min().item(), 2), round(ratings.max().item(), 2)) == (-3.7, 3.85)
    assert ((ratings > 0.5).sum(), (ratings < -0.5).sum()) == (1725, 1218)
    assert len(review.unique()) == 300 and (review.diff() >= 0).all()


def test_novel_and_poems_have_their_lengths_and_their_first_lines():
    novel, poems = texts.novel(), texts.poems()
    assert len(novel) == 684_768 and "It is a truth universally acknowledged" in novel[:200]
    assert len(poems) == 33_292 and len(set(poems)) == 2061
    assert len(poems.split("\n\n")) == 280 and poems.startswith("湘春夜月\n近清明。\n")


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """Return a function that puts content in the place of a bundled file, past its checksum."""

    def store(content):
        path = tmp_path / "x.gz"
        path.write_bytes(content)
        monkeypatch.setattr(texts, "find", lambda name: path)

    return store


@pytest.mark.parametrize(
    "content, told",
    [
        (b"plain", "cannot be read as gzipped UTF-8"),
        (gzip.compress(b"a text")[:-9], "cannot be read as gzipped UTF-8"),
        (gzip.compress("词".encode("gb18030")), "cannot be read as gzipped UTF-8"),
        (gzip.compress(b"a" * (texts.LARGEST + 1)), "more than 1,048,576 bytes"),
    ],
)
def test_what_is_no_text_is_refused_with_its_name(stored, content, told):
    stored(content)
    with pytest.raises(DataError, match=told):
        texts.novel()


@pytest.mark.parametrize("row", ["1_1\t0.5", "1_1\tgood\ttext", "one_1\t0.5\ttext"])
def test_a_broken_table_of_reviews_is_refused(stored, row):
    stored(gzip.compress(row.encode()))
    with pytest.raises(DataError, match="reviews.tsv.gz is not the table"):
        texts.reviews()


def test_an_altered_text_is_refused_by_its_checksum(tmp_path, monkeypatch):
    (tmp_path / "song-ci.txt.gz").write_bytes(gzip.compress("近清明。".encode()))
    monkeypatch.setenv("BOOK_DATA_DIR", str(tmp_path))
    with pytest.raises(DataError, match="song-ci.txt.gz is not the book's file"):
        texts.poems()


def test_an_unknown_study_is_named_with_a_remedy(tmp_path, monkeypatch):
    with pytest.raises(DataError, match="'nonesuch'.*git checkout"):
        data.study("nonesuch")
    monkeypatch.setattr(data, "BUNDLED", tmp_path)
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies" / "half.json").write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match="'half'"):
        data.study("half")
