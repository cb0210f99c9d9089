"""Run chapters from top to bottom and store them in the one canonical form (make refresh)."""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from helpers import diagrams

CHAPTERS = Path(__file__).resolve().parent.parent / "chapters"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
CELL_KEYS = {"tags", "mystnb", "jupyter", "reason"}
OUTPUT_KEYS = {"slider", "diagram", "table"}
MARK = "  # answer"  # ends each line of a solution that its stub leaves to the reader
GAP = "...  # your lines here"
DROPPED = {
    "application/vnd.jupyter.widget-view+json"
}  # a stored widget is dead; its picture is not


def refresh(path):
    """Run the notebook at `path` and write it back in canonical form; raises CellExecutionError if a cell does."""
    notebook = nbformat.read(path, as_version=4)
    fill_stubs(notebook)
    client = NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()
    store(path, notebook)


def fill_stubs(notebook):
    """Write every exercise's stub (`name-stub`) anew from its solution (`name-solution`)."""
    cells = {cell.id: cell for cell in notebook.cells}
    for name, cell in cells.items():
        if name.endswith("-stub"):
            cell.source = stub(cells[name.removesuffix("-stub") + "-solution"].source)


def stub(solution):
    """Return a solution less its marked lines: each run of lines that end in `# answer` becomes one `...`."""
    lines = []
    for line in solution.rstrip().splitlines():
        if not line.endswith(MARK):
            lines.append(line)
        elif not (lines and lines[-1].endswith(GAP)):
            lines.append(line[: len(line) - len(line.lstrip())] + GAP)
    return "\n".join(lines)


def store(path, notebook):
    """Write a notebook to `path` in canonical form."""
    path.write_text(canonical(notebook), encoding="utf-8", newline="\n")


def canonical(notebook):
    """Return the text of a notebook in canonical form: counts 1 to n, fixed metadata, no editor's traces.

    A diagram's output is made anew from its text, so that it always holds the current drawing.
    """
    notebook = nbformat.from_dict(notebook)
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    count = 0
    for cell in notebook.cells:
        cell.metadata = {
            key: value for key, value in cell.metadata.items() if key in CELL_KEYS and value
        }
        cell.source = cell.source.rstrip()
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            cell.outputs = [_output(output, count) for output in _joined(cell.outputs)]
    nbformat.validate(notebook)
    return nbformat.writes(notebook, ensure_ascii=False, indent=1) + "\n"


def _joined(outputs):
    """Join neighbouring stretches of the same stream: where they break is chance."""
    joined = []
    for output in outputs:
        last = joined[-1] if joined else None
        if (
            last is not None
            and output.output_type == last.output_type == "stream"
            and output.name == last.name
        ):
            last.text += output.text
        else:
            joined.append(output)
    return joined


def _output(output, count):
    if "execution_count" in output:
        output.execution_count = count
    if "data" in output:
        about = {
            mime: {key: value for key, value in keys.items() if key in OUTPUT_KEYS}
            for mime, keys in output.metadata.items()
            if isinstance(keys, dict)
        }
        output.metadata = {mime: keys for mime, keys in about.items() if keys}
        output.data = {mime: data for mime, data in output.data.items() if mime not in DROPPED}
        if any("diagram" in keys for keys in output.metadata.values()):
            output.data = diagrams.bundle(output.data["text/plain"])
    return output


def cells(path):
    """Return all cells of the notebook at `path`."""
    return nbformat.read(path, as_version=4).cells


def code_cells(path):
    """Return the code cells of the notebook at `path`."""
    return [cell for cell in cells(path) if cell.cell_type == "code"]


def outputs(path, kind):
    """Return (what its metadata says, the output) of every "slider" or "diagram" in the notebook at `path`."""
    return [
        (keys[kind], output)
        for cell in code_cells(path)
        for output in cell.outputs
        for keys in output.get("metadata", {}).values()
        if kind in keys
    ]


def chapters(names=()):
    """Return the paths of the named chapters ("digits" or "digits.ipynb"), or of all; unknown names end the run."""
    known = {path.stem: path for path in sorted(CHAPTERS.glob("*.ipynb"))}
    unknown = [name for name in names if Path(name).stem not in known]
    if unknown:
        sys.exit(f"There is no chapter {', '.join(unknown)}. There are: {', '.join(known)}")
    return [known[Path(name).stem] for name in names] or list(known.values())


if __name__ == "__main__":
    for chapter in chapters(sys.argv[1:]):
        print(f"refreshing {chapter.name} …", flush=True)
        refresh(chapter)
