// How good off-CPU data is: what was read, what of it could be counted, and how much is resolved.

import { MUCH_CUT, UNCUT, UNCUT_OFFCPU } from '../../stacks/reach.ts';
import type { ThreadTimes } from '../thread-times.ts';
import type { KeyPart } from './bpftrace/keys.ts';
import type { Losses } from './bpftrace/noise.ts';
import type { InputFacts } from './input-facts.ts';
import type { OffcpuReader } from './reader.ts';
import { NANOSECONDS, type Quality, type Unit } from './stacks.ts';

/** Written by --stats-json. Weights are in `unit`, like the folded counts. */
export interface OffcpuStats {
  /** entries as printed, distinct folded stacks, and the sum of their counts */
  entries: number;
  stacks: number;
  weight: number;
  unit: Unit;
  /**
   * weight of entries without any stack, of stacks cut at 127 frames, of user stacks whose innermost function outside of
   * a stripped libc has no symbol
   */
  lostWeight: number;
  truncatedWeight: number;
  unresolvedWeight: number;
  /** weight of user stacks that reach no start of a thread, and of those that lack the innermost function's caller */
  cutWeight: number;
  callerlessWeight: number;
  /** where perf recorded the switches, too: weight of entries whose user stack it had */
  wholeWeight?: number;
  /** weight of intervals that had not ended, and of those that ended without sleeping */
  inProgressWeight: number;
  runnableWeight: number;
  skippedLines: number;
  inputs: {
    name: string;
    format: string;
    unit: Unit;
    entries: number;
    losses: Losses;
    /** of bpftrace: the map folded, what the parts of its key are, how often it was printed, other maps with stacks */
    map: string | null;
    key: readonly KeyPart[];
    dumps: number;
    leftOut: readonly string[];
    /** threads that were off the CPU when the recording ended, and those of them that are in the counts */
    stillOff: number;
    stillOffCounted: number;
    /** of our own program: seconds from the first to the last switch, and each thread's part of them */
    windowSeconds: number | null;
    threads: readonly ThreadTimes[];
  }[];
}

/** Of a reader whose fold() was called; `share` is its quality() before that. */
export function statsOf(reader: OffcpuReader, share: Quality, unit: Unit, skippedLines: number): OffcpuStats {
  const { inputs, stacks, table } = reader;
  const inUnit = (ns: number): number => Math.round(ns / NANOSECONDS[unit]);
  return {
    entries: inputs.reduce((sum, { entries }) => sum + entries, 0),
    stacks: table.stackCount,
    weight: table.weights.reduce((sum, weight) => sum + weight, 0),
    unit,
    lostWeight: inUnit(stacks.lostNs),
    truncatedWeight: inUnit(share.truncatedNs),
    unresolvedWeight: inUnit(share.unresolvedNs),
    cutWeight: inUnit(share.cutNs),
    callerlessWeight: inUnit(share.callerlessNs),
    ...(stacks.wholeNs !== undefined && { wholeWeight: inUnit(stacks.wholeNs) }),
    inProgressWeight: inUnit(share.inProgressNs),
    runnableWeight: inUnit(share.runnableNs),
    skippedLines,
    inputs: inputs.map(({ name, format, unit, entries, losses, dump, perf, recording }) => ({
      name,
      format,
      unit,
      entries,
      losses,
      map: dump?.map ?? null,
      key: dump?.order ?? [],
      dumps: dump?.dumps ?? 1,
      leftOut: dump?.leftOut ?? [],
      stillOff: dump?.inFlight.threads ?? perf?.times?.inProgress ?? 0,
      stillOffCounted: dump?.inFlight.counted ?? perf?.times?.inProgress ?? 0,
      windowSeconds: recording ? (recording.endNs - recording.startNs) / 1e9 : null,
      threads: recording?.threads ?? [],
    })),
  };
}

const FORMAT_NAMES: Readonly<Record<string, string>> = { bcc: "bcc's text", perf: 'perf script' };

/** One line for a person: 482 entries of @offcpu[kstack, ustack] in 74 stacks, 16808441 us; 0.0 % without a stack, … */
export function describeStats(stats: OffcpuStats): string {
  const shapes = stats.inputs.map(({ format, map, key, unit }) =>
    map === null ? `${FORMAT_NAMES[format] ?? 'folded text'} (${unit})` : `${map}[${key.join(', ')}] (${unit})`,
  );
  const share = (weight: number): string =>
    `${stats.weight === 0 ? '0.0' : ((100 * weight) / stats.weight).toFixed(1)} %`;
  const parts = [
    `${share(stats.lostWeight)} without a stack`,
    `${share(stats.unresolvedWeight)} unresolved in user code`,
    `${share(stats.cutWeight)} cut before the start of their thread (${share(stats.truncatedWeight)} marked [truncated])`,
    `${share(stats.callerlessWeight)} without the caller of their innermost function`,
    ...(stats.wholeWeight === undefined ? [] : [`${share(stats.wholeWeight)} with perf's stacks`]),
    `${share(stats.runnableWeight)} waiting for a CPU`,
    `${stats.skippedLines} lines skipped`,
  ];
  const uncut = stats.inputs.some(({ format }) => format === 'perf') ? UNCUT : UNCUT_OFFCPU;
  const advice = stats.cutWeight > MUCH_CUT * stats.weight ? `. Cut stacks: ${uncut}` : '';
  const from = [...new Set(shapes)].join(', ');
  return `${count(stats.entries, 'entry', 'entries')} of ${from} in ${count(stats.stacks, 'stack')}, ${stats.weight} ${stats.unit}; ${parts.join(', ')}${advice}`;
}

/** What users should know of the input even without --stats: one line each. */
export function notesOn(reader: OffcpuReader): string[] {
  const notes = reader.inputs.flatMap((facts) => notesOnInput(facts).map((note) => `${facts.name}: ${note}`));
  const { lostNs, totalNs } = reader.stacks;
  if (lostNs > 0) notes.push(`${((100 * lostNs) / totalNs).toFixed(2)} % of the time has lost its stack: [lost]`);
  return notes;
}

/** How many threads the dumps of our own program do not cover, one line each. */
export function uncoveredNotes(inputs: readonly InputFacts[]): string[] {
  return inputs.flatMap(({ name, dump }) => {
    const { uncovered = 0 } = dump?.program ?? {};
    const threads = `${count(uncovered, 'thread')} of the process never left a CPU`;
    return uncovered > 0 ? `${name}: ${threads}, slept or ran throughout: in no sum; flame-record adds sleepers` : [];
  });
}

/** What the recording itself lacks, one line each: its sums are too small by that. */
export function lossesOn(reader: OffcpuReader): string[] {
  return reader.inputs.flatMap((facts) => lossesOnInput(facts).map((loss) => `${facts.name}: ${loss}`));
}

/**
 * bpftrace's limit on the entries of a map, unless the environment sets another. Up to 0.19 it does not tell of full
 * maps.
 */
const MAP_LIMIT = 4096;
/** Waits across the window's end are in the sums in part. */
const LITTLE_NS = 1e7;
const MORE_ROOM = 'give bpftrace BPFTRACE_MAX_MAP_KEYS (up to 0.19: BPFTRACE_MAP_KEYS_MAX)';

function lossesOnInput({ losses, entries, broken, cut, dump, perf }: InputFacts): string[] {
  const notes = perf ? perfLosses(perf) : [];
  if (cut) notes.push('the last line has no newline: its number may be cut off');
  if (losses.mapFull > 0) notes.push(`bpftrace says that a map was full: entries are missing; ${MORE_ROOM}`);
  if (!dump) return notes;
  const { map, dumps, program } = dump;
  if (program?.isCut) notes.push('the dump ends too early: bpftrace was killed while it printed, entries are missing');
  if (program?.lacksThreads) notes.push(`@thread was full: the times of other threads are missing; ${MORE_ROOM}`);
  if (program && program.unmappedNs > 0) {
    const why = broken > 0 ? `${count(broken, 'entry', 'entries')} could not be read` : `${map} was full`;
    notes.push(`${why}: ${seconds(program.unmappedNs)} have no stack${broken > 0 ? '' : `; ${MORE_ROOM}`}`);
  }
  if (program && program.unlistedNs > LITTLE_NS)
    notes.push(
      `single waits of ${seconds(program.unlistedNs)} are missing: in a part of the window that counts as on CPU`,
    );
  if (program && program.calls.missing > 0)
    notes.push(`@calls was full: ${count(program.calls.missing, 'call')} of fsync are missing; ${MORE_ROOM}`);
  if (!program && losses.mapFull === 0 && entries === MAP_LIMIT * dumps) {
    notes.push(`${map} has ${MAP_LIMIT} entries, bpftrace's limit: others may be missing; ${MORE_ROOM}`);
  }
  return notes;
}

type PerfFacts = NonNullable<InputFacts['perf']>;

function perfLosses({ lostEvents, lacking, times }: PerfFacts): string[] {
  const notes: string[] = [];
  for (const [field, events] of lacking) notes.push(`${count(events, 'event')} without ${field}: left out`);
  if (lostEvents > 0) notes.push(`perf lost ${count(lostEvents, 'event')}: give it -m 16M, or copy less of each stack`);
  if (times && times.lost > 0) {
    const ofAll = ((100 * times.lost) / times.intervals).toFixed(1);
    notes.push(`${ofAll} % of the switches are lost, or have no stack: their time counts as [lost]`);
  }
  return notes;
}

function perfNotes({ times }: PerfFacts): string[] {
  if (!times || times.woken > 0) return [];
  return ['without wake-ups, waiting for a CPU counts as blocked: add a recording of sched:sched_wakeup'];
}

function notesOnInput({ format, losses, imitations, dump, perf }: InputFacts): string[] {
  const notes = perf ? perfNotes(perf) : [];
  const recorder = format === 'bcc' ? 'bcc' : 'bpftrace';
  if (losses.events > 0) notes.push(`${recorder} lost ${count(losses.events, 'event')} while recording`);
  if (losses.stacks > 0) notes.push(`${recorder} could not look up ${count(losses.stacks, 'stack')}`);
  for (const error of losses.errors) notes.push(`bpftrace said "${error}"`);
  if (imitations > 0) {
    const belong = imitations === 1 ? 'belongs' : 'belong';
    notes.push(`${count(imitations, 'entry', 'entries')} ${belong} to threads whose names imitate a dump's lines`);
  }
  if (!dump) return notes;
  const { map, leftOut, dumps, running, inFlight } = dump;
  if (leftOut.length > 0) notes.push(`folded ${map}; left out ${leftOut.join(', ')}: choose with --map`);
  if (dumps > 1) {
    const taken = running ? 'running totals, of which the last one counts' : 'sums of their own, and added up';
    notes.push(
      `${map} was printed ${dumps} times; taken for ${taken} (--repeats ${running ? 'add' : 'last'}: otherwise)`,
    );
  }
  const { stackless = 0 } = dump.program ?? {};
  if (stackless > 0)
    notes.push(`${count(stackless, 'wake-up')} without the waker's stack: there was room for 4000 distinct ones`);
  const missing = inFlight.threads - inFlight.counted;
  if (missing > 0) {
    notes.push(`${count(missing, 'thread')} still off the CPU when the recording ended: that last wait is in no sum`);
  }
  return notes;
}

function seconds(ns: number): string {
  return `${(ns / 1e9).toFixed(3)} s`;
}

function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
