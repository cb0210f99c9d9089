// A stored conversation: the reader steps through its messages with buttons or the arrow keys, or sees all of them.
"use strict";

(() => {
  function make(tag, name, parent, text = "") {
    const node = document.createElement(tag);
    if (name) node.className = name;
    node.textContent = text;
    parent.append(node);
    return node;
  }

  function makeReplay(box) {
    const log = box.querySelector(".chat-log");
    const messages = [...log.children];
    const bar = document.createElement("div");
    bar.className = "chat-controls";
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", "Step through the conversation");
    let shown = messages.length;

    const moves = { Start: () => 1, Previous: () => shown - 1, Next: () => shown + 1, "Show all": () => messages.length };
    const buttons = Object.entries(moves).map(([words, move]) => {
      const button = make("button", "", bar, words);
      button.type = "button";
      button.addEventListener("click", () => show(move()));
      return button;
    });
    const place = make("span", "chat-place", bar);
    const said = make("span", "chat-unseen", bar); // read aloud; the eye sees the message itself
    said.setAttribute("role", "status");
    said.setAttribute("aria-live", "polite");

    function show(count, silent = false) {
      const before = shown;
      if (!silent && !log.style.height) log.style.height = `${log.offsetHeight}px`;
      shown = Math.min(Math.max(count, 1), messages.length);
      messages.forEach((message, i) => {
        message.classList.toggle("chat-later", i >= shown);
        message.classList.toggle("chat-new", i >= before && i < shown);
      });
      place.textContent = `${shown} of ${messages.length}`;
      const first = shown === 1;
      const last = shown === messages.length;
      buttons.forEach((button, i) => button.setAttribute("aria-disabled", String(i < 2 ? first : last)));
      if (silent) return;
      if (last) log.style.height = ""; // its own height again, whatever became of the window
      const newest = messages[shown - 1];
      log.scrollTop = Math.min(newest.offsetTop - log.offsetTop, log.scrollHeight - log.clientHeight);
      const parts = [...newest.querySelectorAll("p, .chat-facts > div")].map(
        (part) => [...(part.matches("div") ? part.children : [part])].map((piece) => piece.textContent).join(" "));
      said.textContent = `Message ${shown} of ${messages.length}. ${parts.join(". ")}`;
    }
    bar.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const to = { ArrowRight: shown + 1, ArrowLeft: shown - 1, Home: 1, End: messages.length }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      show(to);
    });
    show(messages.length, true);
    log.before(bar);
    box.classList.add("chat-alive");
  }

  document.querySelectorAll(".chat").forEach((box) => {
    if (box.querySelector(".chat-log")) makeReplay(box);
  });
})();
