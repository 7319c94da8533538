// A run against an earlier one of the same folder: how the earlier one's counts are scaled, and which functions changed.

import { type Share, topFunctions } from './folded-text.ts';
import { shortName } from './summary.ts';

/** What of a run matters when its counts are compared. */
export interface Measure {
  /** of the window */
  seconds: number;
  /** samples a second */
  frequency: number;
}

/** From a run.json; undefined: it is none. */
export function measureOf(json: string): Measure | undefined {
  try {
    const run = JSON.parse(json) as {
      format?: string;
      window?: { seconds?: number };
      settings?: { frequency?: number };
    };
    const [seconds, frequency] = [run.window?.seconds ?? 0, run.settings?.frequency ?? 0];
    return run.format === 'flamepipe run' && seconds > 0 && frequency > 0 ? { seconds, frequency } : undefined;
  } catch {
    return undefined;
  }
}

const ALIKE = 0.02;

/** What the earlier counts are multiplied with, so that they are those of a window as long as this; 1 if about alike. */
export function scaleOf(now: Measure, before: Measure, unit: 'samples' | 'us'): number {
  const amount = ({ seconds, frequency }: Measure): number => seconds * (unit === 'samples' ? frequency : 1);
  const scale = amount(now) / amount(before);
  return Math.abs(scale - 1) < ALIKE ? 1 : scale;
}

/** On-CPU stacks of a run, counted in samples. */
export interface Side extends Measure {
  name: string;
  folded: string;
}

export interface FunctionChange {
  name: string;
  /** share of the samples, 0 to 1 */
  now: number;
  before: number;
  /** ms of CPU a second of the window */
  change: number;
}

/** The functions that are largest, by self, in either run. */
export function functionChanges(now: Side, before: Side, most: number): FunctionChange[] {
  const [a, b] = [functionsOf(now), functionsOf(before)];
  return [...new Set([...a.keys(), ...b.keys()])]
    .map((name) => {
      const [to, from] = [a.get(name), b.get(name)];
      return { name, now: to?.self ?? 0, before: from?.self ?? 0, change: (to?.rate ?? 0) - (from?.rate ?? 0) };
    })
    .sort((a, b) => Math.max(b.now, b.before) - Math.max(a.now, a.before) || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .sort((a, b) => b.now - a.now || b.before - a.before);
}

function functionsOf({ folded, seconds, frequency }: Side): Map<string, Share & { rate: number }> {
  const functions = topFunctions(folded, Number.POSITIVE_INFINITY);
  return new Map(
    functions.map((share) => [share.name, { ...share, rate: (1000 * share.count) / frequency / seconds }]),
  );
}

/** A line a function, for a terminal. */
export function functionChangesTable(changes: readonly FunctionChange[], before: string): string {
  const width = Math.max(7, before.length);
  const cells = (now: string, then: string, change: string, name: string): string =>
    `  ${now.padStart(6)}  ${then.padStart(width)}  ${change.padStart(11)}  ${name}\n`;
  const rows = changes.map(({ name, now, before, change }) =>
    cells(percent(now), percent(before), signed(change), shortName(name)),
  );
  return `${cells('self', before, 'change ms/s', 'function')}${rows.join('')}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

function signed(value: number): string {
  const text = value.toFixed(1);
  return text === '-0.0' ? '0.0' : value > 0 && text !== '0.0' ? `+${text}` : text;
}
