"""The ledger is whole and true: every row of the sources has a home, every correction its cell and its values."""

import re
from collections import Counter

import jsonschema
import pytest
import yaml

from tools import ledger
from tools.build import ROOT
from web import pages

SCHEMA = yaml.safe_load((ledger.HOME / "schema.yml").read_text(encoding="utf-8"))
FILES = ["rows", "diagrams", "errata", "glossary", "references"]
HOMED = ledger.entries()
ROWS = {"000": 53, "001": 39, "002": 36, "003": 15, "004": 11}  # of each article
WHOLE = [f"S{article}-{n:02}" for article, last in ROWS.items() for n in range(1, last + 1)]
WHOLE += [f"D{n:02}" for n in range(1, 19)] + [f"E-{n:02}" for n in range(1, 177)]
LINES = {"000": 954, "001": 1342, "002": 1363, "003": 557, "004": 261}  # of each article
PLANNED = set(
    "compression scaling-out recommendation risk industry fairness privacy market business-model "
    "cost team management".split()
)
CHINESE = r"[\u4e00-\u9fff]"
ids = pytest.mark.parametrize("entry", HOMED, ids=[entry["id"] for entry in HOMED])


@pytest.mark.parametrize("kind", FILES)
def test_every_entry_has_the_form_of_its_file(kind):
    check = jsonschema.Draft202012Validator({"$ref": f"#/$defs/{kind}", **SCHEMA})
    for entry in ledger.load(kind):
        faults = [f"{fault.json_path}: {fault.message}" for fault in check.iter_errors(entry)]
        assert not faults, (entry, faults)


def test_every_row_diagram_and_erratum_of_the_sources_is_there_once():
    assert Counter(entry["id"] for entry in HOMED) == Counter(WHOLE)


@ids
def test_an_entry_stands_on_lines_that_exist(entry):
    for place in entry["where"]:
        article, _, lines = place.partition(":")
        numbers = [int(n) for n in lines.split("-")] if lines else [1]
        assert numbers == sorted(numbers) and 1 <= numbers[0] and numbers[-1] <= LINES[article]


@ids
def test_a_home_exists_and_what_is_shown_is_there(entry):
    written = {*ledger.listed("chapters"), *ledger.listed("back"), "intro"}
    assert set(ledger.pages(entry)) <= written | PLANNED
    assert entry["chapter"] not in ledger.pages(entry)[1:]
    if entry["status"] == "shown":
        assert entry["chapter"] in written
    if entry["status"] == "planned":
        assert entry["chapter"] in PLANNED, "its chapter is written: show it, or say why not"
    if entry["status"] == "shown" and entry["chapter"] in ledger.listed("chapters"):
        assert entry["cell"] in ledger.cells(entry["chapter"]), "no such cell"
        assert re.search(rf"\b{entry['id']}\b", ledger.prose(entry["chapter"])), "not named there"


NAMED = {"faq": "back/faq.md", "intro": "README.md"}


@pytest.mark.parametrize("page", NAMED)
def test_a_written_page_names_the_rows_it_shows(page):
    text = (ROOT / NAMED[page]).read_text(encoding="utf-8")
    rows = [entry["id"] for entry in HOMED if page in ledger.pages(entry)]
    assert rows and not [row for row in rows if not re.search(rf"\b{row}\b", text)]


CORRECTED = [entry for entry in ledger.load("errata") if "ours" in entry]


@pytest.mark.parametrize("entry", CORRECTED, ids=[entry["id"] for entry in CORRECTED])
def test_a_correction_is_what_its_cell_computes(entry):
    cell = ledger.cells(entry["chapter"])[entry["cell"]]
    said = ledger.printed(cell)
    assert holds(said, entry["ours"]), f"the cell does not print {entry['ours']!r}"
    assert holds(said + cell.source, entry["printed"]), f"the cell knows no {entry['printed']!r}"
    assert plain(entry["printed"]) != plain(entry["ours"])


def holds(text, value):
    """Return whether the text has the value as a whole: 1.6 is not in 11.6 or 1.65."""
    return re.search(rf"(?<![\w.]){re.escape(value)}(?!\w|[.,]\d)", text) is not None


def plain(value):
    return re.sub(r"[\s,_]", "", value).lower().rstrip("0")


def test_most_shown_corrections_that_can_be_computed_carry_both_values():
    shown = [
        entry
        for entry in ledger.load("errata")
        if entry["status"] == "shown" and entry["chapter"] in ledger.listed("chapters")
    ]
    silent = [e["id"] for e in shown if e["evidence"] == "computed" and "ours" not in e]
    assert not silent, f"computed, but without printed and ours: {silent}"


def test_a_chapter_and_the_ledger_name_the_same_corrections():
    for chapter in ledger.listed("chapters"):
        boxed = set()
        for box in re.findall(r"\*\*The source says\*\* \(([^)]*)\)", ledger.prose(chapter)):
            boxed |= set(re.findall(r"E-\d+", box))
        status = {entry["id"]: entry["status"] for entry in ledger.load("errata")}
        assert not [name for name in boxed if status.get(name) != "shown"], chapter


def terms(chapter):
    """Yield (the English, a Chinese term) for each `english (中文)` or `(english, 中文)` of a chapter's prose."""
    text = re.sub(
        r"\[([^]]*)\]\([^)]*\)", r"\1", ledger.prose(chapter)
    )  # a link counts as its words
    text = re.sub(r"[*_`]|\$[^$\n]*\$", "", text)
    for match in re.finditer(r"([^\n()（]*?)\s*\(([^()\n]*)\)", text):
        inside = re.split(r"[,，、;/] ?", match[2])
        chinese = [part for part in inside if re.match(CHINESE, part)]
        for term in chinese:
            yield [match[1], *(part for part in inside if part not in chinese)], term


@pytest.mark.parametrize("chapter", ledger.listed("chapters"))
def test_every_chinese_term_of_a_chapter_is_in_the_glossary_with_its_english(chapter):
    known = {name: entry for entry in ledger.load("glossary") for name in ledger.names(entry)}
    used = list(terms(chapter))
    assert len(used) >= 5
    for english, term in used:
        assert term in known, f"{english[0][-30:]} ({term}) is not in data/ledger/glossary.yml"
        forms = tuple(form.lower() for form in known[term]["english"])
        assert any(said.lower().endswith(forms) for said in english), (english, forms)


@pytest.mark.parametrize("chapter", ledger.listed("chapters"))
def test_all_chinese_of_a_chapter_outside_quotes_is_of_the_glossary(chapter):
    own = re.sub(r"「[^」]*」|《[^》]*》", "", ledger.prose(chapter))
    own = re.sub(r"^> \*\*The source says.*$", "", own, flags=re.MULTILINE)
    known = {
        part
        for entry in ledger.load("glossary")
        for name in ledger.names(entry)
        for part in re.findall(f"{CHINESE}+", name)
    }  # 值 of F1 值 too
    assert set(re.findall(f"{CHINESE}+", own)) <= known


def test_the_glossary_names_each_term_once():
    glossary = ledger.load("glossary")
    chinese = [name for entry in glossary for name in ledger.names(entry)]
    assert len(chinese) == len(set(chinese))
    assert len({entry["english"][0].lower() for entry in glossary}) == len(glossary)


def test_pages_are_written_from_the_ledger_and_only_there():
    for name in ("corrections", "coverage", "glossary", "resources"):
        text = (ROOT / "back" / f"{name}.md").read_text(encoding="utf-8")
        assert text.count(f"<!-- ledger: {name} -->") == 1
        assert not re.search(r"\bE-\d\d", text)
    filled = pages.fill("<!-- ledger: corrections -->")
    assert all(f'id="{entry["id"].lower()}"' in filled for entry in ledger.load("errata"))


def test_the_faq_answers_seventeen_questions_and_points_to_chapters():
    text = (ROOT / "back" / "faq.md").read_text(encoding="utf-8")
    answers = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    assert len(answers) == 17
    for number, answer in enumerate(answers, 1):
        assert answer.startswith(f"{number} · ") and "?" in answer.splitlines()[0]
        assert re.search(r"\bS00[0-4]-\d\d\b", answer), "name the rows it mirrors"
        assert "](../chapters/" in answer, "point to the chapter that shows the answer"
