// The picture's data: all stacks in a compact text, of which the viewer draws what the static picture leaves out.

import { Predictor, writeNumber } from './coding.ts';

const NUMBER_ROOM = 12;

export class Packer {
  readonly #grain: number;
  readonly #withBefore: boolean;
  readonly #predictor = new Predictor();
  readonly #numbers: Uint32Array;
  #bytes = Buffer.allocUnsafeSlow(1 << 16);
  #size = 0;
  #depth = 0;
  /** the table's name ids, in the order of their numbers from 1 */
  readonly names: number[] = [];

  /** `nameCount`: the table's; `grain`: of grainOf; `withBefore`: a comparison. */
  constructor(nameCount: number, grain: number, withBefore: boolean) {
    this.#numbers = new Uint32Array(nameCount + 1);
    this.#grain = grain;
    this.#withBefore = withBefore;
  }

  /** The next stack; as Layout.add. */
  add(ids: Uint32Array, common: number, weight: number, before: number): void {
    const fresh = ids.length - common;
    this.#makeRoom((2 * fresh + 4) * NUMBER_ROOM);
    this.#write(this.#depth - common);
    this.#write(fresh);
    if (fresh > 0) this.#frames(ids, common);
    this.#write(Math.round(weight / this.#grain));
    if (this.#withBefore) this.#write(Math.round(before / this.#grain));
    this.#depth = ids.length;
  }

  #frames(ids: Uint32Array, common: number): void {
    const numbers = this.#numbers;
    let parent = common > 0 ? (numbers[ids[common - 1] as number] as number) : 0;
    let caller = common > 1 ? (numbers[ids[common - 2] as number] as number) : 0;
    let run = -1;
    for (let i = common; i < ids.length; i++) {
      const id = ids[i] as number;
      const known = numbers[id] as number;
      const number = known || this.names.push(id);
      const predicted = this.#predictor.swap(parent, caller, number);
      if (run >= 0 && predicted === number) run++;
      else {
        if (run >= 0) this.#write(run);
        this.#write(known);
        numbers[id] = number;
        run = 0;
      }
      caller = parent;
      parent = number;
    }
    if (run > 0) this.#write(run);
  }

  #write(value: number): void {
    this.#size = writeNumber(this.#bytes, this.#size, value);
  }

  #makeRoom(size: number): void {
    if (this.#size + size <= this.#bytes.length) return;
    const bytes = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#size + size));
    bytes.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = bytes;
  }

  /** The packed text: ASCII that needs no escaping in JSON or XML. */
  get text(): Buffer {
    return this.#bytes.subarray(0, this.#size);
  }
}
