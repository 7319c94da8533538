// What rendering costs after the recording: ours and FlameGraph's scripts, with perf's inlining and without.
//   FLAMEGRAPH_DIR=… node --import tsx bench/render.ts [ROUNDS]          prints a Markdown table a recording

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Contender, capture, compare, find } from './measure.ts';

const ROOT = new URL('..', import.meta.url).pathname;
const SECONDS = 10;
const rounds = Number(process.argv[2] ?? 5);
const folder = mkdtempSync(join(tmpdir(), 'flamepipe-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
process.once('SIGINT', () => process.exit(130));

const at = (name: string): string => join(folder, name);
const tool = (name: string): string => `'${process.execPath}' '${join(ROOT, 'dist', `${name}.cjs`)}'`;
const shell = (name: string, line: string): Contender => ({ name, argv: ['bash', '-o', 'pipefail', '-c', line] });

function skip(why: string): never {
  console.log(`rendering: NOT MEASURED, ${why}`);
  process.exit(0);
}

const scripts = find('stackcollapse-perf.pl', process.env.FLAMEGRAPH_DIR);
if (scripts === undefined) skip('stackcollapse-perf.pl was not found: FLAMEGRAPH_DIR says where');
const program = at('render-load');
const build = spawnSync('g++', [
  '-O2',
  '-g',
  '-std=c++17',
  '-pthread',
  '-o',
  program,
  join(ROOT, 'bench/render-load.cpp'),
]);
if (build.status !== 0) skip('there is no C++ compiler');

for (const frequency of [99, 999]) {
  const data = at(`${frequency}.data`);
  const options = ['-q', '-e', 'cpu-clock', '-F', String(frequency), '--call-graph', 'dwarf,16384', '-o', data];
  const { status } = spawnSync('perf', ['record', ...options, '--', program, String(SECONDS)], { stdio: 'ignore' });
  if (status !== 0) skip('perf may not record here');
  const samples = capture('perf', ['script', '-i', data, '-G', '-F', 'pid', '--no-inline']).trim().split('\n').length;
  const perl = (inline: string): string =>
    `perf script ${inline} -i '${data}' | '${scripts}' > '${at('perl.folded')}' && ` +
    `'${join(scripts, '..', 'flamegraph.pl')}' '${at('perl.folded')}' > '${at('perl.svg')}'`;
  const fields = 'comm,pid,tid,time,period,event,ip,sym,dso';
  const ours =
    `perf script --no-inline -i '${data}' -F ${fields} | ${tool('perf-fold')} --tid --count samples > '${at('ours.folded')}' && ` +
    `${tool('flame-svg')} '${at('ours.folded')}' > '${at('ours.svg')}'`;
  const contenders = [
    shell('as flame-record does it', ours),
    shell('stackcollapse-perf.pl, flamegraph.pl; --no-inline', perl('--no-inline')),
    shell('the same with inlining, which is the default of perf', perl('')),
    shell('perf script --no-inline alone', `perf script --no-inline -i '${data}' -F ${fields}`),
  ];
  const costs = compare(contenders, rounds);
  const size = (statSync(data).size / (1 << 20)).toFixed(0);
  const version = execFileSync('perf', ['--version'], { encoding: 'utf8' }).trim();
  console.log(
    `\n**${SECONDS} s at ${frequency} Hz: ${samples} samples, ${size} MiB**, ${version}, medians of ${rounds}\n`,
  );
  console.log('| steps | elapsed s | CPU s | elapsed of the first ÷ its | CPU of the first ÷ its |');
  console.log('|---|---:|---:|---:|---:|');
  const first = costs.get('as flame-record does it');
  for (const [name, { wall, cpu }] of costs) {
    const cells = [
      wall.toFixed(2),
      cpu.toFixed(2),
      ((first?.wall ?? 0) / wall).toFixed(2),
      ((first?.cpu ?? 0) / cpu).toFixed(2),
    ];
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
}
