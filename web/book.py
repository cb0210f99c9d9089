"""The book's Sphinx extension: puts every asset inside the site, sizes the pictures, drops scripts no page needs."""

import atexit
import base64
import re
import shutil
import socket
import time
import zlib
from pathlib import Path
from subprocess import PIPE, Popen

import sphinxcontrib.katex
from docutils import nodes
from PIL import Image
from sphinxcontrib.katex import KaTeXServer

from tools import ledger, record, refresh, vendor
from web import csp, model, pages, search, stamp, thirdparty, weights
from web.outputs import BELOW

HERE = Path(__file__).resolve().parent
ASSETS = HERE / "assets"
# What only some pages need, and the text of a page's body that tells it
PARTS = {
    "slider.js": 'class="slider"',
    "guess.js": 'class="guess"',
    "guess.css": 'class="guess"',
    "learner.js": 'class="learner"',
    "learner.css": 'class="learner"',
    "chat.js": 'class="chat"',
    "chat.css": 'class="chat"',
    "ledger.js": 'class="filters"',
    "digit-pad.js": 'class="digit-pad',
    "digit-pad.css": 'class="digit-pad',
}
BOXES = {
    "What do you expect": "asks",
    "The source says": "corrects",
    "What is right": "corrects",
}
TOP = 4000  # characters of a page's body that its first view may show
LISTS = ("back/corrections", "back/coverage")  # where the entries themselves stand
ROWS = re.compile(r"\b(?:E-\d{2,3}|S\d{3}-\d{2}|D\d{2})\b")
CHINESE = re.compile("[\u4e00-\u9fff「」][\u4e00-\u9fff，。、；：「」…]*")


def stage(app, config):
    """Collect styles, scripts and fonts in one folder outside the source, to become _static/book."""
    home = Path(app.doctreedir).parent / ".assets"
    book = home / "book"
    shutil.rmtree(home, ignore_errors=True)
    katex = vendor.folder("katex") / "dist"
    for font in (katex / "fonts").glob("*.woff2"):
        copy(font, book / "fonts" / font.name)
    style = re.sub(
        r',url\([^)]*\.(?:woff|ttf)\) format\("[a-z]+"\)', "", read(katex / "katex.min.css")
    )
    write(book / "katex.css", with_fonts(style, katex, ["KaTeX_Main-Regular", "KaTeX_Math-Italic"]))
    serif = vendor.folder("@fontsource-variable/source-serif-4") / "files"
    write(
        book / "book.css",
        with_fonts(read(ASSETS / "book.css"), serif, ["source-serif-4-latin-wght-normal"]),
    )
    for path in ASSETS.iterdir():
        if path.name != "book.css":
            copy(path, book / path.name)
    model.stage(book)
    thirdparty.write_licences(home)
    config.html_static_path.append(str(home))
    config.html_additional_pages["search"] = "search.html"
    sphinxcontrib.katex.NODEJS_BINARY = vendor.node()
    KaTeXServer.start_server_process = classmethod(start_katex)
    sphinxcontrib.katex.STARTUP_TIMEOUT = sphinxcontrib.katex.RENDER_TIMEOUT = 60.0


def with_fonts(style, folder, names):
    """Return a style sheet with these fonts written into it: what every page shows at once comes with its style."""
    for name in names:
        file = next(folder.rglob(f"{name}.woff2"))
        data = base64.b64encode(file.read_bytes()).decode()
        style, found = re.subn(
            rf'url\("?fonts/{name}\.woff2"?\)', f"url(data:font/woff2;base64,{data})", style
        )
        if not found:
            raise ValueError(
                f"the style sheet asks for no {name}.woff2; mend web/book.py or the style"
            )
    return style


def read(path):
    return path.read_text(encoding="utf-8")


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)


def finish_page(app, pagename, templatename, context, doctree):
    """Finish a page's body: sized pictures, named boxes, Chinese marked as Chinese."""
    if "body" in context:
        sizes = {name: Path(app.srcdir, uri) for uri, name in app.builder.images.items()}
        body = name_boxes(size_images(context["body"], sizes))
        if pagename not in LISTS:
            body = link_rows(body, lambda to: app.builder.get_relative_uri(pagename, f"back/{to}"))
        body = model.fill(mark_chinese(body))
        body = stamp_chapter(app, pagename, body)
        # A wide formula scrolls in its own box, so the keyboard must be able to reach it
        context["body"] = body.replace('<div class="math"', '<div class="math" tabindex="0"')
        add_parts(app, body)


def stamp_chapter(app, pagename, body):
    """Return a chapter's body with the time it takes, and at its foot when it was last proved; others as they are."""
    path = Path(app.srcdir, f"{pagename}.ipynb")
    if not path.exists():
        return body
    run, link = (
        record.load().get(path.stem),
        app.builder.get_relative_uri(pagename, "back/execution"),
    )
    body = stamp.set_time(body, stamp.time_line(refresh.cells(path), run))
    return body + stamp.stamp(run, record.digest(path), link)


def add_parts(app, body):
    """Add the scripts and styles that this page needs and others do not."""
    for name, mark in PARTS.items():
        if mark in body and name.endswith(".js"):
            app.add_js_file(f"book/{name}", loading_method="defer")
        elif mark in body:
            app.add_css_file(f"book/{name}", priority=900)


def fill_page(app, name, source):
    """Write the ledger into the pages at the back of the book."""
    if name == "README":  # its drawing pad holds what this chapter sets
        app.env.note_dependency(str(refresh.CHAPTERS / "deployment.ipynb"))
    if name.startswith("back/"):
        source[0] = pages.fill(source[0])
        for file in refresh.CHAPTERS.glob("*.ipynb"):
            app.env.note_dependency(str(file))


def anchor_cells(app, doctree):
    """Give every code cell of a chapter the address #cell-<id>, so that the ledger can point to it."""
    path = Path(app.env.doc2path(app.env.docname))
    if path.suffix == ".ipynb":
        ids = list(ledger.cells(path.stem))
        for node in doctree.findall(nodes.container):
            if node.get("nb_element") == "cell_code":
                node["ids"].append(f"cell-{ids[node['cell_index']]}")


def lower_tables(app, doctree):
    """Move the table of a figure's numbers below the figure: in HTML a caption is the last thing inside."""
    for table in [node for node in doctree.findall(nodes.raw) if BELOW in node.get("classes", [])]:
        figure = table.parent
        while figure is not None and not isinstance(figure, nodes.figure):
            figure = figure.parent
        if figure is not None:
            table.parent.remove(table)
            figure.parent.insert(figure.parent.index(figure) + 1, table)


def link_rows(body, home):
    """Link every number of the ledger that the text names (E-17, S001-21, D13) to its entry; code and links stay."""
    known = {entry["id"] for entry in ledger.entries()}

    def linked(match):
        row = match[0]
        if row not in known:
            return row
        page = home("corrections" if row.startswith("E") else "coverage")
        return f'<a class="row-link" href="{page}#{row.lower()}">{row}</a>'

    kept = r"(<(a|pre|code|svg|math|h[1-6])\b.*?</\2>|<[^>]+>)"
    parts = re.split(kept, body, flags=re.DOTALL)
    # re.split also returns the inner group: text stands at every third place
    parts[::3] = [ROWS.sub(linked, text) for text in parts[::3]]
    del parts[2::3]
    return "".join(part or "" for part in parts)


def size_images(body, files):
    """Give every picture its size, so that nothing jumps, and let all but those at the very top load late."""

    def sized(match):
        tag, path = match[0], files.get(Path(match[1]).name)
        if path is None or path.suffix != ".png" or " width=" in tag:
            return tag
        width, height = Image.open(path).size
        late = ' loading="lazy"' if match.start() > TOP else ""
        return tag.replace(
            "<img ", f'<img width="{width}" height="{height}" decoding="async"{late} ', 1
        )

    return re.sub(r'<img [^>]*src="([^"]+)"[^>]*>', sized, body)


def name_boxes(body):
    """Mark the block quotes that ask or correct by their first bold words, so that they can look it."""
    for words, kind in BOXES.items():
        body = re.sub(
            rf"<blockquote>(\s*<div>\s*<p><strong>{words})", rf'<blockquote class="{kind}">\1', body
        )
    return body


def mark_chinese(body):
    """Mark Chinese as `lang="zh"`: words in the text and in code by a span, labels of a drawing by an attribute.

    A screen reader changes its voice there; attributes and maths stay as they are.
    """
    parts = re.split(r"(<svg.*?</svg>|<math.*?</math>|<[^>]+>)", body, flags=re.DOTALL)
    parts[::2] = [CHINESE.sub(r'<span lang="zh">\g<0></span>', text) for text in parts[::2]]
    parts[1::2] = [mark_labels(part) if part.startswith("<svg") else part for part in parts[1::2]]
    return "".join(parts)


def mark_labels(svg):
    """Return a drawing with `lang="zh"` on each piece of text that holds Chinese."""
    return re.sub(r"<(text|tspan)\b([^>]*)>([^<]*[\u4e00-\u9fff][^<]*)", r'<\1 lang="zh"\2>\3', svg)


def start_katex(cls, rundir, timeout):
    """Start the process that sets the maths and connect to it.

    Its socket exists a moment before the process listens. The original connects once, and a busy machine refuses.
    """
    path = rundir / "katex.sock"
    process = Popen(cls.build_command(socket=path), stdin=PIPE, stdout=PIPE, cwd=rundir)
    ends = time.monotonic() + timeout
    while True:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(path))
            return process, connection
        except (FileNotFoundError, ConnectionRefusedError):
            connection.close()
            if time.monotonic() > ends:
                process.kill()
                raise cls.timeout_error(timeout) from None
            time.sleep(0.01)


def stop_katex(app, problem):
    """End the node process that set the maths; left alone it can outlive the build."""
    if KaTeXServer.katex_server is not None:
        atexit.unregister(KaTeXServer.terminate)
        KaTeXServer.katex_server.terminate()
        KaTeXServer.katex_server = None


def leave_search(app):
    """Let Sphinx make no index of its own: it finds no Chinese inside a word, no formula and no section."""
    app.builder.search = False


def finish_site(app, problem):
    """Drop what no page loads, index the pages for the search, and give each its Content-Security-Policy."""
    if problem is None and app.builder.format == "html":
        thirdparty.drop_unreached(app.outdir)
        search.write(app.outdir)
        thirdparty.fill_files(app.outdir)
        csp.seal(app.outdir)


def setup(app):
    """Register the extension."""
    app.connect("config-inited", stage, priority=900)
    app.connect("builder-inited", leave_search)
    app.connect("source-read", fill_page)
    app.connect("doctree-read", anchor_cells)
    app.connect("doctree-read", lower_tables)
    app.connect("html-page-context", finish_page, priority=900)
    app.connect("build-finished", stop_katex)
    app.connect("build-finished", finish_site)
    app.add_js_file("book/page.js", loading_method="defer")
    for name in ("icons.css", "book.css"):
        app.add_css_file(f"book/{name}", priority=900)
    # Sphinx copies styles and scripts only when a page has changed: a changed file here changes them all
    # Any page may name a row of the ledger, so a changed ledger changes them all too
    files = [
        *HERE.glob("*.*"),
        *ASSETS.glob("*"),
        *HERE.glob("templates/**/*.html"),
        *ledger.HOME.glob("*.yml"),
    ]
    files += [Path(vendor.__file__), Path(ledger.__file__), ledger.HOME.parent / "checksums.txt"]
    files += [record.RUNS, weights.WEIGHTS, record.ROOT / "requirements.lock"]
    return {
        "env_version": zlib.crc32(
            b"".join(path.read_bytes() for path in sorted(files) if path.is_file())
        ),
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
