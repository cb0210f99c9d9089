"""Pack the built site into one zip to read offline, the same bytes for the same site (make zip)."""

import zipfile

from tools import paper
from tools.build import SITE, build

TARGET = paper.BUILT / f"{paper.NAME}.zip"
FIRST = "00-how-to-open.txt"
HOW = """{title}
{subtitle}, version {version}, {date}

1. Unpack this file into a folder of its own.
2. In that folder, open index.html with a web browser (a double click does it).

Nothing needs a network or a server. On a phone, unpack with the files app and open index.html there.
The newest version is at {address}
"""


def write(target=TARGET, site=SITE):
    """Write the zip of the site to this file; returns its path."""
    top = paper.NAME
    with zipfile.ZipFile(target, "w") as archive:
        paper.put(archive, f"{top}/{FIRST}", HOW.format(**paper.facts()).replace("\n", "\r\n"))
        for path in sorted(path for path in site.rglob("*") if path.is_file()):
            name = path.relative_to(site).as_posix()
            if name != ".buildinfo":
                paper.put(archive, f"{top}/{name}", path.read_bytes())
    return target


if __name__ == "__main__":
    build(quiet=True)
    print(f"The site is packed: {write()}")
