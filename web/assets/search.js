// The search page: finds words in the book's index and shows each place with its surroundings, from http and file alike.
"use strict";

const AT_ONCE = 20;
const AROUND = 110; // characters of text before and after the first word found
const HAN = /\p{Script=Han}+/gu;
const EMPTY = new Set("a an and are as at be by do does for from how i if in is it my of on or that the this to was what when where which why with you".split(" "));

// A word as it is looked for: Chinese anywhere, other words at the start of a word, less a plural's or verb's ending
function makeTerm(word) {
  if (word.match(HAN)) return { word, start: new RegExp(word, "giu"), whole: new RegExp(word, "iu") };
  const stem = word.length > 4 ? word.replace(/(?<=\p{L}{3})(ies|ing|ed|es|(?<!s)s)$/u, "") : word;
  const before = "(?<![\\p{L}\\p{N}])";
  const safe = (text) => text.replace(/\./g, "\\.");
  return {
    word,
    start: new RegExp(before + safe(stem) + "[\\p{L}\\p{N}]*", "giu"),
    whole: new RegExp(before + safe(word) + "(?![\\p{L}\\p{N}])", "iu"),
  };
}

function makeTerms(query) {
  const words = query.normalize("NFKC").toLowerCase()
    .replace(HAN, " $& ")
    .match(/[\p{L}\p{N}]+(?:[-.][\p{L}\p{N}]+)*/gu) || [];
  const telling = words.filter((word) => !EMPTY.has(word));
  return [...new Set(telling.length ? telling : words)].map(makeTerm);
}

const has = (pattern, text) => text.search(pattern) >= 0;

// How well one piece of a page answers: which words it has, and where they stand
function judge(piece, terms, phrase, page) {
  const { heading, text, maths } = piece;
  let score = 0;
  let found = 0;
  let own = 0;
  for (const { start, whole } of terms) {
    const times = (text.match(start) || []).length;
    const points =
      (has(whole, heading) ? 30 : has(start, heading) ? 18 : 0) +
      (times && 2 + Math.min(times, 5) + (has(whole, text) ? 3 : 0)) +
      (has(start, maths) ? 4 : 0);
    own += points > 0;
    found += points > 0 || has(start, page);
    score += points;
  }
  if (!own) return null;
  const title = heading.toLowerCase();
  if (title.split(/ [·/] /).includes(phrase)) score += 70; // a glossary's heading has all names of a term
  else if (title.includes(phrase)) score += 35;
  const plain = text.toLowerCase();
  if (plain.includes(phrase)) score += 12;
  if (plain.includes(`(${phrase})`)) score += 25; // a formula's name, or a Chinese term where it is introduced
  return { piece, found, score };
}

function find(index, query) {
  const terms = makeTerms(query);
  const phrase = query.trim().toLowerCase();
  const all = [];
  for (const piece of index) {
    const judged = judge(piece, terms, phrase, piece.title);
    if (judged) {
      // The chapters explain; exercises try what they explained, and the lists at the back point to them
      if (!piece.url.startsWith("chapters/") || piece.heading.startsWith("Exercise ")) judged.score *= 0.7;
      all.push(judged);
    }
  }
  const most = Math.max(0, ...all.map((one) => one.found));
  const best = all.filter((one) => one.found === most).sort((a, b) => b.score - a.score);
  return { terms, best: best.map((one) => one.piece), whole: most === terms.length };
}

// The text around the first place that is found, cut between words
function excerpt(text, terms) {
  const places = terms.map(({ start }) => text.search(start)).filter((place) => place >= 0);
  const middle = places.length ? Math.min(...places) : 0;
  let from = Math.max(0, middle - AROUND);
  let to = Math.min(text.length, middle + 2 * AROUND);
  if (from > 0) from = Math.max(from, text.lastIndexOf(" ", Math.min(from + 20, middle)) + 1);
  if (to < text.length) to = Math.max(text.lastIndexOf(" ", to), middle + AROUND);
  return (from > 0 ? "… " : "") + text.slice(from, to).trim() + (to < text.length ? " …" : "");
}

function addText(parent, text) { // Chinese is marked as Chinese
  let done = 0;
  for (const match of text.matchAll(HAN)) {
    parent.append(text.slice(done, match.index));
    const chinese = document.createElement("span");
    chinese.lang = "zh";
    chinese.textContent = match[0];
    parent.append(chinese);
    done = match.index + match[0].length;
  }
  parent.append(text.slice(done));
}

function addMarked(parent, text, terms) {
  const ranges = terms.flatMap(({ start }) => [...text.matchAll(start)].map((m) => [m.index, m.index + m[0].length]));
  let done = 0;
  for (const [from, to] of ranges.sort((a, b) => a[0] - b[0])) {
    if (from < done) continue;
    addText(parent, text.slice(done, from));
    const mark = document.createElement("mark");
    addText(mark, text.slice(from, to));
    parent.append(mark);
    done = to;
  }
  addText(parent, text.slice(done));
}

function makeItem(piece, terms) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = piece.anchor ? `${piece.url}#${piece.anchor}` : piece.url;
  addMarked(link, piece.heading, terms);
  const page = document.createElement("span");
  page.className = "found-page";
  addText(page, piece.title);
  const around = document.createElement("p");
  addMarked(around, excerpt(piece.text, terms), terms);
  item.append(link, ...(piece.title === piece.heading ? [] : [page]), ...(piece.text ? [around] : []));
  return item;
}

// The index comes as a script, since a page from file:// may not fetch; it comes once, when first asked for
let wanted = null;
function loadIndex(address) {
  wanted ||= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", () => {
      const { pages, pieces } = window.bookIndex;
      resolve(pieces.map(([page, anchor, heading, text, maths]) => (
        { url: pages[page][0], title: pages[page][1], anchor, heading, text, maths }
      )));
    });
    script.addEventListener("error", reject);
    document.head.append(script);
  });
  return wanted;
}

function makeSearch(form) {
  const field = form.querySelector("input");
  const count = document.querySelector(".find-count");
  const list = document.getElementById("search-results");
  const more = document.querySelector(".find-more");
  let left = [];
  let terms = [];
  let asked = "";

  function showMore() {
    const first = list.children.length;
    list.append(...left.splice(0, AT_ONCE).map((piece) => makeItem(piece, terms)));
    more.hidden = !left.length;
    more.textContent = `Show ${Math.min(AT_ONCE, left.length)} more of ${left.length}`;
    return list.children[first];
  }

  async function run() {
    const query = field.value.trim();
    asked = query;
    list.replaceChildren();
    more.hidden = true;
    count.textContent = "";
    if (!makeTerms(query).length) return;
    let index;
    try {
      index = await loadIndex(form.dataset.index);
    } catch {
      count.textContent = `The search’s index could not be loaded (${form.dataset.index}). Copy the whole book, or use the glossary.`;
      return;
    }
    if (query !== asked) return; // another word was asked for while the index came
    const answer = find(index, query);
    ({ terms } = answer);
    left = answer.best;
    const places = `${left.length} place${left.length === 1 ? "" : "s"}`;
    if (!left.length) count.textContent = `Nothing is found for “${query}”. Try one word, or another form of it.`;
    else if (!answer.whole) count.textContent = `No place has all the words; ${places} with some of them.`;
    else count.textContent = `${places} for “${query}”.`;
    showMore();
  }

  let pause;
  field.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(run, 250);
  });
  more.addEventListener("click", () => showMore()?.querySelector("a").focus());
  field.value = new URLSearchParams(location.search).get("q") || "";
  if (field.value) run();
  else field.focus();
}

document.querySelectorAll("form.find").forEach(makeSearch);
