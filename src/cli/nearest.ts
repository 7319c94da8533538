// The option that a mistyped one was meant to be.

/** More slips than this make another word of it. */
const MOST_SLIPS = 2;

/** The name that differs least from the one typed, or begins with it; undefined where none is like it. */
export function nearestName(typed: string, names: readonly string[]): string | undefined {
  const most = Math.min(MOST_SLIPS, Math.floor(typed.length / 3));
  const ranked = names
    .map((name) => ({ name, slips: slipsBetween(typed, name) }))
    .filter(({ slips }) => slips <= most)
    .sort((a, b) => a.slips - b.slips);
  return ranked[0]?.name ?? (typed.length > 2 ? names.find((name) => name.startsWith(typed)) : undefined);
}

/** How many letters were left out, added, changed, or swapped with the next one. */
function slipsBetween(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] as number) + 1 : changed;
      next.push(Math.min(changed, swapped, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] as number;
}
