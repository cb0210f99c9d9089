"""A stored conversation can be stepped through by mouse and key, reads whole without a script and on paper."""

import re

import pytest
from playwright.sync_api import expect

from tools import axe, refresh

NAME = "customer-service"
PAGE = f"chapters/{NAME}.html"
SEEN = """box => [...box.querySelectorAll(".chat-log > li")]
    .filter(message => message.getClientRects().length > 0).length"""
NEWEST = """box => { const log = box.querySelector(".chat-log").getBoundingClientRect();
    const message = [...box.querySelectorAll(".chat-log > li:not(.chat-later)")].pop().getBoundingClientRect();
    return message.top >= log.top - 1 && message.top < log.bottom - 20; }"""


def transcript():
    """Return the stored conversation as [(who, text)]."""
    (cell,) = [
        cell for cell in refresh.code_cells(refresh.CHAPTERS / f"{NAME}.ipynb") if cell.id == "chat"
    ]
    return re.findall(
        r"^(customer|assistant): (.*)$", cell.outputs[0].data["text/plain"], flags=re.MULTILINE
    )


def parts(page):
    """Return the conversation, its buttons by their words, and the line for screen readers."""
    box = page.locator("#cell-chat .chat")
    names = ("Start", "Previous", "Next", "Show all")
    buttons = {name: box.get_by_role("button", name=name, exact=True) for name in names}
    return box, buttons, box.get_by_role("status")


def test_buttons_step_through_the_messages_and_each_is_said(visit):
    page = visit(PAGE, "file")
    box, buttons, said = parts(page)
    messages = transcript()
    assert box.evaluate(SEEN) == len(messages) >= 6 and not said.inner_text()
    height = box.bounding_box()["height"]
    assert height < 800, "a long conversation pushes the chapter away"
    buttons["Start"].click()
    for i, (who, text) in enumerate(messages, start=1):
        assert box.evaluate(SEEN) == i
        assert abs(box.bounding_box()["height"] - height) < 1.5, "the page jumps"
        assert box.evaluate(NEWEST), "the newest message is scrolled out of sight"
        expect(box.locator(".chat-place")).to_have_text(f"{i} of {len(messages)}")
        expect(said).to_contain_text(f"Message {i} of {len(messages)}. {who.capitalize()}. {text}")
        assert box.locator("li").nth(i - 1).locator(".chat-text").inner_text() == text
        buttons["Next"].click(force=True)  # at the last one it is marked as having nothing to do
    assert box.evaluate(SEEN) == len(messages)  # there is no message after the last
    buttons["Previous"].click()
    assert box.evaluate(SEEN) == len(messages) - 1
    buttons["Show all"].click()
    assert box.evaluate(SEEN) == len(messages)
    assert abs(box.bounding_box()["height"] - height) < 1.5
    assert not page.complaints


def test_arrow_keys_do_the_same_and_the_focus_stays(visit):
    page = visit(PAGE)
    box, buttons, _ = parts(page)
    count = len(transcript())
    buttons["Next"].focus()
    for key, seen in {"Home": 1, "ArrowRight": 2, "ArrowLeft": 1, "End": count}.items():
        page.keyboard.press(key)
        assert box.evaluate(SEEN) == seen, key
        assert buttons["Next"].evaluate("node => node === document.activeElement")
    assert buttons["Next"].get_attribute("aria-disabled") == "true"
    assert buttons["Previous"].get_attribute("aria-disabled") == "false"
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    assert box.evaluate(SEEN) == 2
    page.keyboard.press("Alt+ArrowRight")  # the browser's own key
    assert box.evaluate(SEEN) == 2


def test_a_hidden_message_is_hidden_from_a_listener_too(visit):
    page = visit(PAGE)
    box, buttons, _ = parts(page)
    buttons["Start"].click()
    assert box.get_by_role("listitem").count() == 1
    buttons["Show all"].click()
    assert box.get_by_role("listitem").count() == len(transcript())


def test_it_reads_whole_without_a_script_and_on_paper(visit):
    page = visit(PAGE, "file", java_script_enabled=False)
    box, *_ = parts(page)
    assert box.evaluate(SEEN) == len(transcript()) and not box.locator("button").count()
    texts = box.locator(".chat-text").all_inner_texts()
    assert texts == [text for _, text in transcript()]
    page = visit(PAGE)
    box, buttons, _ = parts(page)
    buttons["Start"].click()
    page.emulate_media(media="print")
    assert box.evaluate(SEEN) == len(transcript()) and not buttons["Next"].is_visible()


def test_motion_is_for_those_who_want_it(visit):
    for motion, name in (("reduce", "none"), ("no-preference", "chat-come")):
        page = visit(PAGE, reduced_motion=motion)
        box, buttons, _ = parts(page)
        buttons["Start"].click()
        buttons["Next"].click()
        moved = box.locator("li").nth(1).evaluate("node => getComputedStyle(node).animationName")
        assert moved == name


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_axe_finds_no_fault_and_every_button_is_large_enough(visit, mode, width):
    page = visit(PAGE, color_scheme=mode, viewport={"width": width, "height": 850})
    box, buttons, _ = parts(page)
    for name in ("Start", "Next", "Show all"):
        buttons[name].click()
        found = axe.faults(page, "'.chat'")
        assert not found, "\n".join(found)
    for button in buttons.values():
        size = button.bounding_box()
        assert min(size["width"], size["height"]) >= 24
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert box.evaluate("node => node.scrollWidth <= node.clientWidth + 1")


def test_a_page_without_a_conversation_loads_no_chat(visit):
    page = visit("chapters/concepts.html")
    assert not [address for address in page.asked if "/chat." in address]
    page = visit(PAGE)
    assert len({address for address in page.asked if "/chat." in address}) == 2
