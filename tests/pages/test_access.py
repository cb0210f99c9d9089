"""The pages are for everyone: keyboard, large text, phones, high contrast, no motion, no scripts, paper."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.pages.listed import PAGES

CHAPTER = "chapters/losses-and-activations.html"
KINDS = [
    "README.html",
    CHAPTER,
    "back/corrections.html",
    "back/glossary.html",
    "search.html?q=rate",
    "back/faq.html",
]
PHONE, DESK = {"width": 360, "height": 800}, {"width": 1280, "height": 900}
SPACED = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
    p { margin-bottom: 2em !important; }"""

SEEING = Path(__file__).with_name("seeing.js").read_text(encoding="utf-8")
FOCUS_ON = "one => one === document.activeElement"


@pytest.fixture
def see(visit):
    """Return a function that opens a page ready to be looked at, through `seeing`."""

    def go(name, **options):
        page = visit(name, watch=SEEING, bypass_csp=True, **options)
        if "?q=" in name:
            page.wait_for_selector("#search-results li", timeout=10_000)
        page.evaluate("document.fonts.ready")
        return page

    return go


@pytest.mark.parametrize("mode, size", [("light", DESK), ("dark", PHONE)], ids=["desk", "phone"])
@pytest.mark.parametrize("name", KINDS)
def test_the_tab_key_reaches_every_control_and_shows_where_it_is(see, name, mode, size):
    page = see(name, viewport=size, color_scheme=mode, reduced_motion="reduce")
    count = page.evaluate("(seeing.all = seeing.controls()).length")
    # Back again as well, on a phone: there a control could hide under the header
    for key in ("Tab", "Shift+Tab") if size is PHONE else ("Tab",):
        reached, wrong = set(), []
        for _ in range(count + 60):  # boxes that scroll are stops as well
            page.keyboard.press(key)
            at = page.evaluate("seeing.focused()")
            if at is None or at["number"] in reached:  # out of the page, or round once
                break
            reached.add(at["number"])
            if at["covered"] or not at["drawn"] or at["contrast"] < 3:
                wrong.append(at)
        else:
            pytest.fail(f"the keyboard is caught in {name}")
        assert not wrong, "\n".join(map(str, wrong))
        missed = set(range(count)) - reached
        names = page.evaluate("all => all.map(i => seeing.named(seeing.all[i]))", sorted(missed))
        assert not names, names


@pytest.mark.parametrize("name", KINDS)
def test_the_first_stop_skips_to_the_text(see, name):
    page = see(name, reduced_motion="reduce")
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.is_visible() and skip.bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize("side", ["primary", "secondary"])
def test_on_a_phone_a_sidebar_opens_and_closes_by_key_and_gives_the_focus_back(see, side):
    page = see(CHAPTER, viewport=PHONE, reduced_motion="reduce")
    button, bar = page.locator(f"button.{side}-toggle"), page.locator(f".bd-sidebar-{side}")
    first = bar.locator("a").first
    assert not first.is_visible()
    button.focus()
    page.keyboard.press("Enter")
    first.wait_for(state="visible")
    assert page.evaluate(
        "side => document.activeElement.closest(`#pst-${side}-sidebar-modal`) !== null", side
    )
    last = bar.locator("a").last
    last.focus()
    for _ in range(4):  # past the end, over the browser's own controls, and in again
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || document.activeElement.closest('dialog') !== null"
        ), "the focus leaves an open dialog"
    last.focus()
    page.keyboard.press("Escape")
    first.wait_for(state="hidden")
    page.wait_for_function(FOCUS_ON, arg=button.element_handle())


def test_a_menu_opens_by_key_and_closes_by_escape(see):
    page = see(CHAPTER, reduced_motion="reduce")
    for menu in page.locator(".article-header-buttons .dropdown").all():
        button, items = menu.locator("button").first, menu.locator(".dropdown-item")
        button.focus()
        page.keyboard.press("Enter")
        items.first.wait_for(state="visible")
        page.keyboard.press("ArrowDown")
        assert items.first.evaluate("one => one === document.activeElement")
        page.keyboard.press("Escape")
        items.first.wait_for(state="hidden")
        page.wait_for_function(FOCUS_ON, arg=button.element_handle())


def test_the_search_dialog_opens_by_key_and_gives_the_focus_back(see):
    page = see(CHAPTER, reduced_motion="reduce")
    button = page.locator(".search-button-field")
    button.focus()
    page.keyboard.press("Enter")
    field = page.locator("dialog[open] input[type=search]")
    field.wait_for(state="visible")
    assert field.evaluate("one => one === document.activeElement")
    page.keyboard.press("Escape")
    field.wait_for(state="hidden")
    page.wait_for_function(FOCUS_ON, arg=button.element_handle())


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("name", KINDS)
def test_every_target_is_large_enough_for_a_finger(see, name, size):
    small = see(name, viewport=size).evaluate("seeing.small()")
    assert not small, "\n".join(small)


@pytest.mark.parametrize(
    "size, letters, style",
    [
        ({"width": 640, "height": 450}, 16, ""),
        ({"width": 320, "height": 256}, 16, ""),
        (DESK, 32, ""),
        (DESK, 16, SPACED),
        (PHONE, 16, SPACED),
    ],
    ids=["zoom 200 %", "zoom 400 %", "text 200 %", "spaced", "spaced on a phone"],
)
@pytest.mark.parametrize("name", KINDS)
def test_larger_text_loses_nothing(see, name, size, letters, style):
    page = see(name, viewport=size, reduced_motion="reduce")
    browser = page.context.new_cdp_session(page)
    browser.send("Page.setFontSizes", {"fontSizes": {"standard": letters}})
    size = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    assert size >= letters, "the reader's own size of letters is not kept"
    page.add_style_tag(content=style or "* {}")
    lost = page.evaluate("seeing.lost()")
    assert not lost, "\n".join(lost)


def contrast(one, other):
    """Return the WCAG contrast of two colours, three numbers of 0 to 255 each."""

    def luminance(colour):
        part = np.asarray(colour, float) / 255
        part = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
        return part @ [0.2126, 0.7152, 0.0722]

    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def pixels(part):
    """Return what an element looks like, shape (height, width, 3)."""
    return np.asarray(Image.open(io.BytesIO(part.screenshot())).convert("RGB"))


@pytest.mark.parametrize("colours", ["none", "active"], ids=["own colours", "forced colours"])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_slider_and_a_diagram_stand_out_from_the_page(see, mode, colours):
    page = see(CHAPTER, color_scheme=mode, forced_colors=colours)
    knob = page.locator(".slider input[type=range]").first
    knob.focus()
    page.keyboard.press("Home")
    knob.blur()
    page.mouse.move(0, 0)
    look = pixels(knob)
    middle, paper = look.shape[0] // 2, look[0, -1]
    assert contrast(look[middle, 12], paper) >= 3, "the knob"
    assert contrast(look[middle, -20], paper) >= 3, "the track"
    look = pixels(page.locator(".diagram svg").first).reshape(-1, 3)
    paper = look[0]
    strong = [contrast(colour, paper) >= 3 for colour in np.unique(look, axis=0)]
    assert sum(strong) > 3, "a diagram is only its background"


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("name", ["back/corrections.html", "back/glossary.html", "search.html?q=a"])
def test_the_fields_have_a_border_one_can_see(visit, name, mode):
    page = visit(name, watch=SEEING, color_scheme=mode)
    assert page.locator("article input, article select, main input").count() > 0
    assert page.evaluate("seeing.borders()") == []


def test_a_question_s_marks_stay_in_forced_colours(see):
    page = see(CHAPTER, forced_colors="active")
    option = page.locator(".quiz details summary").first
    option.scroll_into_view_if_needed()
    mark = page.evaluate(
        """one => { const style = getComputedStyle(one, "::before"), paper = seeing.behind(one);
            return [style.borderTopWidth, seeing.contrast(style.borderTopColor, paper)]; }""",
        option.element_handle(),
    )
    assert float(mark[0].removesuffix("px")) >= 1 and mark[1] >= 3, mark


@pytest.mark.parametrize("name", KINDS)
def test_nothing_moves_for_who_asked_for_no_motion(see, name):
    page = see(name, reduced_motion="reduce")
    moving = page.evaluate("seeing.moving()")
    assert moving == []
    page.evaluate("scrollTo({top: 2000, behavior: 'instant'})")
    assert page.evaluate("document.getAnimations().length") == 0


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("name", KINDS)
def test_without_scripts_all_can_be_read_and_no_button_is_dead(visit, name, size):
    page = visit(name, viewport=size, java_script_enabled=False)
    assert page.locator("button:visible").all_inner_texts() == []
    assert page.locator(".filters:visible, .slider-controls:visible").count() == 0
    home = page.locator(".bd-links a[href$='corrections.html'], .bd-links a.current").first
    home.scroll_into_view_if_needed()
    assert home.is_visible(), "the table of contents is out of reach"
    if name.startswith("search"):
        assert "JavaScript" in page.locator("main").inner_text()
        return
    assert len(page.locator("article").inner_text()) > 2000
    for link in page.locator(".page-toc a").all()[:3]:
        assert link.is_visible()
    if name == CHAPTER:
        assert page.locator(".katex").first.is_visible()
        assert page.locator(".diagram svg").first.is_visible()


@pytest.mark.parametrize("name", [name for name in KINDS if "search" not in name])
def test_on_paper_there_is_only_the_text(see, name):
    page = see(name)
    page.emulate_media(media="print")
    chrome = (
        ".bd-header-article, .bd-sidebar-primary, .bd-sidebar-secondary, .skip-link, .prev-next-footer, "
        "#pst-back-to-top, .copybtn, .slider-controls, .filters, button"
    )
    page.evaluate("() => Promise.all(document.getAnimations().map(one => one.finished))")
    shown = page.evaluate("which => seeing.shownOf(which).map(one => seeing.named(one))", chrome)
    assert shown == []
    assert page.locator("h1:visible").count() >= 1


@pytest.mark.parametrize("name", KINDS)
def test_headings_and_landmarks_tell_the_page_s_plan(see, name):
    page = see(name)
    levels = page.locator("main :is(h1, h2, h3, h4, h5, h6)").evaluate_all(
        "all => all.filter(one => seeing.shown(one)).map(one => Number(one.tagName[1]))"
    )
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))
    assert page.locator("main").count() == 1
    assert page.evaluate("document.documentElement.lang") == "en"
    title, first = page.title(), page.locator("main h1:visible").inner_text()
    assert "AI Large Models for Founders" in title
    assert title.startswith((first.strip("#\n "), "Search"))
    places = page.evaluate("""seeing.shownOf("nav, aside, [role=search], [role=region]").map(one =>
        [one.getAttribute("role") || one.tagName, one.ariaLabel, one.getAttribute("aria-labelledby")].join())""")
    assert len(set(places)) == len(places), places
    unnamed = page.evaluate("""seeing.shownOf("button").filter(one =>
        !one.ariaLabel && !one.textContent.trim()).map(one => one.outerHTML.slice(0, 90))""")
    assert unnamed == [], "a title alone is not read by all"


@pytest.mark.parametrize("name", PAGES)
def test_chinese_is_marked_as_chinese(see, name):
    lost = see(name).evaluate("seeing.chinese()")
    assert not lost, "\n".join(lost[:20])
