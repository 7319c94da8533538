// The stacks of a picture in a compact form: columns of whole numbers that deflate well. unpack.ts reads it.

const FIRST_ROOM = 1 << 14;
const LONGEST_NUMBER = 5;

/** Bytes that grow. */
class Column {
  #bytes = new Uint8Array(FIRST_ROOM);
  size = 0;

  /** Seven bits a byte, least first; the top bit says that more follow. */
  number(value: number): void {
    this.#makeRoom(LONGEST_NUMBER);
    this.size = written(this.#bytes, this.size, value);
  }

  /** The numbers `of` has for `keys` from `from` to `to`; where it has none, 0, and `isNew` gives the number from then on. */
  numbers(keys: Uint32Array, from: number, to: number, of: Uint32Array, isNew: (key: number) => number): void {
    this.#makeRoom((to - from) * LONGEST_NUMBER);
    const bytes = this.#bytes;
    let at = this.size;
    for (let i = from; i < to; i++) {
      const key = keys[i] as number;
      const value = of[key] as number;
      at = written(bytes, at, value);
      if (value === 0) of[key] = isNew(key);
    }
    this.size = at;
  }

  /** A line of latin1. */
  line(text: string): void {
    this.#makeRoom(text.length + 1);
    for (let i = 0; i < text.length; i++) this.#bytes[this.size++] = text.charCodeAt(i);
    this.#bytes[this.size++] = 10;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.size);
  }

  #makeRoom(size: number): void {
    if (this.size + size <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.size + size));
    grown.set(this.bytes);
    this.#bytes = grown;
  }
}

/** Writes a number at `at`, and gives where the next one goes. */
function written(bytes: Uint8Array, at: number, value: number): number {
  let to = at;
  let rest = value;
  while (rest > 0x7f) {
    bytes[to++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[to++] = rest;
  return to;
}

/**
 * Takes stacks, root first, such that neighbours share frames. A stack is written as how many frames of the one before
 * fall away, how many are new, and these: a name is its number from 1 in order of first use, or 0 for the next one.
 * Counts are decimal text, so that fractions stay what they are.
 */
export class Packer {
  readonly #numbers: Uint32Array;
  readonly #falls = new Column();
  readonly #fresh = new Column();
  readonly #frames = new Column();
  readonly #counts = new Column();
  readonly #befores: Column | undefined;
  #depth = 0;
  /** how many nodes the stacks have as a tree, without its root */
  nodeCount = 0;
  /** the table's name ids by number, the first one's number is 1 */
  readonly names: number[] = [];

  /** `nameCount`: the table's; `isPair`: each stack has a count before as well. */
  constructor(nameCount: number, isPair: boolean) {
    this.#numbers = new Uint32Array(nameCount + 1);
    this.#befores = isPair ? new Column() : undefined;
  }

  /** The next stack: `words` from `from` to `to`, of which the first `common` are those of the stack before. */
  add(words: Uint32Array, from: number, to: number, common: number, count: number, before: number): void {
    this.#falls.number(this.#depth - common);
    this.#fresh.number(to - from - common);
    this.#frames.numbers(words, from + common, to, this.#numbers, (id) => this.names.push(id));
    this.#counts.line(decimal(count));
    this.#befores?.line(decimal(before));
    this.nodeCount += to - from - common;
    this.#depth = to - from;
  }

  /** All of it; `nameOf` gives a name's bytes as latin1; `extra`: ASCII for whoever reads it, behind the rest. */
  bytes(nameOf: (id: number) => string, extra = ''): Uint8Array {
    const names = new Column();
    for (const id of this.names) names.line(nameOf(id));
    const last = new Column();
    last.line(extra);
    const befores = this.#befores ?? new Column();
    const columns = [names, this.#falls, this.#fresh, this.#frames, this.#counts, befores, last];
    const sizes = new Column();
    for (const { size } of columns) sizes.number(size);
    const all = new Uint8Array([sizes, ...columns].reduce((sum, { size }) => sum + size, 0));
    let at = 0;
    for (const { bytes } of [sizes, ...columns]) {
      all.set(bytes, at);
      at += bytes.length;
    }
    return all;
  }
}

/** As folded text has it: no exponent. */
function decimal(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(20).replace(/\.?0+$/, '') : text;
}
