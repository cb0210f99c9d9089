"""pyproject, lock, environment and address agree; Colab's cell does what it says."""

import ast
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from helpers import hosted
from tools import address, lock, refresh, vendor
from tools.build import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
WANTED = [
    Requirement(line)
    for line in [*PROJECT["dependencies"], *(line for extra in EXTRAS.values() for line in extra)]
]
LOCK = dict(
    line.split("==")
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
)
LOCK = {canonicalize_name(name): version for name, version in LOCK.items()}


@pytest.mark.parametrize("wanted", WANTED, ids=[wanted.name for wanted in WANTED])
def test_the_lock_holds_a_version_within_each_range(wanted):
    assert LOCK[canonicalize_name(wanted.name)] in wanted.specifier


def test_the_lock_names_one_torch_for_every_machine_and_nothing_for_one_kind_of_card():
    assert f"torch=={LOCK['torch']}" == lock.TORCH
    assert not [name for name in LOCK if name.startswith(("nvidia-", "triton"))]


def test_the_environment_is_pyproject_with_every_extra():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert environment["name"] == PROJECT["name"]
    assert f"python{PROJECT['requires-python']}" in environment["dependencies"]
    (editable,) = environment["dependencies"][-1]["pip"]
    assert set(re.search(r"\[(.*)\]", editable)[1].split(",")) == set(EXTRAS)


def imported():
    """Return the top-level modules that the book's own code and its chapters import."""
    rooms = ["helpers", "tools", "web", "tests"]
    sources = [
        path.read_text(encoding="utf-8") for room in rooms for path in (ROOT / room).glob("*.py")
    ]
    sources += [cell.source for path in refresh.chapters() for cell in refresh.code_cells(path)]
    found = set()
    for node in (node for source in sources for node in ast.walk(ast.parse(source))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module.split(".")[0])
    return found - set(rooms) - set(sys.stdlib_module_names)


def test_every_import_of_the_book_is_declared():
    declared = {canonicalize_name(wanted.name) for wanted in WANTED}
    brought_by = importlib.metadata.packages_distributions()
    assert len(imported()) > 20
    for module in imported():
        packages = {canonicalize_name(package) for package in brought_by[module]}
        assert packages & declared, (
            f"{module} is imported; declare one of {packages} in pyproject.toml"
        )


def test_what_a_hosted_machine_gets_is_within_the_ranges():
    ranges = {wanted.name: wanted.specifier for wanted in WANTED}
    for package in hosted.BASE.values():
        assert Requirement(package).specifier == ranges[Requirement(package).name]


def test_katex_styles_are_of_the_version_that_sets_the_maths():
    from sphinxcontrib import katex

    assert vendor.PACKAGES["katex"][0] == katex.katex_version


def test_the_address_stands_in_one_place_and_one_command_changes_it_everywhere(tmp_path):
    for place in address.files():
        target = tmp_path / place.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(place, target)
    old = address.current(tmp_path)
    stale = old.removeprefix("https://github.com/")
    standing = sum(
        path.read_text(encoding="utf-8").count(stale) for path in address.files(tmp_path)
    )
    changed = address.change("https://github.com/someone/their-book", tmp_path)
    assert changed == standing > 2 * len(refresh.chapters())
    assert not [
        path for path in address.files(tmp_path) if stale in path.read_text(encoding="utf-8")
    ]
    assert address.current(tmp_path) == "https://github.com/someone/their-book"
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True
    ).stdout.split()
    elsewhere = [
        name
        for name in tracked
        if (ROOT / name).is_file()
        and ROOT / name not in address.files()
        and stale.encode() in (ROOT / name).read_bytes()
    ]
    assert not elsewhere, f"the address also stands in {elsewhere}: add them to tools/address.py"


@pytest.mark.parametrize(
    "bad", ["", "github.com/you/book", "https://github.com/you/book/", "http://x/y", "https://a b"]
)
def test_a_bad_address_is_refused(bad, tmp_path):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with pytest.raises(ValueError, match="no address of a repository"):
        address.change(bad, tmp_path)


def test_version_and_tag_agree():
    setup = (ROOT / "chapters" / "README.md").read_text(encoding="utf-8")
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    assert (
        f'"v{PROJECT["version"]}"' in setup
        and config["repository"]["branch"] == f"v{PROJECT['version']}"
    )


@pytest.fixture
def alone(tmp_path):
    """Yield a function that runs the setup cell alone in an empty folder, twice, where no helpers are installed."""
    book = tmp_path / "book"
    (book / "helpers").mkdir(parents=True)
    for name in ("sliders.py", "hosted.py"):
        (book / "helpers" / name).write_text(
            "def prepare():\n    print('ready')\n", encoding="utf-8"
        )
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b"]
    for step in (
        ["init", "-q"],
        ["add", "-A"],
        ["commit", "-qm", "x"],
        ["tag", f"v{PROJECT['version']}"],
    ):
        subprocess.run([*git, *step], cwd=book, check=True)
    cell = next(
        cell.source for cell in refresh.code_cells(refresh.chapters()[0]) if cell.id == "setup"
    )
    assert address.current() in cell
    empty = tmp_path / "empty"
    empty.mkdir()

    def run(source):
        # -S and an isolated path: this environment's own helpers must not be found
        keep = [
            "import json",
            f"source = json.loads({json.dumps(json.dumps(source))})",
            "exec(source)",
            "exec(source)",
        ]
        environment = {
            **os.environ,
            "HOME": str(tmp_path / "home"),
            "USERPROFILE": str(tmp_path / "home"),
        }
        return subprocess.run(
            [sys.executable, "-I", "-S", "-c", "\n".join(keep)],
            cwd=empty,
            capture_output=True,
            text=True,
            env=environment,
        )

    (tmp_path / "home").mkdir()
    yield lambda place: run(cell.replace(address.current(), place(book)))


def test_the_setup_cell_fetches_the_book_once_and_runs_twice(alone):
    done = alone(lambda book: book.as_uri())
    assert done.returncode == 0 and done.stdout == "ready\nready\n", done.stderr


def test_the_setup_cell_says_plainly_when_it_cannot_fetch(alone):
    done = alone(lambda book: (book.parent / "nowhere").as_uri())
    assert (
        done.returncode != 0
        and "Check the network" in done.stderr
        and "Traceback" not in done.stderr
    )
