// A run against an earlier one of the same folder: how the earlier one's counts are scaled, and how the runs are named.

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

/** What fold-diff's --seconds is, for samples: what differs in frequency counts as a longer or shorter window. */
export function secondsOption(now: Measure, before: Measure): string {
  return `${(before.seconds * before.frequency) / now.frequency},${now.seconds}`;
}

/** A label as the tools take it in NAME=FILE, where it may hold no `=`; of the same length, so that tables can be mended. */
export function nameOf(label: string): string {
  return label.replaceAll('=', ':');
}

/** A table with the labels as they are. */
export function withLabels(table: string, labels: readonly string[]): string {
  return labels.reduce((text, label) => text.replaceAll(nameOf(label), label), table);
}
