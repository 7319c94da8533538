// Stacks in some order, without an object or a copy of any: a caller may walk ten millions of them.

/** Where in the engine's memory the indices of the stacks lie, in order; and the weights, if each place has its own. */
interface Order {
  orders: number;
  count: number;
  weights: number | undefined;
}

/** A view: read it before the table changes. */
export class FlatStacks {
  readonly words: Uint32Array;
  readonly count: number;
  readonly #floats: Float64Array;
  readonly #order: Order;
  readonly #columns: readonly [at: number, size: number, weight: number, hits: number];

  /** `columns`: where those of places, sizes, weights and hits begin. */
  constructor(
    words: Uint32Array,
    floats: Float64Array,
    order: Order,
    columns: readonly [at: number, size: number, weight: number, hits: number],
  ) {
    this.words = words;
    this.count = order.count;
    this.#floats = floats;
    this.#order = order;
    this.#columns = columns;
  }

  #stack(place: number): number {
    return this.words[this.#order.orders + place] as number;
  }

  /** Where in `words` the ids of the stack at this place begin, root first. */
  from(place: number): number {
    return (this.words[this.#columns[0] + this.#stack(place)] as number) >>> 2;
  }

  /** How many they are. */
  size(place: number): number {
    return this.words[this.#columns[1] + this.#stack(place)] as number;
  }

  weight(place: number): number {
    const { weights } = this.#order;
    return this.#floats[weights === undefined ? this.#columns[2] + this.#stack(place) : weights + place] as number;
  }

  hits(place: number): number {
    return this.#order.weights === undefined ? (this.#floats[this.#columns[3] + this.#stack(place)] as number) : 1;
  }
}
