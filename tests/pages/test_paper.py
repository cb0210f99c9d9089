"""The book on paper, as an e-book, as a zip: all of it is there, no glyph is missing, every link leads somewhere."""

import posixpath
import re
import subprocess
import sys
import zipfile
from collections import Counter
from urllib.parse import unquote, urlparse
from xml.etree import ElementTree

import pypdfium2
import pytest
from filelock import FileLock
from pypdf import PdfReader

from tests.pages.listed import CHAPTERS
from tools import bundle, epub, paper, pdf, refresh
from tools.build import ROOT

pytestmark = pytest.mark.xdist_group("paper")
XHTML = "{http://www.w3.org/1999/xhtml}"
MATHML = "{http://www.w3.org/1998/Math/MathML}"
SVG = "{http://www.w3.org/2000/svg}"
OPF = "{http://www.idpf.org/2007/opf}"
DC = "{http://purl.org/dc/elements/1.1/}"
OPS = "{http://www.idpf.org/2007/ops}"


@pytest.fixture(scope="session")
def make(tmp_path_factory):
    """Return a function that lets a tool write its file, once for all workers of a run."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if shared.name.startswith("popen-") else shared

    def made(tool, again=False):
        target = shared / ("again-" * again + tool.TARGET.name)
        with FileLock(shared / "paper.lock"):
            if not target.exists():  # in a process of its own, as this one has a browser already
                write = (
                    "import sys, pathlib; from {} import write; write(pathlib.Path(sys.argv[1]))"
                )
                subprocess.run(
                    [sys.executable, "-c", write.format(tool.__name__), target],
                    cwd=ROOT,
                    check=True,
                )
            return target

    return made


@pytest.fixture(scope="session")
def printed(make):
    return PdfReader(make(pdf))


@pytest.fixture(scope="session")
def chapter_pages(printed):
    """Return the page numbers of every chapter in the printed book, from 0, by its short name."""
    first = [(page.slug, start(printed, page.slug)) for page in paper.pages()]
    ends = [number for _, number in first[1:]] + [len(printed.pages)]
    return {slug: range(begin, end) for (slug, begin), end in zip(first, ends, strict=True)}


def start(reader, place):
    return reader.get_destination_page_number(reader.named_destinations[f"/{place}"])


@pytest.fixture(scope="session")
def texts(make):
    """Return the text of every printed page."""
    return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(make(pdf))]


@pytest.fixture(scope="session")
def book(make):
    """Return the files of the e-book by name, the pages among them parsed."""
    with zipfile.ZipFile(make(epub)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    parsed = {
        name: ElementTree.fromstring(content)
        if name.endswith((".xhtml", ".opf", ".xml"))
        else content
        for name, content in files.items()
    }
    return parsed


def stored(chapter):
    """Return a chapter's count of stored pictures, the words of its diagrams, the count of its page's formulas."""
    outputs = [
        output
        for cell in refresh.code_cells(refresh.CHAPTERS / f"{chapter}.ipynb")
        for output in cell.outputs
    ]
    return {
        "pictures": sum("image/png" in output.get("data", ()) for output in outputs),
        "diagrams": [
            output.metadata["image/svg+xml"]["diagram"]
            for output in outputs
            if "image/svg+xml" in output.get("data", ())
        ],
        "formulas": paper.html(f"chapters/{chapter}.html").count('<span class="katex">'),
    }


# --- The printed book


# What a page's content does with text: it chooses a font, or shows codes, written in hexadecimal
TEXT = re.compile(
    rb"/(\S+) [-\d.]+ Tf|((?:<[0-9A-Fa-f]*>[-\d.\s]*)+)\]?\s*T[jJ]\b|(\))\]?\s*T[jJ]\b"
)


def missing_glyphs(reader):
    """Return the pages (from 1) that show a character for which their font has no glyph."""
    return [
        number
        for number, page in enumerate(reader.pages, start=1)
        if _lacks(page.get_contents(), page)
    ]


def _lacks(content, owner):
    """Tell whether this content, or a drawing that it includes, shows a missing glyph."""
    resources = owner.get("/Resources", {})
    fonts, font = resources.get("/Font", {}), None
    for name, codes, literal in TEXT.findall(b"" if content is None else content.get_data()):
        assert not literal, "this text is written in another way than Chromium's: mend TEXT"
        if name:
            font = fonts[f"/{name.decode()}"].get_object()
        elif _shows_nothing(font, b"".join(re.findall(rb"<(.*?)>", codes))):
            return True
    drawings = [drawing.get_object() for drawing in resources.get("/XObject", {}).values()]
    return any(_lacks(each, each) for each in drawings if each["/Subtype"] == "/Form")


def _shows_nothing(font, codes):
    """Tell whether any of these codes is the font's mark of a missing glyph: CID 0, or the procedure g0."""
    codes = bytes.fromhex(codes.decode())
    if font["/Subtype"] == "/Type0":
        return b"\0\0" in (codes[i : i + 2] for i in range(0, len(codes), 2))
    names, code = {}, 0
    for entry in font["/Encoding"]["/Differences"]:
        if isinstance(entry, int):
            code = int(entry)
        else:
            names[code] = entry
            code += 1
    return any(names.get(code) in ("/g0", "/.notdef") for code in codes)


def test_the_search_for_missing_glyphs_finds_one(chromium, tmp_path):
    """U+0378 and U+10FFFD are no characters that a font could have."""
    file = tmp_path / "hole.pdf"
    page = chromium.new_page()
    for text, expected in [
        ("loss 损失", []),
        ("loss \u0378", [1]),
        ('<span style="font-family: Noto Serif CJK SC">损\U0010fffd失</span>', [1]),
    ]:
        page.set_content(f"<!doctype html><p>{text}</p>")
        page.pdf(path=file)
        assert missing_glyphs(PdfReader(file)) == expected, text
    page.close()


def test_no_glyph_is_missing(printed, texts):
    assert missing_glyphs(printed) == []
    assert [number for number, text in enumerate(texts, start=1) if "\ufffd" in text] == []


def test_every_font_is_inside(printed):
    fonts = {}
    for page in printed.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            font = font.get_object()
            fonts[str(font.get("/BaseFont", "drawn"))] = font
    assert len(fonts) > 3
    for name, font in fonts.items():
        if font["/Subtype"] != "/Type3":  # a font of that kind is its own drawings
            about = font.get("/DescendantFonts", [font])[0].get_object()["/FontDescriptor"]
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(about), name


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_chinese_of_a_chapter_is_printed(chapter, chapter_pages, texts):
    page = paper.html(f"chapters/{chapter}.html")
    terms = set(
        re.findall(r'<span lang="zh">([\u4e00-\u9fff]+)</span>', page[: page.index("</article>")])
    )
    text = re.sub(r"\s", "", "".join(texts[number] for number in chapter_pages[chapter]))
    assert terms and [term for term in terms if term not in text] == []


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_picture_diagram_and_formula_is_printed(chapter, chapter_pages, tags):
    """Counted by their tags in the file itself; the pictures of one slider's sheet count once."""
    found = [tag for number in chapter_pages[chapter] for tag in tags[number]]
    wanted = stored(chapter)
    assert sum(kind == "Formula" for kind, _ in found) == wanted["formulas"]
    drawn = [alt for kind, alt in found if kind == "Figure" and alt in wanted["diagrams"]]
    assert sorted(drawn) == sorted(wanted["diagrams"])
    assert sum(kind == "Figure" for kind, _ in found) - len(drawn) == wanted["pictures"]


@pytest.fixture(scope="session")
def tags(make, printed):
    """Return for every printed page the kind and the words of each tag with a text alternative that begins on it."""
    numbers = {page.indirect_reference.idnum: number for number, page in enumerate(printed.pages)}
    found = [[] for _ in printed.pages]
    # A look at the bytes first: the file has some hundred of these among its many tags
    named = re.compile(rb"\n(\d+) 0 obj\n<<(?:(?!endobj).)*?/Alt\b", re.DOTALL)
    for number in named.findall(make(pdf).read_bytes()):
        tag = printed.get_object(int(number))
        found[numbers[_home(tag)]].append((tag["/S"].removeprefix("/"), tag["/Alt"]))
    return found


def _home(tag):
    """Return the number of the object that is the page on which a tag begins."""
    while "/Pg" not in tag:
        below = tag["/K"]
        tag = (below[0] if isinstance(below, list) else below).get_object()
    return tag.raw_get("/Pg").idnum


def test_the_contents_name_the_right_pages(printed, texts, chapter_pages):
    contents = "\n".join(texts[: chapter_pages["about"].start])
    for page in paper.pages():
        number = chapter_pages[page.slug].start + 1
        assert re.search(rf"{re.escape(page.title)}\s*{number}\b", contents), page.title
        assert page.title in texts[number - 1].replace("\n", " ")


def test_the_outline_has_parts_chapters_and_sections(printed, chapter_pages):
    """Chromium's outline follows the headings: parts above their chapters, chapters above their sections."""
    seen, part = {}, None

    def walk(entries, depth, above):
        last = None
        for entry in entries:
            if isinstance(entry, list):
                walk(entry, depth + 1, last)
            else:
                seen[entry.title] = (depth, above, printed.get_destination_page_number(entry))
                last = entry.title

    walk(printed.outline, 0, None)
    for page in paper.pages():
        part = page.part or part
        if part:
            depth, above, number = seen[page.title]
            assert (depth, above, number) == (1, part, chapter_pages[page.slug].start)
    assert max(depth for depth, *_ in seen.values()) >= 2


def test_links_stay_inside_the_book_or_lead_to_the_web(printed):
    places = set(printed.named_destinations)
    inside = 0
    for page in printed.pages:
        for note in page.get("/Annots", ()):
            note = note.get_object()
            if "/Dest" in note:
                assert str(note["/Dest"]) in places or f"/{note['/Dest']}" in places, note["/Dest"]
                inside += 1
            elif "/A" in note:
                assert re.match(r"https?://(?!127\.|localhost)|mailto:", str(note["/A"]["/URI"])), (
                    note["/A"]
                )
    assert inside > 500


def test_a_print_shop_and_a_screen_reader_get_what_they_need(printed):
    about, said = printed.metadata, paper.facts()
    assert said["title"] in about.title and about.author == said["authors"]
    assert about.creation_date.date() == said["date"] == about.modification_date.date()
    root = printed.trailer["/Root"]
    assert root["/Lang"] == "en" and root["/MarkInfo"]["/Marked"]
    sizes = {(round(page.mediabox.width), round(page.mediabox.height)) for page in printed.pages}
    assert sizes == {(595, 842)}
    assert printed.stream.seek(0, 2) <= 25e6


def test_nothing_runs_off_the_page(make):
    """The text of every page stays between the margins: no line of code is cut off."""
    file = pypdfium2.PdfDocument(make(pdf))
    margin = 20 / 25.4 * 72
    for number in range(1, len(file)):  # the cover, page 0, fills its page
        words = file[number].get_textpage()
        for left, _, right, _ in map(words.get_rect, range(words.count_rects())):
            assert left >= margin - 6 and right <= 595 - margin + 2, (number + 1, left, right)


def test_the_pages_are_not_shrunk(make, chapter_pages):
    """Chromium shrinks every page when something is too wide, but not what stands in the margins."""
    file = pypdfium2.PdfDocument(make(pdf))
    for page in paper.pages():
        words = file[chapter_pages[page.slug].start].get_textpage()
        found = words.search(page.title.split()[0], match_whole_word=True)
        sizes = []
        for _ in range(2):  # the running head, 8.5 points, then the title, 25 points
            _, low, _, high = words.get_charbox(found.get_next()[0], loose=True)
            sizes.append(high - low)
        assert sizes[1] / sizes[0] == pytest.approx(25 / 8.5, rel=0.01), page.title


def test_no_answer_stands_beside_its_question(printed, chapter_pages, texts):
    """The right option of a prediction is told at the chapter's end only."""
    for chapter in CHAPTERS:
        end = start(printed, f"{chapter}--end-predictions")
        before = "".join(texts[chapter_pages[chapter].start : end])
        assert "Not this one." not in before
        after = "".join(texts[end : chapter_pages[chapter].stop])
        assert after.count("Not this one.") == paper.html(f"chapters/{chapter}.html").count(
            "Not this one.</strong>"
        )


# --- The e-book


def test_the_first_file_says_what_it_is(make):
    with zipfile.ZipFile(make(epub)) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert not first.extra and archive.read("mimetype") == b"application/epub+zip"
        assert archive.testzip() is None


def test_the_package_lists_every_file(book):
    container = book["META-INF/container.xml"]
    [root] = container.iter("{urn:oasis:names:tc:opendocument:xmlns:container}rootfile")
    package = book[root.get("full-path")]
    items = {item.get("id"): item for item in package.iter(f"{OPF}item")}
    assert len(items) == len(list(package.iter(f"{OPF}item")))
    listed = {f"EPUB/{item.get('href')}" for item in items.values()}
    assert listed == set(book) - {"mimetype", "META-INF/container.xml", "EPUB/package.opf"}
    order = [items[ref.get("idref")].get("href") for ref in package.iter(f"{OPF}itemref")]
    assert len(order) == len(set(order))
    assert {f"EPUB/{name}" for name in order} == {name for name in book if name.endswith(".xhtml")}
    assert [name for name in order if name[:-6] in {p.slug for p in paper.pages()}] == [
        f"{page.slug}.xhtml" for page in paper.pages()
    ]
    for name in ("identifier", "title", "creator", "language"):
        assert package.find(f".//{DC}{name}").text
    [modified] = [
        m.text for m in package.iter(f"{OPF}meta") if m.get("property") == "dcterms:modified"
    ]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", modified)
    for item in items.values():
        _check_properties(item, book[f"EPUB/{item.get('href')}"])


def _check_properties(item, content):
    said = set((item.get("properties") or "").split())
    if item.get("media-type") == "application/xhtml+xml":
        assert ("mathml" in said) == (content.find(f".//{MATHML}math") is not None), item.attrib
        assert ("svg" in said) == (content.find(f".//{SVG}svg") is not None), item.attrib
        assert ("nav" in said) == (item.get("href") == "nav.xhtml")
        assert "scripted" not in said and "remote-resources" not in said
    else:
        assert ("cover-image" in said) == (item.get("href") == "images/cover.jpg")


def _e_pages(book):
    return {name: tree for name, tree in book.items() if name.endswith(".xhtml")}


def test_the_pages_of_the_e_book_are_sound(book):
    for name, tree in _e_pages(book).items():
        ids = Counter(node.get("id") for node in tree.iter() if node.get("id"))
        assert [each for each, count in ids.items() if count > 1] == [], name
        assert tree.find(f".//{XHTML}title").text and tree.get("lang")
        tagged = {node.tag.split("}")[1] for node in tree.iter()}
        forbidden = {
            "script",
            "iframe",
            "object",
            "form",
            "input",
            "button",
            "select",
            "canvas",
            "foreignObject",
        }
        assert not tagged & forbidden, name
        events = [key for node in tree.iter() for key in node.attrib if key.startswith("on")]
        assert events == []
        assert all(node.get("alt") for node in tree.iter(f"{XHTML}img")), name
        assert all(node.get("alttext") for node in tree.iter(f"{MATHML}math")), name
        assert all(node.get("aria-label") for node in tree.iter(f"{SVG}svg")), name


def test_every_link_of_the_e_book_leads_somewhere(book):
    ids = {name: {node.get("id") for node in tree.iter()} for name, tree in _e_pages(book).items()}
    for name, tree in _e_pages(book).items():
        for node in tree.iter():
            for key in ("href", "src"):
                goal = node.get(key)
                if goal is None:
                    continue
                parts = urlparse(goal)
                if parts.scheme:
                    assert node.tag == f"{XHTML}a" and parts.scheme in (
                        "http",
                        "https",
                        "mailto",
                    ), goal
                    assert parts.hostname not in ("127.0.0.1", "localhost")
                    continue
                file = (
                    posixpath.normpath(posixpath.join("EPUB", unquote(parts.path)))
                    if parts.path
                    else name
                )
                assert file in book, (name, goal)
                assert not parts.fragment or parts.fragment in ids[file], (name, goal)
    style = book["EPUB/style.css"].decode()
    assert "url(" not in style and "@import" not in style


def test_the_contents_of_the_e_book_name_every_chapter(book):
    toc = next(
        nav for nav in book["EPUB/nav.xhtml"].iter(f"{XHTML}nav") if nav.get(f"{OPS}type") == "toc"
    )
    named = {link.get("href"): "".join(link.itertext()) for link in toc.iter(f"{XHTML}a")}
    for page in paper.pages():
        assert named[f"{page.slug}.xhtml"] == page.title
    parts = ["".join(span.itertext()) for span in toc.iter(f"{XHTML}span")]
    assert parts == [page.part for page in paper.pages() if page.part]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_picture_diagram_and_formula_is_in_the_e_book(chapter, book):
    tree = book[f"EPUB/{chapter}.xhtml"]
    found = {
        "pictures": len(list(tree.iter(f"{XHTML}img"))),
        "diagrams": [node.get("aria-label") for node in tree.iter(f"{SVG}svg")],
        "formulas": len(list(tree.iter(f"{MATHML}math"))),
    }
    assert found == stored(chapter)
    words = "".join(tree.itertext())
    assert words.count("Not this one.") == paper.html(f"chapters/{chapter}.html").count(
        "Not this one.</strong>"
    )


def test_a_reader_draws_the_pages_of_the_e_book(make, tmp_path, chromium):
    """Chromium stands in for a reader: it complains of broken XHTML, draws every picture, and asks no host."""
    with zipfile.ZipFile(make(epub)) as archive:
        archive.extractall(tmp_path)
    context = chromium.new_context(viewport={"width": 600, "height": 800}, offline=True)
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    for name in sorted((tmp_path / "EPUB").glob("*.xhtml")):
        page.goto(name.as_uri())
        assert page.locator("parsererror").count() == 0, name
        broken = page.evaluate(
            "() => [...document.images].filter((i) => !i.naturalWidth).map((i) => i.src)"
        )
        assert broken == [], name
        wide = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, (name.name, wide)
    assert all(url.startswith("file://") for url in asked)
    context.close()


def test_equal_sites_make_equal_files(make):
    for tool in (epub, bundle):
        assert make(tool, again=True).read_bytes() == make(tool).read_bytes()


# --- The zip


def test_the_zip_opens_on_a_machine_without_a_network(make, tmp_path, chromium):
    with zipfile.ZipFile(make(bundle)) as archive:
        names = archive.namelist()
        assert names[0].endswith(bundle.FIRST) and names[1:] == sorted(names[1:])
        archive.extractall(tmp_path)
    home = tmp_path / paper.NAME
    assert paper.facts()["title"] in (home / bundle.FIRST).read_text(encoding="utf-8")
    context = chromium.new_context(offline=True)
    page, wrong = context.new_page(), []
    page.on("requestfailed", lambda request: wrong.append(request.url))
    page.on("pageerror", lambda problem: wrong.append(str(problem)))
    page.on("request", lambda request: request.url.startswith("http") and wrong.append(request.url))
    page.goto((home / "index.html").as_uri())
    page.wait_for_selector("article h1")
    page.goto((home / "chapters" / "backpropagation.html").as_uri())
    slider = page.locator(".slider").first
    slider.scroll_into_view_if_needed()
    before = slider.locator("output").inner_text()
    slider.locator("input").press("ArrowRight")
    assert slider.locator("output").inner_text() != before
    page.goto((home / "search.html").as_uri() + "?q=gradient")
    page.wait_for_selector("#search-results li")
    assert wrong == []
    context.close()
