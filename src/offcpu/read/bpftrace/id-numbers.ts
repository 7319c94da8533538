// Numbers by id. A plain array with gaps would become a dictionary in V8, which is ten times slower.

export class IdNumbers {
  #values = new Uint32Array(1 << 10);

  /** 0 where none was set. */
  get(id: number): number {
    return this.#values[id] ?? 0;
  }

  set(id: number, value: number): void {
    if (id >= this.#values.length) {
      const values = new Uint32Array(2 ** Math.ceil(Math.log2(id + 1)));
      values.set(this.#values);
      this.#values = values;
    }
    this.#values[id] = value;
  }
}
