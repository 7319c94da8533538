// Stacks as columns, in some order. They cost no object each, so a caller may walk hundreds of thousands of them.

/** One place a stack: where in `words` its ids begin and end, root first, its weight, its hits. `words` is a view. */
export interface FlatStacks {
  words: Uint32Array;
  from: Uint32Array;
  to: Uint32Array;
  weights: Float64Array;
  hits: Float64Array;
}

/** Where in the engine's memory the indices of the stacks lie, in order; and the weights, if each place has its own. */
interface Order {
  orders: number;
  count: number;
  weights: number | undefined;
}

/** `columns`: where those of places, sizes, weights and hits begin. */
export function flatStacks(
  words: Uint32Array,
  floats: Float64Array,
  { orders, count, weights }: Order,
  [ats, sizes, weightColumn, hitsColumn]: readonly [number, number, number, number],
): FlatStacks {
  const flat: FlatStacks = {
    words,
    from: new Uint32Array(count),
    to: new Uint32Array(count),
    weights: new Float64Array(count),
    hits: new Float64Array(count),
  };
  for (let i = 0; i < count; i++) {
    const stack = words[orders + i] as number;
    const from = (words[ats + stack] as number) >>> 2;
    flat.from[i] = from;
    flat.to[i] = from + (words[sizes + stack] as number);
    flat.weights[i] = floats[weights === undefined ? weightColumn + stack : weights + i] as number;
    flat.hits[i] = weights === undefined ? (floats[hitsColumn + stack] as number) : 1;
  }
  return flat;
}
