// A two-layer network that learns in the page: the backpropagation chapter's own backward pass, in plain numbers.
"use strict";

// The arithmetic: the cells of the chapter's section, line for line; a test holds both to 1e-6
const Learning = (() => {
  const NOISE = { ring: 0.4, moons: 0.25, xor: 0.85, spiral: 0.15 };
  const sigmoid = (z) => 1 / (1 + Math.exp(-z));
  const ACTIVATIONS = { // each with its slope, from z and a
    tanh: { of: Math.tanh, slope: (z, a) => 1 - a * a },
    ReLU: { of: (z) => Math.max(0, z), slope: (z) => (z > 0 ? 1 : 0) },
    sigmoid: { of: sigmoid, slope: (z, a) => a * (1 - a) },
  };

  function* randomNumbers(seed) { // Lehmer's generator; every product is below 2^53, so it is exact
    let state = 1 + 7919 * seed;
    for (;;) {
      state = (48271 * state) % 2147483647;
      yield (2 * state) / 2147483647 - 1;
    }
  }

  function place(name, t, sign) {
    if (name === "xor") return t < 0.5 ? [1.1, 1.1 * sign] : [-1.1, -1.1 * sign];
    if (name === "moons") {
      return [sign * (1.4 * Math.cos(Math.PI * t) - 0.7), sign * (1.4 * Math.sin(Math.PI * t) - 0.35)];
    }
    const radius = name === "ring" ? 1.15 - 0.75 * sign : sign * (0.3 + 1.7 * t);
    return [radius * Math.cos(2 * Math.PI * t), radius * Math.sin(2 * Math.PI * t)];
  }

  function makePoints(name, count = 100) { // in turn a circle (class 0) and a triangle (class 1)
    const numbers = randomNumbers(1);
    return Array.from({ length: count }, (_, i) => {
      const spot = place(name, (Math.floor(i / 2) + 0.5) / (count / 2), 1 - 2 * (i % 2));
      const [x1, x2] = spot.map((v) => Math.round(1000 * (v + NOISE[name] * numbers.next().value)) / 1000);
      return { x1, x2, y: i % 2 };
    });
  }

  function firstWeights(width, start) { // start 0: all weights alike
    const numbers = randomNumbers(start);
    const draw = (n) => Float64Array.from({ length: n }, () => (start === 0 ? 0.5 : numbers.next().value));
    return { W1: draw(2 * width), b1: new Float64Array(width), W2: draw(width), b2: new Float64Array(1) };
  }

  function makeNetwork({ data, width, activation, start }) {
    return { points: makePoints(data), activation: ACTIVATIONS[activation], width, ...firstWeights(width, start) };
  }

  function logit(net, x1, x2, hidden) { // fills `hidden` with the activations a1
    const { W1, b1, W2, b2, activation, width } = net;
    let z2 = b2[0];
    for (let i = 0; i < width; i++) {
      hidden[i] = activation.of(W1[2 * i] * x1 + W1[2 * i + 1] * x2 + b1[i]);
      z2 += W2[i] * hidden[i];
    }
    return z2;
  }

  function look(net) { // forward and backward over all points: the loss, its gradient, and how the points stand
    const { points, activation, width, W1, b1, W2 } = net;
    const grads = { W1: new Float64Array(2 * width), b1: new Float64Array(width),
      W2: new Float64Array(width), b2: new Float64Array(1) };
    const a1 = new Float64Array(width);
    const open = new Array(width).fill(false);
    const hits = [];
    let loss = 0;
    for (const { x1, x2, y } of points) {
      const z2 = logit(net, x1, x2, a1);
      loss += (Math.max(z2, 0) - z2 * y + Math.log1p(Math.exp(-Math.abs(z2)))) / points.length;
      hits.push((z2 > 0) === (y === 1));
      const delta2 = (sigmoid(z2) - y) / points.length;
      grads.b2[0] += delta2;
      for (let i = 0; i < width; i++) {
        const z1 = W1[2 * i] * x1 + W1[2 * i + 1] * x2 + b1[i];
        const delta1 = W2[i] * delta2 * activation.slope(z1, a1[i]);
        open[i] ||= activation.slope(z1, a1[i]) !== 0;
        grads.W2[i] += delta2 * a1[i];
        grads.W1[2 * i] += delta1 * x1;
        grads.W1[2 * i + 1] += delta1 * x2;
        grads.b1[i] += delta1;
      }
    }
    return { loss, grads, hits, right: hits.filter(Boolean).length, open };
  }

  function update(net, grads, rate) {
    for (const name of ["W1", "b1", "W2", "b2"]) {
      grads[name].forEach((grad, i) => { net[name][i] -= rate * grad; });
    }
  }

  return { makeNetwork, makePoints, logit, look, update, sigmoid };
})();

{
  const CHOICES = { // the values on offer; the address knows these and no others
    data: ["ring", "moons", "xor", "spiral"],
    width: ["1", "2", "3", "4", "6", "8"],
    activation: ["tanh", "ReLU", "sigmoid"],
    rate: ["0.01", "0.03", "0.1", "0.3", "1", "3", "10", "30", "100"],
  };
  const NAMES = { data: "Points", width: "Hidden neurons", activation: "Activation", rate: "Learning rate" };
  const SHOWN = { ring: "ring", moons: "two moons", xor: "xor", spiral: "spiral" };
  const USUAL = { data: "ring", width: "4", activation: "tanh", rate: "0.3", start: "1", steps: "0" };
  const MOST = { start: 9999, steps: 10000 };
  const COIN = Math.log(2); // the loss of saying one half to every point
  const REACH = 2.6; // the pictures show -REACH to REACH both ways
  const FINE = 65; // values computed along each side of a picture

  const count = (n) => n.toLocaleString("en");
  const short = (value) => (!Number.isFinite(value) ? "not a number"
    : value !== 0 && (value >= 1e5 || value < 1e-4) ? value.toExponential(2) : value.toFixed(4));

  const power = (value) => `10${[...String(Math.round(Math.log10(value)))].map((sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]).join("")}`;

  function element(name, properties = {}, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  // What the address asks for, and what of it is unknown
  function readAddress(search) {
    const asked = [...new URLSearchParams(search)].filter(([name]) => name in USUAL);
    const known = ([name, value]) => (name in CHOICES ? CHOICES[name].includes(value)
      : /^\d{1,5}$/.test(value) && Number(value) <= MOST[name]);
    const wrong = asked.filter((pair) => !known(pair));
    const offer = ([name]) => (name in CHOICES ? CHOICES[name].join(", ") : `0 to ${count(MOST[name])}`);
    const told = wrong.map((pair) => `${pair[0]} “${pair[1].slice(0, 40)}” (it can be ${offer(pair)})`);
    return {
      setting: wrong.length ? { ...USUAL } : { ...USUAL, ...Object.fromEntries(asked) },
      complaint: wrong.length
        ? `The address asks for ${told.join(" and ")}, which is not on offer. Here is the usual network instead.` : "",
    };
  }

  // The book's colours, as numbers that can be mixed
  function colours() {
    const style = getComputedStyle(document.documentElement);
    const pen = document.createElement("canvas").getContext("2d");
    const rgb = (name) => {
      pen.fillStyle = style.getPropertyValue(name).trim();
      return [1, 3, 5].map((at) => parseInt(pen.fillStyle.slice(at, at + 2), 16));
    };
    const found = {};
    for (const name of ["paper", "ink", "ink-soft", "line", "accent", "mark"]) found[name] = rgb(`--${name}`);
    return found;
  }
  const css = (rgb) => `rgb(${rgb.join(" ")})`;
  const mixed = (from, to, share) => from.map((v, i) => v + share * (to[i] - v));

  function shade(pen, values, colour) { // one pixel a value, the first row at the bottom
    const image = pen.createImageData(FINE, FINE);
    values.forEach((value, at) => {
      const pixel = 4 * ((FINE - 1 - Math.floor(at / FINE)) * FINE + (at % FINE));
      image.data.set([...colour(value), 255], pixel);
    });
    pen.putImageData(image, 0, 0);
  }

  // Draw where the logit changes its sign, square by square of the grid
  function drawBorder(pen, logits, scale) {
    const crossing = (a, b) => a / (a - b);
    pen.beginPath();
    for (let row = 0; row < FINE - 1; row++) {
      for (let column = 0; column < FINE - 1; column++) {
        const corner = row * FINE + column;
        const [a, b, c, d] = [corner, corner + 1, corner + FINE + 1, corner + FINE].map((i) => logits[i]);
        const found = [];
        if (a > 0 !== b > 0) found.push([column + crossing(a, b), row]);
        if (b > 0 !== c > 0) found.push([column + 1, row + crossing(b, c)]);
        if (d > 0 !== c > 0) found.push([column + crossing(d, c), row + 1]);
        if (a > 0 !== d > 0) found.push([column, row + crossing(a, d)]);
        for (let i = 0; i + 1 < found.length; i += 2) {
          pen.moveTo(found[i][0] * scale, (FINE - 1 - found[i][1]) * scale);
          pen.lineTo(found[i + 1][0] * scale, (FINE - 1 - found[i + 1][1]) * scale);
        }
      }
    }
    pen.stroke();
  }

  function makeLearner(box) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    const asked = readAddress(location.search);
    let { setting } = asked;
    let notice = asked.complaint;
    let goal = Number(setting.steps); // the step to stop at
    let [net, now, losses] = [null, null, []];
    let [running, visible, timer, frame, spokenAt] = [false, false, 0, 0, 0];

    // ---- the parts on the page
    const controls = {};
    const settings = element("div", { className: "learner-settings" });
    for (const [name, values] of Object.entries(CHOICES)) {
      const select = element("select", { name, autocomplete: "off" },
        ...values.map((value) => element("option", { value }, name === "data" ? SHOWN[value] : value)));
      controls[name] = select;
      settings.append(element("label", {}, NAMES[name], select));
    }
    controls.start = element("input", { type: "number", min: 0, max: MOST.start, name: "start", autocomplete: "off" });
    const fresh = element("button", { type: "button" }, "New start");
    settings.append(element("div", { className: "learner-start" }, element("label", {}, "Start", controls.start), fresh));
    const [step, run, reset, copy] = ["Step", "Run", "Reset", "Copy the address"].map(
      (words) => element("button", { type: "button" }, words));
    run.className = "learner-run";
    const buttons = element("div", { className: "learner-buttons" }, step, run, reset, copy);
    const address = element("input", { type: "text", readOnly: true, className: "learner-address", hidden: true });
    address.setAttribute("aria-label", "The address of this network");

    const picture = (words, size) => {
      const canvas = element("canvas", { width: size, height: size });
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", words);
      return canvas;
    };
    const surface = picture("The plane, shaded by the network's guess", 640);
    const chart = picture("The loss at every step", 640);
    const numbers = { steps: element("data"), loss: element("data"), right: element("data") };
    const board = element("dl", { className: "learner-numbers" },
      ...Object.entries({ steps: "Steps", loss: "Loss", right: "Right" }).map(
        ([name, words]) => element("div", {}, element("dt", {}, words), element("dd", {}, numbers[name]))));
    const key = element("p", { className: "learner-key" },
      "● and ▲: the two classes. Hollow: on the wrong side. The line: where the guess is one half.");
    const units = element("div", { className: "learner-units" });
    const unitsHead = element("p", { className: "learner-head" },
      "What each hidden neuron says over the plane (ink: high, paper: low), and its weight into the output");
    const said = element("p", { className: "learner-said" });
    said.setAttribute("role", "status");
    const rows = element("tbody");
    const table = element("details", { className: "learner-table" }, element("summary", {}, "The loss as a table"),
      element("table", {}, element("thead", {}, element("tr", {},
        ...["Step", "Loss"].map((words) => element("th", { scope: "col" }, words)))), rows));
    const head = (words) => element("p", { className: "learner-head" }, words);
    const alive = element("div", { className: "learner-alive" }, settings, buttons, address, said,
      element("div", { className: "learner-pictures" },
        element("div", {}, head("The guess over the plane"), surface, key),
        element("div", {}, head("The loss"), chart, board, table)),
      unitsHead, units);
    box.querySelectorAll("[data-try]").forEach((item) => {
      const button = element("button", { type: "button" }, "Set this up");
      button.setAttribute("aria-label", `Set this up: ${item.textContent.trim().split(/[.:]/)[0]}`);
      button.addEventListener("click", () => {
        setting = { ...USUAL, ...readAddress(item.dataset.try).setting, steps: "0" };
        begin();
        alive.scrollIntoView({ block: "nearest", behavior: calm.matches ? "auto" : "smooth" });
      });
      item.append(" ", button);
    });
    box.append(alive);
    box.classList.add("is-alive");

    // ---- learning
    function build() {
      net = Learning.makeNetwork({ ...setting, width: Number(setting.width), start: Number(setting.start) });
      now = Learning.look(net);
      losses = [now.loss];
      units.replaceChildren(...Array.from({ length: net.width }, (_, i) => {
        const canvas = picture(`Hidden neuron ${i + 1}`, FINE);
        return element("figure", {}, canvas, element("figcaption"));
      }));
    }

    const steps = () => losses.length - 1;
    const broken = () => !Number.isFinite(now.loss);

    function advance(n) {
      for (let i = 0; i < n && !broken() && steps() < goal; i++) {
        Learning.update(net, now.grads, Number(setting.rate));
        now = Learning.look(net);
        losses.push(now.loss);
      }
    }

    function begin() { // from the first step, with the setting as it stands
      notice = "";
      build();
      stop();
      show();
      rest();
    }

    function turn() { // one turn of the run: some steps, one picture
      if (!net) build();
      const until = performance.now() + 12;
      const catching = !running;
      if (catching) while (steps() < goal && !broken() && performance.now() < until) advance(20);
      else advance(calm.matches ? 100 : 1 + Math.floor(steps() / 100));
      const over = broken() || steps() >= goal;
      show();
      if (over) {
        if (running && steps() >= MOST.steps) notice = `${count(MOST.steps)} steps are the most that this page takes.`;
        stop();
        rest(catching);
      } else {
        if (running && performance.now() - spokenAt > 1000) tell();
        next();
      }
    }

    function next() {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      if (!visible) return; // a network that nobody sees does not work
      if (running && calm.matches) timer = setTimeout(turn, 1000);
      else frame = requestAnimationFrame(turn);
    }

    function stop() {
      running = false;
      goal = steps();
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      run.textContent = "Run";
    }

    // ---- showing
    function show() {
      const colour = colours();
      for (const [name, control] of Object.entries(controls)) control.value = setting[name];
      Object.assign(numbers.steps, { value: steps(), textContent: count(steps()) });
      Object.assign(numbers.loss, { value: now.loss, textContent: short(now.loss) }); // the value holds every digit
      Object.assign(numbers.right, { value: now.right, textContent: `${now.right} of ${net.points.length}` });
      drawSurface(colour);
      drawChart(colour);
    }

    function drawSurface(colour) {
      const logits = new Float64Array(FINE * FINE);
      const hidden = Array.from({ length: net.width }, () => new Float64Array(FINE * FINE));
      const a1 = new Float64Array(net.width);
      const at = (i) => REACH * (2 * i / (FINE - 1) - 1);
      for (let i = 0; i < FINE * FINE; i++) {
        logits[i] = Learning.logit(net, at(i % FINE), at(Math.floor(i / FINE)), a1);
        a1.forEach((value, unit) => { hidden[unit][i] = value; });
      }
      const small = document.createElement("canvas");
      small.width = small.height = FINE;
      shade(small.getContext("2d"), logits, (z) => {
        const guess = Learning.sigmoid(z);
        if (Number.isNaN(guess)) return colour.line;
        return mixed(colour.paper, guess > 0.5 ? colour.mark : colour.accent, 1.1 * Math.abs(guess - 0.5));
      });
      const pen = surface.getContext("2d");
      const scale = surface.width / (FINE - 1);
      // Values stand at the pixels' middles: half a pixel hangs over on each side
      pen.drawImage(small, -scale / 2, -scale / 2, FINE * scale, FINE * scale);
      pen.lineWidth = 3;
      pen.strokeStyle = css(colour.ink);
      drawBorder(pen, logits, scale);
      net.points.forEach((point, i) => drawPoint(pen, point, now.hits[i], colour));
      drawUnits(hidden, colour);
    }

    function drawPoint(pen, { x1, x2, y }, hit, colour) {
      const [u, v] = [x1, -x2].map((value) => (value / REACH + 1) * surface.width / 2);
      pen.beginPath();
      if (y) {
        [[0, -11], [10, 8], [-10, 8]].forEach(([dx, dy]) => pen.lineTo(u + dx, v + dy));
        pen.closePath();
      } else {
        pen.arc(u, v, 8.5, 0, 7);
      }
      const tint = css(y ? colour.mark : colour.accent);
      pen.fillStyle = hit ? tint : css(colour.paper);
      pen.strokeStyle = hit ? css(colour.paper) : tint;
      pen.lineWidth = hit ? 2 : 4;
      pen.fill();
      pen.stroke();
    }

    function drawUnits(hidden, colour) {
      [...units.children].forEach((figure, i) => {
        const [canvas, caption] = figure.children;
        const ends = setting.activation === "tanh" ? [-1, 1] : [0, 1];
        if (setting.activation === "ReLU") ends[1] = Math.max(...hidden[i]) || 1;
        shade(canvas.getContext("2d"), hidden[i],
          (a) => mixed(colour.paper, colour.ink, 0.85 * ((a - ends[0]) / (ends[1] - ends[0]) || 0)));
        const weight = net.W2[i];
        const words = Number.isFinite(weight)
          ? `${weight < 0 ? "−" : "+"}${Math.abs(weight) < 1e4 ? Math.abs(weight).toFixed(2) : Math.abs(weight).toExponential(0)}`
          : "none";
        caption.textContent = now.open[i] ? words : `${words}, dead`;
        canvas.setAttribute("aria-label", `Hidden neuron ${i + 1}, weight ${words}${now.open[i] ? "" : ", dead"}`);
      });
    }

    function drawChart(colour) {
      const ratio = Math.min(2, devicePixelRatio || 1);
      const [width, height] = [chart.clientWidth, chart.clientHeight];
      if (!width) return;
      if (chart.width !== Math.round(width * ratio)) chart.width = Math.round(width * ratio);
      if (chart.height !== Math.round(height * ratio)) chart.height = Math.round(height * ratio);
      const pen = chart.getContext("2d");
      const style = getComputedStyle(chart);
      const size = parseFloat(style.fontSize);
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.clearRect(0, 0, width, height);
      pen.font = `${size}px ${style.fontFamily}`;
      const shown = losses.filter(Number.isFinite);
      const largest = shown.reduce((a, b) => Math.max(a, b), 0);
      const log = largest > 5; // a loss that explodes needs powers of ten
      const level = log ? (loss) => Math.log10(Math.max(loss, 1e-4)) : (loss) => loss;
      const [low, high] = log ? [-4, Math.ceil(level(largest))] : [0, Math.max(0.8, largest)];
      const last = Math.max(50, losses.length - 1);
      const [left, right, top, bottom] = [3.2 * size, width - 0.8 * size, 0.9 * size, height - 2.6 * size];
      const x = (i) => left + (right - left) * i / last;
      const y = (loss) => bottom - (bottom - top) * (level(loss) - low) / (high - low);
      pen.strokeStyle = css(colour.line);
      pen.fillStyle = css(colour["ink-soft"]);
      pen.lineWidth = 1;
      pen.textAlign = "right";
      pen.textBaseline = "middle";
      const stride = log ? Math.ceil((high - low) / 5) : high > 2 ? 1 : high > 0.8 ? 0.5 : 0.2;
      const marks = [0, 1, 2, 3, 4, 5].map((i) => low + i * stride).filter((v) => v <= high + 1e-9);
      const ticks = log ? marks.map((mark) => 10 ** mark) : marks;
      for (const tick of ticks) {
        pen.beginPath();
        pen.moveTo(left, y(tick));
        pen.lineTo(right, y(tick));
        pen.stroke();
        pen.fillText(log ? power(tick) : String(Math.round(10 * tick) / 10), left - 0.4 * size, y(tick));
      }
      pen.textBaseline = "top";
      pen.textAlign = "center";
      [0, last / 2, last].forEach((i) => pen.fillText(count(Math.round(i)), Math.min(x(i), right - 0.6 * size), bottom + 0.4 * size));
      pen.fillText("step", (left + right) / 2, bottom + 1.5 * size);
      pen.strokeStyle = css(colour["ink-soft"]);
      pen.setLineDash([4, 4]);
      pen.beginPath();
      pen.moveTo(left, y(COIN));
      pen.lineTo(right, y(COIN));
      pen.stroke();
      pen.setLineDash([]);
      pen.textAlign = "right";
      pen.textBaseline = "bottom";
      pen.fillText("always one half", right, y(COIN) - 2);
      pen.strokeStyle = css(colour.accent);
      pen.lineWidth = 2.5;
      pen.beginPath();
      losses.forEach((loss, i) => { if (Number.isFinite(loss)) pen.lineTo(x(i), y(loss)); });
      pen.stroke();
      const end = shown.length - 1;
      pen.fillStyle = css(colour.accent);
      pen.beginPath();
      pen.arc(x(end), y(shown[end]), 4, 0, 7);
      pen.fill();
    }

    function reading() { // the state in words
      const all = net.points.length;
      const shut = now.open.filter((open) => !open).length;
      const words = [notice];
      if (broken()) {
        words.push(`After ${count(steps())} steps the loss is no longer a number. The rate ${setting.rate} is too large `
          + "for this network: press Reset and take a smaller one.");
        return words.join(" ").trim();
      }
      words.push(`${count(steps())} ${steps() === 1 ? "step" : "steps"}: loss ${short(now.loss)}, ${now.right} of ${all} points right.`);
      if (shut === net.width) words.push("Every hidden neuron is dead: only the output's bias can still move.");
      else if (shut) words.push(`${shut} of ${net.width} hidden neurons ${shut === 1 ? "is" : "are"} dead.`);
      if (steps() && now.loss > Math.max(losses[0], COIN)) words.push("The loss is higher than at the start: the steps are too long.");
      return words.join(" ").trim();
    }

    function tell() {
      spokenAt = performance.now();
      said.textContent = reading();
      surface.setAttribute("aria-label",
        `The plane, shaded by the network's guess. Circles and triangles, ${now.right} of ${net.points.length} on their side.`);
      chart.setAttribute("aria-label",
        `The loss at every step: ${short(losses[0])} at the start, ${short(now.loss)} after ${count(steps())} steps.`);
    }

    function rest(quiet = false) { // what waits until the run stands still
      tell();
      const kept = [0, 1, 2, 5].flatMap((n) => [1, 10, 100, 1000, 10000].map((ten) => n * ten)).filter((n) => n < steps());
      const listed = [...new Set([...kept, steps()])].sort((a, b) => a - b);
      rows.replaceChildren(...listed.map((i) => element("tr", {},
        element("td", {}, count(i)), element("td", {}, short(losses[i])))));
      address.hidden = true;
      if (!quiet) remember();
    }

    function whole() { // the address of this network at this step
      const url = new URL(location.href);
      for (const name of Object.keys(USUAL)) url.searchParams.set(name, name === "steps" ? steps() : setting[name]);
      return url;
    }

    function remember() {
      try {
        history.replaceState(history.state, "", whole());
      } catch { /* a browser that forbids it for files keeps the old address; the copy button still has the new one */ }
    }

    // ---- what the reader does
    for (const [name, control] of Object.entries(controls)) {
      control.addEventListener("change", () => {
        if (name === "start") control.value = Math.min(MOST.start, Math.max(0, Math.round(Number(control.value) || 0)));
        setting = { ...setting, [name]: control.value };
        begin();
      });
    }
    fresh.addEventListener("click", () => {
      setting = { ...setting, start: String((Number(setting.start) + 1) % (MOST.start + 1)) };
      begin();
    });
    step.addEventListener("click", () => {
      stop();
      notice = "";
      goal = Math.min(MOST.steps, steps() + 1);
      advance(1);
      show();
      rest();
    });
    run.addEventListener("click", () => {
      if (running) {
        stop();
        rest();
        return;
      }
      notice = "";
      if (broken() || steps() >= MOST.steps) {
        rest();
        return;
      }
      running = true;
      goal = MOST.steps;
      run.textContent = "Pause";
      spokenAt = performance.now();
      next();
    });
    reset.addEventListener("click", begin);
    copy.addEventListener("click", async () => {
      const url = whole();
      url.hash = box.id;
      try {
        await navigator.clipboard.writeText(url.href);
        said.textContent = "The address is copied. Whoever opens it sees this network at this step.";
      } catch {
        address.value = url.href;
        address.hidden = false;
        address.focus();
        address.select();
        said.textContent = "The address stands in the box above, ready to copy.";
      }
    });

    // ---- when to work: only on screen
    new IntersectionObserver((entries) => {
      visible = entries.at(-1).isIntersecting;
      if (visible && (running || !net || steps() < goal)) next();
    }).observe(alive);
    new ResizeObserver(() => { if (net && visible) drawChart(colours()); }).observe(chart);
    new MutationObserver(() => { if (net) show(); }).observe(
      document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    for (const [name, control] of Object.entries(controls)) control.value = setting[name];
  }

  document.querySelectorAll(".learner").forEach(makeLearner);
}
