// The drawing pad: the reader draws a digit, and the network of the book answers here, on the reader's machine.
// The network and what runs it are loaded when the pad comes near (a small pad: when it is used).
"use strict";

(() => {
  const HOME = new URL(".", document.currentScript.src);
  const SIDE = 280; // points of the paper, ten to a pixel of the network's picture
  const PEN = 11; // radius of the pen, in points
  const STEP = 10, FINE = 2; // points a key moves the pen
  const PAUSE = 500; // milliseconds without a stroke before the answer is read out
  // How the maps of each layer are laid out, and the size of that picture before the first answer
  const LAYERS = [{ columns: 4, width: 51, height: 51 }, { columns: 8, width: 55, height: 27 }, { columns: 16, width: 63, height: 15 }];
  const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  const percent = (p) => `${(100 * p).toFixed(p > 0.9995 ? 0 : 1)} %`;
  const kilobytes = (bytes) => (bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

  /** Return a new element with these attributes and children. */
  function make(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  // ---- What is loaded late

  const loading = new Map();

  /** Load a script of the book once; the promise fails with a sentence that names the file. */
  function script(name) {
    if (!loading.has(name)) {
      loading.set(name, new Promise((done, fail) => {
        const tag = make("script", { src: new URL(name, HOME).href });
        tag.addEventListener("load", done);
        tag.addEventListener("error", () => {
          loading.delete(name); // the next try asks again
          fail(new Error(`the file _static/book/${name} is missing or cannot be read`));
        });
        document.head.append(tag);
      }));
    }
    return loading.get(name);
  }

  /** Return the bytes that a text in base64 stands for. */
  function decode(text, what) {
    try {
      return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    } catch {
      throw new Error(`${what} in _static/book/digit-model.js is damaged`);
    }
  }

  /** Return {bytes, model, examples}: the network, its fingerprint checked, and ten pictures. */
  async function fetchNetwork(sha256) {
    await Promise.all(["onnx.js", "digit-image.js", "digit-model.js"].map(script));
    if (!self.digitModel) throw new Error("the file _static/book/digit-model.js is cut off or damaged");
    const bytes = decode(digitModel.file, "the network");
    return { bytes, model: onnx.load(bytes, sha256), examples: decode(digitModel.examples, "the row of examples") };
  }

  /** Return a function from a picture to its ten probabilities, computed by ONNX Runtime Web. */
  async function fetchRuntime(bytes) {
    if (location.protocol === "file:") {
      throw new Error("a browser loads it from a server only, and this page was opened as a file; `make serve` serves the book");
    }
    if (typeof WebAssembly !== "object") throw new Error("this browser has no WebAssembly, or it is switched off");
    await script("ort/ort.wasm.min.js");
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmPaths = new URL("ort/", HOME).href;
    const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
    const run = async (picture) => {
      const answer = await session.run({ image: new ort.Tensor("uint8", picture, [1, 28, 28]) });
      return answer.probabilities.data;
    };
    await run(new Uint8Array(784)); // the first run prepares more than it computes
    return run;
  }

  // ---- The paper: its points are kept here, because some browsers falsify what is read back from a canvas

  class Paper {
    constructor(canvas) {
      canvas.width = canvas.height = SIDE;
      this.brush = canvas.getContext("2d");
      this.clear();
    }

    clear() {
      this.grey = new Uint8Array(SIDE * SIDE);
      this.show();
    }

    /** Draw a line with a round pen: each point gets the ink that its distance from the line leaves. */
    line([x0, y0], [x1, y1]) {
      const reach = PEN + 1, dx = x1 - x0, dy = y1 - y0, length = dx * dx + dy * dy;
      const inside = (value) => Math.min(Math.max(Math.round(value), 0), SIDE);
      for (let y = inside(Math.min(y0, y1) - reach); y < inside(Math.max(y0, y1) + reach); y++)
        for (let x = inside(Math.min(x0, x1) - reach); x < inside(Math.max(x0, x1) + reach); x++) {
          const along = length ? Math.min(Math.max(((x - x0) * dx + (y - y0) * dy) / length, 0), 1) : 0;
          const distance = Math.hypot(x - x0 - along * dx, y - y0 - along * dy);
          const ink = 255 * Math.min(Math.max(PEN + 0.5 - distance, 0), 1);
          if (ink > this.grey[y * SIDE + x]) this.grey[y * SIDE + x] = ink;
        }
      this.show();
    }

    /** Show a picture of 28×28, each pixel as ten by ten points. */
    paste(picture) {
      this.grey = this.grey.map((_, i) => picture[28 * Math.floor(i / SIDE / 10) + Math.floor((i % SIDE) / 10)]);
      this.show();
    }

    show() {
      const points = this.brush.createImageData(SIDE, SIDE);
      const ink = new Uint32Array(points.data.buffer);
      this.grey.forEach((grey, i) => { ink[i] = (grey << 24) | 0x272a2b; }); // the book's ink, thinner or thicker
      this.brush.putImageData(points, 0, 0);
    }
  }

  /** Show maps, each `side` × `side` numbers from 0 to `most`, as rows of small pictures on a canvas. */
  function tile(canvas, maps, side, columns, most) {
    const gap = maps.length > 1 ? 1 : 0, rows = Math.ceil(maps.length / columns);
    canvas.width = columns * (side + gap) - gap;
    canvas.height = rows * (side + gap) - gap;
    const brush = canvas.getContext("2d");
    brush.fillStyle = "#777";
    brush.fillRect(0, 0, canvas.width, canvas.height); // what stays of it are the lines between the maps
    maps.forEach((map, n) => {
      const points = brush.createImageData(side, side);
      map.forEach((value, i) => points.data.set([...Array(3).fill((255 * value) / most), 255], 4 * i));
      brush.putImageData(points, (n % columns) * (side + gap), Math.floor(n / columns) * (side + gap));
    });
  }

  // ---- One pad

  function build(box, number) {
    const about = JSON.parse(box.dataset.about), small = box.classList.contains("small");
    const id = (name) => `pad-${number}-${name}`;
    const words = make("div", { class: "pad-words" });
    words.append(...box.childNodes);

    const canvas = make("canvas", {
      class: "pad-paper", tabindex: 0, role: "application", "aria-label": "Paper: draw a digit", "aria-describedby": id("help"),
    });
    const cursor = make("span", { class: "pad-cursor", "aria-hidden": "true" });
    const help = make("p", { class: "pad-help", id: id("help") },
      "Draw with mouse, finger or pen. By keyboard: arrow keys move (two at once: diagonally; with Shift: finely), ",
      "Space lowers and lifts the pen, Backspace clears.");
    const clear = make("button", { type: "button", class: "pad-clear" }, "Clear");
    const examples = make("div", { class: "pad-examples", role: "group", "aria-label": "Put a test digit on the paper" });
    const where = make("p", { class: "visually-hidden", "aria-live": "polite" });

    const says = make("p", { class: "pad-says", "aria-live": "polite" });
    const table = make("table", { class: "pad-table" },
      make("caption", {}, "How probable each digit is"),
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "digit"), make("th", { scope: "col" }, "probability"))));
    const rows = Array.from({ length: 10 }, (_, digit) => {
      const bar = make("span", { class: "pad-bar", "aria-hidden": "true" }), value = make("span", { class: "pad-value" }, "–");
      const row = make("tr", {}, make("th", { scope: "row" }, String(digit)), make("td", {}, make("div", {}, make("span", { class: "pad-track" }, bar), value)));
      return { row, bar, value };
    });
    table.append(make("tbody", {}, ...rows.map(({ row }) => row)));

    const picture = (width, height, text) => {
      const canvas = make("canvas", { role: "img", "aria-label": "Nothing yet", width, height }), caption = make("p", {}, text);
      return { canvas, caption, frame: make("div", { class: "pad-picture" }, canvas, caption) };
    };
    const seen = picture(28, 28, "What the network sees: 28×28 pixels, white on black, scaled and centred");
    const layers = small ? [] : LAYERS.map(({ width, height }, n) => picture(width, height, `Layer ${n + 1}`));
    const inside = make("div", { class: "pad-layers" },
      make("p", {}, "What its filters respond to. Each small map belongs to one filter and is bright where that filter finds its pattern. ",
        "From layer to layer there are more patterns and fewer places."),
      ...layers.map(({ frame }) => frame));

    const choice = (name, label, checked) => {
      const radio = make("input", { type: "radio", name: id("program"), id: id(name), value: name });
      radio.checked = checked;
      return make("label", { for: id(name) }, radio, label);
    };
    const timing = make("p", { class: "pad-timing", role: "status" });
    const program = make("fieldset", { class: "pad-program" },
      make("legend", {}, "Which program computes?"),
      choice("own", `this page's own reader (${kilobytes(about.own)}, and ${kilobytes(about.numbers)} for the network)`, true),
      choice("runtime", `ONNX Runtime Web as well (${kilobytes(about.runtime)} more)`, false), timing);

    box.replaceChildren(words,
      make("div", { class: "pad-draw" }, make("div", { class: "pad-sheet" }, canvas, cursor),
        make("div", { class: "pad-buttons" }, clear, "or take a test digit:"), examples, help, where),
      make("div", { class: "pad-seen" }, seen.frame), make("div", { class: "pad-answer" }, says, table), ...(small ? [] : [inside, program]));
    box.classList.add("alive");

    const paper = new Paper(canvas);
    let network = null, runtime = null, pen = [SIDE / 2, SIDE / 2], down = false, waiting = 0, reading = 0;
    const held = new Set();

    /** Say a sentence, after a pause when more strokes may come: a screen reader reads each one out. */
    function say(sentence, pause = 0) {
      clearTimeout(reading);
      reading = setTimeout(() => { if (says.textContent !== sentence) says.textContent = sentence; }, pause);
    }

    /** Load the network once; when it cannot be had, say why and let the next use try again. */
    function prepare() {
      network ??= fetchNetwork(about.sha256).catch((problem) => {
        network = null;
        say(`The network could not be loaded: ${problem.message}. The rest of the page works; to try again, reload it.`);
        return null;
      });
      return network;
    }

    /** Show one answer: the picture, the maps of each layer, ten probabilities. */
    function show(picture, probabilities, tensors, model) {
      tile(seen.canvas, [picture], 28, 1, 255);
      seen.canvas.setAttribute("aria-label", "The prepared picture of 28×28 pixels");
      const responses = model.steps.filter((step) => step.operator === "Relu").map((step) => tensors[step.outputs[0]]);
      layers.forEach(({ canvas, caption }, n) => {
        const { shape: [, count, side], data } = responses[n];
        const maps = Array.from({ length: count }, (_, i) => data.subarray(i * side * side, (i + 1) * side * side));
        const peaks = maps.map((map) => Math.max(...map)), most = Math.max(...peaks);
        tile(canvas, maps, side, LAYERS[n].columns, most);
        caption.textContent = `Layer ${n + 1}: ${count} filters, ${side}×${side} places each`;
        const quiet = peaks.filter((peak) => peak < most / 10).length;
        canvas.setAttribute("aria-label", `${count} maps of ${side}×${side} places. Filter ${peaks.indexOf(most) + 1} responds most; ` +
          `${quiet} of them hardly respond.`);
      });
      const best = probabilities.indexOf(Math.max(...probabilities));
      rows.forEach(({ row, bar, value }, digit) => {
        row.classList.toggle("best", digit === best);
        bar.style.width = `${100 * probabilities[digit]}%`;
        value.textContent = percent(probabilities[digit]);
      });
      const sure = percent(probabilities[best]), bound = `${Math.round(100 * about.threshold)} %`;
      say(probabilities[best] >= about.threshold
        ? `It reads ${best}, with ${sure}.`
        : `It would refuse to answer: its best guess, ${best}, has ${sure}, below the threshold of ${bound}.`, PAUSE);
    }

    function showNothing() {
      for (const { canvas } of [seen, ...layers]) {
        canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
        canvas.setAttribute("aria-label", "Nothing yet");
      }
      rows.forEach(({ row, bar, value }) => {
        row.classList.remove("best");
        bar.style.width = 0;
        value.textContent = "–";
      });
      timing.textContent = "";
      say("The paper is empty.");
    }

    async function answer() {
      waiting = 0;
      const ready = await prepare();
      if (!ready) return;
      const picture = digitImage.preprocess(paper.grey, SIDE, SIDE);
      if (!picture) return showNothing();
      const start = performance.now();
      const tensors = onnx.run(ready.model, { shape: [1, 28, 28], data: picture });
      const own = performance.now() - start;
      let probabilities = Array.from(tensors[ready.model.output].data);
      timing.textContent = `This page's own reader took ${own.toFixed(1)} ms.`;
      if (runtime) {
        const again = performance.now(), other = Array.from(await runtime(picture));
        const apart = Math.max(...other.map((p, i) => Math.abs(p - probabilities[i])));
        timing.textContent += ` ONNX Runtime Web took ${(performance.now() - again).toFixed(1)} ms. ` +
          `Their probabilities differ by ${apart < 1e-7 ? "less than 0.0000001" : `at most ${apart.toFixed(7)}`}.`;
        probabilities = other;
      }
      show(picture, probabilities, tensors, ready.model);
    }

    /** Ask for an answer soon; strokes that come before share it. */
    function ask() {
      waiting ||= setTimeout(answer, 60);
    }

    function move([x, y], draws) {
      const to = [x, y].map((value) => Math.min(Math.max(value, 0), SIDE - 1));
      if (draws) {
        paper.line(pen, to);
        ask();
      }
      pen = to;
      cursor.style.left = `${(100 * x) / SIDE}%`;
      cursor.style.top = `${(100 * y) / SIDE}%`;
    }

    function wipe() {
      paper.clear();
      ask();
    }

    // Mouse, finger and pen
    const place = (event) => {
      const frame = canvas.getBoundingClientRect();
      return [((event.clientX - frame.left) * SIDE) / frame.width, ((event.clientY - frame.top) * SIDE) / frame.height];
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (!event.isPrimary || event.button) return;
      canvas.setPointerCapture(event.pointerId);
      lift();
      move(place(event), false);
      move(pen, true);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!canvas.hasPointerCapture(event.pointerId)) return;
      const steps = event.getCoalescedEvents?.() ?? [];
      for (const step of steps.length ? steps : [event]) move(place(step), true);
    });

    // Keyboard
    function lift() {
      down = false;
      held.clear();
      box.classList.remove("pen-down");
    }
    function tell() {
      const [column, row] = pen.map((value) => Math.floor(value / 10) + 1);
      where.textContent = `Pen ${down ? "down" : "up"}, column ${column} of 28, row ${row} of 28.`;
    }
    canvas.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (MOVES[event.key]) {
        held.add(event.key);
        const size = event.shiftKey ? FINE : STEP;
        const [dx, dy] = [...held].reduce(([x, y], key) => [x + MOVES[key][0], y + MOVES[key][1]], [0, 0]);
        move([pen[0] + dx * size, pen[1] + dy * size], down);
      } else if (event.key === " ") {
        down = !event.repeat ? !down : down;
        box.classList.toggle("pen-down", down);
        if (down) move(pen, true);
      } else if (event.key === "Backspace" || event.key === "Delete") {
        wipe();
      } else return;
      event.preventDefault();
      tell();
    });
    canvas.addEventListener("keyup", (event) => held.delete(event.key));
    canvas.addEventListener("blur", lift);
    clear.addEventListener("click", wipe);
    for (let digit = 0; digit < 10; digit++) {
      const button = make("button", { type: "button", "aria-label": `test digit ${digit}` }, String(digit));
      button.addEventListener("click", async () => {
        const ready = await prepare();
        if (!ready) return;
        paper.paste(ready.examples.subarray(784 * digit, 784 * (digit + 1)));
        ask();
      });
      examples.append(button);
    }

    program.addEventListener("change", async (event) => {
      runtime = null;
      timing.textContent = "";
      if (event.target.value === "runtime") {
        timing.textContent = `Loading ${kilobytes(about.runtime)} …`;
        try {
          const ready = await prepare();
          runtime = ready && await fetchRuntime(ready.bytes);
          timing.textContent = "ONNX Runtime Web is ready.";
        } catch (problem) {
          timing.textContent = `ONNX Runtime Web cannot be loaded here: ${problem.message}. This page's own reader goes on.`;
          program.querySelector("input").checked = true;
          return;
        }
      }
      ask();
    });

    move(pen, false);
    if (!small && "IntersectionObserver" in self) {
      new IntersectionObserver((entries, watch) => {
        if (entries.some((entry) => entry.isIntersecting)) {
          watch.disconnect();
          prepare();
        }
      }, { rootMargin: "300px" }).observe(box);
    }
    for (const use of ["pointerdown", "focusin"]) box.addEventListener(use, prepare);
  }

  document.querySelectorAll(".digit-pad[data-about]").forEach(build);
})();
