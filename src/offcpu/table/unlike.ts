// Recordings that measured different things: their comparison says so before it shows any number.

import type { Against, ReasonTable } from './comparison.ts';

/** Runs whose threads or windows differ by this factor are no repetition of each other. */
const TIMES_APART = 2;
/** A smaller share of time in the queue may be chance. */
const SOME = 0.01;

/** What a run is, without its rows. */
type Measured = Pick<Against, 'name' | 'ns' | 'kinds' | 'leftOutNs' | 'windowNs' | 'times'>;

/** How an earlier run differs from this one in what it measured, a sentence each. Texts latin1. */
export function unlikeIn(now: ReasonTable, run: Against): string[] {
  const window = now.isWhole ? undefined : windowText(now, run);
  return [queueText(now, run), idleText(now, run), threadsText(now, run), window].flatMap((text) => text ?? []);
}

function queueText(a: Measured, b: Measured): string | undefined {
  const [less, more] = a.kinds.cpu < b.kinds.cpu ? [a, b] : [b, a];
  if (less.kinds.cpu > 0 || more.kinds.cpu < SOME * more.ns) return undefined;
  return `${more.name} holds time waiting for a CPU, ${less.name} none: shares differ for that alone`;
}

function idleText(a: Measured, b: Measured): string | undefined {
  if (a.leftOutNs > 0 === b.leftOutNs > 0) return undefined;
  const [without, other] = a.leftOutNs > 0 ? [a, b] : [b, a];
  return `${without.name} leaves out waiting for work and timers, ${other.name} does not`;
}

function threadsText(a: Measured, b: Measured): string | undefined {
  const [of, before] = [a.times?.threads ?? 0, b.times?.threads ?? 0];
  if (!areApart(of, before)) return undefined;
  const count = (n: number): string => `${n} ${n === 1 ? 'thread' : 'threads'}`;
  return `${a.name} is of ${count(of)}, ${b.name} of ${count(before)}`;
}

function windowText(a: Measured, b: Measured): string | undefined {
  if (!areApart(a.windowNs ?? 0, b.windowNs ?? 0)) return undefined;
  return 'one window is much longer than the other: times are no measure, and the short one may lack rare waits';
}

function areApart(a: number, b: number): boolean {
  return Math.min(a, b) > 0 && Math.max(a / b, b / a) >= TIMES_APART;
}
