"""Change the repository's address everywhere: pyproject, settings, badges, setup cells (make address URL=…)."""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACES = [
    "pyproject.toml",
    "_config.yml",
    "README.md",
    "chapters/README.md",
    "CITATION.cff",
    "chapters/*.ipynb",
]


def current(root=ROOT):
    """Return the address that pyproject.toml names."""
    with open(root / "pyproject.toml", "rb") as file:
        return tomllib.load(file)["project"]["urls"]["Repository"]


def files(root=ROOT):
    """Return the files in which the address may stand."""
    return [path for place in PLACES for path in sorted(root.glob(place))]


def change(new, root=ROOT):
    """Put `new` in place of the current address and return the number of places changed.

    Colab's links hold the address without its host; they change with it when both are on GitHub.
    Raises ValueError when `new` is no address of a repository.
    """
    if not re.fullmatch(r"(https://|file:///)[^\s\"'`]+[^/\s\"'`]", new):
        raise ValueError(
            f"{new!r} is no address of a repository; give it as https://github.com/you/book"
        )
    old, changed = current(root), 0
    github = "https://github.com/"
    pairs = [(old, new)]
    if old.startswith(github) and new.startswith(github):
        pairs.append(
            (f"/github/{old.removeprefix(github)}/", f"/github/{new.removeprefix(github)}/")
        )
    for path in files(root):
        text = path.read_text(encoding="utf-8")
        for before, after in pairs:
            changed += text.count(before)
            text = text.replace(before, after)
        path.write_text(text, encoding="utf-8", newline="\n")
    return changed


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("give the new address: make address URL=https://github.com/you/book")
    try:
        print(f"changed in {change(sys.argv[1])} places to {sys.argv[1]}")
    except ValueError as problem:
        sys.exit(str(problem))
