// What flame-record costs the server it records: pgbench's transactions per second, with and without, by turns.
//   node --import tsx bench/postgres-overhead.ts [SECONDS [ROUNDS]]          as root; prints a Markdown table

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Postgres } from '../test/live/postgres.ts';
import { bpftraceVersion, machine, obstacle } from '../test/live/recording.ts';

const seconds = Number(process.argv[2] ?? 10);
const rounds = Number(process.argv[3] ?? 5);
const SETTLE_MS = 1500;

/** A moment of pgbench, which tells of the second before it. */
interface Moment {
  at: number;
  tps: number;
}

const WORKLOADS = [
  ['TPC-B, the one client there is', ['-c', '1'], 1],
  ['TPC-B, one of four clients', ['-c', '4', '-j', '2'], 4],
  ['reading only, the one client there is', ['-S', '-c', '1'], 1],
] as const;
const MODES = ['cpu', 'offcpu', 'both'] as const;

const tool = path.join(import.meta.dirname, '../dist/flame-record.cjs');
const out = mkdtempSync(path.join(tmpdir(), 'flamepipe-overhead-'));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
process.on('exit', () => rmSync(out, { recursive: true, force: true }));

/** Records a backend of that name; gives the seconds, since 1970, in which it did. */
async function record(dsn: string, name: string, mode: string): Promise<[number, number]> {
  const target = ['--postgres', dsn, '--application-name', name, '--first'];
  const how = ['--mode', mode, '--duration', String(seconds), '--warmup', '0', '--label', mode, '--force'];
  const child = spawn(process.execPath, [tool, ...target, ...how, '--out-dir', out], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  let from = 0;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (from === 0 && said.includes('recording for')) from = Date.now() / 1000;
  });
  const [status] = await new Promise<[number | null]>((resolve) => child.once('close', (code) => resolve([code])));
  if (status !== 0) throw new Error(said);
  return [from, from + seconds];
}

async function plain(): Promise<[number, number]> {
  const from = Date.now() / 1000;
  await sleep(seconds * 1000);
  return [from, from + seconds];
}

const mean = (of: number[]) => of.reduce((sum, one) => sum + one, 0) / of.length;
const median = (of: number[]) => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)]!;
const percent = (of: number) => `${of > 0 ? '+' : ''}${(100 * of).toFixed(1)} %`;

const why = Postgres.obstacle() ?? obstacle();
if (why !== undefined) {
  console.log(`overhead on Postgres: NOT MEASURED, ${why}`);
  process.exit(0);
}
const postgres = await Postgres.start();
try {
  postgres.initialize(10);
  console.log(`Postgres ${postgres.version}, ${bpftraceVersion()}, ${machine()}; ${rounds} rounds of ${seconds} s\n`);
  console.log('| recorded | mode | tps without | tps with | change: median | lowest, highest |');
  console.log('|---|---|---:|---:|---:|---:|');
  for (const [i, [what, options, clients]] of WORKLOADS.entries()) {
    const name = `overhead-${i}`;
    const moments: Moment[] = [];
    postgres.pgbench(name, ['-P', '1', '--progress-timestamp', ...options], (line) => {
      const [, at, tps] = /^progress: ([\d.]+) s, ([\d.]+) tps/.exec(line) ?? [];
      if (at !== undefined) moments.push({ at: Number(at), tps: Number(tps) });
    });
    await postgres.backends(name, clients);
    const tpsIn = ([from, to]: [number, number]): number =>
      mean(moments.filter(({ at }) => at > from + 1 && at <= to).map(({ tps }) => tps));
    const pairs: Record<string, [without: number, with_: number][]> = { cpu: [], offcpu: [], both: [] };
    for (let round = 0; round < rounds; round++) {
      for (const mode of MODES) {
        await sleep(SETTLE_MS);
        const without = await plain();
        const recorded = await record(postgres.dsn, name, mode);
        await sleep(SETTLE_MS); // pgbench has told of the last second
        pairs[mode]!.push([tpsIn(without), tpsIn(recorded)]);
      }
    }
    for (const mode of MODES) {
      const changes = pairs[mode]!.map(([without, recorded]) => recorded / without - 1);
      const tps = (side: 0 | 1): string => median(pairs[mode]!.map((pair) => pair[side])).toFixed(0);
      const range = `${percent(Math.min(...changes))}, ${percent(Math.max(...changes))}`;
      console.log(`| ${what} | ${mode} | ${tps(0)} | ${tps(1)} | ${percent(median(changes))} | ${range} |`);
    }
    await postgres.endClients();
  }
} finally {
  await postgres.stop();
}
