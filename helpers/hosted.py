"""Make a hosted notebook (Colab, Kaggle) ready: install what is missing, touch nothing that is there."""

import importlib.metadata
import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

# The ranges of pyproject.toml
BASE = {
    "mermaid": "mermaid-py<0.10,>=0.9",
    "pooch": "pooch>=1.8",
    "safetensors": "safetensors>=0.5",
}
# Replacing one of these breaks a hosted machine: they stay at the versions it came with
KEPT = ["torch", "numpy", "ipywidgets", "ipython", "ipykernel", "matplotlib", "pillow", "protobuf"]


def prepare(**modules):
    """Install the packages whose modules are missing: `prepare(onnx="onnx")`, module = package.

    Does nothing where all can be imported. The versions of torch, numpy, ipywidgets and their like stay.
    Raises SystemExit with a plain message when the installation fails.
    """
    missing = [package for module, package in {**BASE, **modules}.items() if not _there(module)]
    if not missing:
        return
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "kept.txt"
        kept.write_text(
            "".join(f"{name}=={version}\n" for name, version in _versions(KEPT)), "utf-8"
        )
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--constraint", str(kept)]
        failed = subprocess.run([*pip, *missing]).returncode
    if failed:
        raise SystemExit(
            f"{', '.join(missing)} could not be installed. Check the network, then run this cell again."
        )
    importlib.invalidate_caches()


def _there(module):
    return importlib.util.find_spec(module) is not None


def _versions(names):
    for name in names:
        try:
            yield name, importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
