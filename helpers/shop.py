"""Read the invented shop's messages, articles and tests strictly: what customers ask, and what the shop can say."""

import json
from pathlib import Path

from helpers.data import BUNDLED, DataError

FOLDER = BUNDLED / "shop"
LARGEST = 2**20  # no file of the shop is longer than a million bytes
OUTCOMES = ("answer", "ask", "person", "refuse")
PARTS = {
    "questions": ("validation", "test", "blind"),
    "adversarial": ("first", "second", "blind"),
}


def messages(folder=FOLDER):
    """Return 576 past messages as dicts: text, intent, article (the id of what answers it, or ""), upset (a bool).

    48 messages for each of 12 intents. Raises DataError when the file is missing or not what it should be.
    """
    known = {article["id"]: article["intent"] for article in articles(folder)}
    found = []
    for intent in _rows(folder, "intents.json", "intents", id=str, about=str, utterances=list):
        for row in intent["utterances"]:
            _checked(row, folder, "intents.json", text=str, article=str, upset=bool)
            if row["article"] and known.get(row["article"]) != intent["id"]:
                _refuse(
                    folder, "intents.json", f"{row['article']!r} is no article of {intent['id']}"
                )
            found.append({"intent": intent["id"], **row})
    _unique(folder, "intents.json", [row["text"].lower() for row in found])
    return found


def articles(folder=FOLDER):
    """Return the 40 articles of the knowledge base as dicts: id, intent, title, text.

    Raises DataError when the file is missing or not what it should be.
    """
    found = _rows(folder, "articles.json", "articles", id=str, intent=str, title=str, text=str)
    _unique(folder, "articles.json", [row["id"] for row in found])
    return found


def questions(part, folder=FOLDER):
    """Return new questions as dicts: text, intent, articles (ids that answer it, [] for none), upset (a bool).

    part: "validation" or "test" (72 each), or "blind": 47 by an author who had read the articles only.
    Raises DataError for another part, or when the file will not do.
    """
    known = {article["id"] for article in articles(folder)}
    fields = {"part": str, "intent": str, "articles": list, "upset": bool, "text": str}
    rows = _part("questions", part, _rows(folder, "questions.json", "questions", **fields), folder)
    for row in rows:
        if not known.issuperset(row["articles"]):
            _refuse(folder, "questions.json", f"{row['text']!r} names an article that is not there")
    return rows


def adversarial(part, folder=FOLDER):
    """Return ten difficult messages as dicts: kind, text, expected ("ask", "person" or "refuse").

    part: "first" (rules may be written from these), "second" (the same ten kinds in other words), or "blind"
        (by an author who had seen neither the others nor the rules).
    Raises DataError for another part, or when the file will not do.
    """
    fields = {"part": str, "kind": str, "text": str, "expected": str}
    rows = _rows(folder, "adversarial.json", "questions", empty=("text",), **fields)
    _expected(folder, "adversarial.json", rows)
    return _part("adversarial", part, rows, folder)


def conversations(folder=FOLDER):
    """Return conversations as dicts: id, about, messages (dicts: text, expected outcome, article or "").

    Raises DataError when the file is missing or not what it should be.
    """
    known = {article["id"] for article in articles(folder)}
    found = _rows(folder, "conversations.json", "conversations", id=str, about=str, messages=list)
    for talk in found:
        for row in talk["messages"]:
            _checked(row, folder, "conversations.json", text=str, expected=str, article=str)
            if (row["article"] in known) != (row["expected"] == "answer"):
                told = f"{row['text']!r} must name an article exactly when it is to be answered"
                _refuse(folder, "conversations.json", told)
        _expected(folder, "conversations.json", talk["messages"])
    return found


def _rows(folder, name, key, empty=(), **fields):
    """Return the list under `key` of a JSON file, each entry an object of exactly these fields and types."""
    try:
        content = (Path(folder) / name).read_bytes()
        whole = json.loads(content.decode("utf-8")) if len(content) <= LARGEST else None
    except (OSError, ValueError, RecursionError) as problem:
        _refuse(folder, name, f"it cannot be read as JSON ({problem})")
    if not isinstance(whole, dict) or not isinstance(whole.get(key), list) or not whole[key]:
        _refuse(folder, name, f"it holds no list {key!r} in at most {LARGEST:,} bytes")
    for row in whole[key]:
        _checked(row, folder, name, ("intent", *empty), **fields)
    return whole[key]


def _checked(row, folder, name, empty=("article", "intent"), **fields):
    """Refuse an entry that has not exactly these fields, another type, or no text where text must be."""
    if not isinstance(row, dict) or row.keys() != fields.keys():
        given = sorted(row) if isinstance(row, dict) else row
        _refuse(folder, name, f"an entry has {given}, not {sorted(fields)}")
    for field, kind in fields.items():
        if type(row[field]) is not kind:
            _refuse(folder, name, f"{field} is {row[field]!r}, not of type {kind.__name__}")
        if kind is str and not row[field].strip() and field not in empty:
            _refuse(folder, name, f"{field} is empty in {row}")


def _part(which, part, rows, folder):
    """Return the rows of one part without its name; raises DataError for a part that does not exist."""
    if part not in PARTS[which]:
        raise DataError(
            f"there is no part {part!r}; ask for {' or '.join(map(repr, PARTS[which]))}"
        )
    found = [
        {key: value for key, value in row.items() if key != "part"}
        for row in rows
        if row["part"] == part
    ]
    if not found:
        _refuse(folder, f"{which}.json", f"its part {part!r} is empty")
    return found


def _expected(folder, name, rows):
    for row in rows:
        if row["expected"] not in OUTCOMES:
            _refuse(folder, name, f"expected is {row['expected']!r}, not one of {OUTCOMES}")


def _unique(folder, name, values):
    twice = sorted({value for value in values if values.count(value) > 1})
    if twice:
        _refuse(folder, name, f"{twice[0]!r} stands there twice")


def _refuse(folder, name, problem):
    raise DataError(
        f"{Path(folder) / name} is not the shop's file: {problem}; restore it with `git checkout data/`"
    ) from None
