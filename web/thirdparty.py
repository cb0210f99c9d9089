"""What the built pages hold that others wrote: by package its version, licence, part on the page and files."""

import json
import re
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import lru_cache
from html import escape
from importlib import metadata
from pathlib import Path
from urllib.parse import unquote

from tools import vendor
from tools.build import ROOT

ASSETS = ROOT / "web" / "assets"
LICENCES = "book/licences"
# Below _static: what the build makes for the book itself; the rest of the book's own files lie in web/assets
MADE = ("favicon.svg", f"{LICENCES}/*.txt", "book/search-index.js", "book/digit-model.js")
TEXT = {".css", ".js", ".txt"}


@dataclass(frozen=True)
class Package:
    """A package that has a part in the pages.

    name: as pip or npm know it; files: its files below _static, as patterns; within: files of others that hold
    some of it; carrier: the pip package that carries it, where it is not installed by itself; banner: a pattern of
    its version in its files; licence: typed only where no file says it; notices: a pip package of the same code,
    whose notices name what is compiled into it.
    """

    name: str
    does: str
    files: tuple = ()
    within: tuple = ()
    carrier: str = ""
    banner: str = ""
    licence: str = ""
    notices: str = ""


THEME_STYLE, BOOTSTRAP_SCRIPT = "styles/pydata-sphinx-theme.css", "scripts/bootstrap.js"
PACKAGES = (
    Package(
        "katex",
        "sets the mathematics while the book is built; the page gets its style and fonts, no script",
        ("book/katex.css", "book/fonts/KaTeX_*.woff2"),
    ),
    Package(
        "@fontsource-variable/source-serif-4",
        "is the typeface you are reading",
        within=("book/book.css",),
    ),
    Package(
        "onnxruntime-web",
        "runs the digits network in the browser, for the reader who chooses it",
        ("book/ort/*",),
        banner=r"ONNX Runtime Web v([\d.]+\d)",
        notices="onnxruntime",
    ),
    Package(
        "Sphinx",
        "builds the pages; on them, it marks and opens what a link points to",
        (
            "basic.css",
            "doctools.js",
            "documentation_options.js",
            "sphinx_highlight.js",
            "file.png",
        ),
    ),
    Package(
        "pydata-sphinx-theme",
        "gives the frame of the page, its columns, menus, light and dark",
        (
            THEME_STYLE,
            BOOTSTRAP_SCRIPT,
            "scripts/pydata-sphinx-theme.js",
            "styles/theme.css",
        ),
    ),
    Package(
        "bootstrap",
        "opens menus and dialogs, and lays out the frame",
        within=(BOOTSTRAP_SCRIPT, THEME_STYLE),
        carrier="pydata-sphinx-theme",
        banner=r"Bootstrap +v([\d.]+\d)",
    ),
    Package(
        "@popperjs/core",
        "places the small hints beside their buttons",
        within=(BOOTSTRAP_SCRIPT,),
        carrier="pydata-sphinx-theme",
        licence="MIT",
    ),
    Package(
        "@fortawesome/fontawesome-free",
        "names the icons (the book draws its own; neither its fonts nor its drawings are shipped)",
        within=(THEME_STYLE,),
        carrier="pydata-sphinx-theme",
        banner=r"Font Awesome Free ([\d.]+\d)",
    ),
    Package(
        "compare-versions",
        "is part of the theme's switch of versions, which this book does not show",
        within=("scripts/pydata-sphinx-theme.js",),
        carrier="pydata-sphinx-theme",
        licence="MIT",
    ),
    Package(
        "sphinx-book-theme",
        "makes a book of that frame: the buttons above a page, the margins",
        (
            "styles/sphinx-book-theme.css",
            "scripts/sphinx-book-theme.js",
            "images/logo_*",
        ),
    ),
    Package("myst-nb", "shows a notebook's cells and what they printed", ("mystnb.*.css",)),
    Package("Pygments", "colours the code", ("pygments.css",)),
    Package("sphinx-copybutton", "copies a cell of code", ("copybutton*",)),
    Package(
        "clipboard",
        "does the copying",
        ("clipboard.min.js",),
        carrier="sphinx-copybutton",
        banner=r"clipboard\.js v([\d.]+\d)",
    ),
    Package("sphinxcontrib-katex", "calls KaTeX, and places formulas", ("katex-math.css",)),
)


def packages():
    """Return the packages of this build: those that need a download only where the build has them."""
    return [p for p in PACKAGES if p.name in vendor.PACKAGES or p.carrier or _installed(p.name)]


def _installed(name):
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None


def version(package):
    """Return the version of a package, or "" where its carrier does not say it."""
    if package.carrier:
        found = package.banner and re.search(package.banner, _carried(package.carrier))
        return found[1] if found else ""
    if package.name in vendor.PACKAGES:
        return _manifest(package.name)["version"]
    return metadata.version(package.name)


def licence(package):
    """Return the licence that a package states of itself; raises ValueError when it states none."""
    if package.licence:
        return package.licence
    if package.carrier:
        about = re.search(package.banner + r".{0,250}?\b(MIT)\b", _carried(package.carrier), re.S)
        return about[2]
    if package.name in vendor.PACKAGES:
        return _manifest(package.name)["license"]
    about = metadata.metadata(package.name)
    kinds = [k for k in about.get_all("Classifier", []) if k.startswith("License :: OSI")]
    stated = about.get("License-Expression") or (kinds and kinds[0].split(" :: ")[-1])
    if not stated:
        raise ValueError(f"{package.name} states no licence; look it up, or leave the package out")
    return stated.removesuffix(" License")


@lru_cache
def _manifest(name):
    return json.loads((vendor.folder(name) / "package.json").read_text(encoding="utf-8"))


@lru_cache
def _carried(name):
    """Return all styles, scripts and notices that a pip package carries for its pages, as one text."""
    files = [Path(file.locate()) for file in metadata.files(name)]
    kept = [f for f in files if f.suffix in TEXT and "static" in str(f.parent)]
    return "\n".join(f.read_text(encoding="utf-8") for f in sorted(kept))


def licence_text(package):
    """Return the text of a package's licence: its own file, or its notice and the terms that the notice names."""
    if package.carrier:
        files = []
    elif package.name in vendor.PACKAGES:
        files = sorted(vendor.folder(package.name).glob("LICEN[CS]E*"))
    else:
        files = _files_named(package.name, r"(LICEN[CS]E|COPYING)(\.\w+)?$")
    if not files and licence(package) != "MIT":
        raise ValueError(f"{package.name} comes without its licence; it must not be shipped so")
    if package.notices:
        files += _files_named(package.notices, r"ThirdPartyNotices\.txt$")
    texts = [file.read_text(encoding="utf-8").strip() for file in files]
    own = package.carrier or not any("LICEN" in file.name.upper() for file in files)
    return "\n\n".join([_mit(package), *texts] if own else texts) + "\n"


def _files_named(name, mask):
    """Return the files of a pip package whose names match; [] where it is not installed."""
    found = metadata.files(name) if _installed(name) else []
    return [Path(file.locate()) for file in found if re.match(mask, file.name, re.I)]


def _mit(package):
    """Return the MIT licence with the copyright line that a package's own files hold."""
    ours = (ROOT / "LICENSE").read_text(encoding="utf-8")
    terms = ours[ours.index("Permission is hereby granted") :].strip()
    notice = package.banner and re.search(
        package.banner + r".{0,300}?(Copyright[^\n]*|© [^\n]*)", _text(package), re.S
    )
    return "\n\n".join(["The MIT License", *([notice[2].strip()] if notice else []), terms])


def _text(package):
    """Return the styles, scripts and notices that hold a package."""
    if package.carrier:
        return _carried(package.carrier)
    scripts = sorted(vendor.folder(package.name).rglob("*.js"))
    return "\n".join(script.read_text(encoding="utf-8") for script in scripts)


def slug(package):
    return re.sub(r"\W+", "-", package.name.lower()).strip("-")


def write_licences(static):
    """Write the licence of every package below the folder `static`, for the pages to ship."""
    folder = Path(static) / LICENCES
    folder.mkdir(parents=True, exist_ok=True)
    for package in packages():
        (folder / f"{slug(package)}.txt").write_text(licence_text(package), encoding="utf-8")


def pinned(package):
    """Return what holds a package to one version."""
    if package.carrier:
        return f"comes inside {package.carrier}"
    if package.name in vendor.PACKAGES:
        return f"sha512 {vendor.PACKAGES[package.name][1][:12]}… in tools/vendor.py"
    return "requirements.lock"


def claims(static):
    """Return who claims each file of the folder `static`: {its path below: [package names or "the book"]}."""
    files = [path.relative_to(static).as_posix() for path in sorted(Path(static).rglob("*.*"))]
    return {file: _claimants(file) for file in files if (Path(static) / file).is_file()}


def _claimants(file):
    found = [p.name for p in PACKAGES if any(fnmatch(file, mask) for mask in p.files)]
    own = file.startswith("book/") and (ASSETS / file.removeprefix("book/")).exists()
    return found + ["the book"] * (own or any(fnmatch(file, mask) for mask in MADE))


def drop_unreached(site):
    """Delete from _static what no page loads: the theme's spare scripts, fonts, pictures, languages and maps."""
    site = Path(site).resolve()
    reached, queue = set(), list(site.rglob("*.html"))
    while queue:
        path = queue.pop()
        found = {path.parent / name for name in _asked(path)} if path.suffix != ".js" else set()
        found = {other.resolve() for other in found if other.is_file()} - reached
        reached |= found
        queue += [other for other in found if other.suffix == ".css"]
    static = site / "_static"
    for path in sorted(static.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path not in reached and static / "book" not in path.parents:
            path.unlink()


def _asked(path):
    """Return the addresses below _static that a page or a style sheet names. No page shows Font Awesome's fonts."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        return [unquote(name) for name in re.findall(r'="([^"?#:]*_static/[^"?#]+)', text)]
    found = re.findall(r"(?:url\([\"']?|@import [\"'])([^\"')#?:]{1,200})[\"')#?]", text)
    return [unquote(name) for name in found if not Path(name).name.startswith("fa-")]


MARK = re.compile(r'(<dl class="files"[^>]*>).*?(</dl>)', re.S)


def fill_files(site):
    """Write the files of the finished site into the page that lists them, by package."""
    page = Path(site) / "back" / "third-party.html"
    if page.exists():
        text = page.read_text(encoding="utf-8")
        held = claims(Path(site) / "_static")
        page.write_text(
            MARK.sub(lambda m: m[1] + _files(held) + m[2], text), encoding="utf-8", newline="\n"
        )


def _files(held):
    """Return the terms and details of a list: each claimant with its files."""
    groups = {}
    for file, names in held.items():
        if not file.startswith(LICENCES):
            groups.setdefault(names[0] if names else "claimed by nobody", []).append(file)
    return "".join(
        f"<dt>{escape(name)}</dt><dd>{'<br>'.join(escape(file) for file in files)}</dd>"
        for name, files in sorted(groups.items(), key=lambda item: item[0].lower())
    )


def entry(package):
    """Return a package's entry on the page, as HTML: what it is, does, is pinned by, its licence."""
    within = ", ".join(f"<code>{escape(file)}</code>" for file in package.within)
    facts = [
        f'<a href="../_static/{LICENCES}/{slug(package)}.txt">{escape(licence(package))}</a>',
        escape(pinned(package)),
        *([f"inside {within}"] if within and not package.files else []),
    ]
    title = " ".join(filter(None, [package.name, version(package)]))
    return (
        f'<div class="entry shown" id="package-{slug(package)}">'
        f"<p><strong>{escape(title)}</strong> {escape(package.does)}.</p>"
        f'<p class="entry-foot">{" · ".join(facts)}</p></div>'
    )
