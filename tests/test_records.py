"""Every chapter's last run is on record, current and within its time; what a page says of it is true."""

import ast
import re
from datetime import UTC, datetime

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import record, refresh
from web import stamp

PATHS = refresh.chapters()
chapter = pytest.mark.parametrize("path", PATHS, ids=[path.stem for path in PATHS])
UNITS = {"second": 1, "minute": 60, "hour": 3600}
RUN = {
    "date": "2026-01-31",
    "seconds": 8.6,
    "cpu_seconds": 7.2,
    "device": "2 CPU cores",
    "processor": "",
    "python": "3.12.1",
    "torch": "2.12.0",
    "numpy": "2.2.0",
    "compared": 70,
    "exempt": 1,
    "digest": "d",
    "gpu": None,
}


def run_of(path):
    runs = record.load()
    assert path.stem in runs, f"never recorded: run `make record CHAPTER={path.stem}`"
    return runs[path.stem]


@chapter
def test_a_chapter_was_proved_as_it_is_now(path):
    run = run_of(path)
    remedy = f"it changed since {run['date']}: run `make record CHAPTER={path.stem}`"
    assert run["digest"] == record.digest(path), remedy
    assert run["compared"] + run["exempt"] == len(refresh.code_cells(path)), remedy
    assert {key: run[key] for key in ("compared", "exempt")} == record.counts(path), remedy


@chapter
def test_a_chapter_keeps_to_its_time_and_was_run_on_a_day_that_has_been(path):
    run = run_of(path)
    assert 0 < run["cpu_seconds"] and 0 < run["seconds"] <= record.budget(path.stem)
    days = [run["date"], *([run["gpu"]["date"]] if run["gpu"] else [])]
    assert all("2026-01-01" <= day <= datetime.now(UTC).strftime("%Y-%m-%d") for day in days)


def test_the_environment_chapter_tells_the_time_of_every_chapter():
    (report,) = (
        cell
        for cell in refresh.code_cells(refresh.CHAPTERS / "environment.ipynb")
        if cell.id == "report"
    )
    ours = ast.literal_eval(ast.parse(report.source).body[0].value)
    assert set(ours) == {path.stem for path in PATHS}
    assert all(0 < seconds < 200 and 0 < size < 8 for seconds, size in ours.values())


def test_no_chapter_that_is_gone_stays_on_record():
    assert set(record.load()) <= {path.stem for path in PATHS}


def typed(path):
    """Return (seconds to read, seconds to run) that a chapter's title cell names."""
    line = re.search(r"\*\*Time\*\*.*", refresh.cells(path)[0].source)[0]
    found = re.findall(r"(half an?|an?|\d+) (second|minute|hour)s?\b", line)
    numbers = {"a": 1, "an": 1, "half a": 0.5, "half an": 0.5}
    times = sorted(float(numbers.get(n, n)) * UNITS[unit] for n, unit in found)
    assert len(times) == 2, f"the Time line names one time to read and one to run: {line}"
    return times[1], times[0]


@chapter
def test_the_typed_times_are_near_the_measured_and_the_counted(path):
    reading, running = typed(path)
    counted = 60 * stamp.reading_minutes(refresh.cells(path))
    assert 0.5 <= reading / counted <= 2, (
        f"typed {reading / 60:.0f} min, {counted / 60:.0f} counted"
    )
    measured = run_of(path)["seconds"]
    assert 0.5 <= running / measured <= 2, f"typed {running:.0f} s, measured {measured} s"


def small(tmp_path, stored="2\n", tags=(), prose="Two."):
    """Return the path of a notebook with one text cell and one code cell that prints 2."""
    code = new_code_cell("print(1 + 1)", outputs=[new_output("stream", name="stdout", text=stored)])
    code.id, code.execution_count, code.metadata["tags"] = "sum", 1, list(tags)
    notebook = new_notebook(cells=[new_markdown_cell(prose), code], metadata=refresh.METADATA)
    path = tmp_path / "small.ipynb"
    nbformat.write(notebook, path)
    return path


def test_proving_takes_time_and_a_cell_that_prints_something_else_is_not_recorded(tmp_path):
    spent = record.prove(small(tmp_path))
    assert 0 < spent["seconds"] < 60 and spent["cpu_seconds"] >= 0
    with pytest.raises(SystemExit, match=r"small is not recorded: nbval fails \(Cell 0\)"):
        record.prove(small(tmp_path, stored="3\n"))


def test_the_digest_follows_code_outputs_and_exemptions_and_no_prose(tmp_path):
    first = record.digest(small(tmp_path))
    assert record.digest(small(tmp_path, prose="Two, said better.")) == first
    assert record.digest(small(tmp_path, stored="3\n")) != first
    exempt = small(tmp_path, tags=[record.EXEMPT])
    assert record.digest(exempt) != first
    assert record.counts(exempt) == {"compared": 0, "exempt": 1}


def test_a_run_on_a_gpu_stays_while_the_cells_are_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(record, "prove", lambda path, gpu=False: {"seconds": 1.0, "cpu_seconds": 1})
    path, gpu = small(tmp_path), {"date": "2026-01-31", "seconds": 4.0, "name": "T4", "torch": "2"}
    old = {"digest": record.digest(path), "gpu": gpu}
    assert record.on_cpu(path, old)["gpu"] == gpu
    assert record.on_cpu(small(tmp_path, stored="3\n"), old)["gpu"] is None


def test_a_gpu_is_not_recorded_without_one_or_without_a_current_record(tmp_path, monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(SystemExit, match="no CUDA device"):
        record.on_gpu(small(tmp_path), {})
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    with pytest.raises(SystemExit, match="first `make record CHAPTER=small`"):
        record.on_gpu(small(tmp_path), {"digest": "of other cells"})


def test_a_broken_file_of_records_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(record, "RUNS", tmp_path / "runs.json")
    assert record.load() == {}
    record.RUNS.write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match="delete it, then run `make record`"):
        record.load()


def test_a_stamp_says_what_the_record_says():
    said = re.sub(r"<[^>]+>", "", stamp.stamp(RUN, "d", "x.html"))
    assert "2026-01-31: 70 of 71 code cells" in said and "1 exempt" in said
    assert "9 s on 2 CPU cores; Python 3.12.1, torch 2.12.0; GPU: not measured" in said
    with_gpu = {**RUN, "gpu": {"seconds": 4.2, "name": "A <GPU>"}, "exempt": 0}
    assert "4 s on A &lt;GPU&gt;" in stamp.stamp(with_gpu, "d", "x.html")
    assert "all 70 code cells" in stamp.stamp(with_gpu, "d", "x.html")


def test_a_stamp_of_a_chapter_that_changed_or_was_never_run_claims_nothing():
    changed, never = stamp.stamp(RUN, "other", "x.html"), stamp.stamp(None, "d", "x.html")
    assert "changed since" in changed and "2026-01-31" in changed
    assert all("compared" not in said and "seconds" not in said for said in (changed, never))


def test_the_time_to_read_grows_with_words_code_and_figures():
    words = [new_markdown_cell("word " * 2000)]
    assert stamp.reading_minutes(words) == 10
    code = [new_code_cell("1")] * 30
    assert stamp.reading_minutes(words + code) == 20
    figure = [new_code_cell("1", metadata={"mystnb": {"figure": {}}})] * 30
    assert stamp.reading_minutes(words + figure) == 30
    hidden = [new_code_cell("1", metadata={"tags": ["remove-cell"]})] * 30
    assert stamp.reading_minutes(words + hidden) == 10
    assert stamp.reading_minutes([new_markdown_cell("$$\nx y z = a + b\n$$\n" * 40)]) == 10
    assert stamp.reading_minutes([]) == 5


def test_one_time_stands_on_a_page():
    body = "<ul><li><p><strong>Time</strong> about a year to read.</p></li></ul><p>text</p>"
    set_by_us = stamp.set_time(body, stamp.time_line([], RUN))
    assert "a year" not in set_by_us and set_by_us.count("</p>") == 2
    assert "about 5 minutes to read" in set_by_us and "9 seconds on 2 CPU cores" in set_by_us
    assert "seconds" not in stamp.time_line([], None)
