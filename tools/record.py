"""Prove chapters one by one with strict nbval, and write down when, how long and on what (make record)."""

import argparse
import hashlib
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from xml.etree import ElementTree

from tools import refresh
from tools.build import ROOT

RUNS = ROOT / "data" / "runs.json"
EXEMPT = "nbval-ignore-output"
SECONDS = 60  # of nbval that a chapter may take
MORE = {"transformers": 120}


def load():
    """Return the records by chapter; {} where nothing has been recorded.

    Each holds `date` (UTC day), `seconds` (wall), `cpu_seconds` (user and system), `device`, `processor`, the
    versions `python`, `torch`, `numpy`, the code cells `compared` and `exempt`, the `digest` of what was proved, and
    `gpu`: None, or `date`, `seconds` (wall), `name`, `torch` of a run on CUDA. Raises ValueError for broken JSON.
    """
    if not RUNS.exists():
        return {}
    try:
        return json.loads(RUNS.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise ValueError(
            f"{RUNS} is no JSON ({problem}): delete it, then run `make record`"
        ) from None


def digest(path):
    """Return the SHA-256 of what nbval proves of a notebook: each code cell's id, source, tags and stored outputs."""
    proved = [
        [cell.id, cell.source, cell.metadata.get("tags", []), cell.outputs]
        for cell in refresh.code_cells(path)
    ]
    text = json.dumps(proved, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def exempt(path):
    """Return the code cells whose output is not compared."""
    return [cell for cell in refresh.code_cells(path) if EXEMPT in cell.metadata.get("tags", [])]


def counts(path):
    """Return how many code cells of a notebook nbval compares, and how many it lets pass."""
    passed = len(exempt(path))
    return {"compared": len(refresh.code_cells(path)) - passed, "exempt": passed}


def budget(name):
    """Return how many seconds of nbval a chapter may take."""
    return MORE.get(name, SECONDS)


def prove(path, gpu=False):
    """Run strict nbval on one chapter, without CUDA unless `gpu`; return its wall and CPU seconds.

    Ends the run with the first cell that differs, or when nbval did not run every code cell.
    """
    hidden = {} if gpu else {"CUDA_VISIBLE_DEVICES": ""}
    command = [sys.executable, "-m", "pytest", "-q", "--nbval", str(path), "--junitxml"]
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.xml"
        before, started = os.times(), time.perf_counter()
        done = subprocess.run(
            [*command, str(report)],
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": "1", **hidden},
            capture_output=True,
            text=True,
        )
        wall, after = time.perf_counter() - started, os.times()
        cases = ElementTree.parse(report).findall(".//testcase") if report.exists() else []
    failed = [case.get("name") for case in cases if case.find("failure") is not None]
    if done.returncode:
        sys.exit(
            f"{path.stem} is not recorded: nbval fails ({', '.join(failed[:3]) or done.stdout[-300:]}).\n"
            f"Look with `pytest --nbval {path}`; mend the cell, or, if the new output "
            f"is right, `make refresh CHAPTER={path.stem}`."
        )
    if len(cases) != len(refresh.code_cells(path)):
        sys.exit(
            f"{path.stem} is not recorded: nbval ran {len(cases)} cells, the notebook has others."
        )
    spent = sum(after[2:4]) - sum(before[2:4])
    return {"seconds": round(wall, 1), "cpu_seconds": round(spent, 1)}


def today():
    return datetime.now(UTC).strftime("%Y-%m-%d")


def version(package):
    """Return a package's version less its build ("+cu130")."""
    return metadata.version(package).split("+")[0]


def cores():
    """Return in words how many CPU cores this machine has."""
    count = os.cpu_count()
    return f"{count} CPU core{'s' if count != 1 else ''}"


def processor():
    """Return the name of this machine's processor as Linux tells it, or ""."""
    about = Path("/proc/cpuinfo")
    found = about.exists() and re.search(r"^model name\s*:\s*(.+)$", about.read_text(), re.M)
    return found[1].strip() if found else ""


def on_cpu(path, old):
    """Return a chapter's new record; a GPU's run of the same cells stays in it."""
    proved = digest(path)
    times = prove(path)
    if digest(path) != proved:
        sys.exit(
            f"{path.stem} is not recorded: it was changed while it ran. Run the same command again."
        )
    return {
        "date": today(),
        **times,
        "device": cores(),
        "processor": processor(),
        "python": platform.python_version(),
        "torch": version("torch"),
        "numpy": version("numpy"),
        **counts(path),
        "digest": proved,
        "gpu": old.get("gpu") if old.get("digest") == proved else None,
    }


def on_gpu(path, old):
    """Return a chapter's record with its run on this machine's CUDA device added."""
    import torch  # it takes seconds to load, and only this needs it

    if not torch.cuda.is_available():
        sys.exit("There is no CUDA device here: --gpu records nothing. Run without it.")
    if old.get("digest") != digest(path):
        sys.exit(
            f"{path.stem} has no current record on the CPU: first `make record CHAPTER={path.stem}`."
        )
    run = {
        "date": today(),
        "seconds": prove(path, gpu=True)["seconds"],
        "name": torch.cuda.get_device_name(),
        "torch": version("torch"),
    }
    return {**old, "gpu": run}


def write(runs):
    """Write the records, by chapter in alphabetical order; a broken write leaves the old file."""
    text = json.dumps(dict(sorted(runs.items())), ensure_ascii=False, indent=1) + "\n"
    scratch = RUNS.with_suffix(".new")
    scratch.write_text(text, encoding="utf-8", newline="\n")
    scratch.replace(RUNS)


def main():
    """Record the named chapters, or all, one after the other; drop records of chapters that are gone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chapters", nargs="*", help="for example: digits (none: all)")
    parser.add_argument("--gpu", action="store_true", help="time the chapters on CUDA as well")
    chosen = parser.parse_args()
    for path in refresh.chapters(chosen.chapters):
        print(f"proving {path.name} …", flush=True)
        old = load().get(path.stem, {})
        run = (on_gpu if chosen.gpu else on_cpu)(path, old)
        known = {other.stem for other in refresh.chapters()}
        write({**{k: v for k, v in load().items() if k in known}, path.stem: run})
        taken = (run["gpu"] if chosen.gpu else run)["seconds"]
        print(f"  {run['compared']} cells hold, {run['exempt']} exempt; {taken} s", flush=True)


if __name__ == "__main__":
    main()
