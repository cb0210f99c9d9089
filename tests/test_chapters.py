"""Every chapter has the form that chapters/README.md describes."""

import ast
import re
from functools import lru_cache

import nbformat
import pytest
import yaml

from tools import refresh
from tools.build import ROOT

PATHS = refresh.chapters()
README = (ROOT / "chapters" / "README.md").read_text(encoding="utf-8")
SETUP = README.split("<!-- setup -->")[1].split("```python\n")[1].split("```")[0].strip()
BADGE = README.split("<!-- badge -->")[1].strip().splitlines()[0]
LAST_CELLS = ["founders", "your-turn", "takeaways", "sources"]
FLOATING_OUTPUT = "nbval-ignore-output"
TAGS = {FLOATING_OUTPUT, "remove-cell", "hide-input", "hide-cell", "raises-exception"}

chapter = pytest.mark.parametrize("path", PATHS, ids=[path.stem for path in PATHS])


@lru_cache
def read(path):
    return nbformat.read(path, as_version=4)


def code(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def markdown(path):
    return [cell for cell in read(path).cells if cell.cell_type == "markdown"]


def test_there_are_chapters_and_the_table_of_contents_lists_each_once():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    listed = [entry["file"] for part in toc["parts"] for entry in part["chapters"]]
    chapters = [file for file in listed if file.startswith("chapters/")]
    assert sorted(chapters) == sorted(f"chapters/{path.stem}" for path in PATHS)
    assert len(listed) == len(set(listed))


@chapter
def test_is_stored_in_canonical_form(path):
    stored = path.read_text(encoding="utf-8")
    assert refresh.canonical(read(path)) == stored, f"run: make refresh CHAPTER={path.stem}"


@chapter
def test_every_code_cell_was_run_so_that_nbval_compares_it(path):
    assert [cell.execution_count for cell in code(path)] == list(range(1, len(code(path)) + 1))


@chapter
def test_no_output_is_an_error_or_a_warning(path):
    for cell in code(path):
        kinds = [output.get("name", output.output_type) for output in cell.outputs]
        assert "stderr" not in kinds and (
            "error" not in kinds or "raises-exception" in cell.metadata.tags
        ), cell.id


@chapter
def test_opens_with_title_setup_imports_and_plan(path):
    title, setup, *rest = read(path).cells
    assert title.id == "title" and re.match(r"# \w", title.source)
    assert BADGE.replace("CHAPTER", path.stem) in title.source
    assert all(word in title.source for word in ("**You will**", "**You need**", "**Time**"))
    assert setup.id == "setup" and setup.source == SETUP and setup.metadata.tags == ["remove-cell"]
    ids = [cell.id for cell in rest]
    assert "imports" in ids[:4] and "plan" in ids[:7]


@chapter
def test_the_plan_is_one_small_diagram(path):
    plan = next(cell for cell in code(path) if cell.id == "plan")
    drawing = plan.outputs[0].data["image/svg+xml"]
    assert 2 <= len(re.findall(r'class="node ', drawing)) <= 7


@chapter
def test_closes_with_founders_exercises_takeaways_and_sources(path):
    ids = [cell.id for cell in read(path).cells]
    assert [name for name in ids if name in LAST_CELLS] == LAST_CELLS and ids[-1] == "sources"


@chapter
def test_ids_are_slugs_and_there_is_one_title(path):
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", cell.id) for cell in read(path).cells)
    text = "\n".join(cell.source for cell in markdown(path))
    assert len(re.findall(r"^# ", text, flags=re.MULTILINE)) == 1


@chapter
def test_code_cells_are_short(path):
    lengths = {
        cell.id: len([line for line in cell.source.splitlines() if line.strip()])
        for cell in code(path)[1:]
    }
    assert max(lengths.values()) <= 20, lengths
    # A question's lines are words, not code
    words = ("-quiz", "-guess")
    of_code = sorted(length for name, length in lengths.items() if not name.endswith(words))
    assert of_code[len(of_code) // 2] <= 8, of_code
    widest = max((line for cell in code(path) for line in cell.source.splitlines()), key=len)
    assert len(widest) <= 100, widest


@chapter
def test_a_sentence_stands_between_two_code_cells(path):
    shown = [
        cell for cell in read(path).cells if "remove-cell" not in cell.metadata.get("tags", [])
    ]
    pairs = zip(shown, shown[1:], strict=False)
    stubs = [cell.id for cell in shown if cell.id.endswith("-stub")]  # the solution follows at once
    assert not [
        (a.id, b.id) for a, b in pairs if a.cell_type == b.cell_type == "code" and a.id not in stubs
    ]


@chapter
def test_a_cell_has_at_most_one_output(path):
    assert not [cell.id for cell in code(path) if len(cell.outputs) > 1]


@chapter
def test_tags_are_known_and_exempt_cells_are_few_and_say_why(path):
    for cell in code(path):
        assert set(cell.metadata.get("tags", [])) <= TAGS, cell.id
        assert (FLOATING_OUTPUT in cell.metadata.get("tags", [])) == bool(
            cell.metadata.get("reason")
        ), cell.id
        assert "NBVAL" not in cell.source, cell.id
    exempt = [cell.id for cell in code(path) if FLOATING_OUTPUT in cell.metadata.get("tags", [])]
    assert len(exempt) <= max(1, 0.05 * len(code(path))), exempt


@chapter
def test_outputs_are_stable_by_nature(path):
    for cell in code(path):
        assert not cell.source.rstrip().endswith(";"), cell.id
        for output in cell.outputs:
            text = str(output.get("text", "")) + str(output.get("data", {}).get("text/plain", ""))
            assert not re.search(r" at 0x[0-9a-f]+|/home/|/tmp/|/work/|/root/", text), cell.id
            assert "application/vnd.jupyter.widget-view+json" not in output.get("data", {}), cell.id


@chapter
def test_every_picture_has_words_for_those_who_do_not_see_it(path):
    seen = []
    for cell in code(path):
        figure = cell.metadata.get("mystnb", {}).get("figure", {})
        for output in cell.outputs:
            about = output.get("metadata", {}).get("image/png", {})
            if "image/png" not in output.get("data", {}):
                continue
            alt = about["slider"]["alt"] if "slider" in about else cell.metadata.mystnb.image.alt
            assert len(alt) > 30 and not re.search(r"\.png|image of", alt), (cell.id, alt)
            assert len(figure.get("caption", "")) > 20 and figure.get("name", "").startswith(
                "fig-"
            ), cell.id
            seen.append(alt)
    assert len(seen) == len(set(seen)), "two pictures share one alt text"


@chapter
def test_has_a_slider_a_question_and_a_correction(path):
    text = "\n".join(cell.source for cell in markdown(path))
    sliders = [
        cell for cell in code(path) if re.search(r"^slider\(", cell.source, flags=re.MULTILINE)
    ]
    assert sliders and all(cell.id.endswith("-slider") for cell in sliders)
    assert "> **What do you expect?**" in text and re.search(
        r"> \*\*The source says\*\* \(E-\d+", text
    )


@chapter
def test_every_correction_says_what_is_printed_runs_it_and_says_what_is_right(path):
    boxes = [
        (i, cell)
        for i, cell in enumerate(read(path).cells)
        if "> **The source says**" in cell.source
    ]
    for i, box in boxes:
        assert re.search(r"> \*\*The source says\*\* \(E-\d+(, E-\d+)*\)", box.source), box.id
        after = read(path).cells[i + 1 :]
        until = next(j for j, cell in enumerate(after) if "**What is right" in cell.source)
        assert "**Why the slip is natural" in after[until].source, (box.id, after[until].id)
        proofs = [cell for cell in after[:until] if cell.cell_type == "code"]
        assert any("assert " in cell.source and cell.outputs for cell in proofs), box.id


def answer_of(quiz):
    """Return the expression a quiz computes its answer with."""
    calls = [node for node in ast.walk(ast.parse(quiz.source)) if isinstance(node, ast.Call)]
    (ask,) = [call for call in calls if ast.unparse(call.func) == "quiz.ask"]
    return next(word.value for word in ask.keywords if word.arg == "answer")


@chapter
def test_at_least_four_questions_to_predict_whose_answer_is_computed(path):
    quizzes = [cell for cell in code(path) if "quiz.ask(" in cell.source]
    assert len(quizzes) >= 4 and all(cell.id.endswith("-quiz") for cell in quizzes)
    places = set()
    for cell in quizzes:
        assert cell.metadata.tags == ["hide-input"] and cell.metadata.jupyter.source_hidden, cell.id
        assert any(
            isinstance(node, ast.Name | ast.BinOp | ast.Call) for node in ast.walk(answer_of(cell))
        ), f"{cell.id}: the answer is written down, not computed"
        said = cell.outputs[0].data["text/plain"]
        places.add(re.search(r"^Answer: ([a-e])\) .{12,}", said, flags=re.MULTILINE)[1])
        options = re.findall(r"^  [a-e]\) ", said, flags=re.MULTILINE)
        wrong = re.findall(r"^Not [a-e]\): (.*)", said, flags=re.MULTILINE)
        assert len(wrong) == len(options) - 1 and all(len(why) > 20 for why in wrong), cell.id
    assert len(places) > 1, "the right option always stands in the same place"


def exercises(path):
    return [cell for cell in markdown(path) if cell.id.startswith("exercise-")]


@chapter
def test_at_least_five_exercises_of_rising_difficulty_one_of_them_a_slip_to_find(path):
    heads = [
        re.match(r"### Exercise (\d+) (★{1,3}) (\S.*)", cell.source) for cell in exercises(path)
    ]
    assert len(heads) >= 5 and all(heads), [cell.id for cell in exercises(path)]
    assert [int(head[1]) for head in heads] == list(range(1, len(heads) + 1))
    stars = [len(head[2]) for head in heads]
    assert stars == sorted(stars) and stars[0] == 1 and stars[-1] == 3, stars
    assert any("find the slip" in head[3].lower() for head in heads)


@chapter
def test_every_exercise_has_a_folded_solution_that_proves_its_answer(path):
    cells = {cell.id: cell for cell in read(path).cells}
    for exercise in exercises(path):
        solution = cells[exercise.id.removeprefix("exercise-") + "-solution"]
        assert solution.metadata.tags == ["hide-cell"], solution.id
        assert solution.metadata.jupyter.source_hidden, solution.id
        assert re.search(r"assert |exercises\.check\(", solution.source), solution.id
        assert solution.outputs, solution.id


@chapter
def test_a_stub_is_its_solution_less_the_marked_lines_and_does_not_pass(path):
    cells = {cell.id: cell for cell in read(path).cells}
    stubs = [cell for name, cell in cells.items() if name.endswith("-stub")]
    assert len(stubs) >= 2
    for stub in stubs:
        solution = cells[stub.id.removesuffix("-stub") + "-solution"]
        assert stub.source == refresh.stub(solution.source), (
            f"run: make refresh CHAPTER={path.stem}"
        )
        assert refresh.GAP in stub.source, f"{stub.id}: nothing is left to the reader"
        asked, given = (cell.outputs[0].text.splitlines() for cell in (stub, solution))
        assert any(line.startswith("not yet: ") for line in asked), stub.id
        assert given and all(line.startswith("right: ") for line in given), solution.id


@chapter
def test_only_a_solution_marks_lines_as_answers(path):
    marked = [cell.id for cell in code(path) if refresh.MARK in cell.source]
    stubs = [cell.id.removesuffix("-stub") for cell in code(path) if cell.id.endswith("-stub")]
    assert sorted(marked) == sorted(f"{name}-solution" for name in stubs)


@chapter
def test_markdown_reads_well_raw(path):
    for cell in markdown(path):
        assert not re.search(
            r"^:::|^```\{|\{[a-z:]+\}`|^\([\w-]+\)=$", cell.source, flags=re.MULTILINE
        ), cell.id
        assert not re.search(r"!\[[^]]*\]\(https?:", cell.source), (
            f"{cell.id}: a picture from another host"
        )


@chapter
def test_paragraphs_are_short(path):
    for cell in markdown(path):
        for paragraph in re.split(r"\n\s*\n", cell.source):
            plain = re.sub(r"\$\$.*?\$\$|\$[^$]*\$", "x", paragraph, flags=re.DOTALL)
            if not re.match(r"\s*([-*|>#]|\d+\.|\[!\[)", plain) and cell.id != "sources":
                assert len(plain.split()) <= 60, (cell.id, paragraph[:60])


@chapter
def test_carries_no_trace_of_a_machine_or_of_a_registry(path):
    assert not re.search(
        r"/work/|/tmp/|/root/|pypi\.org|npmjs|pythonhosted", path.read_text(encoding="utf-8")
    )
