// The coding of stacks in the picture, shared by its writer (pack.ts) and its reader (viewer/tree.ts).
//
// A stack is written as what differs from the one before it: how many frames fall away, how many are new, the new ones,
// its count (in a comparison also the count before). The first new frame is a name. Then, until all are there: how many
// frames follow as predicted, and, if any is left, the next one's name. Predicted is the frame that last followed
// the same two frames. A name is its number from 1 up, or 0 for the next one not used so far.

/** All ASCII that can stand in JSON inside XML as it is. */
const ALPHABET = "!#$%'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~";
/** Digits that end a number: 0 … 43; the 45 others say that more follows. Least digit first. */
const FINAL = 44;
const MORE = 45;

const CODES = Uint8Array.from(ALPHABET, (char) => char.charCodeAt(0));

/** Writes a whole number, at most 2^53, at this place (10 bytes at most). Gives the place behind it. */
export function writeNumber(bytes: Uint8Array, at: number, value: number): number {
  let rest = value;
  let to = at;
  while (rest >= FINAL) {
    rest -= FINAL;
    const next = Math.floor(rest / MORE);
    bytes[to++] = CODES[FINAL + rest - next * MORE] as number;
    rest = next;
  }
  bytes[to++] = CODES[rest] as number;
  return to;
}

/** Reads such numbers one after the other. */
export class NumberReader {
  readonly #text: string;
  readonly #digits = new Uint8Array(128);
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    for (let i = 0; i < CODES.length; i++) this.#digits[CODES[i] as number] = i;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  next(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const digit = this.#digits[this.#text.charCodeAt(this.#at++)] as number;
      if (digit < FINAL) return value + digit * scale;
      value += digit * scale;
      scale *= MORE;
    }
  }
}

const CONTEXTS = 1 << 16;

/** Remembers which frame last followed two others. */
export class Predictor {
  readonly #followers = new Uint32Array(CONTEXTS);

  /** The predicted frame after `parent` and its caller; and remembers which one it really is. */
  swap(parent: number, caller: number, frame: number): number {
    const at = (Math.imul(caller, 0x9e3779b1) + Math.imul(parent, 0x85ebca6b)) >>> 16;
    const predicted = this.#followers[at] as number;
    this.#followers[at] = frame;
    return predicted;
  }

  predict(parent: number, caller: number): number {
    return this.#followers[(Math.imul(caller, 0x9e3779b1) + Math.imul(parent, 0x85ebca6b)) >>> 16] as number;
  }
}
