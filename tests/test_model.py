"""The bundled network is the deployment chapter's export, and the page's reader of it refuses what it cannot read."""

import base64
import hashlib
import importlib.metadata
import json
import random
import re
import subprocess

import onnx
import pytest

from helpers import chapters, data
from tests.test_setup import LOCK
from tools import export, vendor
from web import model

READER = (model.ASSETS / "onnx.js").read_text(encoding="utf-8")
HARNESS = """
const lines = require("fs").readFileSync(0, "utf8").split("\\n").filter(Boolean).map(line => JSON.parse(line));
for (const {file, expected} of lines) {
  let told;
  try {
    const model = onnx.load(new Uint8Array(Buffer.from(file, "base64")), expected);
    told = {input: model.input, output: model.output, steps: model.steps.length};
  } catch (problem) {
    told = {refused: problem.message, plainly: problem instanceof onnx.ModelError};
  }
  console.log(JSON.stringify(told));
}
"""


@pytest.fixture(scope="module")
def bundled():
    return data.find("digits.onnx").read_bytes()


def load(*files, expected=None):
    """Return what the page's reader says of each of these files, in one run of node."""
    lines = [
        json.dumps({"file": base64.b64encode(file).decode(), "expected": expected})
        for file in files
    ]
    done = subprocess.run(
        [vendor.node(), "-e", READER + HARNESS],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-500:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_bundled_network_is_what_the_chapter_exports_now(bundled):
    exported = export.exported()
    makers = ("torch", "onnx", "onnxscript", "onnx-ir")
    here = {name: importlib.metadata.version(name).split("+")[0] for name in makers}
    if all(LOCK[name] == version for name, version in here.items()):
        assert exported == bundled, "run: make model"
    ours, theirs = (onnx.load_from_string(content).graph for content in (exported, bundled))
    numbers = [{t.name: (list(t.dims), t.raw_data) for t in g.initializer} for g in (ours, theirs)]
    learned = [name for name in numbers[1] if name.startswith("net.")]
    assert len(learned) > 10 and all(numbers[0][name] == numbers[1][name] for name in learned)
    assert {node.op_type for node in ours.node} == {node.op_type for node in theirs.node}


def test_writing_the_network_keeps_the_other_checksums(tmp_path):
    listed = tmp_path / "checksums.txt"
    listed.write_text("1" * 64 + " a.csv\n" + "2" * 64 + " digits.onnx\n", encoding="utf-8")
    export.store(b"model", tmp_path)
    first, second = listed.read_text(encoding="utf-8").splitlines()
    assert first == "1" * 64 + " a.csv" and (tmp_path / "digits.onnx").read_bytes() == b"model"
    assert second == hashlib.sha256(b"model").hexdigest() + " digits.onnx"


def test_the_script_holds_the_file_and_the_first_test_picture_of_each_digit(bundled):
    held = json.loads(re.search(r"\{.*\}", model.script())[0])
    assert base64.b64decode(held["file"]) == bundled
    examples = base64.b64decode(held["examples"])
    images, labels = data.digits("test")
    for digit in range(10):
        first = images[labels == digit][0]
        assert examples[784 * digit : 784 * (digit + 1)] == first.numpy().tobytes()


def test_each_pad_gets_what_the_book_computed_and_nothing_else_changes():
    page = '<p>x</p><div class="digit-pad"><p>y</p></div><div class="digit-pad small"></div>'
    filled = model.fill(page)
    assert filled.count("data-about=") == 2 and model.PAD.search(filled) is None
    assert re.sub(r' data-about="[^"]*"', "", filled) == page
    assert model.fill("<p>no pad</p>") == "<p>no pad</p>"
    assert model.threshold() == chapters.take("deployment", "decide").THRESHOLD


def test_of_a_large_package_only_the_files_named_are_kept():
    kept = vendor.folder("onnxruntime-web")
    files = {path.relative_to(kept).as_posix() for path in kept.rglob("*") if path.is_file()}
    assert files == set(vendor.FILES["onnxruntime-web"])
    assert set(vendor.FILES) <= set(vendor.PACKAGES)


def test_the_reader_takes_the_network_and_only_with_its_fingerprint(bundled):
    graph = onnx.load_from_string(bundled).graph
    expected = data.checksums()["digits.onnx"]
    changed = bytearray(bundled)
    changed[60_000] ^= 1
    whole, other, short = load(bundled, bytes(changed), bundled[:-1], expected=expected)
    assert whole == {"input": "image", "output": "probabilities", "steps": len(graph.node)}
    assert all(told["plainly"] and "SHA-256" in told["refused"] for told in (other, short))


@pytest.mark.parametrize("length", [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000])
def test_the_readers_sha256_is_sha256(length):
    content = bytes(i % 251 for i in range(length))
    (told,) = load(content, expected=hashlib.sha256(content).hexdigest())
    assert "SHA-256" not in told.get("refused", "")


def changed(bundled, change):
    """Return the network's file after `change` has been at it."""
    proto = onnx.load_from_string(bundled)
    change(proto.graph)
    return proto.SerializeToString()


def test_the_reader_names_what_it_does_not_know(bundled):
    def operator(graph):
        graph.node[5].op_type = "Einsum"

    def inherited(graph):
        graph.node[5].op_type = "toString"

    def kind(graph):
        graph.initializer[0].data_type = onnx.TensorProto.FLOAT16

    def short(graph):
        graph.initializer[0].raw_data = graph.initializer[0].raw_data[:-4]

    files = [changed(bundled, change) for change in (operator, inherited, kind, short)]
    told = load(*files, b"", b"hello", bundled[: len(bundled) // 2])
    assert all(each["plainly"] for each in told), told
    for each, word in zip(
        told, ("Einsum", "toString", "float32", "bytes of net.0.0"), strict=False
    ):
        assert word in each["refused"], each


def test_no_damage_makes_the_reader_hang_or_stumble(bundled):
    random.seed(0)
    files = []
    for _ in range(60):
        damaged = bytearray(bundled)
        for _ in range(3):
            damaged[random.randrange(len(damaged) - 4000, len(damaged))] ^= 1 << random.randrange(8)
        files += [bytes(damaged), bundled[: random.randrange(len(bundled))]]
    told = load(*files)
    assert len(told) == 120
    assert all(each.get("plainly", True) for each in told), [
        t for t in told if not t.get("plainly", 1)
    ][:3]
    assert sum("refused" in each for each in told) > 60
