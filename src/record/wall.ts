// Wall time: on-CPU and off-CPU stacks in one, in µs, so that 100 % is the time of all threads.

import { mergeFolded } from './folded-text.ts';
import type { Identity, ThreadIdentity } from './identity.ts';

// Where a program or a thread begins. perf and bpftrace see these frames differently: without them their stacks meet.
const STARTS: ReadonlySet<string> = new Set([
  ...['[unknown]', '_start', '__libc_start_main', '__libc_start_main_impl', '__libc_start_main@@GLIBC_2.34'],
  ...['__libc_start_call_main', 'clone', '__clone', 'clone3', '__clone3', 'start_thread'],
]);

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

/** comm;frames;[reason] or comm;frames;[reason];meaning of what was off the CPU, comm;frames of what was on it; sorted. */
export function wallFolded({ cpu, usPerSample, reasons, offcpu, threads, comms }: WallParts): string {
  const roots = new Set(offcpu.split('\n').map((line) => line.replace(/(?:;.*)? \d+$/, '')));
  const unknown = threads
    .filter(({ beforeNs }) => beforeNs > 0)
    .map(({ tid, beforeNs }) => `${comms.get(tid) ?? '[unknown]'};[unknown at the start] ${beforeNs / 1000}\n`);
  const off = mapStacks(reasons, ([reason = '', ...rest]) => {
    const meaning = roots.has(rest[0] ?? '') ? [] : rest.splice(0, 1);
    const [comm = '', ...frames] = rest;
    return [comm, ...withoutStart(frames), reason, ...meaning];
  });
  const on = mapStacks(cpu, ([comm = '', ...frames]) => [comm, ...withoutStart(frames)]);
  return mergeFolded([
    { text: on, factor: usPerSample },
    { text: off, factor: 1 },
    { text: unknown.join(''), factor: 1 },
  ]);
}

function withoutStart(frames: string[]): string[] {
  const first = frames.findIndex((name) => !STARTS.has(name));
  return first < 0 ? frames : frames.slice(first);
}

function mapStacks(folded: string, change: (frames: string[]) => string[]): string {
  return folded.replace(/^(.*)(?= \d+$)/gm, (stack) => change(stack.split(';')).join(';'));
}

/** 100 % = 40.02 s: 4 threads in 10.01 s; 2 of them slept all the time, 50.0 % */
export function wallText({ threads, lifeNs }: Identity, windowNs: number): string {
  const asleep = threads.filter((thread) => thread.lifeNs > 0 && thread.inProgressNs === thread.lifeNs);
  const sleptNs = asleep.reduce((sum, thread) => sum + thread.lifeNs, 0);
  const count = `${threads.length} ${threads.length === 1 ? 'thread' : 'threads'}`;
  const sleepers =
    asleep.length === 0 ? '' : `; ${asleep.length} slept all the time, ${((100 * sleptNs) / lifeNs).toFixed(1)} %`;
  return `100 % = ${seconds(lifeNs)}: ${count} in ${seconds(windowNs)}${sleepers}`;
}

function seconds(ns: number): string {
  return `${(ns / 1e9).toFixed(2)} s`;
}
