// What inlined functions add to rendering, on recordings of a Rust program and of rustc itself, made there and then; and how
// long perf's own inlining takes, which is given four minutes.
//   node --import tsx bench/inline.ts [PERF.DATA…]      also of these recordings; prints a Markdown table

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Contender, capture, compare } from './measure.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const SECONDS = 10;
/** Seconds that perf may inline for. */
const PATIENCE = 240;
const folder = mkdtempSync(join(tmpdir(), 'flamepipe-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
process.once('SIGINT', () => process.exit(130));

const at = (name: string): string => join(folder, name);
const quoted = (path: string): string => `'${path}'`;
const tool = (name: string): string => quoted(join(ROOT, 'dist', `${name}.cjs`));
const shell = (name: string, line: string): Contender => ({ name, argv: ['bash', '-o', 'pipefail', '-c', line] });

/** Records a shell line; undefined: it can't be. */
function recorded(name: string, line: string): string | undefined {
  const data = at(`${name}.data`);
  const options = ['-q', '-e', 'cpu-clock', '-F', '99', '--call-graph', 'dwarf,16384', '-o', data];
  const { status } = spawnSync('perf', ['record', ...options, '--', 'sh', '-c', line], { stdio: 'ignore' });
  return status === 0 ? data : undefined;
}

function recordings(): string[] {
  const source = join(ROOT, 'bench/render-load.rs');
  const rustc = `rustc -O -C debuginfo=line-tables-only ${quoted(source)} -o ${quoted(at('load'))}`;
  if (spawnSync('sh', ['-c', rustc], { stdio: 'ignore' }).status !== 0) {
    console.log('a Rust program, rustc: NOT MEASURED, there is no rustc');
    return [];
  }
  const compiling = `end=$(($(date +%s) + ${SECONDS})); while [ $(date +%s) -lt $end ]; do ${rustc}; done`;
  const made = [recorded('program', `${quoted(at('load'))} ${SECONDS}`), recorded('rustc', compiling)];
  if (made.includes(undefined)) console.log('NOT MEASURED: perf may not record here');
  return made.filter((data) => data !== undefined);
}

console.log(`Rendering with inlined functions, medians of ${ROUNDS}, CPU and elapsed seconds\n`);
const columns = ['recording, samples', '--inline', 'without', 'CPU ÷', "perf's inlining, elapsed, once"];
console.log(`| ${columns.join(' | ')} |\n|---|---:|---:|---:|---:|`);
for (const data of [...recordings(), ...process.argv.slice(2)]) {
  const script = `perf script --no-inline --no-demangle -i ${quoted(data)}`;
  const draw = `${tool('flame-svg')} > ${quoted(at('picture.svg'))}`;
  const costs = compare(
    [
      shell('inline', `${script} --show-mmap-events | ${tool('perf-fold')} --inline | ${draw}`),
      shell('plain', `${script} | ${tool('perf-fold')} | ${draw}`),
    ],
    ROUNDS,
  );
  const [inline, plain] = [costs.get('inline'), costs.get('plain')];
  if (!inline || !plain) continue;
  const began = Date.now();
  const { status } = spawnSync('timeout', [`${PATIENCE}`, 'perf', 'script', '-i', data], { stdio: 'ignore' });
  const perf = status === 124 ? `> ${PATIENCE}` : ((Date.now() - began) / 1000).toFixed(1);
  const samples = capture('perf', ['script', '-i', data, '-G', '-F', 'pid', '--no-inline']).trim().split('\n').length;
  const name = `${basename(data, '.data')}, ${samples} (${(statSync(data).size / (1 << 20)).toFixed(0)} MiB)`;
  const both = ({ cpu, wall }: { cpu: number; wall: number }): string => `${cpu.toFixed(2)}, ${wall.toFixed(2)}`;
  console.log(`| ${name} | ${both(inline)} | ${both(plain)} | ${(inline.cpu / plain.cpu).toFixed(2)} | ${perf} |`);
}
