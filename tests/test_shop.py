"""The shop's files are whole, apart from each other, and refused with a remedy when they are anything else."""

import itertools
import json
import re
import shutil

import pytest

from helpers import shop
from helpers.data import DataError

READERS = {
    "intents.json": shop.messages,
    "articles.json": shop.articles,
    "questions.json": lambda folder: shop.questions("test", folder),
    "adversarial.json": lambda folder: shop.adversarial("first", folder),
    "conversations.json": shop.conversations,
}
LISTS = {"intents.json": "intents", "adversarial.json": "questions"}


def threes(text):
    """Return the groups of three letters in a text, without signs and case."""
    text = f" {' '.join(re.findall(r'[a-z0-9]+', text.lower()))} "
    return {text[i : i + 3] for i in range(len(text) - 2)}


def test_the_shop_has_what_the_chapter_says():
    messages, articles = shop.messages(), shop.articles()
    counts = {row["intent"]: 0 for row in messages}
    for row in messages:
        counts[row["intent"]] += 1
    assert len(counts) == 12 and set(counts.values()) == {48} and 25 <= len(articles) <= 40
    assert {article["intent"] for article in articles} == set(counts)
    assert {row["article"] for row in messages} == {"", *(article["id"] for article in articles)}
    for part in ("validation", "test"):
        asked = shop.questions(part)
        answerable = [row for row in asked if row["articles"]]
        assert (len(asked), len(answerable)) == (72, 60)
        assert all((row["intent"] == "") == (not row["articles"]) for row in asked)
        assert {name for row in asked for name in row["articles"]} == {a["id"] for a in articles}


def test_the_second_author_asks_about_every_intent_what_an_article_answers():
    blind, home = shop.questions("blind"), {row["id"]: row["intent"] for row in shop.articles()}
    assert len(blind) == 47 and all(row["articles"] for row in blind)
    assert all(home[name] == row["intent"] for row in blind for name in row["articles"])
    counts = [sum(row["intent"] == intent for row in blind) for intent in set(home.values())]
    assert sorted(counts) == [3, *[4] * 11] and len(shop.adversarial("blind")) == 10


def test_no_two_messages_of_the_shop_are_nearly_the_same():
    texts = [row["text"] for row in shop.messages()]
    texts += [row["text"] for part in shop.PARTS["questions"] for row in shop.questions(part)]
    kept = [threes(text) for text in texts]
    alike = [
        (a, b)
        for (a, x), (b, y) in itertools.combinations(zip(texts, kept, strict=True), 2)
        if len(x & y) > 0.65 * len(x | y)
    ]
    assert not alike


def test_the_ten_difficult_kinds_stand_in_both_parts_in_other_words():
    first, second = (shop.adversarial(part) for part in ("first", "second"))
    assert [row["kind"] for row in first] == [row["kind"] for row in second] and len(first) == 10
    assert not {row["text"] for row in first} & {row["text"] for row in second}
    assert {row["expected"] for row in first} == {"ask", "person", "refuse"}


def test_an_unknown_part_is_named():
    for read in (shop.questions, shop.adversarial):
        with pytest.raises(DataError, match="no part 'third'; ask for"):
            read("third")


@pytest.fixture
def copy(tmp_path):
    """Return a function that writes a changed copy of one of the shop's files, and the folder that holds them all."""
    shutil.copytree(shop.FOLDER, tmp_path, dirs_exist_ok=True)

    def change(name, damage):
        whole = json.loads((tmp_path / name).read_text(encoding="utf-8"))
        damage(whole[LISTS.get(name, name.removesuffix(".json"))])
        (tmp_path / name).write_text(json.dumps(whole), encoding="utf-8")
        return tmp_path

    return change


@pytest.mark.parametrize(
    "name, damage, complaint",
    [
        ("articles.json", lambda rows: rows[0].pop("title"), "an entry has"),
        ("articles.json", lambda rows: rows[0].update(more=1), "an entry has"),
        ("articles.json", lambda rows: rows[0].update(text=7), "text is 7, not of type str"),
        ("articles.json", lambda rows: rows[0].update(text="  "), "text is empty"),
        ("articles.json", lambda rows: rows.append(rows[0]), "stands there twice"),
        ("articles.json", lambda rows: rows.clear(), "holds no list"),
        ("articles.json", lambda rows: rows.append("x"), "an entry has x"),
        ("intents.json", lambda rows: rows[0].update(utterances={}), "not of type list"),
        ("intents.json", lambda rows: rows[0]["utterances"][0].update(upset=1), "not of type bool"),
        (
            "intents.json",
            lambda rows: rows[0]["utterances"][0].update(article="stock"),
            "'stock' is no article of order",
        ),
        ("questions.json", lambda rows: rows[0].update(articles=["x"]), "an article that is not"),
        ("adversarial.json", lambda rows: rows[0].update(expected="shout"), "'shout', not one of"),
        (
            "conversations.json",
            lambda rows: rows[0]["messages"][0].update(article=""),
            "exactly when it is to be answered",
        ),
    ],
)
def test_a_damaged_file_is_refused(copy, name, damage, complaint):
    folder = copy(name, damage)
    readers = READERS if name == "questions.json" else {name: READERS[name]}
    with pytest.raises(DataError, match=re.escape(complaint)) as refusal:
        for read in readers.values():
            read(folder)
        shop.questions("validation", folder)
    assert name in str(refusal.value) and "git checkout data/" in str(refusal.value)


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff\xfe", b'{"articles": ', b"[" * 9999])
def test_what_is_no_such_file_is_refused(tmp_path, name, content):
    shutil.copytree(shop.FOLDER, tmp_path, dirs_exist_ok=True)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=name):
        READERS[name](tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(DataError, match="cannot be read"):
        READERS[name](tmp_path)


def test_a_file_that_is_far_too_long_is_refused(tmp_path):
    shutil.copytree(shop.FOLDER, tmp_path, dirs_exist_ok=True)
    (tmp_path / "articles.json").write_bytes(b" " * (shop.LARGEST + 1))
    with pytest.raises(DataError, match="at most 1,048,576 bytes"):
        shop.articles(tmp_path)
