// Prepares a picture as the deployment chapter does (cells area, centre, preprocess), to the byte: ink on paper
// of any size becomes white on black, in a box of 20×20, its centre of mass at index 14 of 28×28.
"use strict";

const digitImage = (() => {
  const SIDE = 28, BOX = 20, MIDDLE = 14, FAINT = 25;

  /** Round to the nearest whole number; a half goes up, even if a sum ends a hair below it. */
  const nearest = (x) => Math.floor(x + 0.5 + 1e-9);

  /** Return m rows of [first pixel, its weights…]: what each of m output pixels takes from n input pixels. */
  function shares(n, m) {
    return Array.from({ length: m }, (_, o) => {
      const weights = [];
      const first = Math.max(0, Math.floor((o * n) / m) - 1), last = Math.min(n - 1, Math.ceil(((o + 1) * n) / m));
      for (let i = first; i <= last; i++) {
        const start = Math.max(o / m, i / n), end = Math.min((o + 1) / m, (i + 1) / n);
        weights.push(m * Math.max(0, end - start));
      }
      return { first, weights };
    });
  }

  /** Return the average index of a list, weighted by its values. */
  function centre(ink) {
    let sum = 0, weighted = 0;
    ink.forEach((value, i) => { sum += value; weighted += i * value; });
    return weighted / sum;
  }

  function median(values) {
    const sorted = [...values].sort((a, b) => a - b), half = sorted.length >> 1;
    return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  /** Return the picture prepared, Uint8Array of 28 × 28, or null when there is no ink in it.
   *
   * `grey` holds height × width numbers from 0 to 255. */
  function preprocess(grey, height, width) {
    const at = (y, x) => grey[y * width + x];
    const edge = [];
    for (let x = 0; x < width; x++) edge.push(at(0, x), at(height - 1, x));
    for (let y = 0; y < height; y++) edge.push(at(y, 0), at(y, width - 1));
    const paper = median(edge);
    const ink = (y, x) => Math.abs(at(y, x) - paper);

    let top = height, bottom = -1, left = width, right = -1;
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++)
      if (ink(y, x) > FAINT) {
        if (y < top) top = y;
        bottom = y;
        if (x < left) left = x;
        if (x > right) right = x;
      }
    if (bottom < 0) return null;

    const inkHeight = bottom - top + 1, inkWidth = right - left + 1, longest = Math.max(inkHeight, inkWidth);
    const high = Math.max(1, nearest((inkHeight * BOX) / longest)), wide = Math.max(1, nearest((inkWidth * BOX) / longest));
    const rows = shares(inkHeight, high), columns = shares(inkWidth, wide);
    const lower = rows.map(({ first, weights }) => Array.from({ length: inkWidth }, (_, x) =>
      weights.reduce((sum, weight, i) => sum + weight * ink(top + first + i, left + x), 0)));
    const small = lower.map((row) => columns.map(({ first, weights }) =>
      weights.reduce((sum, weight, i) => sum + weight * row[first + i], 0)));

    const inside = (start, room) => Math.min(Math.max(start, 0), room);
    const down = inside(nearest(MIDDLE - centre(small.map((row) => row.reduce((a, b) => a + b)))), SIDE - high);
    const across = inside(
      nearest(MIDDLE - centre(small[0].map((_, x) => small.reduce((sum, row) => sum + row[x], 0)))), SIDE - wide);
    const picture = new Uint8Array(SIDE * SIDE);
    small.forEach((row, y) => row.forEach((value, x) => {
      picture[(down + y) * SIDE + across + x] = nearest(value);
    }));
    return picture;
  }

  return { SIDE, preprocess };
})();
