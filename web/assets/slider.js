// Turns each stored contact sheet into a slider: one panel at a time, moved by mouse, finger or keyboard.
"use strict";

function makeSlider(box, number) {
  const about = JSON.parse(box.dataset.slider);
  const sheet = box.querySelector("img.slider-sheet");
  const rows = Math.ceil(about.labels.length / about.columns);

  const pane = document.createElement("div");
  pane.className = "slider-pane";
  pane.style.aspectRatio = `${about.width} / ${about.height}`;
  pane.style.maxWidth = `${about.width * 1.3}px`;
  sheet.replaceWith(pane);
  pane.append(sheet);
  sheet.style.width = `${about.columns * 100}%`;
  sheet.style.height = `${rows * 100}%`;

  const id = `slider-${number}`;
  const controls = document.createElement("div");
  controls.className = "slider-controls";
  controls.innerHTML =
    `<label for="${id}"></label><input id="${id}" type="range" min="0" step="1">` +
    `<output for="${id}"></output>`;
  const [label, range, output] = controls.children;
  label.textContent = about.name;
  range.max = about.labels.length - 1;
  range.value = about.start;
  const reading = document.createElement("p");
  reading.className = "slider-reading";
  reading.setAttribute("aria-live", "polite");
  pane.after(controls, reading);
  // Changing a text in place, and moving the sheet by transform, spares the page's styles and layout
  const [value, words] = [output, reading].map(place => place.appendChild(new Text()));

  function show() {
    const i = Number(range.value);
    const said = about.readings[i];
    const [x, y] = [(i % about.columns) / about.columns, Math.floor(i / about.columns) / rows];
    sheet.style.transform = `translate(${-100 * x}%, ${-100 * y}%)`;
    sheet.alt = `${about.alt} Here ${about.name} = ${about.labels[i]}. ${said}`;
    value.data = about.labels[i];
    range.setAttribute("aria-valuetext", `${about.labels[i]}${said ? `: ${said}` : ""}`);
    words.data = said;
    reading.hidden = !said;
  }
  range.addEventListener("input", show);
  show();
  box.classList.add("slider-alive");
}

document.querySelectorAll(".slider[data-slider]").forEach(makeSlider);
