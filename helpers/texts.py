"""Read the book's bundled texts strictly: product reviews, an English novel, Chinese poems."""

import gzip
import zlib

import torch

from helpers.data import DataError, find

LARGEST = 2**20  # no text of the book is longer than a million bytes


def reviews():
    """Return 3,708 sentences of product reviews, their ratings and the review that each comes from.

    Returns (sentences, ratings, review): a list of str; float64 (3708,), the mean of at least 20 people's
    ratings from -4 (bad) to 4 (good); int64 (3708,), the number of the review, so that a split can keep
    all sentences of one review together. By Hutto and Gilbert (2014), after Hu and Liu (2004).
    Raises DataError when the file is missing, damaged or another than the book's.
    """
    name = "reviews.tsv.gz"
    rows = [line.split("\t") for line in read(name).splitlines()]
    try:
        ratings = torch.tensor([float(rating) for _, rating, _ in rows], dtype=torch.float64)
        review = torch.tensor([int(number.split("_")[0]) for number, _, _ in rows])
    except ValueError as problem:
        raise DataError(f"{name} is not the table of reviews ({problem})") from None
    return [text for _, _, text in rows], ratings, review


def novel():
    """Return Jane Austen's "Pride and Prejudice" (1813) as one str of 684,768 characters.

    Raises DataError when the file is missing, damaged or another than the book's.
    """
    return read("pride-and-prejudice.txt.gz")


def poems():
    """Return 280 Song ci poems (宋词) in simplified characters as one str of 33,292 characters.

    A poem is the name of its tune and its lines; an empty line parts two poems.
    Raises DataError when the file is missing, damaged or another than the book's.
    """
    return read("song-ci.txt.gz")


def read(name):
    """Return the text of the bundled file `name` (gzipped UTF-8, at most a million bytes unpacked).

    Raises DataError when it is missing, damaged, too large or no text.
    """
    path = find(name)
    try:
        with gzip.open(path, "rb") as file:
            content = file.read(LARGEST + 1)
        text = content.decode("utf-8")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as problem:
        raise DataError(
            f"{path} cannot be read as gzipped UTF-8 ({problem}); restore it with "
            "`git checkout data/`"
        ) from None
    if len(content) > LARGEST:
        raise DataError(f"{path} holds more than {LARGEST:,} bytes; the book's texts are shorter")
    return text
