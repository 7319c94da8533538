// How good a fold is: what went in, what came out, and how much of it is resolved.

import { frameText } from '../stacks/frame-name.ts';
import { MUCH_CUT, Reach, UNCUT } from '../stacks/reach.ts';
import { WHAT_TO_DO } from '../stacks/sniff.ts';
import { describeEvent, type PerfEvent, plainName } from './events.ts';
import type { UserFrameWeights } from './sample-body.ts';
import type { PerfScript } from './script.ts';

/** Written by --stats-json. Weights are in the unit of the event (or samples). */
export interface PerfStats {
  samples: number;
  stacks: number;
  weight: number;
  /** the events folded, the events left out, and their samples */
  events: { name: string; samples: number; folded: boolean }[];
  count: 'period' | 'samples';
  /** weight whose innermost frame has no symbol */
  unresolvedWeight: number;
  /** weight of stacks cut at perf's limit of 127 frames */
  truncatedWeight: number;
  /** weight of stacks that reach no start of a process or thread: their outermost callers are missing */
  cutWeight: number;
  /** how well user frames are known, where they were looked up in their objects */
  userFrames?: UserFrameWeights | undefined;
  /** samples without any frame; outside --from and --to */
  emptySamples: number;
  outsideSamples: number;
  /** perf's time of the first and the last sample, seconds; null when it printed none */
  firstTime: number | null;
  lastTime: number | null;
  skippedLines: number;
  /** perf's own words on data it lost */
  losses: string[];
}

/** Of a reader whose finish() was called. */
export function statsOf(perf: PerfScript, count: 'period' | 'samples', skippedLines: number): PerfStats {
  let weight = 0;
  let unresolvedWeight = 0;
  let cutWeight = 0;
  const reach = new Reach((id) => perf.table.nameText(id), perf.skipAfter);
  for (const stack of perf.table.stacks()) {
    weight += stack.weight;
    if (perf.names.isUnresolved(stack.ids.at(-1) as number)) unresolvedWeight += stack.weight;
    const from = perf.rootParts.has(stack.ids[0] as number) ? 1 : 0;
    if (!reach.reaches(stack.ids, from)) cutWeight += stack.weight;
  }
  return {
    samples: perf.samples.folded,
    stacks: perf.table.stackCount,
    weight,
    events: perf.events.list.map(({ name, samples, use }) => ({ name, samples, folded: use === 'taken' })),
    count,
    unresolvedWeight,
    truncatedWeight: perf.samples.truncatedWeight,
    cutWeight,
    ...(perf.userFrames && { userFrames: perf.userFrames }),
    emptySamples: perf.samples.empty,
    outsideSamples: perf.samples.outside,
    firstTime: Number.isNaN(perf.samples.firstTime) ? null : perf.samples.firstTime,
    lastTime: Number.isNaN(perf.samples.lastTime) ? null : perf.samples.lastTime,
    skippedLines,
    losses: perf.losses,
  };
}

// cpu-clock:u   task-clock   cpu-clock/freq=99/   offcpu-time, of perf record --off-cpu
const NANOSECONDS = /^(?:(?:cpu|task)-clock|offcpu-time)(?=[:/]|$)/;

/**
 * The unit of the folded weights: samples, ns, an event's name without modifiers, or `events` where perf printed
 * periods and no name. Undefined: they have several. Call it after finish().
 */
export function unitOf(perf: PerfScript, count: 'period' | 'samples'): string | undefined {
  if (count === 'samples') return 'samples';
  const units = new Set(perf.events.taken().map(unitOfEvent));
  return units.size === 1 ? [...units][0] : undefined;
}

function unitOfEvent({ name, samples, weight }: PerfEvent): string {
  if (name === '') return weight === samples ? 'samples' : 'events';
  if (!NANOSECONDS.test(name)) return frameText(plainName(name));
  return weight === samples ? 'samples' : 'ns'; // without periods each sample weighs 1
}

/** One line for a person: 78 samples of cycles:P in 12 stacks over 3.0 s; 4.2 % unresolved at the leaf, … */
export function describeStats(stats: PerfStats): string {
  const names = stats.events.filter((event) => event.folded).map((event) => event.name || 'an event without a name');
  const span =
    stats.firstTime === null || stats.lastTime === null
      ? ''
      : ` over ${(stats.lastTime - stats.firstTime).toFixed(1)} s`;
  const share = (weight: number): string =>
    `${stats.weight === 0 ? '0.0' : ((100 * weight) / stats.weight).toFixed(1)} %`;
  const parts = [
    `${share(stats.unresolvedWeight)} unresolved at the leaf`,
    `${share(stats.cutWeight)} cut before the start of their thread (${share(stats.truncatedWeight)} at the depth limit)`,
    `${stats.emptySamples} without a callchain`,
    `${stats.skippedLines} lines skipped`,
  ];
  const weighed = stats.count === 'period' ? 'weighed by period' : 'counted';
  const advice = stats.cutWeight > MUCH_CUT * stats.weight ? `. Cut stacks: ${UNCUT}` : '';
  return `${samplesOf(stats.samples)} of ${names.join(', ')} (${weighed}) in ${stats.stacks} stacks${span}; ${parts.join(', ')}${advice}`;
}

/** What users should know of the input even without --stats: one line each. */
export function notesOn(perf: PerfScript): string[] {
  const notes = perf.losses.map((loss) => `perf lost data while recording: ${loss}`);
  const left = perf.events.left();
  if (left.length > 0) {
    const taken = perf.events.taken().map(describeEvent).join(', ');
    notes.push(`folded ${taken}; left out ${left.map(describeEvent).join(', ')}: choose with --event-filter`);
  }
  if (perf.samples.outside > 0) notes.push(`left out ${samplesOf(perf.samples.outside)} outside --from and --to`);
  // lines that were not understood may have been the callchains
  if (perf.samples.folded === 0 || perf.misread > 0) return notes;
  if (perf.samples.empty === perf.samples.folded)
    notes.push(`${samplesOf(perf.samples.folded)}, none with a callchain: record with -g, and keep ip,sym in -F`);
  else if (perf.samples.singles > 0 && perf.samples.singles + perf.samples.empty >= perf.samples.folded) {
    notes.push(`${samplesOf(perf.samples.folded)}, each with one frame and no callers: record with -g`);
  }
  if (perf.lacksSymbols) notes.push('no frame has a symbol: keep ip,sym,dso in -F of perf script, and build with -g');
  return notes;
}

/** Why there is no sample at all, and what to do. */
export function whyEmpty(perf: PerfScript): string {
  if (perf.samples.outside === 0) return WHAT_TO_DO[perf.kind] ?? 'no sample found; pipe the text of `perf script` in';
  const [first, last] = [perf.samples.firstTime, perf.samples.lastTime];
  const span = `${(last - first).toFixed(3)} s, in perf's time from ${first.toFixed(3)} to ${last.toFixed(3)}`;
  return `no sample between --from and --to; the recording spans ${span}`;
}

function samplesOf(count: number): string {
  return `${count} ${count === 1 ? 'sample' : 'samples'}`;
}
