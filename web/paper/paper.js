// Makes a chapter for paper or for an e-book out of a page of the built site: runs in the browser that prints.
"use strict";

const Paper = (() => {
  const element = (tag, className, ...inside) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...inside.filter((part) => part !== null));
    return made;
  };

  const parse = (text) =>
    document.adoptNode(new DOMParser().parseFromString(text, "text/html").body).childNodes;

  // `list` holds {page, slug, title} for every page of the book; `html` is the text of the page `slug`
  function chapter(html, slug, list, site) {
    const page = list.find((entry) => entry.slug === slug);
    const parsed = new DOMParser().parseFromString(html, "text/html");
    const made = element("section", "chapter");
    made.append(...document.adoptNode(parsed.querySelector("article.bd-article")).childNodes);
    dropControls(made);
    nameIds(made, slug);
    for (const link of made.querySelectorAll("a[href]")) resolve(link, page, list);
    for (const image of made.querySelectorAll("img")) {
      image.src = new URL(image.getAttribute("src"), `${site}/${page.page}`).href;
      for (const name of ["loading", "decoding"]) image.removeAttribute(name);
    }
    made.querySelectorAll(".katex-display").forEach((box) => box.closest(".math")?.classList.add("shown"));
    made.querySelectorAll("progress").forEach(drawBar);
    made.querySelectorAll(".highlight pre").forEach(plainCode);
    made.querySelectorAll(".slider").forEach(captionSlider);
    const kept = { predictions: [], solutions: [], sources: [] };
    made.querySelectorAll(".quiz, .guess").forEach((box) => keepAnswer(box, slug, kept.predictions));
    made.querySelectorAll(".tag_hide-cell").forEach((cell) => keepSolution(cell, slug, kept.solutions));
    made.querySelectorAll(".tag_hide-input").forEach((cell) => keepSource(cell, slug, kept.sources));
    made.querySelectorAll("details").forEach(open);
    const body = made.querySelector("section") ?? made;
    body.append(...made.querySelectorAll(".stamp"), ...endOfChapter(slug, kept));
    made.id = slug;
    // A heading of the first level names the chapter; the front page would repeat the name of the book
    made.querySelector("h1").textContent = page.title;
    return made;
  }

  // What works only on a screen: anchors beside headings, filters, buttons, scripts
  function dropControls(made) {
    const controls = ".headerlink, .filters, .toctree-wrapper, script, link, button, input, select, form, canvas, template, noscript";
    made.querySelectorAll(controls).forEach((control) => control.remove());
    for (const badge of made.querySelectorAll('a > img[src*="colab-badge"]')) {
      (badge.closest("p") ?? badge.parentElement).remove();
    }
    const forScreens = ["tabindex", "aria-live", "data-guess", "data-about", "data-try"];
    for (const name of forScreens) {
      made.querySelectorAll(`[${name}]`).forEach((node) => node.removeAttribute(name));
    }
  }

  // The pages become one document: every id gets the name of its page in front
  function nameIds(made, slug) {
    for (const drawing of made.querySelectorAll("svg[id]")) {
      drawing.replaceWith(...parse(drawing.outerHTML.replaceAll(drawing.id, `${slug}--${drawing.id}`)));
    }
    for (const node of made.querySelectorAll("[id]")) {
      if (!node.closest("svg")) node.id = `${slug}--${node.id}`;
    }
    for (const name of ["aria-labelledby", "aria-describedby", "for"]) {
      for (const node of made.querySelectorAll(`:not(svg, svg *)[${name}]`)) {
        node.setAttribute(name, `${slug}--${node.getAttribute(name)}`);
      }
    }
  }

  // A link to a page of the book becomes a link inside the book; what the book does not hold stays as words
  function resolve(link, page, list) {
    const goal = new URL(link.getAttribute("href"), `book:///${page.page}`);
    if (goal.protocol !== "book:") return;
    const found = list.find((entry) => goal.pathname === `/${entry.page}`);
    if (!found) {
      link.replaceWith(...link.childNodes);
      return;
    }
    link.setAttribute("href", goal.hash ? `#${found.slug}--${goal.hash.slice(1)}` : `#${found.slug}`);
    if (found !== page) link.dataset.to = found.slug;
    link.classList.remove("reference", "external");
  }

  function drawBar(progress) {
    const bar = element("span", "bar", element("span"));
    bar.setAttribute("role", "img");
    bar.setAttribute("aria-label", progress.getAttribute("aria-label"));
    bar.firstChild.style.width = `${(100 * progress.value) / progress.max}%`;
    progress.replaceWith(bar);
  }

  // Keep the marks of the words that print.css colours; the thousands of others would only weigh
  function plainCode(code) {
    for (const mark of code.querySelectorAll("span")) {
      if (!/^(k|s|c|m|nf|nc|nd)/.test(mark.className)) mark.replaceWith(...mark.childNodes);
    }
    code.normalize();
  }

  // Where nothing slides, a slider is its contact sheet, with a line that says what varies from picture to picture
  function captionSlider(box) {
    const { name, labels } = JSON.parse(box.dataset.slider);
    const sheet = box.querySelector("img.slider-sheet");
    const span = `${labels.length} values of ${name}, from ${labels[0]} to ${labels.at(-1)}`;
    sheet.after(element("p", "slider-key", `${span}, row by row.`));
    box.querySelector(".slider-table summary")?.replaceChildren("What each picture says");
  }

  // A question keeps its options, lettered; which is right, and every why, goes to the chapter's end
  function keepAnswer(box, slug, answers) {
    const number = answers.length + 1;
    const cell = box.closest(".cell") ?? box;
    const answer = element("div", "answer");
    const whys = [...box.querySelectorAll("details")];
    const options = element("ol", "options");
    whys.forEach((why, at) => {
      const option = why.querySelector("summary");
      const words = [...why.childNodes].filter((node) => node !== option);
      if (box.classList.contains("quiz")) {
        options.append(element("li", "", ...option.cloneNode(true).childNodes));
        const line = element("p", why.className, element("b", "", `${"abcde"[at]}) `), ...option.childNodes, ". ");
        line.append(...words.flatMap((node) => [...node.childNodes]));
        answer.append(line);
      } else {
        answer.append(...words);
      }
      why.remove();
    });
    if (options.children.length) box.append(options);
    const code = sourceOf(cell);
    if (code) answer.append(withoutWords(code));
    keep(box, answer, `${slug}--answer-${number}`, `Prediction ${number}`, "Answer", answers);
  }

  // The code of a question repeats its words, which stand beside it: what computes the answer stays
  function withoutWords(input) {
    const code = input.querySelector("pre");
    const parts = code.textContent.match(/^([^]*?quiz\.\w+\()[^]*?(\n +answer=[^]*)$/);
    if (parts) code.textContent = `${parts[1]}…,${parts[2]}`;
    return input;
  }

  function keepSolution(cell, slug, solutions) {
    const number = solutions.length + 1;
    const content = element("div", "solution");
    const folded = cell.querySelector("details");
    folded?.querySelector("summary").remove();
    content.append(...(folded ?? cell).childNodes, ...[...cell.childNodes].filter((node) => node !== folded));
    cell.replaceChildren();
    const heading = cell.closest("section")?.querySelector("h2, h3, h4")?.textContent ?? `Exercise ${number}`;
    keep(cell, content, `${slug}--solution-${number}`, heading, "Solution", solutions);
  }

  // The code behind a picture that the page folds away: set small at the chapter's end
  function keepSource(cell, slug, sources) {
    const code = sourceOf(cell);
    if (!code) return;
    const number = sources.length + 1;
    const output = cell.querySelector(".cell_output") ?? cell;
    keep(output, code, `${slug}--source-${number}`, `Picture ${number}`, "Source", sources);
  }

  function sourceOf(cell) {
    const folded = cell.querySelector("details.hide");
    folded?.remove();
    return folded?.querySelector(".cell_input") ?? null;
  }

  // Leave a link where the content stood, and put a link back beside the content
  function keep(home, content, id, title, word, list) {
    const from = `${id}-asked`;
    const there = element("a", "", word);
    there.href = `#${id}`;
    there.dataset.to = id;
    const sign = element("p", "see", there);
    sign.id = from;
    home.append(sign);
    const back = element("a", "", title);
    back.href = `#${from}`;
    back.dataset.to = from;
    const entry = element("div", "kept", element("p", "kept-title", back), content);
    entry.id = id;
    list.push(entry);
  }

  function endOfChapter(slug, kept) {
    const parts = [
      ["Answers to the predictions", "predictions", kept.predictions],
      ["Solutions of the exercises", "solutions", kept.solutions],
      ["Sources of the pictures", "sources", kept.sources],
    ];
    return parts.filter((part) => part[2].length).map(([title, kind, list]) => {
      const part = element("section", `at-end ${kind}`, element("h2", "", title), ...list);
      part.id = `${slug}--end-${kind}`;
      return part;
    });
  }

  // What the page folds away and paper does not: the summary becomes a small heading
  function open(details) {
    const summary = details.querySelector("summary");
    const words = summary?.textContent.trim() ?? "";
    summary?.remove();
    const opened = element("div", `opened ${details.className}`);
    if (words) opened.append(element("p", "opened-title", words));
    opened.append(...details.childNodes);
    details.replaceWith(opened);
  }

  // The outline of the book: parts above chapters above their sections, so every heading goes one level down
  function deepen(made) {
    for (const level of [5, 4, 3, 2, 1]) {
      for (const heading of made.querySelectorAll(`h${level}`)) {
        const deeper = element(`h${level + 1}`, heading.className, ...heading.childNodes);
        if (heading.id) deeper.id = heading.id;
        heading.replaceWith(deeper);
      }
    }
    return made;
  }

  // A formula is one picture to a screen reader, told by its TeX; its MathML would say everything twice
  function nameFormula(formula) {
    const source = formula.querySelector("annotation").textContent.trim();
    formula.querySelector(".katex-mathml").remove();
    formula.querySelector(".katex-html").removeAttribute("aria-hidden");
    formula.setAttribute("role", "img");
    formula.setAttribute("aria-label", `Formula: ${source}`);
  }

  // Cut a contact sheet into its pictures, each above its value and reading, as large as the page allows
  function spreadSheet(box) {
    const about = JSON.parse(box.dataset.slider);
    const sheet = box.querySelector("img.slider-sheet");
    const rows = Math.ceil(about.labels.length / about.columns);
    const panels = about.labels.map((label, at) => {
      const picture = sheet.cloneNode();
      if (at) picture.alt = "";
      picture.style.width = `${100 * about.columns}%`;
      picture.style.left = `${-100 * (at % about.columns)}%`;
      picture.style.top = `${-100 * Math.floor(at / about.columns)}%`;
      picture.style.height = `${100 * rows}%`;
      const crop = element("div", "crop", picture);
      crop.style.aspectRatio = `${about.width} / ${about.height}`;
      const said = element("p", "panel-label", element("b", "", `${about.name} ${label}`), ` ${about.readings[at]}`);
      return element("div", "panel", crop, said);
    });
    box.removeAttribute("data-slider");
    sheet.replaceWith(element("div", `sheet ${panels.length > 9 ? "four" : "three"}`, ...panels));
    box.querySelector(".slider-table")?.remove();
  }

  // Add a chapter to the printed book, below the heading of its part where it is the first of one
  function bind(made, part) {
    deepen(made);
    made.querySelectorAll(".katex").forEach(nameFormula);
    made.querySelectorAll(".slider").forEach(spreadSheet);
    if (part) {
      const title = element("h1", "part", part);
      title.id = `part-${part.toLowerCase().replaceAll(" ", "-")}`;
      made.prepend(title);
    }
    const title = made.querySelector("h2").textContent;
    made.style.page = made.id;
    const style = element("style", "");
    style.textContent = `@page ${made.id} { @top-left { content: ${JSON.stringify(title)}; } }`;
    document.head.append(style);
    document.body.append(made);
  }

  // Write the table of contents from the headings of the book as it stands
  function contents(home) {
    const line = (heading, id, kind) => {
      const link = element("a", kind, element("span", "name", heading.textContent), element("span", "page-of", "000"));
      link.href = `#${id}`;
      link.dataset.to = id;
      return link;
    };
    for (const made of document.querySelectorAll("section.chapter")) {
      const part = made.querySelector("h1.part");
      if (part) home.append(element("p", "part", part.textContent));
      const sections = [...made.querySelectorAll(":scope section[id] > h3")];
      home.append(element("div", "entry-of",
        line(made.querySelector("h2"), made.id, "chapter-line"),
        element("div", "sections", ...sections.map((heading) => line(heading, heading.parentElement.id, "section-line")))));
    }
    // Links into another chapter name its page as well, as paper cannot be clicked
    for (const link of document.querySelectorAll("section.chapter a[data-to]:not(.row-link)")) {
      const sign = element("span", "page-of", "p.\u00a0000");
      if (link.closest(".see")) link.append(", ", sign);
      else link.after(element("span", "at-page", "\u00a0(", sign, ")"));
    }
  }

  // Write the page numbers, given the page of every link's goal; returns the goals that no page holds
  function number(pages) {
    const lost = [];
    for (const sign of document.querySelectorAll(".page-of")) {
      const link = sign.closest("a") ?? sign.parentElement.previousElementSibling;
      const page = pages[link.getAttribute("href").slice(1)];
      if (page === undefined) lost.push(link.getAttribute("href"));
      const words = sign.closest("nav") ? `${page}` : `p.\u00a0${page}`;
      sign.textContent = page === undefined ? "p.\u00a0000" : words;
    }
    return lost;
  }

  // Make a chapter a page of an e-book: formulas as MathML, links from file to file, pictures in one folder;
  // returns its text, its headings and the addresses of its pictures
  function leaf(made) {
    for (const formula of made.querySelectorAll(".katex")) {
      const math = formula.querySelector("math");
      math.setAttribute("alttext", math.querySelector("annotation").textContent.trim());
      if (formula.closest(".katex-display")) math.setAttribute("display", "block");
      (formula.closest(".katex-display") ?? formula).replaceWith(math);
    }
    for (const drawing of made.querySelectorAll("svg")) {
      // Readers of e-books may know no variables: the light colours stand in the drawing itself
      const plain = drawing.outerHTML.replaceAll(/var\(--[\w-]+,\s*([^)]+)\)/g, "$1");
      drawing.replaceWith(...parse(plain));
    }
    for (const link of made.querySelectorAll('a[href^="#"]')) {
      const goal = link.getAttribute("href").slice(1);
      const file = goal.split("--")[0];
      link.setAttribute("href", goal === file ? `${file}.xhtml` : `${file}.xhtml#${goal}`);
    }
    const pictures = [...made.querySelectorAll("img")].map((picture) => {
      const from = picture.src;
      picture.setAttribute("src", `images/${from.split("/").at(-1)}`);
      return from;
    });
    for (const node of made.querySelectorAll("[lang]")) {
      node.setAttributeNS("http://www.w3.org/XML/1998/namespace", "xml:lang", node.lang);
    }
    for (const name of ["data-slider", "data-to"]) {
      made.querySelectorAll(`[${name}]`).forEach((node) => node.removeAttribute(name));
    }
    const headings = [...made.querySelectorAll("section[id] > h2")].map((heading) => [heading.parentElement.id, heading.textContent]);
    return { text: new XMLSerializer().serializeToString(made), headings, pictures };
  }

  return { chapter, bind, contents, number, leaf };
})();
