// What bpf/offcpu.bt costs per context switch: two threads that do little but switch, with and without it.
//   node --import tsx bench/offcpu-overhead.ts [SECONDS [ROUNDS]]            as root; prints a Markdown table

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';

const here = import.meta.dirname;
const seconds = process.argv[2] ?? '2';
const rounds = Number(process.argv[3] ?? 5);

/** What a blog post has: two probes, time per pair of stacks, nothing about wake-ups, threads or states. */
const plain = `
tracepoint:sched:sched_switch {
  if (pid == $1) { @ts[args->prev_pid] = nsecs; @k[args->prev_pid] = kstack; @u[args->prev_pid] = ustack; }
  $t = @ts[args->next_pid];
  if ($t != 0) {
    @offcpu[@k[args->next_pid], @u[args->next_pid]] = sum(nsecs - $t);
    delete(@ts[args->next_pid]); delete(@k[args->next_pid]); delete(@u[args->next_pid]);
  }
}
BEGIN { printf("flamepipe\\n"); }
END { clear(@k); clear(@u); clear(@ts); }
`;

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

/** Starts bpftrace and waits until its first line says that the probes are in place. */
function trace(program: string, pid: number): Promise<ChildProcess> {
  const child = spawn('bpftrace', [program, String(pid)], { stdio: ['ignore', 'pipe', 'pipe'] });
  return new Promise((resolve) => {
    let said = '';
    child.stderr.on('data', (text: Buffer) => {
      said += text;
    });
    child.once('error', () => skip('bpftrace does not start'));
    child.once('exit', () => skip(`bpftrace ended at once: ${said.trim().split('\n').at(-1)}`));
    let started = false;
    child.stdout.on('data', (text: Buffer) => {
      if (started || !text.includes('flamepipe')) return;
      started = true;
      child.removeAllListeners('exit');
      setTimeout(() => resolve(child), 500);
    });
  });
}

function ended(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.once('exit', resolve));
}

interface Result {
  cpu: number;
  rate: number;
}

/** The target begins stopped, so that bpftrace can be told its id. */
async function run(program: string | undefined, watched: boolean, cpus: [string, string]): Promise<Result> {
  const script = 'kill -STOP $$; exec "$@"';
  const target = spawn('bash', ['-c', script, 'bash', `${work}/switches`, seconds, ...cpus], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  target.stdout.on('data', (text: Buffer) => {
    out += text;
  });
  const over = ended(target);
  const tracer = program ? await trace(program, watched ? target.pid! : process.pid) : undefined;
  if (!tracer) await new Promise((resolve) => setTimeout(resolve, 200));
  target.kill('SIGCONT');
  await over;
  if (tracer) {
    const gone = ended(tracer);
    // 0.17 may lose a SIGINT
    const again = setInterval(() => tracer.kill('SIGINT'), 5000);
    tracer.kill('SIGINT');
    await gone;
    clearInterval(again);
  }
  const [, cpu, rate] = out.trim().split(' ').map(Number);
  return { cpu: cpu!, rate: rate! };
}

const median = (of: number[]) => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)]!;

const version = ready();
writeFileSync(`${work}/plain.bt`, plain);
const ours = path.join(here, '../bpf/offcpu.bt');
const variants: [name: string, program: string | undefined, watched: boolean][] = [
  ['not traced', undefined, false],
  ['`bpf/offcpu.bt` of this process', ours, true],
  ['`bpf/offcpu.bt` of another process', ours, false],
  ['plain two-map program of this process', `${work}/plain.bt`, true],
];
const places: [name: string, cpus: [string, string]][] = [['one CPU', ['0', '0']]];
if (availableParallelism() > 1) places.push(['two CPUs', ['0', '1']]);

console.log(`${version}, median of ${rounds} runs of ${seconds} s\n`);
console.log('| two threads on | program | CPU time per switch | added | switches per second |');
console.log('|---|---|---:|---:|---:|');
for (const [place, cpus] of places) {
  const results: Result[][] = variants.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, [, program, watched]] of variants.entries()) results[i]!.push(await run(program, watched, cpus));
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
