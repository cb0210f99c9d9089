"""Prove the whole book, step by step; a step that fails says which and what to do (make test)."""

import os
import subprocess
import sys
import time

from tools import browser, build, refresh

SPEED = "tests/pages/test_speed.py"  # alone: it measures time
PYTEST = [sys.executable, "-m", "pytest", "-q"]
STEPS = [
    (
        "lint",
        [sys.executable, "-m", "ruff", "check", "."],
        "mend what it names, or try `ruff check --fix`",
    ),
    (
        "unit and form tests",
        [*PYTEST, "tests", "--ignore=tests/pages", "--ignore=tests/full"],
        "read the first failure above",
    ),
    (
        "every stored output",
        [*PYTEST, "--nbval", "--durations=5", "chapters/"],
        "a cell prints something else than it has stored: mend the code, or, if the new "
        "output is right, `make refresh CHAPTER=…`",
    ),
    ("build of the site", [sys.executable, "-m", "tools.build"], "mend the warnings above"),
    (
        "pages in a browser",
        [*PYTEST, "-n", "3", "--dist", "loadgroup", "tests/pages", "--ignore", SPEED],
        "open the page it names and look",
    ),
    ("budgets of time", [*PYTEST, SPEED], "close what else runs on this machine and try again"),
]


def main():
    """Run the steps in order; end with a message at the first that fails."""
    browser.ensure()
    for name, command, remedy in STEPS:
        print(f"\n=== {name}", flush=True)
        started = time.monotonic()
        if subprocess.run(
            command, cwd=build.ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}
        ).returncode:
            sys.exit(f"\nmake test: the step “{name}” failed. What to do: {remedy}.")
        print(f"=== {name}: passed in {time.monotonic() - started:.0f} s", flush=True)
    print(f"\n{tally()}\nEverything holds.")


def tally():
    """Say how many code cells nbval compares and how many are exempt, over all chapters."""
    compared = exempt = 0
    for cell in (cell for path in refresh.chapters() for cell in refresh.code_cells(path)):
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            exempt += 1
        else:
            compared += 1
    return f"Code cells re-proved by nbval: {compared}; exempt, each with its reason: {exempt}."


if __name__ == "__main__":
    main()
