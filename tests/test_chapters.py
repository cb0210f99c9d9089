"""Every chapter has the form that chapters/README.md describes."""

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
    assert sorted(listed) == sorted(f"chapters/{path.stem}" for path in PATHS)


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
    lengths = sorted(
        len([line for line in cell.source.splitlines() if line.strip()]) for cell in code(path)[1:]
    )
    assert lengths[-1] <= 20 and lengths[len(lengths) // 2] <= 8, lengths
    widest = max((line for cell in code(path) for line in cell.source.splitlines()), key=len)
    assert len(widest) <= 100, widest


@chapter
def test_a_sentence_stands_between_two_code_cells(path):
    shown = [
        cell for cell in read(path).cells if "remove-cell" not in cell.metadata.get("tags", [])
    ]
    pairs = zip(shown, shown[1:], strict=False)
    assert not [(a.id, b.id) for a, b in pairs if a.cell_type == b.cell_type == "code"]


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
def test_has_a_slider_a_question_a_correction_and_solutions(path):
    text = "\n".join(cell.source for cell in markdown(path))
    sliders = [
        cell for cell in code(path) if re.search(r"^slider\(", cell.source, flags=re.MULTILINE)
    ]
    assert sliders and all(cell.id.endswith("-slider") for cell in sliders)
    assert "> **What do you expect?**" in text and re.search(
        r"> \*\*The source says\*\* \(E-\d+", text
    )
    assert len([cell for cell in code(path) if "hide-cell" in cell.metadata.get("tags", [])]) >= 2


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
