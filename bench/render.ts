// What rendering costs after a recording: flame-record's own, as run.json says, and that of FlameGraph's scripts on the same
// perf.data, with perf's inlining and without.
//   FLAMEGRAPH_DIR=… node --import tsx bench/render.ts [ROUNDS [COMMAND…]]      prints a Markdown table a frequency

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Contender, type Cost, capture, compare, find, mediansOf } from './measure.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SECONDS = 10;
const OURS = 'flame-record, all of it';
const OUR_STEPS = 'flame-record, folding and drawing alone';
const [roundsText, ...command] = process.argv.slice(2);
const rounds = Number(roundsText ?? 3);
const folder = mkdtempSync(join(tmpdir(), 'flamepipe-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
process.once('SIGINT', () => process.exit(130));

const at = (name: string): string => join(folder, name);
const shell = (name: string, line: string): Contender => ({ name, argv: ['bash', '-o', 'pipefail', '-c', line] });

function cell(number: number): string {
  return Number.isNaN(number) ? '' : number.toFixed(2);
}

function skip(why: string): never {
  console.log(`rendering: NOT MEASURED, ${why}`);
  process.exit(0);
}

/** What is recorded: the command given, or a C++ program of two threads. */
function target(): string[] {
  if (command.length > 0) return command;
  const program = at('render-load');
  const flags = ['-O2', '-g', '-std=c++17', '-pthread', '-o', program, join(ROOT, 'bench/render-load.cpp')];
  if (spawnSync('g++', flags).status !== 0) skip('there is no C++ compiler');
  return [program, '600'];
}

/** Records for ten seconds, and renders. Gives what the rendering cost, and how long the steps took that the scripts do, too. */
function recorded(frequency: number, argv: readonly string[]): { all: Cost; steps: Cost } {
  const options = ['--mode', 'cpu', '--duration', `${SECONDS}`, '--warmup', '1', '--frequency', `${frequency}`];
  const place = ['--force', '--quiet', '--out-dir', folder, '--label', `${frequency}`];
  const tool = [join(ROOT, 'dist/flame-record.cjs'), ...options, ...place, '--', ...argv];
  const { status } = spawnSync(process.execPath, tool, { stdio: 'ignore' });
  if (status !== 0) skip('perf may not record here');
  const { rendering } = JSON.parse(readFileSync(at(`${frequency}/run.json`), 'utf8')) as {
    rendering: { seconds: number; cpuSeconds: number; steps: { seconds: number }[] };
  };
  const seconds = rendering.steps.reduce((sum, step) => sum + step.seconds, 0);
  const unknown = { cpu: Number.NaN, memory: Number.NaN };
  return {
    all: { ...unknown, wall: rendering.seconds, cpu: rendering.cpuSeconds },
    steps: { ...unknown, wall: seconds },
  };
}

const scripts = find('stackcollapse-perf.pl', process.env.FLAMEGRAPH_DIR);
if (scripts === undefined) skip('stackcollapse-perf.pl was not found: FLAMEGRAPH_DIR says where');
const argv = target();
for (const frequency of [99, 999]) {
  const runs = Array.from({ length: rounds }, () => recorded(frequency, argv));
  const ours = mediansOf(runs.map(({ all }) => all));
  const steps = mediansOf(runs.map((run) => run.steps));
  const data = at(`${frequency}/perf.data`);
  const perl = (inline: string): string =>
    `perf script ${inline} -i '${data}' | '${scripts}' > '${at('perl.folded')}' && ` +
    `'${join(scripts, '..', 'flamegraph.pl')}' '${at('perl.folded')}' > '${at('perl.svg')}'`;
  const peers = compare(
    [
      shell('stackcollapse-perf.pl, flamegraph.pl; --no-inline', perl('--no-inline')),
      shell('the same with inlining, which is the default of perf', perl('')),
      shell('perf script --no-inline alone', `perf script --no-inline -i '${data}'`),
    ],
    rounds,
  );
  const samples = capture('perf', ['script', '-i', data, '-G', '-F', 'pid', '--no-inline']).trim().split('\n').length;
  const size = (statSync(data).size / (1 << 20)).toFixed(0);
  const version = execFileSync('perf', ['--version'], { encoding: 'utf8' }).trim();
  console.log(
    `\n**${SECONDS} s at ${frequency} Hz: ${samples} samples, ${size} MiB**, ${version}, medians of ${rounds}\n`,
  );
  console.log('| steps | elapsed s | CPU s | all ÷ its | folding and drawing ÷ its | CPU of all ÷ its |');
  console.log('|---|---:|---:|---:|---:|---:|');
  for (const [name, { wall, cpu }] of [[OURS, ours] as const, [OUR_STEPS, steps] as const, ...peers]) {
    const cells = [wall, cpu, ours.wall / wall, steps.wall / wall, ours.cpu / cpu].map(cell);
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
}
