// What recording off-CPU time costs per context switch, with bpf/offcpu.bt and others: two threads that do little but switch.
//   node --import tsx bench/offcpu-overhead.ts [SECONDS [ROUNDS]]            as root; prints a Markdown table

import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isInstalled, type Tracer, tracers } from './tracers.ts';

const here = import.meta.dirname;
const seconds = process.argv[2] ?? '1';
const rounds = Number(process.argv[3] ?? 3);

function skip(why: string): never {
  console.log(`off-CPU overhead: NOT MEASURED, ${why}`);
  process.exit(0);
}

const work = mkdtempSync(path.join(tmpdir(), 'flamepipe-overhead-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

function ready(): string {
  if (process.getuid?.() !== 0) skip('bpftrace needs root');
  try {
    execFileSync('cc', ['-O2', '-o', `${work}/switches`, path.join(here, 'offcpu-switches.c'), '-lpthread']);
  } catch {
    skip('there is no C compiler');
  }
  try {
    return execFileSync('bpftrace', ['--version'], { encoding: 'utf8' }).trim();
  } catch {
    return skip('bpftrace is not installed');
  }
}

interface Result {
  cpu: number;
  rate: number;
}

/** The target begins stopped, so that the tracer can be told its id. */
async function run(tracer: Tracer | undefined, watched: boolean, cpus: [string, string]): Promise<Result> {
  const script = 'kill -STOP $$; exec "$@"';
  const target = spawn('bash', ['-c', script, 'bash', `${work}/switches`, seconds, ...cpus], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  target.stdout.on('data', (text: Buffer) => {
    out += text;
  });
  const over = new Promise((resolve) => target.once('exit', resolve));
  const end = await tracer?.start(watched ? target.pid! : process.pid);
  if (!end) await sleep(200);
  target.kill('SIGCONT');
  await over;
  await end?.();
  const [, cpu, rate] = out.trim().split(' ').map(Number);
  return { cpu: cpu!, rate: rate! };
}

const median = (of: number[]) => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)]!;

const version = ready();
const { ours, plain, offcputime, perf } = tracers(work);
const others = [plain, isInstalled('offcputime') ? offcputime : [], isInstalled('perf') ? perf : []].flat();
const variants: [name: string, tracer: Tracer | undefined, watched: boolean][] = [
  ['not traced', undefined, false],
  [`${ours.name} of this process`, ours, true],
  [`${ours.name} of another process`, ours, false],
  ...others.map((other): [string, Tracer, boolean] => [other.name, other, true]),
];
const places: [name: string, cpus: [string, string]][] = [['one CPU', ['0', '0']]];
if (availableParallelism() > 1) places.push(['two CPUs', ['0', '1']]);

console.log(`${version}, median of ${rounds} runs of ${seconds} s\n`);
console.log('| two threads on | program | CPU time per switch | added | switches per second |');
console.log('|---|---|---:|---:|---:|');
for (const [place, cpus] of places) {
  const results: Result[][] = variants.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, [, tracer, watched]] of variants.entries()) results[i]!.push(await run(tracer, watched, cpus));
  }
  const base = median(results[0]!.map((r) => r.cpu));
  for (const [i, [name]] of variants.entries()) {
    const cpu = median(results[i]!.map((r) => r.cpu));
    const rate = median(results[i]!.map((r) => r.rate));
    const added = i === 0 ? '' : `${((cpu - base) / 1000).toFixed(2)} µs`;
    console.log(
      `| ${place} | ${name} | ${(cpu / 1000).toFixed(2)} µs | ${added} | ${Math.round(rate).toLocaleString('en')} |`,
    );
  }
}
