// A span of name ids: one stack, as it lies within a larger array.

/** Name ids, root first, from one place of an array to another. */
export interface IdSpan {
  ids: Uint32Array;
  from: number;
  to: number;
}

export const EMPTY_SPAN: IdSpan = { ids: new Uint32Array(0), from: 0, to: 0 };

export function spanOf(ids: Uint32Array): IdSpan {
  return { ids, from: 0, to: ids.length };
}

/** Copies a span into `ids` at `at`; returns where it ends there. A loop, because spans are short and views cost more. */
export function copySpan({ ids: source, from, to }: IdSpan, ids: Uint32Array, at: number): number {
  let end = at;
  for (let i = from; i < to; i++) ids[end++] = source[i] as number;
  return end;
}

/** The frames around a span when it becomes a folded stack; 0: none. */
export interface Ends {
  root: number;
  leaf: number;
  /** a switch-out always has a kernel stack: where there is none, it was lost */
  needsKernel: boolean;
}
