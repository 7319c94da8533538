// Markdown tables of what `make bench` measured.

import type { Contender, Medians } from './measure.ts';
import { find } from './measure.ts';

const said = new Set<string>();

/** The contenders that are there, ours first. Says once which are missing. */
export function present(
  ours: Contender,
  peers: { name: string; program: string; folder: string | undefined; args: string[] }[],
): Contender[] {
  const found = peers.flatMap(({ name, program, folder, args }) => {
    const path = find(program, folder);
    if (path === undefined && !said.has(program)) console.error(`bench: ${program} not found: no comparison with it`);
    said.add(program);
    return path === undefined ? [] : [{ name, argv: [path, ...args] }];
  });
  return [ours, ...found];
}

export function line(cells: readonly string[]): void {
  console.log(`| ${cells.join(' | ')} |`);
}

/** `texts`: how many columns hold text, not numbers. */
export function head(title: string, cells: readonly string[], texts = 1): void {
  console.log(`\n**${title}**\n`);
  line(cells);
  line(cells.map((_, i) => (i < texts ? '---' : '---:')));
}

/** 0.39 (0.38–0.42), the median, the least and the most; of a single run: 17.72 (once) */
export function cpuCell({ cpu, least, most, rounds }: Medians): string {
  return `${cpu.toFixed(2)} (${rounds === 1 ? 'once' : `${least.toFixed(2)}–${most.toFixed(2)}`})`;
}

/** A line a program, of which the first is ours. `megabytes`: of the input. */
export function table(title: string, megabytes: number, costs: Map<string, Medians>): void {
  head(`${title}, ${megabytes.toFixed(0)} MiB`, [
    ...['program', 'CPU s', 'MiB/s', 'elapsed s', 'peak MiB'],
    ...['ours ÷ its: CPU', 'elapsed', 'memory'],
  ]);
  const [first] = costs.values();
  for (const [name, cost] of costs) {
    const ratios = (['cpu', 'wall', 'memory'] as const).map((key) =>
      first === undefined || cost === first ? '' : (first[key] / cost[key]).toFixed(2),
    );
    const { cpu, wall, memory } = cost;
    line([name, cpuCell(cost), (megabytes / cpu).toFixed(0), wall.toFixed(2), memory.toFixed(0), ...ratios]);
  }
}

/** One line of a curve: what the input is, then ours beside its first peer. */
export function curveLine(input: string, costs: Map<string, Medians>): void {
  const [ours, peer] = costs.values();
  if (ours === undefined) return;
  // the clock of `time` counts hundredths of a second
  const ratio = peer === undefined || peer.cpu === 0 ? '' : (ours.cpu / peer.cpu).toFixed(2);
  line([input, cpuCell(ours), peer ? cpuCell(peer) : '', ratio, ours.memory.toFixed(0)]);
}

/** The columns behind a curve's first. */
export function curveColumns(peer: string): string[] {
  return ['CPU s', peer, 'ratio', 'peak MiB'];
}
