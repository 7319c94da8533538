// `make bench`: our tools and their peers on the same inputs in one run. Read the ratios; seconds depend on the machine.

import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { changeFolded, growDump, growFolded, growRecordings, recordSystem, repeatRecording, sizeOf } from './inputs.ts';
import { type Contender, type Cost, capture, compare, find } from './measure.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { FLAMEGRAPH_DIR, INFERNO_DIR } = process.env;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const tool = (name: string): string[] => [process.execPath, join(ROOT, 'dist', `${name}.cjs`)];

/** The contenders that are there, ours first; the missing ones are said. */
function present(
  ours: Contender,
  peers: { name: string; program: string; folder: string | undefined; args: string[] }[],
): Contender[] {
  const found = peers.flatMap(({ name, program, folder, args }) => {
    const path = find(program, folder);
    if (path === undefined) console.error(`bench: ${program} not found: no comparison with it`);
    return path === undefined ? [] : [{ name, argv: [path, ...args] }];
  });
  return [ours, ...found];
}

function row(cells: string[]): void {
  console.log(`| ${cells.join(' | ')} |`);
}

function table(title: string, megabytes: number, costs: Map<string, Cost>): void {
  console.log(`\n**${title}**${megabytes > 0 ? `, ${megabytes.toFixed(0)} MiB` : ''}\n`);
  row(['program', 'CPU s', 'MiB/s', 'peak MiB', 'CPU of the first ÷ its', 'memory of the first ÷ its']);
  row(['---', '---:', '---:', '---:', '---:', '---:']);
  const [first] = costs.values();
  for (const [name, { cpu, memory }] of costs) {
    const ratio = (key: 'cpu' | 'memory'): string =>
      first === undefined ? '' : (first[key] / (key === 'cpu' ? cpu : memory)).toFixed(2);
    row([
      name,
      cpu.toFixed(2),
      megabytes > 0 ? (megabytes / cpu).toFixed(0) : '',
      memory.toFixed(0),
      ratio('cpu'),
      ratio('memory'),
    ]);
  }
}

function foldContenders(file: string): Contender[] {
  return present({ name: 'perf-fold', argv: [...tool('perf-fold'), file] }, [
    {
      name: 'inferno-collapse-perf -n 1',
      program: 'inferno-collapse-perf',
      folder: INFERNO_DIR,
      args: ['-n', '1', file],
    },
    { name: 'stackcollapse-perf.pl', program: 'stackcollapse-perf.pl', folder: FLAMEGRAPH_DIR, args: [file] },
  ]);
}

const folder = mkdtempSync(join(tmpdir(), 'flamepipe-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
process.once('SIGINT', () => process.exit(130));
if (find('time', undefined) === undefined) {
  console.error('bench: needs GNU time: apt-get install time');
  process.exit(2);
}

const processor = cpus()[0]?.model ?? 'unknown processor';
console.log(
  `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${processor}, Linux ${release()}, Node ${process.version}, medians of ${ROUNDS}`,
);

const system = await recordSystem(folder, 100 << 20);
if (system !== undefined) {
  const folded = capture(process.execPath, [join(ROOT, 'dist/perf-fold.cjs'), system]);
  const stacks = folded.split('\n').length - 1;
  table(
    `perf-fold: this machine at work, unrepeated, ${stacks} stacks`,
    sizeOf(system),
    compare(foldContenders(system), ROUNDS),
  );
}
const repetitive = await repeatRecording(folder, 350 << 20);
table('perf-fold: a repetitive recording', sizeOf(repetitive), compare(foldContenders(repetitive), ROUNDS));
const doubled = await repeatRecording(folder, 700 << 20);
table('perf-fold: twice of it (memory stays)', sizeOf(doubled), compare([foldContenders(doubled)[0] as Contender], 1));

const deep = growFolded(folder, 100 << 20, 110_000);
const drawers = present({ name: 'flame-svg', argv: [...tool('flame-svg'), deep] }, [
  { name: 'inferno-flamegraph', program: 'inferno-flamegraph', folder: INFERNO_DIR, args: [deep] },
  { name: 'flamegraph.pl', program: 'flamegraph.pl', folder: FLAMEGRAPH_DIR, args: [deep] },
]);
table('flame-svg: 110 000 or more deep stacks', sizeOf(deep), compare(drawers, ROUNDS));

const later = changeFolded(deep);
const comparers = present({ name: 'fold-diff', argv: [...tool('fold-diff'), deep, later] }, [
  { name: 'inferno-diff-folded', program: 'inferno-diff-folded', folder: INFERNO_DIR, args: [deep, later] },
  { name: 'difffolded.pl', program: 'difffolded.pl', folder: FLAMEGRAPH_DIR, args: [deep, later] },
]);
comparers.push({ name: 'fold-diff --table', argv: [...tool('fold-diff'), '--table', deep, later] });
table('fold-diff: the same, and a later run', sizeOf(deep) + sizeOf(later), compare(comparers, ROUNDS));

const byFrame = '{ for (i = 1; i < NF; i++) if ($i ~ /method_42$/) { print; next } }';
const byLine = 'grep -E "method_42[; ]" "$0" | cat';
const selectors = present({ name: 'fold-grep', argv: [...tool('fold-grep'), '--include', 'method_42$', deep] }, [
  { name: 'awk, frame by frame', program: 'awk', folder: undefined, args: ['-F[; ]', byFrame, deep] },
  // through cat: a grep that writes to /dev/null stops at the first line it finds
  { name: 'grep -E, line by line', program: 'sh', folder: undefined, args: ['-c', byLine, deep] },
]);
table('fold-grep: the same stacks', sizeOf(deep), compare(selectors, ROUNDS));

const formats = ['--pprof', '--speedscope', '--json', '--collapsed'];
const exports = formats.map((format) => ({
  name: `fold-export ${format}`,
  argv: [...tool('fold-export'), format, deep],
}));
table('fold-export: the same stacks', sizeOf(deep), compare(exports, ROUNDS));

const dump = growDump(folder, 50 << 20);
const dumpReaders = present({ name: 'offcpu-fold', argv: [...tool('offcpu-fold'), dump] }, [
  { name: 'stackcollapse-bpftrace.pl', program: 'stackcollapse-bpftrace.pl', folder: FLAMEGRAPH_DIR, args: [dump] },
]);
table('offcpu-fold: a dump of one unnamed map', sizeOf(dump), compare(dumpReaders, ROUNDS));

const runs = Array<string>(4).fill(growRecordings(folder, 250 << 20));
const SORT_AWK = `sort "$@" | awk '{ n = $NF; sub(/ [0-9]+$/, ""); if ($0 != last) { if (NR > 1) print last, sum; last = $0; sum = 0 } sum += n } END { print last, sum }'`;
const PERL = '/^(.*) (\\d+)$/ and $h{$1} += $2; END { print "$_ $h{$_}\\n" for sort keys %h }';
const mergers = present({ name: 'fold-merge', argv: [...tool('fold-merge'), ...runs] }, [
  { name: 'sort, awk', program: 'sh', folder: undefined, args: ['-c', SORT_AWK, 'sh', ...runs] },
  { name: 'perl -ne', program: 'perl', folder: undefined, args: ['-ne', PERL, ...runs] },
]);
const runsSize = 4 * sizeOf(runs[0] as string);
table('fold-merge: many recordings of one program', runsSize, compare(mergers, ROUNDS));
const twice = compare([{ name: 'fold-merge', argv: [...tool('fold-merge'), ...runs, ...runs] }], 1);
table('fold-merge: twice of it (memory stays)', 2 * runsSize, twice);

const starters: Contender[] = [
  { name: 'node -e 0', argv: [process.execPath, '-e', '0'] },
  { name: 'perf-fold < /dev/null', argv: tool('perf-fold') },
  { name: 'perf-fold --kernel < /dev/null', argv: [...tool('perf-fold'), '--kernel'] },
  { name: 'flame-svg < /dev/null', argv: tool('flame-svg') },
];
console.log('\n**Start-up, empty input**\n');
row(['program', 'CPU ms', 'wall ms', '÷ node -e 0']);
row(['---', '---:', '---:', '---:']);
const starts = compare(starters, 21);
for (const [name, { cpu, wall }] of starts) {
  row([
    name,
    (1000 * cpu).toFixed(0),
    (1000 * wall).toFixed(0),
    (cpu / (starts.get('node -e 0')?.cpu ?? 1)).toFixed(2),
  ]);
}
