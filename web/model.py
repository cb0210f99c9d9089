"""The network on the page: turn the exported file into a script, and tell each drawing pad what it must know."""

import ast
import base64
import functools
import gzip
import html
import json
import re
import shutil
from pathlib import Path

from helpers import data
from tools import refresh, vendor

ASSETS = Path(__file__).resolve().parent / "assets"
RUNTIME = [file for file in vendor.FILES["onnxruntime-web"] if file.startswith("dist/")]
PAD = re.compile(r'<div class="(digit-pad(?: small)?)">')


def stage(folder):
    """Write the network, ten digits to try it on, and ONNX Runtime Web into a folder, to become _static/book."""
    (folder / "digit-model.js").write_text(script(), encoding="utf-8", newline="\n")
    (folder / "ort").mkdir()
    for file in runtime():
        shutil.copy2(file, folder / "ort")


def script():
    """Return the script that holds the network's file and one test picture of each digit, in base64."""
    images, labels = data.digits("test")
    first = [int((labels == digit).nonzero()[0]) for digit in range(10)]
    held = {
        "file": data.find("digits.onnx").read_bytes(),
        "examples": images[first].numpy().tobytes(),
    }
    text = {name: base64.b64encode(content).decode() for name, content in held.items()}
    return f"// The network that the deployment chapter exports\nself.digitModel = {json.dumps(text)};\n"


def runtime():
    """Return the paths of the three files of ONNX Runtime Web that a page needs."""
    return [vendor.folder("onnxruntime-web") / file for file in RUNTIME]


def fill(body):
    """Write into each drawing pad of a page what the book computed: fingerprint, threshold, weights."""
    if not PAD.search(body):
        return body
    about = html.escape(json.dumps(known()))
    return PAD.sub(rf'<div class="\1" data-about="{about}">', body)


@functools.cache
def known():
    """Return the file's sha256, the chapter's threshold, and the bytes of both programs, compressed."""
    return {
        "sha256": data.checksums()["digits.onnx"],
        "threshold": threshold(),
        "numbers": compressed([data.find("digits.onnx")]),
        "own": compressed([ASSETS / "onnx.js"]),
        "runtime": compressed(runtime()),
    }


def compressed(files):
    """Return how many bytes these files have as a server sends them."""
    return sum(len(gzip.compress(file.read_bytes(), 6)) for file in files)


def threshold():
    """Return the THRESHOLD that the deployment chapter sets in its cell `decide`."""
    for cell in refresh.code_cells(refresh.CHAPTERS / "deployment.ipynb"):
        for line in ast.parse(cell.source).body if cell.id == "decide" else []:
            if isinstance(line, ast.Assign) and line.targets[0].id == "THRESHOLD":
                return ast.literal_eval(line.value)
    raise ValueError("the cell `decide` of chapters/deployment.ipynb no longer sets THRESHOLD")
