// Markdown tables of what `make bench` measured.

import type { Contender, Cost } from './measure.ts';
import { find } from './measure.ts';

/** The contenders that are there, ours first. Says which are missing. */
export function present(
  ours: Contender,
  peers: { name: string; program: string; folder: string | undefined; args: string[] }[],
): Contender[] {
  const found = peers.flatMap(({ name, program, folder, args }) => {
    const path = find(program, folder);
    if (path === undefined) console.error(`bench: ${program} not found: no comparison with it`);
    return path === undefined ? [] : [{ name, argv: [path, ...args] }];
  });
  return [ours, ...found];
}

export function line(cells: readonly string[]): void {
  console.log(`| ${cells.join(' | ')} |`);
}

export function head(title: string, cells: readonly string[], texts = 1): void {
  console.log(`\n**${title}**\n`);
  line(cells);
  line(cells.map((_, i) => (i < texts ? '---' : '---:')));
}

/** A line a program, of which the first is ours. `megabytes`: of the input; 0: no matter. */
export function table(title: string, megabytes: number, costs: Map<string, Cost>): void {
  const size = megabytes > 0 ? `${title}, ${megabytes.toFixed(0)} MiB` : title;
  head(size, ['program', 'CPU s', 'MiB/s', 'peak MiB', 'CPU of the first ÷ its', 'memory of the first ÷ its']);
  const [first] = costs.values();
  for (const [name, { cpu, memory }] of costs) {
    const ratio = (key: 'cpu' | 'memory'): string =>
      first === undefined ? '' : (first[key] / (key === 'cpu' ? cpu : memory)).toFixed(2);
    const speed = megabytes > 0 ? (megabytes / cpu).toFixed(0) : '';
    line([name, cpu.toFixed(2), speed, memory.toFixed(0), ratio('cpu'), ratio('memory')]);
  }
}

/** One line of a curve: what the input is, then ours beside its first peer. */
export function curveLine(input: string, costs: Map<string, Cost>): void {
  const [ours, peer] = costs.values();
  if (ours === undefined) return;
  const ratio = peer === undefined ? '' : (ours.cpu / peer.cpu).toFixed(2);
  line([input, ours.cpu.toFixed(2), peer?.cpu.toFixed(2) ?? '', ratio, ours.memory.toFixed(0)]);
}

export const CURVE = ['CPU s', 'its first peer', 'ratio', 'peak MiB'];
