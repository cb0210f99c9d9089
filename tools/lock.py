"""Renew requirements.lock: install what pyproject.toml asks for afresh and write down the versions."""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Asked for exactly, so that every machine trains with one version
TORCH = "torch==2.13.0"
HEAD = """# The versions that `make` and CI install, exactly. Made from pyproject.toml: renew it with `make lock`.
# Readers on Colab or conda do not need it; what only another system needs (Windows, macOS) pip adds by itself.
"""


def lock():
    """Write requirements.lock from a fresh resolve."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = next(
            path
            for path in [Path(folder, "bin/python"), Path(folder, "Scripts/python.exe")]
            if path.exists()
        )
        pip = [str(python), "-m", "pip"]
        subprocess.run([*pip, "install", "--quiet", TORCH], check=True)
        subprocess.run(
            [
                *pip,
                "install",
                "--quiet",
                f"{ROOT}[deployment,training,language,lab,book,test]",
                TORCH,
            ],
            check=True,
        )
        frozen = subprocess.run([*pip, "freeze"], check=True, capture_output=True, text=True).stdout
    lines = [
        line.split("+")[0]
        for line in frozen.splitlines()
        if "==" in line and not line.startswith(("large-models-for-founders", "nvidia-", "triton"))
    ]
    (ROOT / "requirements.lock").write_text(
        HEAD + "\n".join(lines) + "\n", encoding="utf-8", newline="\n"
    )
    print(f"requirements.lock names {len(lines)} packages")


if __name__ == "__main__":
    lock() if len(sys.argv) == 1 else sys.exit("make lock takes no arguments")
