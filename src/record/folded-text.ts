// Folded text, read as a whole: merged, freed of thread ids, and its largest functions. A latin1 character is a byte.

/** Folded lines, whose counts are to be multiplied. */
export interface Part {
  text: string;
  factor: number;
}

/** All parts in one, sorted by bytes; counts are rounded when they are summed up. */
export function mergeFolded(parts: readonly Part[]): string {
  const counts = new Map<string, number>();
  for (const { text, factor } of parts) {
    for (const [stack, count] of linesOf(text)) counts.set(stack, (counts.get(stack) ?? 0) + count * factor);
  }
  return sortedLines(counts);
}

function sortedLines(counts: ReadonlyMap<string, number>): string {
  let text = '';
  for (const stack of [...counts.keys()].sort()) {
    const count = Math.round(counts.get(stack) as number);
    if (count > 0) text += `${stack} ${count}\n`;
  }
  return text;
}

// two words-4242/4243;main;work 17        as perf-fold --tid writes them
// └ comm ─┘ └PID └TID
const THREAD = /-(?:\d+|\?)\/(\d+)$/;

/** The same stacks under the comm alone. */
export function withoutThreads(folded: string): string {
  const counts = new Map<string, number>();
  forEachLine(folded, (stack, count) => {
    const root = rootOf(stack);
    const name = root.replace(THREAD, '') + stack.slice(root.length);
    counts.set(name, (counts.get(name) ?? 0) + count);
  });
  return sortedLines(counts);
}

/** The sum of counts by thread id. */
export function countsByThread(folded: string): Map<number, number> {
  const counts = new Map<number, number>();
  forEachLine(folded, (stack, count) => {
    const tid = Number(THREAD.exec(rootOf(stack))?.[1] ?? -1);
    counts.set(tid, (counts.get(tid) ?? 0) + count);
  });
  return counts;
}

function rootOf(stack: string): string {
  const end = stack.indexOf(';');
  return end < 0 ? stack : stack.slice(0, end);
}

export interface Share {
  name: string;
  /** of the sum of all counts, 0 to 1: as the innermost frame, and anywhere in the stack */
  self: number;
  total: number;
}

/** The functions with the largest shares, each of `by`, then by name; the root frame is the process, no function. */
export function topFunctions(folded: string, most: number, by: 'self' | 'total' = 'self'): Share[] {
  const functions = new Map<string, Share & { line: number }>();
  let sum = 0;
  let line = 0;
  forEachLine(folded, (stack, count) => {
    sum += count;
    line++;
    let last: (Share & { line: number }) | undefined;
    for (let from = stack.indexOf(';') + 1; from > 0; from = stack.indexOf(';', from) + 1) {
      const end = stack.indexOf(';', from);
      const name = stack.slice(from, end < 0 ? undefined : end);
      last = functions.get(name);
      if (!last) {
        last = { name, self: 0, total: 0, line: 0 };
        functions.set(name, last);
      }
      if (last.line !== line) last.total += count; // once a stack, however often it is called there
      last.line = line;
    }
    if (last) last.self += count;
  });
  return [...functions.values()]
    .filter((one) => one[by] > 0)
    .sort((a, b) => b[by] - a[by] || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .map(({ name, self, total }) => ({ name, self: self / sum, total: total / sum }));
}

export function sumOf(folded: string): number {
  return linesOf(folded).reduce((sum, [, count]) => sum + count, 0);
}

function linesOf(folded: string): [string, number][] {
  const lines: [string, number][] = [];
  forEachLine(folded, (stack, count) => lines.push([stack, count]));
  return lines;
}

export function forEachLine(folded: string, take: (stack: string, count: number) => void): void {
  for (let from = 0; from < folded.length; ) {
    const next = folded.indexOf('\n', from);
    const to = next < 0 ? folded.length : next;
    const at = folded.lastIndexOf(' ', to - 1);
    if (at > from) take(folded.slice(from, at), Number(folded.slice(at + 1, to)));
    from = to + 1;
  }
}
