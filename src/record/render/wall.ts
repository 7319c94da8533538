// Wall time: on-CPU and off-CPU stacks in one, in µs, so that 100 % is the time of all threads. Switches tell to the
// nanosecond how long these ran; perf's samples, which are coarse if they are few, tell only where.

import { StackTable } from '../../engine/stack-table.ts';
import type { ReasonedStack } from '../../offcpu/table/account.ts';
import { grouped } from '../../stacks/amounts.ts';
import { commFrame } from '../../stacks/frame-name.ts';
import { isThreadStart } from '../../stacks/known-frames.ts';
import { UNKNOWN } from '../../stacks/marks.ts';
import { whole } from '../../stacks/rounding.ts';
import type { Identity, ThreadIdentity } from './identity.ts';
import { shortName } from './summary.ts';

export interface WallParts {
  /** comm;frames or comm-PID;frames, in samples, which share out the time on the CPU */
  cpu: StackTable;
  onCpuUs: number;
  /** the comm is the first of their frames; counts in µs */
  offcpu: readonly ReasonedStack[];
  threads: readonly ThreadIdentity[];
  /** root frames by thread id, as far as known */
  roots: ReadonlyMap<number, string>;
}

export interface Wall {
  /**
   * off the CPU comm;frames;[reason] or comm;frames;[reason];meaning, on it comm;frames; in whole µs
   */
  stacks: StackTable;
  /** functions whose callers are hidden, because only one of the profilers saw them */
  meetings: string[];
}

/** Samples on the CPU, as microseconds, beside waits: what the threads did all the time. */
export function wallOf({ cpu, onCpuUs, offcpu, threads, roots }: WallParts): Wall {
  const off = offcpu.map(({ reason, frames, count }) => stackOf(frames, reason, count));
  const on: Stack[] = [];
  const usPerSample = onCpuUs / cpu.weights.reduce((sum, weight) => sum + weight, 0);
  const names = Array.from({ length: cpu.nameCount + 1 }, (_, id) => (id === 0 ? '' : cpu.nameText(id)));
  for (const { ids, weight } of cpu.stacks()) {
    on.push(
      stackOf(
        Array.from(ids, (id) => names[id] as string),
        [],
        weight * usPerSample,
      ),
    );
  }
  const meetings = [...new Set(on.map(({ comm }) => comm))].flatMap((comm) => {
    const ofComm = (stacks: readonly Stack[]): Stack[] => stacks.filter((stack) => stack.comm === comm);
    return letMeet(ofComm(off), ofComm(on)) ?? letMeet(ofComm(on), ofComm(off)) ?? [];
  });
  const unknown = threads
    .filter(({ beforeNs }) => beforeNs > 0)
    .map(({ tid, beforeNs }): Stack => {
      const comm = roots.get(tid) ?? commFrame('');
      return { comm, frames: ['[unknown at the start]'], tip: [], us: beforeNs / 1000 };
    });
  return { stacks: tableOf([...on, ...off, ...unknown]), meetings: [...new Set(meetings)] };
}

interface Stack {
  comm: string;
  /** without the frames that every thread begins with */
  frames: string[];
  /** what stands behind them */
  tip: readonly string[];
  us: number;
}

function stackOf([comm = '', ...frames]: readonly string[], tip: readonly string[], us: number): Stack {
  return { comm, frames: withoutStart(frames), tip, us };
}

/** Whole microseconds, whose sum is right; a stack of less is dropped. */
function tableOf(stacks: readonly Stack[]): StackTable {
  const exact = new StackTable();
  for (const { comm, frames, tip, us } of stacks) {
    exact.add(
      [comm, ...frames, ...tip].map((frame) => exact.name(frame)),
      us,
      1,
    );
  }
  exact.weights.set(whole(Array.from(exact.weights)));
  exact.rewrite((ids, weight) => (weight > 0 ? ids : null));
  return exact;
}

/** This share of a side's time is as good as all of it. */
const MOST = 0.9;

/**
 * One profiler unwinds by DWARF and the other by frame pointers, so one may end where the other goes on. An example is
 * a server without frame pointers that calls an extension which has them. If nearly all `shorter` stacks begin with one
 * function, and nearly all `longer` ones have it, its callers are hidden there. Gives the function.
 */
function letMeet(shorter: readonly Stack[], longer: readonly Stack[]): string | undefined {
  const firsts = new Map<string, number>();
  for (const { frames, us } of shorter) if (frames[0]) firsts.set(frames[0], (firsts.get(frames[0]) ?? 0) + us);
  const [first, time] = [...firsts].reduce((most, one) => (one[1] > most[1] ? one : most), ['', 0]);
  if (time === 0 || time < MOST * timeOf(shorter)) return undefined;
  const having = longer.filter(({ frames }) => frames.includes(first));
  if (timeOf(having) < MOST * timeOf(longer) || having.every(({ frames }) => frames[0] === first)) return undefined;
  for (const stack of having) stack.frames = stack.frames.slice(stack.frames.indexOf(first));
  return first;
}

function timeOf(stacks: readonly Stack[]): number {
  return stacks.reduce((sum, { us }) => sum + us, 0);
}

/** perf and bpftrace see these frames differently: without them their stacks meet. */
function withoutStart(frames: string[]): string[] {
  const first = frames.findIndex((name) => name !== UNKNOWN && !isThreadStart(name));
  return first < 0 ? frames : frames.slice(first);
}

const NAME_COLUMNS = 60;

/** Time on the CPU, as the switches tell it. */
export function onCpuNsOf({ threads }: Identity): number {
  return threads.reduce((sum, { onCpuNs }) => sum + onCpuNs, 0);
}

/**
 * 100 % = 40.02 s: 4 threads in 10.01 s; on the CPU 3.97 s by the switches, shared out by 396 samples; 2 slept all the
 * time, 50.0 %; callers of StartBackgroundWorker hidden
 */
export function wallText(identity: Identity, samples: number, windowNs: number, meetings: readonly string[]): string {
  const { threads, lifeNs } = identity;
  const asleep = threads.filter((thread) => thread.lifeNs > 0 && thread.inProgressNs === thread.lifeNs);
  const sleptNs = asleep.reduce((sum, thread) => sum + thread.lifeNs, 0);
  const count = `${threads.length} ${threads.length === 1 ? 'thread' : 'threads'}`;
  const sleepers =
    asleep.length === 0 ? '' : `; ${asleep.length} slept all the time, ${((100 * sleptNs) / lifeNs).toFixed(1)} %`;
  const callers =
    meetings.length === 0
      ? ''
      : `; callers of ${meetings.map((name) => shortName(name, NAME_COLUMNS)).join(', ')} hidden`;
  const taken = `${grouped(samples)} ${samples === 1 ? 'sample' : 'samples'}`;
  const onCpu = `; on the CPU ${seconds(onCpuNsOf(identity))} by the switches, shared out by ${taken}`;
  return `100 % = ${seconds(lifeNs)}: ${count} in ${seconds(windowNs)}${onCpu}${sleepers}${callers}`;
}

function seconds(ns: number): string {
  return `${(ns / 1e9).toFixed(2)} s`;
}
