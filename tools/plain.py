"""Build the same chapters and pages with an untouched Jupyter Book, as a measure for what ours changes."""

import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from tools import refresh, vendor
from web import pages

ROOT = refresh.CHAPTERS.parent
# Our renderer of outputs is installed with the book, and myst-nb would find it
RUN = """import sys
from web import outputs
outputs.Outputs.handle_mime = staticmethod(lambda renderer, data, inline: None)
from jupyter_book.cli.main import main
sys.argv = ["jupyter-book", "build", "."]
main()"""
MATHJAX = "https://cdn.jsdelivr.net/npm/mathjax@3/"


def build(folder):
    """Build into `folder` and return where the pages are: same words and pictures, default settings."""
    folder = Path(folder)
    for room in ("chapters", "web"):
        shutil.copytree(ROOT / room, folder / room)
    for name in ("README.md", "_toc.yml"):
        shutil.copy2(ROOT / name, folder / name)
    (folder / "back").mkdir()
    for path in (ROOT / "back").glob("*.md"):
        text = pages.fill(path.read_text(encoding="utf-8"))
        (folder / "back" / path.name).write_text(text, encoding="utf-8")
    ours = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    kept = {name: ours[name] for name in ("title", "author", "only_build_toc_files", "execute")}
    (folder / "_config.yml").write_text(yaml.safe_dump(kept), encoding="utf-8")
    log = folder / "build.log"
    with log.open("w", encoding="utf-8") as said:
        done = subprocess.run([sys.executable, "-c", RUN], cwd=folder, stdout=said, stderr=said)
    if done.returncode:
        sys.exit(
            f"the untouched Jupyter Book was not built; its last words: {log.read_text()[-500:]}"
        )
    return folder / "_build" / "html"


def lend_mathjax(page):
    """Answer the page's calls for MathJax from npm's own package, so that it is weighed without the network."""
    home = vendor.folder("mathjax")

    def answer(route):
        path = home / route.request.url.removeprefix(MATHJAX)
        route.fulfill(path=path) if path.is_file() else route.abort()

    page.route(f"{MATHJAX}**", answer)
