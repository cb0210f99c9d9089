"""Build the site from the stored outputs, warnings as errors, executing nothing (make book)."""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "_build" / "html"


def build(quiet=False):
    """Build what has changed into _build/html; ends the run with what to do when there is a warning."""
    run = (
        "from jupyter_book.cli.main import main; main()"  # not the script: this works from any venv
    )
    options = ["-W", "-n", "--keep-going", "-q"]
    command = [sys.executable, "-c", run, "build", str(ROOT), *options]
    with tempfile.TemporaryFile(
        "w+", encoding="utf-8"
    ) as log:  # a pipe would wait for node as well
        done = subprocess.run(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, timeout=1200)
        log.seek(0)
        problems = [line.rstrip() for line in log if line.strip()]
    if done.returncode:
        sys.exit(
            "\n".join(problems[-40:]) + "\n\nThe site was not built: mend the warnings above "
            "(file and line stand before each), then run `make book` again."
        )
    if not quiet:
        print(f"The book is built. Open {(SITE / 'index.html').as_uri()}\nor run `make serve`.")


if __name__ == "__main__":
    build()
