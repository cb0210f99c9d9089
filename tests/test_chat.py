"""A conversation is whole as text and as a page, goes on in a kernel, and refuses what it cannot show."""

import re
import sys

import pytest

from helpers import chat

ALT = "A customer asks twice, and is answered once."


def reply(message):
    """Return what an assistant says that knows one thing."""
    if "order" in message:
        return {"text": "It is on its way.", "intent": "order", "confidence": "8 of 10"}
    return {"text": "I do not know.", "mood": "", "source": None}


@pytest.fixture
def shown(monkeypatch):
    """Collect the bundles that a chat displays."""
    bundles = []
    monkeypatch.setattr(chat, "display", lambda bundle, raw: bundles.append(bundle))
    return bundles


def test_a_conversation_is_whole_as_text_and_as_a_page(shown):
    chat.panel(reply, conversation=["where is my order?", "and the moon?"], alt=ALT)
    (bundle,) = shown
    assert bundle["text/plain"].splitlines() == [
        f"conversation: {ALT}",
        "customer: where is my order?",
        "assistant: It is on its way.",
        "  [intent order · confidence 8 of 10]",
        "customer: and the moon?",
        "assistant: I do not know.",
    ]
    page = bundle["text/html"]
    assert re.findall(r'<li class="chat-(\w+)">', page) == ["customer", "assistant"] * 2
    assert page.count("<dt>") == page.count("<dd>") == 2 and ALT in page
    assert not re.search(r"<script|<style|<input|<button| on\w+=", page)
    assert bundle[chat.WIDGET]["model_id"]


def test_what_anybody_typed_stays_text(shown):
    def echo(message):
        return {"text": message, "intent": "<i>", "source": 'a "b"'}

    chat.panel(echo, conversation=['<script>alert("x")</script> & </ol>', " "], alt="Bold <b>?")
    page = shown[0]["text/html"]
    assert "<script" not in page and "&lt;script&gt;" in page and page.count("</ol>") == 1
    assert "&lt;i&gt;" in page and "Bold &lt;b&gt;?" in page and "<em>(nothing)</em>" in page


@pytest.mark.parametrize(
    "answer, conversation, alt, told",
    [
        (reply, [], ALT, "conversation must be a list of messages"),
        (reply, [3], ALT, "conversation must be a list of messages"),
        (reply, ["x"], " ", "alt must be one line"),
        (reply, ["x"], "two\nlines", "alt must be one line"),
        (lambda message: "x", ["y"], ALT, "for 'y' it returned 'x'"),
        (lambda message: {"intent": "x"}, ["y"], ALT, 'must return a dict with a "text"'),
        (lambda message: {"text": None}, ["y"], ALT, 'must return a dict with a "text"'),
        (lambda message: {"text": "x", "colour": 1}, ["y"], ALT, "reply returned 'colour'; known"),
    ],
)
def test_what_cannot_be_shown_is_refused(shown, answer, conversation, alt, told):
    with pytest.raises(ValueError, match=re.escape(told)):
        chat.panel(answer, conversation=conversation, alt=alt)
    assert not shown


def live(answer=reply):
    """Return the live panel's log, field and button, after one message and its reply."""
    panel = chat._live(answer, chat._exchange(reply, "my order?"), ALT)
    log, row = panel.children
    return log, *row.children


def test_the_button_and_the_enter_key_send_a_message():
    log, field, button = live()
    assert log.value.count("<li") == 2 and 'aria-live="polite"' in log.value
    field.value = "an order"
    button.click()
    assert log.value.count("<li") == 4 and field.value == ""
    field.value = "<b>"
    field._handle_custom_msg({"event": "submit"}, [])  # what Enter sends, in ipywidgets 7 and 8
    assert log.value.count("<li") == 6 and "&lt;b&gt;" in log.value and "<b>" not in log.value
    field._handle_custom_msg({"event": "other"}, [])
    assert log.value.count("<li") == 6


def test_a_reply_that_fails_is_told_to_the_reader_and_the_next_goes_on():
    def fragile(message):
        if message == "boom":
            raise RuntimeError("no <b> desk")
        return {"text": "fine"}

    log, field, button = live(fragile)
    field.value = "boom"
    button.click()
    assert "reply failed. RuntimeError: no &lt;b&gt; desk" in log.value
    field.value = "again"
    button.click()
    assert re.sub("(</div>)+$", "", log.value).endswith("fine</p></li></ol>")


def test_every_part_can_be_reached_by_key_and_has_a_name():
    _, field, button = live()
    assert field.description and field.placeholder and button.description and not button.disabled


def test_without_ipywidgets_the_replay_is_still_there(shown, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    chat.panel(reply, conversation="one message", alt=ALT)
    assert set(shown[0]) == {"text/plain", "text/html"}
