// Filters the entries of the corrections, coverage and glossary pages; without this script all are shown.
"use strict";

function makeFilter(form) {
  const entries = [...document.querySelectorAll(".entry")];
  const output = form.querySelector("output");
  const words = new Map(entries.map((entry) => [entry, entry.textContent.toLowerCase()]));

  function wanted(entry, choice) {
    return [...choice].every(([name, value]) => {
      if (!value) return true;
      if (name === "text") return words.get(entry).includes(value.trim().toLowerCase());
      return entry.dataset[name].split(" ").includes(value) || entry.dataset[name] === value;
    });
  }

  function show() {
    const choice = new FormData(form);
    let shown = 0;
    entries.forEach((entry) => {
      entry.hidden = !wanted(entry, choice);
      shown += !entry.hidden;
    });
    document.querySelectorAll("section:has(> .entry)").forEach((part) => {
      part.hidden = !part.querySelector(".entry:not([hidden])"); // a heading over nothing says nothing
    });
    output.textContent = `${shown} of ${entries.length}`;
  }

  function reveal() { // a link to one entry must never lead to a hidden one
    const entry = document.getElementById(location.hash.slice(1));
    if (!entry || !entry.hidden) return;
    form.reset();
    show();
    entry.scrollIntoView();
  }

  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", reveal);
  show(); // a browser may bring back the choice of an earlier visit
  reveal();
}

document.querySelectorAll("form.filters").forEach(makeFilter);
