// What flame-record costs the server it records: the backend's CPU time for a transaction of pgbench, and transactions per
// second, with and without it, by turns. On a machine that does other work, too, only the CPU time means much.
//   node --import tsx bench/postgres-overhead.ts [SECONDS [ROUNDS]]          as root; prints a Markdown table

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Postgres } from '../test/live/postgres.ts';
import { bpftraceVersion, machine, obstacle } from '../test/live/recording.ts';
import { isInstalled, type Tracer, tracers } from './tracers.ts';

const seconds = Number(process.argv[2] ?? 10);
const rounds = Number(process.argv[3] ?? 5);
const SETTLE_MS = 1500;

/** A moment of pgbench, which tells of the second before it; and the backend's time on a CPU so far. */
interface Moment {
  at: number;
  tps: number;
  cpuNs: number;
}

/** Of a span of time: transactions per second, and microseconds of CPU for each. */
interface Cost {
  tps: number;
  us: number;
}

const WORKLOADS = [
  ['TPC-B', ['-c', '1']],
  ['reading only', ['-S', '-c', '1']],
] as const;

const tool = path.join(import.meta.dirname, '../dist/flame-record.cjs');
const out = mkdtempSync(path.join(tmpdir(), 'flamepipe-overhead-'));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
process.on('exit', () => rmSync(out, { recursive: true, force: true }));

/** Records a backend of that name. Gives when, in seconds since 1970. */
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

/** The same with another program than flame-record. */
async function traced({ start }: Tracer, pid: number): Promise<[number, number]> {
  const end = await start(pid);
  try {
    return await plain();
  } finally {
    await end();
  }
}

async function plain(): Promise<[number, number]> {
  const from = Date.now() / 1000;
  await sleep(seconds * 1000);
  return [from, from + seconds];
}

const median = (of: number[]) => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)]!;
const percent = (of: number) => `${of > 0 ? '+' : ''}${(100 * of).toFixed(1)} %`;

const why = Postgres.obstacle() ?? obstacle();
if (why !== undefined) {
  console.log(`overhead on Postgres: NOT MEASURED, ${why}`);
  process.exit(0);
}
const { plain: blog, offcputime, perf } = tracers(out);
const others = [blog, isInstalled('offcputime') ? offcputime : [], perf].flat();
const postgres = await Postgres.start();
try {
  postgres.initialize(10);
  console.log(`Postgres ${postgres.version}, ${bpftraceVersion()}, ${machine()}; ${rounds} rounds of ${seconds} s\n`);
  console.log(
    '| one client | recorded by | CPU per transaction without | with | change: median | lowest, highest | tps without | with |',
  );
  console.log('|---|---|---:|---:|---:|---:|---:|---:|');
  for (const [i, [what, options]] of WORKLOADS.entries()) {
    const name = `overhead-${i}`;
    const moments: Moment[] = [];
    let backend: number | undefined;
    postgres.pgbench(name, ['-P', '1', '--progress-timestamp', ...options], (line) => {
      const [, at, tps] = /^progress: ([\d.]+) s, ([\d.]+) tps/.exec(line) ?? [];
      if (at === undefined || backend === undefined) return;
      const cpuNs = Number(readFileSync(`/proc/${backend}/schedstat`, 'utf8').split(' ')[0]);
      moments.push({ at: Number(at), tps: Number(tps), cpuNs });
    });
    [backend] = await postgres.backends(name, 1);
    const costIn = ([from, to]: [number, number]): Cost => {
      const within = moments.filter(({ at }) => at >= from && at <= to);
      const [first, last] = [within[0], within.at(-1)];
      const count = within.slice(1).reduce((sum, { tps, at }, k) => sum + tps * (at - within[k]!.at), 0);
      if (!first || !last || count === 0) throw new Error('pgbench stood still');
      return { tps: count / (last.at - first.at), us: (last.cpuNs - first.cpuNs) / 1000 / count };
    };
    const pid = backend as number;
    const programs: [name: string, run: () => Promise<[number, number]>][] = [
      ...(['cpu', 'offcpu', 'both'] as const).map((mode): [string, () => Promise<[number, number]>] => [
        `flame-record --mode ${mode}`,
        () => record(postgres.dsn, name, mode),
      ]),
      ...others.map((other): [string, () => Promise<[number, number]>] => [other.name, () => traced(other, pid)]),
    ];
    const pairs = programs.map((): [without: Cost, recorded: Cost][] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, [, run]] of programs.entries()) {
        await sleep(SETTLE_MS);
        const without = await plain();
        const recorded = await run();
        await sleep(SETTLE_MS); // pgbench has told of the last second
        pairs[i]!.push([costIn(without), costIn(recorded)]);
      }
    }
    for (const [i, [program]] of programs.entries()) {
      const of = pairs[i]!;
      const changes = of.map(([without, recorded]) => recorded.us / without.us - 1);
      const middle = (side: 0 | 1, what: keyof Cost): string => median(of.map((pair) => pair[side][what])).toFixed(0);
      const range = `${percent(Math.min(...changes))}, ${percent(Math.max(...changes))}`;
      const cpu = `${middle(0, 'us')} µs | ${middle(1, 'us')} µs | ${percent(median(changes))} | ${range}`;
      console.log(`| ${what} | ${program} | ${cpu} | ${middle(0, 'tps')} | ${middle(1, 'tps')} |`);
    }
    await postgres.endClients();
  }
} finally {
  await postgres.stop();
}
