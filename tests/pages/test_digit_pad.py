"""The drawing pad: the page's own code gives torch's answers, whatever it is drawn with and whatever is missing."""

import base64
import math
import re

import numpy as np
import pytest
import torch

from helpers import chapters, data
from tools import axe
from tools.build import SITE

CHAPTER = "chapters/deployment.html"
PHONE, DESK = {"width": 360, "height": 800}, {"width": 1280, "height": 900}
CELLS = ["trained", "two-switches", "sealed", "area", "centre", "preprocess"]
MODEL_FILES = {"onnx.js", "digit-image.js", "digit-model.js"}
BYTES = "text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0))"
ANSWERS = f"""pictures => {{
    const about = JSON.parse(document.querySelector(".digit-pad").dataset.about), bytes = {BYTES};
    const model = onnx.load(bytes(digitModel.file), about.sha256);
    return pictures.map(text => Array.from(
        onnx.run(model, {{shape: [1, 28, 28], data: bytes(text)}})[model.output].data));
}}"""
PREPARED = f"""pictures => pictures.map(([text, height, width]) =>
    Array.from(digitImage.preprocess(({BYTES})(text), height, width)))"""
BEST = '() => document.querySelector(".pad-table .best th")?.textContent'
INK = """() => { // the ink on the paper is how opaque each point is
    const paper = document.querySelector(".pad-paper").getContext("2d");
    const points = paper.getImageData(0, 0, 280, 280).data;
    return Array.from({length: 280 * 280}, (_, i) => points[4 * i + 3]);
}"""
SEEN = """() => {
    const seen = document.querySelector(".pad-seen canvas").getContext("2d").getImageData(0, 0, 28, 28).data;
    return Array.from({length: 784}, (_, i) => seen[4 * i]);
}"""


@pytest.fixture(scope="module")
def chapter():
    """What the deployment chapter defines: the sealed torch network, its preprocessing, test pictures."""
    return chapters.take("deployment", *CELLS)


@pytest.fixture
def pad(visit):
    """Return a function that opens a page with a pad, brings the pad near, and returns the page."""

    def go(name=CHAPTER, way="http", ready=True, **options):
        page = visit(name, way, **options)
        page.locator(".digit-pad").scroll_into_view_if_needed()
        if ready:
            page.wait_for_function("() => self.digitModel")
        return page

    return go


def text(picture):
    return base64.b64encode(np.ascontiguousarray(picture).tobytes()).decode()


def arc(x, y, wide, high, start, end):
    """Return points on an arc, its angles in degrees, clockwise from the right."""
    angles = np.radians(np.linspace(start, end, 10))
    return [(x + wide * math.cos(a), y + high * math.sin(a)) for a in angles]


# Each digit as its strokes, on a paper of side 1
STROKES = {
    0: [arc(0.5, 0.5, 0.2, 0.32, -90, 270)],
    1: [[(0.5, 0.15), (0.5, 0.85)]],
    2: [[*arc(0.5, 0.33, 0.2, 0.17, 200, 390), (0.32, 0.82), (0.72, 0.82)]],
    3: [[*arc(0.47, 0.33, 0.19, 0.16, 210, 450), *arc(0.47, 0.66, 0.21, 0.17, -90, 150)]],
    4: [[(0.4, 0.15), (0.28, 0.55), (0.75, 0.55)], [(0.62, 0.2), (0.58, 0.88)]],
    5: [[(0.68, 0.17), (0.36, 0.17), (0.33, 0.46), *arc(0.48, 0.63, 0.2, 0.2, -120, 140)]],
    6: [[(0.62, 0.14), (0.42, 0.42), *arc(0.49, 0.66, 0.17, 0.18, 190, 550)]],
    7: [[(0.28, 0.2), (0.72, 0.2), (0.45, 0.85)]],
    8: [[*arc(0.5, 0.33, 0.15, 0.16, 90, 450), *arc(0.5, 0.67, 0.18, 0.18, -90, 270)]],
    9: [[*arc(0.5, 0.35, 0.17, 0.17, 0, 360), (0.67, 0.35), (0.6, 0.86)]],
}
PLACES = {
    "plain": lambda x, y: (x, y),
    "small, in a corner": lambda x, y: (0.5 + 0.45 * x, 0.02 + 0.45 * y),
}


def on_paper(page, stroke, place=PLACES["plain"]):
    """Return the points of a stroke as places in the window."""
    box = page.locator(".pad-paper").bounding_box()
    return [
        (box["x"] + u * box["width"], box["y"] + v * box["height"])
        for u, v in (place(*point) for point in stroke)
    ]


def show_paper(page):
    page.evaluate("document.querySelector('.pad-paper').scrollIntoView({block: 'center'})")


def draw(page, digit, place=PLACES["plain"]):
    for stroke in STROKES[digit]:
        first, *rest = on_paper(page, stroke, place)
        page.mouse.move(*first)
        page.mouse.down()
        for point in rest:
            page.mouse.move(*point)
        page.mouse.up()


def clear(page):
    page.locator(".pad-clear").click()
    page.wait_for_function("() => !document.querySelector('.pad-table .best')")


def read(page, digit):
    """Return what the page reads, once it reads this digit or has had time to."""
    try:
        page.wait_for_function(f"d => ({BEST})() === d", arg=str(digit), timeout=10_000)
    except Exception:
        pass
    page.wait_for_timeout(150)  # a later answer would stand now
    return int(page.evaluate(BEST) or -1)


@pytest.mark.parametrize("way", ["http", "file"])
def test_200_test_digits_get_torchs_probabilities(pad, chapter, way):
    pictures = chapter.images[:200]
    found = np.array(pad(way=way).evaluate(ANSWERS, [text(p) for p in pictures.numpy()]))
    with torch.inference_mode():
        expected = chapter.model(pictures).numpy()
    apart = np.abs(found - expected).max()
    print(f"{way}: largest difference to torch over 200 digits: {apart:.1e}")
    assert found.shape == (200, 10) and apart < 1e-4
    assert (found.argmax(1) == expected.argmax(1)).all()


def test_200_pictures_are_prepared_as_the_chapter_does_to_the_byte(pad, chapter):
    rng = np.random.default_rng(0)
    pictures = [np.kron(p, np.ones((3, 3), np.uint8)) for p in chapter.images[:100].numpy()]
    for picture in chapter.images[100:200].numpy():  # odd sizes, half of them dark on light
        high, wide = rng.integers(20, 150, 2)
        rows, columns = np.arange(high) * 28 // high, np.arange(wide) * 28 // wide
        resized = np.pad(picture[rows][:, columns], 2)
        pictures.append(resized if rng.random() < 0.5 else 240 - np.minimum(resized, 240))
    found = pad().evaluate(PREPARED, [[text(p), *p.shape] for p in pictures])
    expected = [chapter.preprocess(p).ravel().tolist() for p in pictures]
    assert len(found) == 200 and [i for i in range(200) if found[i] != expected[i]] == []


@pytest.mark.parametrize("place, way", [("plain", "file"), ("small, in a corner", "http")])
def test_digits_drawn_by_mouse_are_read(pad, chapter, place, way):
    page = pad(way=way)
    show_paper(page)
    found = []
    for digit in STROKES:
        clear(page)
        draw(page, digit, PLACES[place])
        found.append(read(page, digit))
        drawn = np.array(page.evaluate(INK), np.uint8).reshape(280, 280)
        assert page.evaluate(SEEN) == chapter.preprocess(drawn).ravel().tolist(), digit
    assert found == list(STROKES)
    assert not [said for said in page.complaints if "getImageData" not in said]  # that is this test


def steps(start, end):
    """Return the keys that lead from one place of the 28×28 grid to another, as straight as single keys can."""
    (x, y), keys = start, []
    while (x, y) != end:
        across, down = end[0] - x, end[1] - y
        if abs(across) >= abs(down):
            keys.append("ArrowRight" if across > 0 else "ArrowLeft")
            x += 1 if across > 0 else -1
        else:
            keys.append("ArrowDown" if down > 0 else "ArrowUp")
            y += 1 if down > 0 else -1
    return keys


def test_digits_drawn_by_keyboard_alone_are_read(pad):
    page = pad()
    page.locator(".pad-paper").focus()
    found, at = [], (14, 14)
    for digit, strokes in STROKES.items():
        page.keyboard.press("Backspace")
        page.wait_for_function("() => !document.querySelector('.pad-table .best')")
        for stroke in strokes:
            for number, (u, v) in enumerate(stroke):
                to = (round(28 * u), round(28 * v))
                for key in steps(at, to):
                    page.keyboard.press(key)
                at = to
                if number == 0:
                    page.keyboard.press("Space")
            page.keyboard.press("Space")
        found.append(read(page, digit))
    assert found == list(STROKES)
    assert page.evaluate("document.activeElement.className") == "pad-paper"


def test_two_arrows_at_once_go_diagonally_and_shift_goes_finely(pad):
    page = pad()
    page.locator(".pad-paper").focus()
    place = (
        "['left', 'top'].map(side => parseFloat(document.querySelector('.pad-cursor').style[side]))"
    )
    before = page.evaluate(place)
    page.keyboard.down("ArrowRight")
    page.keyboard.down("ArrowDown")
    both = page.evaluate(place)
    assert both[0] - before[0] > both[1] - before[1] > 0  # the first key moved alone
    page.keyboard.up("ArrowRight")
    page.keyboard.up("ArrowDown")
    page.keyboard.press("Shift+ArrowLeft")
    finely = both[0] - page.evaluate(place)[0]
    assert 0 < finely < both[1] - before[1]
    assert page.locator(".pad-cursor").is_visible()


def test_a_finger_draws_and_the_page_stays(pad):
    page = pad(viewport=PHONE, has_touch=True)
    show_paper(page)
    finger = page.context.new_cdp_session(page)

    def touch(kind, *points):
        points = [{"x": x, "y": y} for x, y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    before = page.evaluate("scrollY")
    corners = np.array(on_paper(page, STROKES[7][0]))
    path = [
        a + (b - a) * t
        for a, b in zip(corners, corners[1:], strict=False)
        for t in np.linspace(0, 1, 9)
    ]
    touch("touchStart", path[0])
    for point in path[1:]:
        touch("touchMove", point)
    touch("touchEnd")
    assert read(page, 7) == 7 and page.evaluate("scrollY") == before
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_each_test_digit_can_be_taken_by_a_button(pad):
    page = pad()
    found = []
    for digit in range(10):
        page.get_by_role("button", name=f"test digit {digit}").click()
        found.append(read(page, digit))
    assert found == list(range(10))
    values = [float(cell.split()[0]) for cell in page.locator(".pad-value").all_inner_texts()]
    assert len(values) == 10 and abs(sum(values) - 100) < 1
    bars = page.locator(".pad-bar").evaluate_all(
        "all => all.map(bar => bar.getBoundingClientRect().width)"
    )
    assert np.argmax(bars) == np.argmax(values) == 9


def test_the_answer_is_said_and_below_the_threshold_refused(pad):
    page = pad()
    says = page.locator(".pad-says")
    assert says.get_attribute("aria-live") == "polite"
    page.get_by_role("button", name="test digit 3").click()
    read(page, 3)
    page.wait_for_function("() => /3/.test(document.querySelector('.pad-says').textContent)")
    sure = says.inner_text()
    page.evaluate("""() => { // the same pad with a threshold that nothing reaches
        const box = document.querySelector(".digit-pad");
        box.dataset.about = JSON.stringify({...JSON.parse(box.dataset.about), threshold: 1.01});
        box.replaceChildren();
        const again = document.createElement("script");
        again.src = document.querySelector("script[src*='digit-pad.js']").src;
        document.head.append(again);
    }""")
    page.get_by_role("button", name="test digit 3").click()
    page.wait_for_function("() => /refuse/.test(document.querySelector('.pad-says').textContent)")
    assert says.inner_text() != sure


def test_nothing_of_the_network_is_asked_for_before_the_pad_is_near(visit):
    page = visit(CHAPTER)
    # An observer of this test's own: when it is told, the page's has been told too
    page.evaluate(
        "() => new Promise(told => new IntersectionObserver(() => setTimeout(told, 300))"
        ".observe(document.querySelector('.digit-pad')))"
    )
    late = [
        url
        for url in page.asked
        if re.search(r"onnx|digit-(?:image|model)|ort", url.split("/")[-1])
    ]
    assert not late, late
    page.locator(".digit-pad").scroll_into_view_if_needed()
    page.wait_for_function("() => self.digitModel")
    assert {url.split("/")[-1] for url in page.asked} >= MODEL_FILES
    assert not [url for url in page.asked if "/ort/" in url]


def test_the_small_pad_asks_for_the_network_only_when_it_is_used(pad):
    page = pad("README.html", ready=False)
    page.wait_for_timeout(500)
    assert not [url for url in page.asked if url.split("/")[-1] in MODEL_FILES]
    show_paper(page)
    draw(page, 7)
    assert read(page, 7) == 7 and not page.complaints


def choose_runtime(page):
    page.get_by_label("ONNX Runtime Web").click()  # it may be refused before `check` looks
    page.wait_for_function(
        "() => !/^(Loading|$)/.test(document.querySelector('.pad-timing').textContent)",
        timeout=30_000,
    )
    return page.locator(".pad-timing").inner_text()


def test_onnx_runtime_web_is_the_readers_choice_and_agrees(pad, chapter):
    page = pad()
    page.get_by_role("button", name="test digit 5").click()
    read(page, 5)
    choose_runtime(page)
    page.wait_for_function("() => /differ/.test(document.querySelector('.pad-timing').textContent)")
    apart = float(re.findall(r"0\.\d{5,}", page.locator(".pad-timing").inner_text())[-1])
    assert apart < 1e-4 and read(page, 5) == 5
    asked = {url.split("/")[-1] for url in page.asked if "/ort/" in url}
    assert (
        asked == {path.name for path in (SITE / "_static" / "book" / "ort").iterdir()}
        and len(asked) == 3
    )
    pictures = chapter.images[:20]
    found = page.evaluate(
        f"""async pictures => {{
        const bytes = {BYTES}, session = await ort.InferenceSession.create(bytes(digitModel.file));
        const answers = [];
        for (const text of pictures) {{
            const image = new ort.Tensor("uint8", bytes(text), [1, 28, 28]);
            answers.push(Array.from((await session.run({{image}})).probabilities.data));
        }}
        return answers;
    }}""",
        [text(p) for p in pictures.numpy()],
    )
    with torch.inference_mode():
        expected = chapter.model(pictures).numpy()
    print(f"largest difference of ONNX Runtime Web to torch: {np.abs(found - expected).max():.1e}")
    assert np.abs(found - expected).max() < 1e-4
    assert not page.complaints


def plain(sentence):
    """Whether this is a sentence for a reader, and not what a program says to itself."""
    return (
        len(sentence.split()) > 8
        and sentence.endswith(".")
        and not re.search(r"undefined|\[object|TypeError|NaN|https?://|\bat \w+\.js", sentence)
    )


@pytest.mark.parametrize("missing", ["WebAssembly", "server", "file"])
def test_where_onnx_runtime_web_cannot_load_the_pads_own_reader_goes_on(pad, missing):
    watch = "delete self.WebAssembly" if missing == "WebAssembly" else ""
    page = pad(way="file" if missing == "server" else "http", watch=watch)
    if missing == "file":
        page.route("**/*.wasm", lambda route: route.abort())
    said = choose_runtime(page)
    assert plain(said) and "ONNX Runtime Web" in said, said
    assert page.locator(".pad-program input").first.is_checked()
    assert missing == "file" or not [url for url in page.asked if "/ort/" in url]
    page.get_by_role("button", name="test digit 4").click()
    assert read(page, 4) == 4


@pytest.mark.parametrize("way", ["http", "file"])
@pytest.mark.parametrize("name", [CHAPTER, "README.html"])
def test_without_scripts_words_stand_in_its_place(visit, name, way):
    page = visit(name, way, java_script_enabled=False)
    pad = page.locator(".digit-pad")
    assert len(pad.inner_text().split()) > 20 and pad.locator("canvas, button").count() == 0
    assert pad.bounding_box()["height"] < 400  # no empty room is kept for it


def flipped(script):
    """Return the model's script with one bit of the network changed."""
    whole = base64.b64decode(re.search(rb'"file": "([^"]+)"', script)[1])
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 1
    return script.replace(base64.b64encode(whole), base64.b64encode(damaged))


DAMAGE = {
    "missing": None,
    "one bit flipped": flipped,
    "half a script": lambda script: script[: len(script) // 2],
    "half a network": lambda script: re.sub(rb'("file": "[^"]{40000})[^"]*', rb"\1", script),
    "no base64": lambda script: script.replace(b'"file": "', b'"file": "*'),
    "another page": lambda script: b"<html>sign in to this network</html>",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_missing_or_damaged_network_gives_a_sentence_and_the_page_goes_on(visit, damage):
    page = visit(CHAPTER)
    script = (SITE / "_static" / "book" / "digit-model.js").read_bytes()
    change = DAMAGE[damage]

    def answer(route):
        if change is None:
            route.abort()
        else:
            assert change(script) != script
            route.fulfill(body=change(script), content_type="text/javascript")

    page.route("**/digit-model.js", answer)
    page.locator(".digit-pad").scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('.pad-says').textContent")
    says = page.locator(".pad-says").inner_text()
    assert plain(says) and "network" in says, says
    show_paper(page)
    draw(page, 1)
    assert page.locator(".pad-table .best").count() == 0
    knob = page.locator(".slider input").first
    shown = page.locator(".slider output").first
    before = shown.inner_text()
    knob.focus()
    page.keyboard.press("ArrowRight")
    assert shown.inner_text() != before


@pytest.mark.parametrize("name", [CHAPTER, "README.html"])
@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_living_pad_is_for_everyone(pad, name, mode, size):
    page = pad(name, ready=False, viewport=size, color_scheme=mode)
    page.get_by_role("button", name="test digit 2").click()
    assert read(page, 2) == 2
    assert not axe.faults(page, "'.digit-pad'")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    controls = page.locator(".digit-pad :is(button, input, canvas[tabindex])")
    names = controls.evaluate_all("""all => all.map(one =>
        one.getAttribute("aria-label") || one.labels?.[0]?.textContent || one.textContent)""")
    assert all(names) and len(set(names)) == len(names), names
    targets = page.locator(".digit-pad :is(button, canvas[tabindex], label)")
    assert targets.count() >= 12
    for box in targets.evaluate_all("all => all.map(one => one.getBoundingClientRect().toJSON())"):
        assert box["width"] >= 24 and box["height"] >= 24


def test_the_tab_key_goes_through_the_pad_and_out_of_it(pad):
    page = pad()
    page.locator(".pad-clear").focus()
    page.keyboard.press("Shift+Tab")
    stops = []
    for _ in range(14):
        stops.append(
            page.evaluate(
                "document.activeElement.closest('.digit-pad') ? document.activeElement.tagName : ''"
            )
        )
        ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert not stops[-1] or ring != "none"
        page.keyboard.press("Tab")
    assert stops == ["CANVAS", *["BUTTON"] * 11, "INPUT", ""]


def test_what_the_page_knows_is_what_the_book_computed(visit):
    about = visit(CHAPTER).evaluate(
        "JSON.parse(document.querySelector('.digit-pad').dataset.about)"
    )
    assert about["sha256"] == data.checksums()["digits.onnx"]
    assert about["threshold"] == chapters.take("deployment", "decide").THRESHOLD
    assert about["own"] < 10_000 < about["numbers"] < 150_000 < about["runtime"]
