// The functions with the largest shares of a folded file, by self and by total: `node --import tsx scripts/top.ts FILE`.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Share {
  name: string;
  /** of the sum of all counts, 0 to 1 */
  share: number;
}

/**
 * Self: the function was the leaf. Total: it was in the stack, however often. The root frame is the process, no function.
 * Largest first, then by name.
 */
export function topFunctions(folded: string, most: number): { self: Share[]; total: Share[] } {
  const self = new Map<string, number>();
  const total = new Map<string, number>();
  let sum = 0;
  for (const line of folded.split('\n')) {
    const [, stack, digits] = /^(.*) (\d+)$/.exec(line) ?? [];
    if (stack === undefined) continue;
    const count = Number(digits);
    const functions = stack.split(';').slice(1);
    sum += count;
    for (const name of new Set(functions)) total.set(name, (total.get(name) ?? 0) + count);
    const leaf = functions.at(-1);
    if (leaf !== undefined) self.set(leaf, (self.get(leaf) ?? 0) + count);
  }
  return { self: largest(self, sum, most), total: largest(total, sum, most) };
}

function largest(counts: Map<string, number>, sum: number, most: number): Share[] {
  return [...counts]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([name, count]) => ({ name, share: count / sum }));
}

const NAME_COLUMNS = 90;

function table(title: string, shares: Share[]): string {
  const rows = shares.map(({ name, share }) => {
    const short = name.length > NAME_COLUMNS ? `${name.slice(0, NAME_COLUMNS - 1)}…` : name;
    return `${(100 * share).toFixed(1).padStart(6)}%  ${short}\n`;
  });
  return `\n${title}\n${rows.join('')}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.on('error', () => process.exit()); // `make demo | head`
  const { self, total } = topFunctions(readFileSync(process.argv[2] ?? '/dev/stdin', 'utf8'), 10);
  process.stdout.write(table('Top functions by self time', self));
  process.stdout.write(table('Top functions by total time, with what they call', total));
}
