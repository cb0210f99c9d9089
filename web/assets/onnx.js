// Reads a model file in the ONNX format and runs it. A model is a list of numbers and of operators:
// `load` finds both in the bytes, `OPERATORS` has the arithmetic, `run` applies one operator after the other.
"use strict";

const onnx = (() => {
  class ModelError extends Error {}

  function refuse(sentence) {
    throw new ModelError(sentence);
  }

  // ---- The fingerprint: SHA-256 (FIPS 180-4). The browser's own is missing on pages without https

  const wholePowers = (root) => {
    const primes = [];
    for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n);
    return primes.map((p) => Math.floor((p ** (1 / root) % 1) * 2 ** 32));
  };

  /** Return the SHA-256 of a Uint8Array as 64 hexadecimal digits. */
  function sha256(bytes) {
    const k = wholePowers(3), state = Uint32Array.from(wholePowers(2).slice(0, 8));
    const padded = new Uint8Array((((bytes.length + 8) >> 6) + 1) << 6);
    padded.set(bytes);
    padded[bytes.length] = 0x80;
    const view = new DataView(padded.buffer);
    view.setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n);
    const w = new Uint32Array(64);
    const turn = (x, n) => (x >>> n) | (x << (32 - n));
    for (let start = 0; start < padded.length; start += 64) {
      for (let i = 0; i < 64; i++) {
        if (i < 16) w[i] = view.getUint32(start + 4 * i);
        else {
          const x = w[i - 15], y = w[i - 2];
          w[i] = w[i - 16] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + w[i - 7] + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
        }
      }
      let [a, b, c, d, e, f, g, h] = state;
      for (let i = 0; i < 64; i++) {
        const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + k[i] + w[i]) | 0;
        const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
      }
      [a, b, c, d, e, f, g, h].forEach((value, i) => { state[i] += value; });
    }
    return Array.from(state, (word) => word.toString(16).padStart(8, "0")).join("");
  }

  // ---- The file: protobuf, a row of fields, each a number that names it and a value

  /** Return {field number: [value, …]} of a message; a value is a number, or the bytes of what lies inside. */
  function fields(bytes) {
    const found = {};
    let at = 0;
    function varint() {
      let value = 0n;
      for (let shift = 0n; shift < 64n; shift += 7n) {
        if (at >= bytes.length) refuse("the model file ends in the middle of a number: it is cut off or damaged");
        const byte = bytes[at++];
        value |= BigInt(byte & 127) << shift;
        if (byte < 128) return Number(BigInt.asIntN(64, value));
      }
      return refuse("the model file holds a number that does not end: it is damaged");
    }
    function take(length) {
      if (length < 0 || at + length > bytes.length) refuse("the model file ends in the middle of a field: it is cut off or damaged");
      at += length;
      return bytes.subarray(at - length, at);
    }
    while (at < bytes.length) {
      const key = varint(), number = Math.floor(key / 8), kind = key & 7;
      const read = { 0: varint, 1: () => take(8), 2: () => take(varint()), 5: () => take(4) }[kind];
      if (!read || number < 1) refuse(`the model file holds a field of kind ${kind}, which protobuf does not have: it is damaged`);
      (found[number] ??= []).push(read());
    }
    return found;
  }

  const text = (bytes) => new TextDecoder().decode(bytes ?? new Uint8Array());
  const float = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true);

  /** Return whole numbers that stand one a field, or packed into one field. */
  function whole(values = []) {
    return values.flatMap((value) => {
      if (typeof value === "number") return [value];
      // Packed numbers are fields without their keys: give each one, and read them as such
      const keyed = [];
      let fresh = true;
      for (const byte of value) {
        if (fresh) keyed.push(8);
        keyed.push(byte);
        fresh = byte < 128;
      }
      return fields(Uint8Array.from(keyed))[1] ?? [];
    });
  }

  const size = (shape) => shape.reduce((product, n) => product * n, 1);

  // Type of a tensor in the file: [its name, bytes a number, how one is read]
  const TYPES = {
    1: ["float32", 4, (view, at) => view.getFloat32(at, true)],
    7: ["int64", 8, (view, at) => Number(view.getBigInt64(at, true))],
  };

  /** Return a tensor {shape, data} from its message. */
  function tensor(bytes) {
    const message = fields(bytes), name = text(message[8]?.[0]), type = message[2]?.[0];
    if (!TYPES[type]) refuse(`the model file holds numbers of type ${type} (${name}); this reader knows float32 (1) and int64 (7)`);
    const [, width, get] = TYPES[type], shape = whole(message[1]), raw = message[9]?.[0];
    if (!raw || raw.length !== width * size(shape)) {
      refuse(`the model file should hold ${width * size(shape)} bytes of ${name} and holds ${raw?.length ?? 0}: it is damaged`);
    }
    const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
    const data = Array.from({ length: size(shape) }, (_, i) => get(view, i * width));
    return { name, shape, data: type === 1 ? Float32Array.from(data) : data };
  }

  /** Return an attribute as [name, value]: a number, a string or a list of whole numbers. */
  function attribute(bytes) {
    const message = fields(bytes), name = text(message[1]?.[0]);
    const value = {
      1: () => float(message[2][0]),
      2: () => message[3][0],
      3: () => text(message[4][0]),
      7: () => whole(message[8]),
    }[message[20]?.[0]];
    if (!value) refuse(`the model file holds the setting ${name} in a form that this reader does not know`);
    return [name, value()];
  }

  /** Return a step {operator, inputs, outputs, settings} from its message. */
  function node(bytes) {
    const message = fields(bytes), operator = text(message[4]?.[0]);
    if (!Object.hasOwn(OPERATORS, operator)) {
      refuse(`the model file asks for the operator ${operator || "without a name"}; this reader knows ${Object.keys(OPERATORS).join(", ")}`);
    }
    return {
      operator,
      inputs: (message[1] ?? []).map(text),
      outputs: (message[2] ?? []).map(text),
      settings: Object.fromEntries((message[5] ?? []).map(attribute)),
    };
  }

  /** Return the model {numbers, steps, input, output} in the bytes of an .onnx file.
   *
   * `expected` is its SHA-256: a file with another one is refused before its first byte is understood. */
  function load(bytes, expected) {
    if (expected && sha256(bytes) !== expected) {
      refuse("this is not the model you meant: its SHA-256 differs, so the file is damaged or another one");
    }
    try {
      return understand(bytes);
    } catch (problem) {
      if (problem instanceof ModelError) throw problem;
      return refuse(`the model file is damaged: ${problem.message}`);
    }
  }

  function understand(bytes) {
    const graph = fields(bytes)[7]?.[0];
    if (!graph) refuse("this is no ONNX file: it has no graph in it");
    const message = fields(graph), numbers = {};
    for (const { name, ...rest } of (message[5] ?? []).map(tensor)) numbers[name] = rest;
    const name = (values) => text(fields(values?.[0] ?? new Uint8Array())[1]?.[0]);
    return { numbers, steps: (message[1] ?? []).map(node), input: name(message[11]), output: name(message[12]) };
  }

  // ---- The arithmetic: each operator takes tensors and settings and returns a tensor

  /** Refuse a setting whose value this reader does not compute. */
  function only(operator, settings, known) {
    for (const [name, value] of Object.entries(known)) {
      const found = settings[name];
      if (found !== undefined && String(found) !== String(value)) {
        refuse(`${operator} asks for ${name} = ${found}; this reader computes only ${value}`);
      }
    }
  }

  /** Apply `compute` to each number of `a` and the one number in `b`. */
  function each(operator, a, b, compute) {
    if (size(b.shape) !== 1) refuse(`${operator} takes a tensor and one number here, not two tensors`);
    return { shape: a.shape, data: a.data.map((value) => compute(value, b.data[0])) };
  }

  function convolve([x, w], settings) {
    only("Conv", settings, { group: 1, dilations: [1, 1], strides: [1, 1], auto_pad: "NOTSET" });
    const [count, channels, height, width] = x.shape, [filters, , rows, columns] = w.shape;
    const [top, left, bottom, right] = settings.pads ?? [0, 0, 0, 0];
    const high = height + top + bottom - rows + 1, wide = width + left + right - columns + 1;
    const data = new Float32Array(count * filters * high * wide);
    let place = 0;
    for (let n = 0; n < count; n++) for (let f = 0; f < filters; f++)
      for (let y = 0; y < high; y++) for (let x0 = 0; x0 < wide; x0++) {
        let sum = 0;
        for (let c = 0; c < channels; c++) for (let i = 0; i < rows; i++) {
          const row = y + i - top;
          if (row < 0 || row >= height) continue;
          const from = ((n * channels + c) * height + row) * width, weights = ((f * channels + c) * rows + i) * columns;
          for (let j = 0; j < columns; j++) {
            const column = x0 + j - left;
            if (column >= 0 && column < width) sum += w.data[weights + j] * x.data[from + column];
          }
        }
        data[place++] = sum;
      }
    return { shape: [count, filters, high, wide], data };
  }

  function largestOfEach([x], settings) {
    only("MaxPool", settings, { dilations: [1, 1], pads: [0, 0, 0, 0], ceil_mode: 0, auto_pad: "NOTSET" });
    const [count, channels, height, width] = x.shape, [rows, columns] = settings.kernel_shape;
    const [down, across] = settings.strides ?? [1, 1];
    const high = Math.floor((height - rows) / down) + 1, wide = Math.floor((width - columns) / across) + 1;
    const data = new Float32Array(count * channels * high * wide).fill(-Infinity);
    let place = 0;
    for (let map = 0; map < count * channels; map++)
      for (let y = 0; y < high; y++) for (let x0 = 0; x0 < wide; x0++, place++)
        for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) {
          const value = x.data[(map * height + y * down + i) * width + x0 * across + j];
          if (value > data[place]) data[place] = value;
        }
    return { shape: [count, channels, high, wide], data };
  }

  function rescale([x, scale, shift, mean, variance], settings) {
    only("BatchNormalization", settings, { training_mode: 0 });
    const epsilon = settings.epsilon ?? 1e-5, area = size(x.shape.slice(2)), channels = x.shape[1];
    const data = x.data.map((value, i) => {
      const c = Math.floor(i / area) % channels;
      return ((value - mean.data[c]) / Math.sqrt(variance.data[c] + epsilon)) * scale.data[c] + shift.data[c];
    });
    return { shape: x.shape, data };
  }

  function reshape([x, wanted]) {
    const shape = Array.from(wanted.data, (n, i) => (n === 0 ? x.shape[i] : n));
    const open = shape.indexOf(-1);
    if (open >= 0) shape[open] = -size(x.shape) / size(shape);
    if (size(shape) !== size(x.shape)) refuse(`Reshape cannot make ${shape.join("×")} of ${x.shape.join("×")}`);
    return { shape, data: x.data };
  }

  function linear([x, w, b], settings) {
    only("Gemm", settings, { alpha: 1, beta: 1, transA: 0, transB: 1 });
    const [count, inputs] = x.shape, outputs = w.shape[0];
    const data = new Float32Array(count * outputs);
    for (let n = 0; n < count; n++) for (let o = 0; o < outputs; o++) {
      let sum = b.data[o];
      for (let i = 0; i < inputs; i++) sum += x.data[n * inputs + i] * w.data[o * inputs + i];
      data[n * outputs + o] = sum;
    }
    return { shape: [count, outputs], data };
  }

  function softmax([x], settings) {
    only("Softmax", settings, { axis: x.shape.length - 1 });
    const last = x.shape.at(-1), data = new Float32Array(x.data.length);
    for (let start = 0; start < data.length; start += last) {
      const row = x.data.subarray(start, start + last), largest = Math.max(...row);
      const powers = Array.from(row, (value) => Math.exp(value - largest));
      const sum = powers.reduce((a, b) => a + b);
      data.set(powers.map((power) => power / sum), start);
    }
    return { shape: x.shape, data };
  }

  const OPERATORS = {
    Cast([x], settings) {
      only("Cast", settings, { to: 1 });
      return { shape: x.shape, data: Float32Array.from(x.data) };
    },
    Div: ([a, b]) => each("Div", a, b, (x, y) => x / y),
    Sub: ([a, b]) => each("Sub", a, b, (x, y) => x - y),
    Unsqueeze([x, axes]) {
      const shape = [...x.shape];
      for (const axis of axes.data) shape.splice(axis, 0, 1);
      return { shape, data: x.data };
    },
    Conv: convolve,
    MaxPool: largestOfEach,
    BatchNormalization: rescale,
    Relu: ([x]) => ({ shape: x.shape, data: x.data.map((value) => Math.max(0, value)) }),
    Reshape: reshape,
    Gemm: linear,
    Softmax: softmax,
  };

  /** Return every tensor on the way from the input to the output, by its name in the file. */
  function run(model, input) {
    const tensors = { ...model.numbers, [model.input]: input };
    for (const { operator, inputs, outputs, settings } of model.steps) {
      const given = inputs.map((name) => tensors[name] ?? refuse(`${operator} needs ${name}, which nothing before it makes`));
      tensors[outputs[0]] = OPERATORS[operator](given, settings);
    }
    return tensors;
  }

  return { ModelError, sha256, load, run };
})();
