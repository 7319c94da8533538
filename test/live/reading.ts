// What the tools make of a recording, and whether it adds up: docs/offcpu-dump.md, "How it adds up".

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shell } from '../tools.ts';

/** The version of Postgres whose wait events a reading decodes. */
export const DECODED = 15;

/** One thread's window: `wallNs = beforeNs + onCpuNs + offCpuNs` but for what was lost. */
export interface ThreadTime {
  tid: number;
  /** from the window's beginning or its birth to the window's end or its death */
  wallNs: number;
  /** up to its first switch: off CPU, stack unknown */
  beforeNs: number;
  onCpuNs: number;
  /** what offcpu-fold counts for it, all stacks */
  offCpuNs: number;
}

/** A stack, or several with the same reason and meaning. */
export interface Wait {
  comm: string;
  us: number;
  label: string;
  kind: string;
  /** empty: not known */
  meaning: string;
  stack: string;
}

/** A recording as the tools read it. */
export interface Reading {
  windowNs: number;
  threads: ThreadTime[];
  waits: Wait[];
  /** the sums of offcpu-classify --json and of offcpu-fold, nanoseconds */
  classifiedNs: number;
  foldedNs: number;
  json: ClassifyJson;
  /** of both tools */
  stderr: string;
}

interface ClassifyJson {
  us: number;
  reasons: { reason: string; us: number; share: number }[];
  kindsUs: Record<string, number>;
  excluded: { label: string; us: number }[];
  other: { function: string; us: number }[];
}

/** Runs the tools on a dump, which is left in the folder under that name. */
export async function read(dump: string, folder: string, name: string): Promise<Reading> {
  const file = join(folder, name);
  writeFileSync(file, dump, 'latin1');
  let stderr = '';
  const run = async (line: string): Promise<string> => {
    const { out, err, status } = await shell(`${line} '${name}'`, folder);
    assert.equal(status, 0, `${line}: ${err}`);
    stderr += err.toString();
    return out.toString('latin1');
  };
  // behind the line that says the unit
  const folded = rowsOf(await run('offcpu-fold --by tid --unit ns'), / (?=\d+$)/).slice(1);
  const json = JSON.parse(await run(`offcpu-classify --json --pg-version ${DECODED}`)) as ClassifyJson;
  const explained = rowsOf(await run(`offcpu-classify --explain --pg-version ${DECODED}`), /\t/).slice(1);
  const byThread = new Map<number, number>();
  for (const [stack = '', ns] of folded) {
    // hogs-4242/4244;begin;hog;…
    const tid = Number(/^[^;]*\/(\d+)/.exec(stack)?.[1]);
    byThread.set(tid, (byThread.get(tid) ?? 0) + Number(ns));
  }
  const { windowNs, threads } = timesOf(dump, byThread);
  return {
    windowNs,
    threads,
    waits: explained.map(([us, , label = '', kind = '', , , meaning = '', , , stack = '']) => ({
      comm: /^[^;]*/.exec(stack)?.[0] ?? '',
      us: Number(us),
      label,
      kind,
      meaning,
      stack,
    })),
    classifiedNs: json.us * 1000,
    foldedNs: sum(folded.map(([, ns]) => Number(ns))),
    json,
    stderr,
  };
}

function rowsOf(text: string, between: RegExp): string[][] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(between));
}

/** The threads of a dump, with the off-CPU time the tools give for each. Reads the dump by itself. */
function timesOf(dump: string, offCpu: ReadonlyMap<number, number>): { windowNs: number; threads: ThreadTime[] } {
  const [, start = 0, end = 0] = Array.from(
    /^flamepipe offcpu end pid \d+ start_ns (\d+) end_ns (\d+)$/m.exec(dump) ?? [],
    Number,
  );
  // @cpu[1]: (4438836032038, 44)
  const running = new Map<number, number>();
  for (const [, since, tid] of dump.matchAll(/^@cpu\[\d+\]: \((\d+), (\d+)\)$/gm))
    running.set(Number(tid), Number(since));
  // @open[4242]: (4438656450897, 1, 0,
  const open = new Map<number, number>();
  for (const [, tid, since] of dump.matchAll(/^@open\[(\d+)\]: \((\d+), /gm)) open.set(Number(tid), Number(since));
  const threads: ThreadTime[] = [];
  // @thread[4244]: (4435305347608, 4438832750566, 19045287, 2341558, 3475217913, 3442000, 173)
  for (const [, ...numbers] of dump.matchAll(/^@thread\[(\d+)\]: \((\d+), (\d+), (\d+), (\d+), .*\)$/gm)) {
    const [tid = 0, first = 0, last = 0, beforeNs = 0, onCpu = 0] = numbers.map(Number);
    if (first >= end) continue;
    const since = running.get(tid);
    const isRunning = since !== undefined && since >= (open.get(tid) ?? Number.POSITIVE_INFINITY);
    threads.push({
      tid,
      wallNs: (open.has(tid) ? end : last) - first,
      beforeNs,
      onCpuNs: onCpu + (isRunning ? end - since : 0),
      offCpuNs: offCpu.get(tid) ?? 0,
    });
  }
  return { windowNs: end - start, threads };
}

/** Time that is in no sum, or in two. */
function errorNs({ wallNs, beforeNs, onCpuNs, offCpuNs }: ThreadTime): number {
  return Math.abs(wallNs - beforeNs - onCpuNs - offCpuNs);
}

const MOST_ERROR = 0.01;

/** What holds for every recording. Gives the largest error of a thread, nanoseconds. */
export function assertAddsUp({ threads, classifiedNs, foldedNs, json, stderr }: Reading, least: number): number {
  assert.ok(threads.length >= least, `${threads.length} threads were seen; at least ${least} ran`);
  for (const thread of threads) {
    assert.ok(
      errorNs(thread) <= MOST_ERROR * thread.wallNs,
      `thread ${thread.tid} does not add up: ${JSON.stringify(thread)}`,
    );
  }
  const left = sum(threads.map(({ wallNs, beforeNs, onCpuNs }) => wallNs - beforeNs - onCpuNs));
  assert.ok(Math.abs(foldedNs - left) <= MOST_ERROR * left, `folded ${foldedNs} ns of ${left}`);
  const excludedNs = sum(json.excluded.map(({ us }) => us * 1000));
  assert.ok(
    Math.abs(classifiedNs + excludedNs - foldedNs) < 1000,
    `offcpu-classify counts ${classifiedNs} ns and leaves out ${excludedNs}; offcpu-fold counts ${foldedNs}`,
  );
  assert.deepEqual(json.excluded, [], 'our own program records no dead or idle tasks');
  const other = sum(json.other.map(({ us }) => us));
  assert.ok(other <= 0.001 * json.us, `in [other]: ${JSON.stringify(json.other)}`);
  assert.doesNotMatch(stderr, /skipped/);
  return Math.max(...threads.map(errorNs));
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

/** `99.7%` */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

/** A text table: the first column to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows
    .map(
      (row) => `  ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')}`,
    )
    .join('\n');
}
