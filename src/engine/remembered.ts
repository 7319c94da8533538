// What somebody found out before, as long as memory allows: a map that begins anew when it is full.

export class Remembered<Key, Value> {
  readonly #most: number;
  #values = new Map<Key, Value>();
  #size = 0;

  /** `most`: the sum of sizes that it holds. */
  constructor(most: number) {
    this.#most = most;
  }

  get(key: Key): Value | undefined {
    return this.#values.get(key);
  }

  has(key: Key): boolean {
    return this.#values.has(key);
  }

  /** Adds a key that it does not have. It may forget all others before. */
  set(key: Key, value: Value, size = 1): void {
    this.#size += size;
    if (this.#size > this.#most) {
      this.forget();
      this.#size = size;
    }
    this.#values.set(key, value);
  }

  /**
   * A new map, because clear() leaves V8 the old table with a link to the new one: what is dead keeps alive what comes after it,
   * until the whole heap is looked through.
   */
  forget(): void {
    this.#values = new Map();
    this.#size = 0;
  }
}
