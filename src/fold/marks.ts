// Marks behind a frame's name, as the field's tools write them: `_[k]` kernel, `_[i]` inlined, `_[j]` JIT, `_[w]` waker.

const MARK = /_\[[kijw]\]$/;

/** The name without its mark. */
export function unmarked(name: string): string {
  return name.endsWith(']') ? name.replace(MARK, '') : name;
}
