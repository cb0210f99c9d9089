"""Show a conversation with an assistant: a panel to type in with a kernel, a replay on the page and on paper."""

import html

from IPython.display import display

from helpers.plots import WIDGET

FACTS = ("intent", "mood", "confidence", "source")  # what may stand below a reply, in this order
WHO = {"customer": "Customer", "assistant": "Assistant"}


def panel(reply, *, conversation, alt):
    """Show a chat: `panel(reply, conversation=["where is my order?", …], alt="…")`.

    With a kernel the reader types on below the conversation. The stored output is its transcript, as text
    and as a list that the built page lets the reader step through; without scripts it is simply there.

    reply: a function of one message (str) that returns a dict: "text", and if known "intent", "mood",
        "confidence" and "source" (str each; None or "" for what is not known).
    conversation: the customer's messages that are replayed, at least one.
    alt: one sentence that says what the conversation shows.
    Raises ValueError when there is no message or no alt, or a reply is not such a dict.
    """
    messages = [conversation] if isinstance(conversation, str) else list(conversation)
    if not messages or not all(isinstance(message, str) for message in messages):
        raise ValueError(f"conversation must be a list of messages (str), not {conversation!r}")
    if not str(alt).strip() or "\n" in alt:
        raise ValueError(f"alt must be one line that says what the conversation shows, not {alt!r}")
    turns = [turn for message in messages for turn in _exchange(reply, message)]
    bundle = {"text/plain": plain(turns, alt), "text/html": page(turns, alt)}
    live = _live(reply, turns, alt)
    if live is not None:
        bundle[WIDGET] = {"version_major": 2, "version_minor": 0, "model_id": live.model_id}
    display(bundle, raw=True)


def plain(turns, alt):
    """Return a conversation as lines of text: who says what, and below a reply what is known of it."""
    lines = [f"conversation: {alt}"]
    for who, text, facts in turns:
        lines.append(f"{who}: {text}")
        if facts:
            lines.append("  [" + " · ".join(f"{name} {said}" for name, said in facts.items()) + "]")
    return "\n".join(lines)


def page(turns, alt):
    """Return a conversation as HTML that needs no script: an ordered list, one entry a message.

    The page shows a long one in a box that scrolls, so the keyboard must be able to reach it.
    """
    return (
        f'<div class="chat"><p class="chat-about">{html.escape(alt)}</p>'
        f'<ol class="chat-log" tabindex="0" aria-label="Conversation">{_entries(turns)}</ol></div>'
    )


def _entries(turns):
    """Return the entries of the list, everything that anybody typed escaped."""
    found = []
    for who, text, facts in turns:
        about = "".join(
            f"<div><dt>{name}</dt><dd>{html.escape(said)}</dd></div>"
            for name, said in facts.items()
        )
        said = html.escape(text) if text.strip() else "<em>(nothing)</em>"
        found.append(
            f'<li class="chat-{who}"><p class="chat-who">{WHO[who]}</p><p class="chat-text">{said}</p>'
            + (f'<dl class="chat-facts">{about}</dl>' if about else "")
            + "</li>"
        )
    return "".join(found)


def _exchange(reply, message):
    """Return a message and its reply as two turns: (who, text, facts)."""
    given = reply(message)
    if not isinstance(given, dict) or not isinstance(given.get("text"), str):
        raise ValueError(
            f'reply must return a dict with a "text" (str), as in {{"text": "…"}}; '
            f"for {message!r} it returned {given!r}"
        )
    unknown = sorted(map(str, given.keys() - {"text", *FACTS}))
    if unknown:
        raise ValueError(f"reply returned {unknown[0]!r}; known are text, {', '.join(FACTS)}")
    facts = {name: str(given[name]) for name in FACTS if given.get(name) not in (None, "")}
    return [("customer", message, {}), ("assistant", given["text"], facts)]


def _live(reply, turns, alt):
    """Return the widget that goes on with the conversation, or None where ipywidgets is missing."""
    try:
        import ipywidgets as widgets
    except ImportError:
        return None
    log = widgets.HTML()
    field = widgets.Text(placeholder="Type as a customer, then press Enter", description="Message")
    field.layout = widgets.Layout(flex="1 1 auto")
    button = widgets.Button(description="Send", tooltip="Send the message")
    turns = list(turns)

    def show():
        # Reversed, the box begins to scroll at its end, where the newest message is;
        # role="log": a screen reader reads what is added, and interrupts nothing
        box = "display:flex; flex-direction:column-reverse; max-height:26em; overflow:auto"
        log.value = (
            f'<div style="{box}"><div role="log" aria-live="polite">{page(turns, alt)}</div></div>'
        )

    def send(_=None):
        message, field.value = field.value, ""
        try:
            turns.extend(_exchange(reply, message))
        except Exception as problem:  # a widget's callback must tell the reader, not a log
            told = f"reply failed. {type(problem).__name__}: {problem}"
            turns.extend([("customer", message, {}), ("assistant", told, {})])
        show()

    def heard(_, content, buffers):
        if content.get("event") == "submit":  # Enter, in ipywidgets 7 and 8 alike
            send()

    field.on_msg(heard)
    button.on_click(send)
    show()
    return widgets.VBox([log, widgets.HBox([field, button])])
