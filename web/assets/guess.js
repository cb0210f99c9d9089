// Questions to predict: the reader's guess, typed or on an axis or a choice, then the computed answer beside it.
"use strict";

(() => {
  const TICKS = 6; // about so many numbers stand below an axis
  const PHONE = 230; // pixels an axis has on a small phone; a digit below it takes about 8
  const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

  function make(tag, name, parent, text = "") {
    const node = document.createElement(tag);
    if (name) node.className = name;
    node.textContent = text;
    parent.append(node);
    return node;
  }

  function say(value, unit = "") {
    const number = value.toLocaleString("en-US", { maximumSignificantDigits: 12 });
    return `${number.replace("-", "−")} ${unit}`.trim();
  }

  // A number below the axis; a long power of ten is written 10⁶
  function sayShort(value) {
    const power = Math.log10(value);
    if (!Number.isInteger(power) || (power < 5 && power > -5)) return say(value);
    const digits = [...String(Math.abs(power))].map((digit) => RAISED[digit]).join("");
    return `10${power < 0 ? "⁻" : ""}${digits}`;
  }

  // "1,000", "31 %", "−2" and "0,5" are numbers a reader may type; NaN is what this cannot read
  function read(text, unit) {
    let plain = text.normalize("NFKC").replace("−", "-").replace(/\s/g, "");
    const end = unit.replace(/\s/g, "");
    if (end && plain.endsWith(end)) plain = plain.slice(0, -end.length);
    plain = /^-?\d{1,3}(,\d{3})+(\.|$)/.test(plain) ? plain.replaceAll(",", "") : plain.replace(",", ".");
    return /\d/.test(plain) ? Number(plain) : NaN;
  }

  function compare(guess, about) {
    const { answer, unit, scale } = about;
    const told = `You said ${say(guess)}, the code says ${say(answer, unit)}: `;
    if (guess === answer) return `${told}exactly.`;
    const side = guess < answer ? "low" : "high";
    if (scale === "log" && guess > 0) {
      const times = Math.max(guess / answer, answer / guess);
      const factor = times < 1.05 ? "less than 5 %" : `${say(Number(times.toPrecision(2)))} times`;
      return `${told}${factor} too ${side}.`;
    }
    const apart = say(Number(Math.abs(guess - answer).toPrecision(6)));
    return `${told}${apart}${unit === "%" ? (apart === "1" ? " point" : " points") : ""} too ${side}.`;
  }

  // Where values lie on the axis: from 0 at its low end to 1 at its high end, and back; and where the arrow keys stop
  function makeScale({ answer, low, high, scale }) {
    const log = scale === "log";
    const bend = (value) => (log ? Math.log10(value) : value);
    const span = bend(high) - bend(low);
    const whole = [answer, low, high].every(Number.isInteger) && high - low >= 10;
    const round = (value) => Number(value.toPrecision(12));
    const stops = [low];
    const ticks = [low];
    if (log) {
      const decades = [];
      for (let power = Math.floor(bend(low)); power <= bend(high); power += 1) decades.push(power);
      for (const power of decades) {
        stops.push(...[1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8].map((part) => round(part * 10 ** power)));
      }
      const every = Math.ceil(decades.length / TICKS);
      ticks.push(...decades.filter((power, i) => i % every === 0).map((power) => round(10 ** power)));
    } else {
      const step = whole ? Math.max(1, niceStep(span / 100)) : niceStep(span / 100);
      for (let i = Math.ceil(low / step); i * step <= high; i += 1) stops.push(round(i * step));
      const wide = niceStep(span / (TICKS - 1));
      for (let i = Math.ceil(low / wide); i * wide <= high; i += 1) ticks.push(round(i * wide));
    }
    const within = (value) => value >= low && value <= high && (!whole || Number.isInteger(value));
    const tidy = (values) => [...new Set([...values, high])].filter(within).sort((a, b) => a - b);
    const place = (value) => (bend(value) - bend(low)) / span;
    const sparse = (values) => values.filter( // the ends always, others where they leave them room
      (value) => value === low || value === high || (place(value) > 0.12 && place(value) < 0.88));
    const near = (at) => {
      const raw = bend(low) + at * span;
      if (!log) return tidy(stops).reduce((a, b) => (Math.abs(b - raw) < Math.abs(a - raw) ? b : a));
      const value = Number((10 ** raw).toPrecision(2));
      return Math.min(high, Math.max(low, whole ? Math.round(value) : value));
    };
    return { place, near, stops: tidy(stops), ticks: sparse(tidy(ticks)) };
  }

  // The smallest of 1, 2, 5, 10, 20, 50, … that is not below the given step
  function niceStep(least) {
    const ten = 10 ** Math.floor(Math.log10(least));
    return [1, 2, 5, 10].map((part) => part * ten).find((step) => step >= least * 0.999);
  }

  // A drawn axis with a range control on it; returns what the question does with it
  function makeAxis(form, about, onGuess) {
    const scale = makeScale(about);
    const axis = make("div", "guess-axis", form);
    const drawn = make("div", "guess-line", axis);
    drawn.setAttribute("aria-hidden", "true"); // the control and the words below say the same
    const at = (node, value) => node.style.setProperty("--at", scale.place(value));
    let taken = -1; // up to where numbers stand on a phone
    const last = 1 - (8 * sayShort(about.high).length) / PHONE;
    for (const value of scale.ticks) {
      at(make("span", "guess-tick", drawn), value);
      const words = make("span", "guess-number", drawn, sayShort(value));
      at(words, value);
      const half = (4 * words.textContent.length + 5) / PHONE;
      const spare = value !== about.high && (scale.place(value) - half < taken || scale.place(value) + half > last);
      words.classList.toggle("spare", spare);
      if (!spare) taken = scale.place(value) + half;
    }
    const mine = make("span", "guess-label mine", drawn);
    const range = make("input", "", axis);
    Object.assign(range, { type: "range", min: 0, max: 1, step: "any" });
    range.setAttribute("aria-label", `Your guess on an axis from ${say(about.low)} to ${say(about.high, about.unit)}`);

    function name(value) {
      range.setAttribute("aria-valuetext", say(value, about.unit));
      mine.textContent = `you: ${say(value)}`;
      at(mine, value);
      axis.classList.add("guess-placed");
    }
    function show(value) {
      range.value = scale.place(value);
      name(value);
    }
    function pick(value) {
      show(value);
      onGuess(value);
    }
    range.addEventListener("input", () => { // the point stays where a finger holds it
      const value = scale.near(range.valueAsNumber);
      name(value);
      onGuess(value);
    });
    range.addEventListener("pointerup", () => pick(scale.near(range.valueAsNumber)));
    range.addEventListener("keydown", (event) => {
      const { stops } = scale;
      const here = scale.place(scale.near(range.valueAsNumber));
      const above = stops.findIndex((stop) => scale.place(stop) > here + 1e-9);
      const below = stops.findLastIndex((stop) => scale.place(stop) < here - 1e-9);
      const up = above < 0 ? stops.length - 1 : above;
      const down = Math.max(below, 0);
      const to = { ArrowRight: up, ArrowUp: up, ArrowLeft: down, ArrowDown: down, PageUp: up + 9, PageDown: down - 9,
        Home: 0, End: stops.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      pick(stops[Math.min(Math.max(to, 0), stops.length - 1)]);
    });

    function clear() {
      drawn.querySelectorAll(".guess-mark, .guess-gap, .computed").forEach((node) => node.remove());
      axis.classList.remove("guess-done");
      range.disabled = false;
    }
    function reveal(guess) {
      clear();
      range.disabled = true;
      axis.classList.add("guess-done");
      if (guess === null) {
        mine.textContent = "";
      } else {
        const gap = make("span", "guess-gap", drawn);
        const [from, to] = [guess, about.answer].map(scale.place).sort((a, b) => a - b);
        gap.style.setProperty("--from", from);
        gap.style.setProperty("--to", to);
        show(guess);
        at(make("span", "guess-mark mine", drawn), guess);
      }
      at(make("span", "guess-mark computed", drawn), about.answer);
      at(make("span", "guess-label computed", drawn, `the code: ${say(about.answer)}`), about.answer);
    }
    function forget() {
      clear();
      axis.classList.remove("guess-placed");
      range.value = 0.5;
      range.setAttribute("aria-valuetext", "no guess yet");
      mine.textContent = "move the point, or type below";
      mine.style.setProperty("--at", 0.5);
    }
    forget();
    return { show, reveal, forget };
  }

  function makeGuess(box, number) {
    const about = JSON.parse(box.dataset.guess);
    const { low, high, unit } = about;
    const details = box.querySelector("details");
    const why = details.querySelector("p");
    const bounded = low !== undefined;
    const form = document.createElement("form");
    form.className = "guess-form";
    form.noValidate = true;
    const axis = bounded && makeAxis(form, about, (value) => { field.value = say(value); quiet(); });

    const row = make("div", "guess-row", form);
    const label = make("label", "", row, "Your guess");
    const entry = make("span", "guess-entry", row);
    const field = make("input", "", entry);
    Object.assign(field, { id: `guess-${number}`, type: "text", autocomplete: "off", spellcheck: false });
    field.inputMode = low < 0 || about.answer < 0 ? "text" : "decimal"; // a phone's decimal keys lack the minus
    label.htmlFor = field.id;
    if (unit) make("span", "", entry, unit);
    const button = make("button", "", row, "Show the answer");
    const said = make("p", "guess-said", form);
    said.setAttribute("role", "status");
    details.before(form);
    details.querySelector("summary").textContent = "Show me without a guess";
    box.classList.add("guess-alive");

    function quiet() {
      said.textContent = "";
      field.removeAttribute("aria-invalid");
    }
    function refuse(text) {
      said.textContent = text;
      field.setAttribute("aria-invalid", "true");
      field.focus();
    }
    function restart() {
      quiet();
      form.reset();
      if (axis) axis.forget();
      field.readOnly = false;
      details.hidden = false;
      details.open = false;
      button.textContent = "Show the answer";
      box.classList.remove("guess-told");
    }
    function tell(guess) {
      quiet();
      make("strong", "", said, compare(guess, about));
      const rest = why.cloneNode(true);
      rest.querySelector("strong").remove();
      said.append(...rest.childNodes);
      if (axis) axis.reveal(guess);
      field.readOnly = true;
      details.open = false;
      details.hidden = true;
      button.textContent = "Guess again";
      box.classList.add("guess-told");
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (box.classList.contains("guess-told")) {
        restart();
        return;
      }
      const guess = read(field.value, unit);
      const range = bounded ? `from ${say(low)} to ${say(high)}` : "such as 10";
      if (!field.value.trim()) refuse(`First guess: ${bounded ? "move the point or " : ""}type a number.`);
      else if (!Number.isFinite(guess)) refuse(`“${field.value}” is not a number. Type one ${range}.`);
      else if (guess < low || guess > high) refuse(`${say(guess)} is off the axis. Type a number ${range}.`);
      else tell(guess);
    });
    field.addEventListener("input", () => {
      quiet();
      const guess = read(field.value, unit);
      if (axis && guess >= low && guess <= high) axis.show(guess);
    });
    details.addEventListener("toggle", () => {
      if (!axis || box.classList.contains("guess-told")) return;
      if (details.open) axis.reveal(null);
      else restart();
    });
  }

  // Beside a wrong option, when the reader asks for it, stands the computed one with its why
  function makeChoice(box) {
    const right = box.querySelector("details.right");
    for (const option of box.querySelectorAll("details.wrong")) {
      const button = make("button", "quiz-show", option, "Show what the code says");
      button.type = "button";
      button.setAttribute("aria-expanded", "false");
      const shown = make("div", "quiz-right", option);
      shown.hidden = true;
      make("strong", "", shown, "The code says: ");
      shown.append(...right.querySelector("summary").cloneNode(true).childNodes, ". ");
      const why = right.querySelector("p").cloneNode(true);
      why.querySelector("strong").remove();
      shown.append(...why.childNodes);
      button.addEventListener("click", () => {
        shown.hidden = !shown.hidden;
        button.setAttribute("aria-expanded", String(!shown.hidden));
        button.textContent = shown.hidden ? "Show what the code says" : "Hide what the code says";
      });
    }
  }

  document.querySelectorAll(".guess[data-guess]").forEach(makeGuess);
  document.querySelectorAll(".quiz").forEach(makeChoice);
})();
