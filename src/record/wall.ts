// Wall time: on-CPU and off-CPU stacks in one, in µs, so that 100 % is the time of all threads.

import { isThreadStart } from '../stacks/known-frames.ts';
import { forEachLine, mergeFolded } from './folded-text.ts';
import type { Identity, ThreadIdentity } from './identity.ts';
import { shortName } from './summary.ts';

export interface WallParts {
  /** comm;frames COUNT, in samples; and what a sample is */
  cpu: string;
  usPerSample: number;
  /** [reason];comm;frames COUNT, or [reason];meaning;comm;frames COUNT, in µs */
  reasons: string;
  /** comm;frames COUNT of the same: their roots tell a meaning from a comm */
  offcpu: string;
  threads: readonly ThreadIdentity[];
  /** comm by thread id, as far as known */
  comms: ReadonlyMap<number, string>;
}

export interface Wall {
  /** comm;frames;[reason] or comm;frames;[reason];meaning of what was off the CPU, comm;frames of what was on it; sorted */
  folded: string;
  /** functions whose callers were left away, since only one of the profilers saw them */
  meetings: string[];
}

export function wallOf({ cpu, usPerSample, reasons, offcpu, threads, comms }: WallParts): Wall {
  const roots = new Set(offcpu.split('\n').map((line) => line.replace(/(?:;.*)? \d+$/, '')));
  const unknown = threads
    .filter(({ beforeNs }) => beforeNs > 0)
    .map(({ tid, beforeNs }) => `${comms.get(tid) ?? '[unknown]'};[unknown at the start] ${beforeNs / 1000}\n`);
  const off = stacksOf(reasons, ([reason = '', ...rest]) => {
    const meaning = roots.has(rest[0] ?? '') ? [] : rest.splice(0, 1);
    return { stack: rest, tip: [reason, ...meaning] };
  });
  const on = stacksOf(cpu, (stack) => ({ stack, tip: [] }));
  const meetings = [...new Set(on.map(({ comm }) => comm))].flatMap((comm) => {
    const ofComm = (stacks: readonly Stack[]): Stack[] => stacks.filter((stack) => stack.comm === comm);
    return letMeet(ofComm(off), ofComm(on)) ?? letMeet(ofComm(on), ofComm(off)) ?? [];
  });
  return {
    folded: mergeFolded([
      { text: textOf(on), factor: usPerSample },
      { text: textOf(off), factor: 1 },
      { text: unknown.join(''), factor: 1 },
    ]),
    meetings: [...new Set(meetings)],
  };
}

interface Stack {
  comm: string;
  /** without those every thread begins with */
  frames: string[];
  /** what stands behind them */
  tip: string[];
  count: number;
}

function stacksOf(folded: string, split: (frames: string[]) => { stack: string[]; tip: string[] }): Stack[] {
  const stacks: Stack[] = [];
  forEachLine(folded, (line, count) => {
    const { stack, tip } = split(line.split(';'));
    const [comm = '', ...frames] = stack;
    stacks.push({ comm, frames: withoutStart(frames), tip, count });
  });
  return stacks;
}

function textOf(stacks: readonly Stack[]): string {
  return stacks.map(({ comm, frames, tip, count }) => `${[comm, ...frames, ...tip].join(';')} ${count}\n`).join('');
}

/** Of the time of a side: as good as all of it. */
const MOST = 0.9;

/**
 * One profiler unwinds by DWARF and the other by frame pointers, so that one may end where the other goes on, as in a
 * server without frame pointers that calls an extension which has them. Where nearly all stacks of the `shorter` ones
 * begin with one function, and nearly all `longer` ones have it, its callers are left away there. Gives the function.
 */
function letMeet(shorter: readonly Stack[], longer: readonly Stack[]): string | undefined {
  const firsts = new Map<string, number>();
  for (const { frames, count } of shorter) if (frames[0]) firsts.set(frames[0], (firsts.get(frames[0]) ?? 0) + count);
  const [first, time] = [...firsts].reduce((most, one) => (one[1] > most[1] ? one : most), ['', 0]);
  if (time === 0 || time < MOST * timeOf(shorter)) return undefined;
  const having = longer.filter(({ frames }) => frames.includes(first));
  if (timeOf(having) < MOST * timeOf(longer) || having.every(({ frames }) => frames[0] === first)) return undefined;
  for (const stack of having) stack.frames = stack.frames.slice(stack.frames.indexOf(first));
  return first;
}

function timeOf(stacks: readonly Stack[]): number {
  return stacks.reduce((sum, { count }) => sum + count, 0);
}

/** perf and bpftrace see these frames differently: without them their stacks meet. */
function withoutStart(frames: string[]): string[] {
  const first = frames.findIndex((name) => name !== '[unknown]' && !isThreadStart(name));
  return first < 0 ? frames : frames.slice(first);
}

const NAME_COLUMNS = 60;

/** 100 % = 40.02 s: 4 threads in 10.01 s; 2 slept all the time, 50.0 %; callers of StartBackgroundWorker left away */
export function wallText({ threads, lifeNs }: Identity, windowNs: number, meetings: readonly string[]): string {
  const asleep = threads.filter((thread) => thread.lifeNs > 0 && thread.inProgressNs === thread.lifeNs);
  const sleptNs = asleep.reduce((sum, thread) => sum + thread.lifeNs, 0);
  const count = `${threads.length} ${threads.length === 1 ? 'thread' : 'threads'}`;
  const sleepers =
    asleep.length === 0 ? '' : `; ${asleep.length} slept all the time, ${((100 * sleptNs) / lifeNs).toFixed(1)} %`;
  const callers =
    meetings.length === 0
      ? ''
      : `; callers of ${meetings.map((name) => shortName(name, NAME_COLUMNS)).join(', ')} left away`;
  return `100 % = ${seconds(lifeNs)}: ${count} in ${seconds(windowNs)}${sleepers}${callers}`;
}

function seconds(ns: number): string {
  return `${(ns / 1e9).toFixed(2)} s`;
}
