// Numbers in ascending order: where a value belongs among them, and which index comes where.

/** How many of the sorted numbers are at most `value`. The caller knows that those before `from` are. */
export function countUpTo(sorted: ArrayLike<number>, value: number, from = 0, to = sorted.length): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The indices of the values, smallest value first, equal ones in their order. A sort that compares takes thrice as
 * long.
 */
export function orderOf(values: Float64Array): Uint32Array {
  const sorted = values.slice().sort();
  const taken = new Uint32Array(values.length);
  const order = new Uint32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const first = countBelow(sorted, values[i] as number);
    order[first + (taken[first] as number)] = i;
    taken[first] = (taken[first] as number) + 1;
  }
  return order;
}

function countBelow(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
