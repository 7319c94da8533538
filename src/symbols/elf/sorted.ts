// Numbers in ascending order: where a value belongs among them, and which index comes where.

/** How many of the sorted numbers are at most `value`. */
export function countUpTo(sorted: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

const MOST_EXACT = 2 ** 53;

/**
 * The indices of the values, which are integers from 0 on: smallest value first, equal ones in their order. A sort that
 * compares takes thrice as long.
 */
export function orderOf(values: Float64Array): Uint32Array {
  // value and index as one number, where both fit
  const step = 2 ** Math.ceil(Math.log2(values.length + 1));
  const both = new Float64Array(values.length);
  let fits = true;
  for (let i = 0; i < values.length; i++) {
    both[i] = (values[i] as number) * step + i;
    if (!((both[i] as number) < MOST_EXACT)) fits = false;
  }
  if (!fits) return orderByPlace(values);
  both.sort();
  const order = new Uint32Array(values.length);
  for (let i = 0; i < values.length; i++) order[i] = (both[i] as number) % step;
  return order;
}

function orderByPlace(values: Float64Array): Uint32Array {
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

/** The indices of the values, ascending, in each of `count` groups; `groupOf` has the group of each value. */
export function indicesByGroup(values: ArrayLike<number>, groupOf: readonly number[], count: number): Uint32Array[] {
  const sizes = new Uint32Array(count);
  const eachOf = (tell: (index: number, group: number) => void): void => {
    for (let i = 0; i < values.length; i++) tell(i, groupOf[values[i] as number] as number);
  };
  eachOf((_, group) => {
    sizes[group] = (sizes[group] as number) + 1;
  });
  const groups = Array.from(sizes, (size) => new Uint32Array(size));
  sizes.fill(0);
  eachOf((index, group) => {
    const at = sizes[group] as number;
    (groups[group] as Uint32Array)[at] = index;
    sizes[group] = at + 1;
  });
  return groups;
}
