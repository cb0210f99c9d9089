"""Bring in what an earlier chapter defines, straight from its own cell: nothing is pasted, nothing drifts."""

import json
from pathlib import Path

CHAPTERS = Path(__file__).resolve().parent.parent / "chapters"


def take(chapter, *cells):
    """Run the `imports` cell of a chapter and the cells with these ids; return their names as a namespace.

    `take("digits", "network").make_net()` is the network of the digits chapter.
    Raises ValueError when there is no such chapter or cell.
    """
    path = CHAPTERS / f"{chapter}.ipynb"
    if not path.exists():
        raise ValueError(f"there is no chapter {chapter!r} in {CHAPTERS}")
    sources = {
        cell["id"]: "".join(cell["source"])
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code"
    }
    names = {"__name__": f"chapters.{chapter}"}
    for cell in ("imports", *cells):
        if cell not in sources:
            raise ValueError(
                f"chapter {chapter!r} has no code cell {cell!r}; it has {', '.join(sources)}"
            )
        exec(compile(sources[cell], f"<{chapter}: {cell}>", "exec"), names)
    return Names(names)


class Names:
    """The names that the taken cells define, as attributes."""

    def __init__(self, names):
        self.__dict__.update(names)
