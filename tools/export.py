"""Write data/digits.onnx, the file that the deployment chapter exports, and its checksum (make model)."""

import hashlib

from helpers import chapters, data

# The chapter's own cells, in its order: nothing is trained or typed again
CELLS = ["trained", "two-switches", "sealed", "export", "what-leaks", "stripped"]


def exported():
    """Return the bytes of the network's file as the deployment chapter exports it, its notes stripped."""
    return chapters.take("deployment", *CELLS).content


def store(content, folder=data.BUNDLED):
    """Write the network's file into `folder`, and its sha256 into checksums.txt there."""
    (folder / "digits.onnx").write_bytes(content)
    listed = folder / "checksums.txt"
    lines = [line for line in listed.read_text(encoding="utf-8").splitlines() if line]
    lines = [line for line in lines if not line.endswith(" digits.onnx")]
    lines.append(f"{hashlib.sha256(content).hexdigest()} digits.onnx")
    lines.sort(key=lambda line: line.split(maxsplit=1)[1])
    listed.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    store(exported())
    print(f"wrote {data.BUNDLED / 'digits.onnx'}; now run: make refresh CHAPTER=deployment")
