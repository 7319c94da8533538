// Real dumps of bpf/offcpu.bt (fixtures/bpftrace), by all versions of bpftrace it runs on: the times must add up, and be
// those that the recorded programs know of themselves.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { entriesOf } from '../src/offcpu/entry-rows.ts';
import type { Program } from '../src/offcpu/read/program.ts';
import { OffcpuReader } from '../src/offcpu/read/reader.ts';
import { timesOf } from '../src/offcpu/read/window.ts';
import { ROOT } from './tools.ts';

const FOLDER = join(ROOT, 'fixtures/bpftrace');
/** The only one of which nothing can be made. */
const EMPTY = 'offcpu-interrupted';
const NAMES = readdirSync(FOLDER).filter((name) => existsSync(join(FOLDER, name, 'dump.txt')) && name !== EMPTY);
const FULL = /-map-full/;

interface Recording {
  reader: OffcpuReader;
  program: Program;
}

function read(name: string): Recording {
  const nameOptions = { tidy: true, demangle: true, keepHash: false };
  const options = { map: undefined, order: undefined, inputUnit: undefined, repeats: 'auto' } as const;
  const skipped: string[] = [];
  const reader = new OffcpuReader({ ...options, ...nameOptions }, (kind, line, text) =>
    skipped.push(`${kind} in line ${line}: ${text}`),
  );
  reader.beginInput(name);
  reader.write(readFileSync(join(FOLDER, name, 'dump.txt')));
  assert.equal(reader.endInput(), undefined);
  assert.deepEqual(skipped, []);
  return { reader, program: reader.inputs[0]!.dump!.program! };
}

describe('a recording', () => {
  for (const name of NAMES) {
    test(`adds up, to the nanosecond: ${name}`, () => {
      const { reader, program } = read(name);
      const waits = new Map<number, number>();
      for (const { tid, ns } of entriesOf(reader.entries())) waits.set(tid!, (waits.get(tid!) ?? 0) + ns);
      assert.ok(program.threads.length > 0);
      for (const thread of program.threads) {
        const offCpu = thread.runnableNs + thread.blockedNs + thread.inProgressNs;
        assert.equal(thread.onCpuNs + offCpu + thread.beforeNs, thread.lifeNs, JSON.stringify(thread));
        assert.equal(waits.get(thread.tid) ?? 0, offCpu, JSON.stringify(thread));
      }
      const sums = timesOf(reader.inputs)!;
      assert.equal(sums.threads, program.threads.length);
      assert.equal(sums.onCpuNs + sums.runnableNs + sums.blockedNs + sums.inProgressNs + sums.beforeNs, sums.lifeNs);
      assert.equal(program.lacksThreads, /thread-map-full/.test(name));
      assert.equal(program.unmappedNs > 0, FULL.test(name));
    });
  }

  for (const name of NAMES.filter((other) => /^offcpu-threads/.test(other))) {
    test(`says what the program knows: ${name}`, () => {
      const { program } = read(name);
      const threads = new Map(program.threads.map((thread) => [thread.tid, thread]));
      let compared = 0;
      for (const { tid, what, seconds, onCpu, runQueue } of truthOf(name)) {
        const thread = threads.get(tid);
        if (!thread) continue;
        compared++;
        assertLater(thread.onCpuNs, onCpu, `${tid}: on CPU`);
        assertLater(thread.runnableNs, runQueue, `${tid}: runnable`);
        assert.equal(thread.beforeNs, 0, `${tid} was born within the window`);
        if (what.startsWith('clock_nanosleep'))
          assert.ok(thread.blockedNs / 1e9 >= seconds, `${tid}: slept ${seconds}`);
      }
      assert.ok(compared >= 8, `only ${compared} threads were compared`);
    });
  }
});

/** A thread asks the kernel for its account, and goes on for a while: `ns` is that of its whole life. */
function assertLater(ns: number, seconds: number, what: string): void {
  const more = ns / 1e9 - seconds;
  assert.ok(more > -0.002 && more < 0.02, `${what} ${ns / 1e9} s, which the kernel calls ${seconds} s`);
}

/** TRUTH.tsv, of the threads that ended within the window. */
function truthOf(name: string): { tid: number; what: string; seconds: number; onCpu: number; runQueue: number }[] {
  const [, ...rows] = readFileSync(join(FOLDER, name, 'TRUTH.tsv'), 'utf8')
    .trimEnd()
    .split('\n');
  return rows.map((row) => {
    const [tid, , what = '', , seconds, onCpu, runQueue] = row.split('\t');
    return {
      tid: Number(tid),
      what,
      seconds: Number(seconds),
      onCpu: Number(onCpu),
      runQueue: Number(runQueue),
    };
  });
}
