// What test_access.py asks of a page: what is seen, reached, cut off, covered, marked as Chinese.
"use strict";

window.seeing = {
  colour(text) { // of a computed style; the canvas reads every notation
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
    const context = canvas.getContext("2d");
    context.fillStyle = text;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  },
  luminance([r, g, b]) {
    const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
  },
  contrast(one, other) {
    const light = [one, other].map((text) => this.luminance(this.colour(text)));
    const [low, high] = light.sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  },
  behind(element) { // the colour an element stands on
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (this.colour(colour)[3] > 250) return colour;
    }
    return "white";
  },
  shown(element, opacityProperty = true) {
    const box = element.getBoundingClientRect();
    const visible = element.checkVisibility({ visibilityProperty: true, opacityProperty });
    return visible && box.width > 1 && box.height > 1;
  },
  shownOf(selector) {
    return [...document.querySelectorAll(selector)].filter((one) => this.shown(one));
  },
  named(element) {
    const name = element.getAttribute("aria-label") || element.textContent.trim() || element.title || "";
    const kind = [element.tagName.toLowerCase(), ...element.classList].join(".");
    return `${kind} “${name.replace(/\s+/g, " ").slice(0, 40)}”`;
  },
  controls() { // also those that only show themselves when they are pointed at
    const all = document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]");
    const open = (one) => one.tabIndex >= 0 && !one.disabled && !one.closest("[inert]");
    return [...all].filter((one) => open(one) && this.shown(one, false));
  },
  covered(element) { // by what the beginning of an element is covered, "" when it is not
    const box = element.getClientRects()[0];
    const x = Math.min(Math.max(box.left + Math.min(box.width / 2, 30), 1), innerWidth - 2);
    const at = document.elementFromPoint(x, box.top + Math.min(box.height / 2, 12));
    if (!at) return "nothing, it is outside the window";
    const own = at.contains(element) || element.contains(at);
    return own || !this.shown(at) ? "" : this.named(at);
  },
};

// Where the focus is, whether it shows, and on what
seeing.focused = () => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const style = getComputedStyle(at);
  const inside = parseFloat(style.outlineOffset) < 0;
  return {
    number: seeing.all.indexOf(at),
    name: seeing.named(at),
    covered: seeing.covered(at),
    drawn: seeing.shown(at) && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    contrast: seeing.contrast(style.outlineColor, seeing.behind(inside ? at : at.parentElement)),
  };
};

// WCAG 2.5.8: a target is 24 by 24, or stands in a line of text, or a circle of 24 about its middle meets no other
seeing.small = () => {
  const all = seeing.controls().filter((one) => one.matches("a, button, input, select, summary"));
  const boxes = all.map((one) => (one.querySelector("img") || one).getBoundingClientRect());
  const middle = (box) => [box.left + box.width / 2, box.top + box.height / 2];
  const away = (box, x, y) =>
    Math.hypot(Math.max(box.left - x, 0, x - box.right), Math.max(box.top - y, 0, y - box.bottom));

  function inLine(one) {
    const text = one.closest("p, li, td, th, dd, dt, figcaption, h1, h2, h3, h4");
    const more = text && text.textContent.trim().length > one.textContent.trim().length;
    return more && getComputedStyle(one).display === "inline";
  }

  return all
    .filter((one, i) => {
      if ((boxes[i].width >= 23.9 && boxes[i].height >= 23.9) || inLine(one)) return false;
      const [x, y] = middle(boxes[i]);
      return all.some((other, j) => {
        if (i === j || one.contains(other) || other.contains(one)) return false;
        const [left, top] = middle(boxes[j]);
        return away(boxes[j], x, y) < 12 || Math.hypot(left - x, top - y) < 24;
      });
    })
    .map((one) => `${seeing.named(one)} ${JSON.stringify(one.getBoundingClientRect())}`);
};

// Text that its own box cuts off, that leaves the window, or that something lies upon; boxes that scroll sideways
seeing.lost = () => {
  const lost = new Set();
  const above = new Map(); // of each element: what its boxes do to the text inside

  function around(one) {
    if (one === document.body) return { hidden: false, scrolled: false };
    if (above.has(one)) return above.get(one);
    const { hidden, scrolled } = around(one.parentElement);
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    const cut = /hidden|clip/;
    const own = {
      // From eyes, not from screen readers
      hidden: hidden || style.clip !== "auto" || (box.width <= 1 && style.display !== "contents"),
      scrolled: scrolled || /auto|scroll/.test(style.overflowX),
    };
    if (!own.hidden && !one.closest(".katex, svg")) {
      const wide = one.scrollWidth > one.clientWidth + 1, tall = one.scrollHeight > one.clientHeight + 1;
      if (cut.test(style.overflowX) && wide) lost.add(`cut at the side: ${seeing.named(one)}`);
      if (cut.test(style.overflowY) && tall && !one.matches(".math")) lost.add(`cut below: ${seeing.named(one)}`);
      const may = one.closest("pre, .math, .diagram, table") || one.querySelector(":scope > table");
      if (!may && wide && /auto|scroll/.test(style.overflowX)) lost.add(`scrolls sideways: ${seeing.named(one)}`);
    }
    above.set(one, own);
    return own;
  }

  const words = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const texts = [...document.querySelectorAll("body *:not(pre *, svg *, .katex *, .skip-link *)")]
    .filter((one) => words(one) && seeing.shown(one) && !around(one).hidden);
  for (const one of texts) {
    const box = one.getBoundingClientRect();
    const outside = box.right > innerWidth + 1 || box.left < -1;
    if (outside && !around(one).scrolled) lost.add(`outside: ${seeing.named(one)}`);
  }
  for (const one of texts) {
    one.scrollIntoView({ block: "start", inline: "start", behavior: "instant" });
    const over = seeing.covered(one);
    if (over) lost.add(`${seeing.named(one)} lies under ${over}`);
  }
  const width = document.documentElement.scrollWidth;
  if (width > innerWidth) lost.add(`the page is ${width} wide`);
  return [...lost];
};

// Fields whose border hardly shows
seeing.borders = () =>
  [...document.querySelectorAll("input:not([type=range]), select, textarea")]
    .filter((one) => seeing.shown(one))
    .filter((one) => {
      const { borderTopWidth, borderTopColor } = getComputedStyle(one);
      const behind = seeing.behind(one.parentElement);
      return parseFloat(borderTopWidth) < 1 || seeing.contrast(borderTopColor, behind) < 3;
    })
    .map((one) => seeing.named(one));

// What moves by itself or slowly
seeing.moving = () =>
  [...document.querySelectorAll("*")]
    .filter((one) =>
      [undefined, "::before", "::after"].some((part) => {
        const style = getComputedStyle(one, part);
        const slow = /[1-9]/.test(style.transitionDuration) || style.scrollBehavior === "smooth";
        return slow || style.animationName !== "none";
      }))
    .map((one) => seeing.named(one));

// Chinese text, and names that are Chinese, in a place that is not marked as Chinese
seeing.chinese = () => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const lost = [];
  const said = (one) => one.closest("[lang]").getAttribute("lang");
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const at = node.parentElement;
    const spoken = /[\u4e00-\u9fff]/.test(node.data) && !at.closest("script, style");
    if (spoken && said(at) !== "zh") lost.push(seeing.named(at));
  }
  for (const one of document.querySelectorAll("[title], [aria-label], [placeholder]"))
    for (const name of ["title", "aria-label", "placeholder"])
      if (/^[\u4e00-\u9fff]+$/.test(one.getAttribute(name) || "") && said(one) !== "zh")
        lost.push(`${name} of ${seeing.named(one)}`);
  return lost;
};
