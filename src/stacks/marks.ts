// Marks behind a frame's name, as the field's tools write them: `_[k]` kernel, `_[i]` inlined, `_[j]` JIT, `_[w]` waker.

const MARK = /_\[([kijw])\]$/;

/** What other formats call the place that such code is from. */
const ORIGINS: Record<string, string> = { k: '[kernel.kallsyms]', i: '[inlined]', j: '[jit]', w: '[waker]' };
const MARKS = new Map(Object.entries(ORIGINS).map(([letter, origin]) => [origin, `_[${letter}]`]));

/** The name without its mark. */
export function unmarked(name: string): string {
  return name.endsWith(']') ? name.replace(MARK, '') : name;
}

/** `[kernel.kallsyms]` for `vfs_read_[k]`; undefined where there is no mark. */
export function originOf(name: string): string | undefined {
  return ORIGINS[MARK.exec(name)?.[1] ?? ''];
}

/** `_[k]` for `[kernel.kallsyms]`; else empty. */
export function markOf(origin: string): string {
  return MARKS.get(origin) ?? '';
}
