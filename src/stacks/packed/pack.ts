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
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.size++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.size++] = rest;
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

  /** The next stack, which shares `common` frames with the one before. */
  add(ids: Uint32Array, common: number, count: number, before: number): void {
    this.#falls.number(this.#depth - common);
    this.#fresh.number(ids.length - common);
    for (let i = common; i < ids.length; i++) {
      const id = ids[i] as number;
      const known = this.#numbers[id] as number;
      this.#frames.number(known);
      if (known === 0) this.#numbers[id] = this.names.push(id);
    }
    this.#counts.line(decimal(count));
    this.#befores?.line(decimal(before));
    this.nodeCount += ids.length - common;
    this.#depth = ids.length;
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
