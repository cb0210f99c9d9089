"""The helpers keep their law (no mathematics), their size and their word."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from helpers import chapters, device, hosted, plots
from tools.build import ROOT

MODULES = sorted((ROOT / "helpers").glob("*.py"))
# What would be an idea of the book: models, losses, gradients, optimisers, loops of training
FORBIDDEN = {
    "nn",
    "optim",
    "autograd",
    "backward",
    "grad",
    "requires_grad_",
    "softmax",
    "log_softmax",
    "sigmoid",
    "relu",
    "tanh",
    "cross_entropy",
    "mse_loss",
    "nll_loss",
    "zero_grad",
    "Module",
    "Parameter",
    "Linear",
    "lstsq",
    "argmax",
    "conv2d",
    "matmul",
    "polyfit",
    "parameters",
    "train",
}
module = pytest.mark.parametrize("path", MODULES, ids=[path.stem for path in MODULES])


def ideas(tree):
    """Return the names in the code that stand for mathematics of the book."""
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names |= {
        alias.name.split(".")[-1]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    matrix_products = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)
    ]
    return names & FORBIDDEN | ({"@"} if matrix_products else set())


@module
def test_holds_no_mathematics(path):
    assert not ideas(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "code",
    [
        "torch.nn.Linear(1, 1)",
        "loss.backward()",
        "from torch import optim",
        "w @ x",
        "F.cross_entropy(a, b)",
    ],
)
def test_the_law_would_see_an_idea(code):
    assert ideas(ast.parse(code))


@module
def test_functions_are_short_and_the_public_ones_say_what_they_do(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), f"{path.name} opens without a sentence of purpose"
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            words = ast.get_docstring(node, clean=False) or ""
            body = node.end_lineno - node.lineno - words.count("\n")
            assert body <= 40, f"{path.name}: {node.name} has {body} lines"
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{path.name}: {node.name} has no docstring"


@module
def test_each_module_is_used(path):
    sources = [
        p for folder in ("chapters", "helpers", "tools", "web") for p in (ROOT / folder).glob("*.*")
    ]
    users = [
        p
        for p in sources
        if p != path and p.suffix in {".py", ".ipynb"} and path.stem in p.read_text("utf-8")
    ]
    assert path.stem == "__init__" or users, f"nothing uses helpers/{path.name}"


def test_the_same_seed_draws_the_same_numbers():
    device.seed(3)
    first = torch.rand(4)
    device.seed(3)
    assert torch.equal(first, torch.rand(4))
    device.seed(4)
    assert not torch.equal(first, torch.rand(4))


def test_the_device_prefers_cuda_then_mps(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert device.pick().type == "cuda"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert device.pick().type == "mps"
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert device.pick().type == "cpu"


def test_plots_draw_what_they_are_given_and_return_nothing(monkeypatch):
    drawn = []
    monkeypatch.setattr(plots.plt, "show", lambda: drawn.append(plots.plt.gcf()))
    values = torch.tensor([3.0, 2.0, 1.0], requires_grad=True)
    assert plots.curves({"loss": values, "other": values * 2}, xlabel="step", ylabel="loss") is None
    assert [list(line.get_ydata()) for line in drawn[-1].axes[0].lines] == [[3, 2, 1], [6, 4, 2]]
    assert len({line.get_linestyle() for line in drawn[-1].axes[0].lines}) == 2
    plots.bars(["a", "b"], [1, 20], xlabel="n", log=True)
    assert [bar.get_width() for bar in drawn[-1].axes[0].patches] == [1, 20]
    plots.images(torch.zeros(3, 28, 28), titles=[7, 8, 9], columns=2)
    assert [ax.get_title() for ax in drawn[-1].axes] == ["7", "8", "9", ""]
    plots.confusion(torch.tensor([[5, 1], [0, 6]]), "ab")
    assert [text.get_text() for text in drawn[-1].axes[0].texts] == ["5", "1", "0", "6"]
    plots.plt.close("all")


def test_a_cell_of_another_chapter_can_be_taken_and_a_missing_one_is_named():
    taken = chapters.take("digits", "network")
    assert sum(p.numel() for p in taken.make_net().parameters()) > 1000
    with pytest.raises(ValueError, match="no code cell 'nowhere'"):
        chapters.take("digits", "nowhere")
    with pytest.raises(ValueError, match="no chapter 'nothing'"):
        chapters.take("nothing", "network")


def test_preparing_installs_only_what_is_missing_and_keeps_torch(monkeypatch):
    commands, kept = [], []

    def run(command):
        commands.append(command)
        kept.append(Path(command[command.index("--constraint") + 1]).read_text(encoding="utf-8"))
        return Done(0)

    monkeypatch.setattr(hosted.subprocess, "run", run)
    hosted.prepare(torch="torch")
    assert commands == []
    hosted.prepare(no_such_module="no-such-package")
    assert commands[0][-1] == "no-such-package" and len(commands) == 1
    assert all(f"{name}==" in kept[0] for name in ("torch", "numpy", "ipywidgets"))


def test_a_failed_installation_is_said_plainly(monkeypatch):
    monkeypatch.setattr(hosted.subprocess, "run", lambda command: Done(1))
    with pytest.raises(SystemExit, match="no-such-package could not be installed"):
        hosted.prepare(no_such_module="no-such-package")


class Done:
    """The end of a process."""

    def __init__(self, returncode):
        self.returncode = returncode


def test_helpers_import_from_any_folder(tmp_path):
    names = ", ".join(f"helpers.{path.stem}" for path in MODULES if path.stem != "__init__")
    subprocess.run([sys.executable, "-c", f"import {names}"], cwd=tmp_path, check=True)
