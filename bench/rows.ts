// What `make bench` measures, by the names that ROW takes. Those of SCALE take long: `make bench-scale`.

import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  beginningOf,
  changeFolded,
  growDump,
  growEntries,
  growFolded,
  growRecordings,
  growSamples,
  recordSystem,
  repeatRecording,
  SAMPLE_FORMS,
  shortSamples,
  sizeOf,
} from './inputs.ts';
import { type Contender, capture, compare, find } from './measure.ts';
import { cpuCell, curveColumns, curveLine, head, line, present, table } from './tables.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { FLAMEGRAPH_DIR, INFERNO_DIR } = process.env;
export const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const MIB = 1 << 20;
const SIZES = [1, 10, 33, 100];
const INFERNO = 'inferno-collapse-perf -n 1';
const SYSTEM_BYTES = 100 * MIB;

/** Started as users start them: by their launchers, which give V8 flags and a code cache. */
const tool = (name: string): string[] => [join(ROOT, 'dist', `${name}.cjs`)];

/** Measures, and prints what it found; inputs are made in the folder. */
type Measure = (folder: string) => void | Promise<void>;

function foldContenders(file: string): Contender[] {
  return present({ name: 'perf-fold', argv: [...tool('perf-fold'), file] }, [
    { name: INFERNO, program: 'inferno-collapse-perf', folder: INFERNO_DIR, args: ['-n', '1', file] },
    { name: 'stackcollapse-perf.pl', program: 'stackcollapse-perf.pl', folder: FLAMEGRAPH_DIR, args: [file] },
  ]);
}

function drawContenders(file: string): Contender[] {
  return present({ name: 'flame-svg', argv: [...tool('flame-svg'), file] }, [
    { name: 'inferno-flamegraph', program: 'inferno-flamegraph', folder: INFERNO_DIR, args: [file] },
    { name: 'flamegraph.pl', program: 'flamegraph.pl', folder: FLAMEGRAPH_DIR, args: [file] },
  ]);
}

const deep = (folder: string): string => growFolded(folder, 100 * MIB, 110_000);

async function perfFold(folder: string): Promise<void> {
  const system = await recordSystem(folder, SYSTEM_BYTES);
  if (system !== undefined) {
    const title = `perf-fold: this machine at work, unrepeated, ${stacksIn(foldedOf(system))} stacks`;
    const asItComes = { name: 'inferno-collapse-perf, as it comes', program: 'inferno-collapse-perf' };
    const [ours, ...peers] = foldContenders(system) as [Contender];
    const threaded = present(ours, [{ ...asItComes, folder: INFERNO_DIR, args: [system] }]);
    table(title, sizeOf(system), compare([...threaded, ...peers], ROUNDS));
  }
  const repetitive = await repeatRecording(folder, 350 * MIB);
  table('perf-fold: a repetitive recording', sizeOf(repetitive), compare(foldContenders(repetitive), ROUNDS));
  const doubled = await repeatRecording(folder, 700 * MIB);
  const [ours] = foldContenders(doubled) as [Contender];
  table('perf-fold: twice of it (memory stays)', sizeOf(doubled), compare([ours], 1));
}

/** A real recording's beginning, and all of it over and over; then what is drawn of it. */
async function sizes(folder: string): Promise<void> {
  const system = await recordSystem(folder, SYSTEM_BYTES);
  if (system === undefined) return;
  const folded: string[] = [];
  head('perf-fold: cost by size, this machine at work', ['MiB, distinct stacks', ...curveColumns(INFERNO)]);
  for (const size of [...SIZES, 400]) {
    const file = beginningOf(system, size * MIB);
    folded.push(join(folder, `${size}.folded`));
    const text = foldedOf(file);
    writeFileSync(folded.at(-1) as string, text, 'latin1');
    curveLine(`${sizeOf(file).toFixed(0)}, ${stacksIn(text)}`, compare(foldContenders(file).slice(0, 2), ROUNDS));
    rmSync(file);
  }
  const columns = ['folded MiB, distinct stacks', ...curveColumns('inferno-flamegraph')];
  head('flame-svg: cost by size, the same recording', columns);
  for (const file of folded) {
    const input = `${sizeOf(file).toFixed(1)}, ${stacksIn(readFileSync(file, 'latin1'))}`;
    curveLine(input, compare(drawContenders(file).slice(0, 2), ROUNDS));
  }
}

function foldedOf(file: string): string {
  return capture(process.execPath, [join(ROOT, 'dist/perf-fold.cjs'), file]);
}

function stacksIn(folded: string): number {
  return folded.split('\n').length - 1;
}

/** `perf script | perf-fold | flame-svg` beside perf alone, of one process: what a user waits for, beyond perf. */
function pipe(folder: string): void {
  const data = join(folder, 'pipe.data');
  const load = [process.execPath, join(ROOT, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', ROOT];
  const record = ['record', '-q', '-F', '499', '-g', '-e', 'cpu-clock', '-o', data, '--', ...load];
  if (find('perf', undefined) === undefined || spawnSync('perf', record, { stdio: 'ignore' }).status !== 0) {
    console.error('bench: no recording of a program: perf record failed');
    return;
  }
  const perf = `perf script -i ${data} 2> /dev/null`;
  const [fold = '', draw = ''] = ['perf-fold', 'flame-svg'].flatMap(tool);
  const peers = ['inferno-collapse-perf', 'inferno-flamegraph'].map((name) => find(name, INFERNO_DIR));
  const lines = {
    'perf script | perf-fold | flame-svg': `${perf} | ${fold} | ${draw} > /dev/null`,
    'perf script': `${perf} > /dev/null`,
    ...(peers.includes(undefined)
      ? {}
      : { 'perf script | inferno, both': `${perf} | ${peers.join(' | ')} > /dev/null` }),
  };
  const contenders = Object.entries(lines).map(([name, text]) => ({ name, argv: ['sh', '-c', text] }));
  const costs = compare(contenders, 2 * ROUNDS);
  const text = spawnSync('sh', ['-c', `${perf} | wc -c`], { encoding: 'utf8' }).stdout;
  head(`A whole pipe, ${(Number(text) / MIB).toFixed(1)} MiB of text`, [
    'program',
    'CPU s',
    'elapsed s',
    'beyond perf, s',
  ]);
  const alone = costs.get('perf script')?.wall ?? 0;
  for (const [name, cost] of costs) {
    line([
      name.replaceAll('|', '\\|'),
      cpuCell(cost),
      cost.wall.toFixed(2),
      name === 'perf script' ? '' : (cost.wall - alone).toFixed(2),
    ]);
  }
}

function perfFoldForms(folder: string): void {
  head('perf-fold: samples of two frames, by the form of their headers, 30 MiB', ['form', ...curveColumns(INFERNO)]);
  for (const form of Object.keys(SAMPLE_FORMS)) {
    curveLine(form, compare(foldContenders(shortSamples(folder, form, 30 * MIB)).slice(0, 2), ROUNDS));
  }
}

function flameSvg(folder: string): void {
  const file = deep(folder);
  table('flame-svg: 110 000 or more deep stacks', sizeOf(file), compare(drawContenders(file), ROUNDS));
}

function flameSvgSizes(folder: string): void {
  head('flame-svg: cost by size, deep stacks', ['MiB, distinct stacks', ...curveColumns('inferno-flamegraph')]);
  for (const size of SIZES) {
    const stacks = size * 1100;
    const file = growFolded(folder, size * MIB, stacks);
    curveLine(`${sizeOf(file).toFixed(0)}, ${stacks}`, compare(drawContenders(file).slice(0, 2), ROUNDS));
  }
}

function foldDiff(folder: string): void {
  const file = deep(folder);
  const later = changeFolded(file);
  const comparers = present({ name: 'fold-diff', argv: [...tool('fold-diff'), file, later] }, [
    { name: 'inferno-diff-folded', program: 'inferno-diff-folded', folder: INFERNO_DIR, args: [file, later] },
    { name: 'difffolded.pl', program: 'difffolded.pl', folder: FLAMEGRAPH_DIR, args: [file, later] },
  ]);
  comparers.push({ name: 'fold-diff --table', argv: [...tool('fold-diff'), '--table', file, later] });
  table('fold-diff: deep stacks, and a later run', sizeOf(file) + sizeOf(later), compare(comparers, ROUNDS));
}

function foldGrep(folder: string): void {
  const file = deep(folder);
  const byFrame = '{ for (i = 1; i < NF; i++) if ($i ~ /method_42$/) { print; next } }';
  const byLine = 'grep -E "method_42[; ]" "$0" | cat';
  const selectors = present({ name: 'fold-grep', argv: [...tool('fold-grep'), '--include', 'method_42$', file] }, [
    { name: 'awk, frame by frame', program: 'awk', folder: undefined, args: ['-F[; ]', byFrame, file] },
    // through cat: a grep that writes to /dev/null stops at the first line it finds
    { name: 'grep -E, line by line', program: 'sh', folder: undefined, args: ['-c', byLine, file] },
  ]);
  table('fold-grep: deep stacks', sizeOf(file), compare(selectors, ROUNDS));
}

function foldExport(folder: string): void {
  const file = deep(folder);
  const exports = ['--pprof', '--speedscope', '--json', '--collapsed'].map((format) => ({
    name: `fold-export ${format}`,
    argv: [...tool('fold-export'), format, file],
  }));
  table('fold-export: deep stacks', sizeOf(file), compare(exports, ROUNDS));
}

function pprofFold(folder: string): void {
  const file = join(folder, 'profile.pb.gz');
  spawnSync('sh', ['-c', '"$0" --pprof "$1" > "$2"', ...tool('fold-export'), deep(folder), file]);
  const readers = present({ name: 'pprof-fold', argv: [...tool('pprof-fold'), file] }, [
    { name: 'go tool pprof -traces', program: 'go', folder: undefined, args: ['tool', 'pprof', '-traces', file] },
  ]);
  table('pprof-fold: the profile of deep stacks', sizeOf(file), compare(readers, ROUNDS));
}

function offcpuFold(folder: string): void {
  const dump = growDump(folder, 50 * MIB);
  const readers = present({ name: 'offcpu-fold', argv: [...tool('offcpu-fold'), dump] }, [
    { name: 'stackcollapse-bpftrace.pl', program: 'stackcollapse-bpftrace.pl', folder: FLAMEGRAPH_DIR, args: [dump] },
  ]);
  table('offcpu-fold: a dump of one unnamed map', sizeOf(dump), compare(readers, ROUNDS));
}

function offcpuClassify(folder: string): void {
  const dump = growEntries(folder, 349_000);
  // what one types without a classifier: sums by a function that tells
  const awk =
    '/^@/ { r = "other" } /futex_wait/ { r = "futex" } /ep_poll/ { r = "epoll" } /]: [0-9]+$/ { s[r] += $NF } END { for (r in s) print r, s[r] }';
  const classifiers = present(
    { name: 'offcpu-classify --table', argv: [...tool('offcpu-classify'), '--table', dump] },
    [{ name: 'awk, by two functions', program: 'awk', folder: undefined, args: [awk, dump] }],
  );
  classifiers.push({ name: 'offcpu-classify, folded text', argv: [...tool('offcpu-classify'), dump] });
  table('offcpu-classify: 349 000 distinct entries', sizeOf(dump), compare(classifiers, ROUNDS));
}

function foldMerge(folder: string): void {
  const runs = Array<string>(4).fill(growRecordings(folder, 250 * MIB));
  const awk = `sort "$@" | awk '{ n = $NF; sub(/ [0-9]+$/, ""); if ($0 != last) { if (NR > 1) print last, sum; last = $0; sum = 0 } sum += n } END { print last, sum }'`;
  const perl = '/^(.*) (\\d+)$/ and $h{$1} += $2; END { print "$_ $h{$_}\\n" for sort keys %h }';
  const mergers = present({ name: 'fold-merge', argv: [...tool('fold-merge'), ...runs] }, [
    { name: 'sort, awk', program: 'sh', folder: undefined, args: ['-c', awk, 'sh', ...runs] },
    { name: 'perl -ne', program: 'perl', folder: undefined, args: ['-ne', perl, ...runs] },
  ]);
  const size = 4 * sizeOf(runs[0] as string);
  table('fold-merge: many recordings of one program', size, compare(mergers, ROUNDS));
  const twice = compare([{ name: 'fold-merge', argv: [...tool('fold-merge'), ...runs, ...runs] }], 1);
  table('fold-merge: twice of it (memory stays)', 2 * size, twice);
}

/** As many starts as one measurement, because the clock of `time` counts hundredths of a second. */
const STARTS = 20;

function start(): void {
  const again = `i=0; while [ $i -lt ${STARTS} ]; do i=$((i+1)); "$@" < /dev/null 2> /dev/null; done; :`;
  const starters: Contender[] = [
    { name: 'node -e 0', argv: [process.execPath, '-e', '0'] },
    { name: 'perf-fold < /dev/null', argv: tool('perf-fold') },
    { name: 'perf-fold --kernel < /dev/null', argv: [...tool('perf-fold'), '--kernel'] },
    { name: 'fold-merge --no-unit-line < /dev/null', argv: [...tool('fold-merge'), '--no-unit-line'] },
    { name: 'flame-svg < /dev/null', argv: tool('flame-svg') },
    { name: 'offcpu-classify < /dev/null', argv: tool('offcpu-classify') },
  ];
  head('Start-up, empty input', ['program', 'CPU ms', 'wall ms', '÷ node -e 0']);
  const repeated = starters.map(({ name, argv }) => ({ name, argv: ['sh', '-c', again, 'sh', ...argv] }));
  const costs = compare(repeated, 7);
  for (const [name, { cpu, wall }] of costs) {
    const ratio = cpu / (costs.get('node -e 0')?.cpu ?? 1);
    const ms = (seconds: number): string => ((1000 * seconds) / STARTS).toFixed(1);
    line([name, ms(cpu), ms(wall), ratio.toFixed(2)]);
  }
}

/** A measurement that is a script of its own. */
function script(name: string): Measure {
  return () => {
    spawnSync(process.execPath, ['--import', 'tsx', join(ROOT, 'bench', `${name}.ts`)], {
      cwd: ROOT,
      stdio: 'inherit',
    });
  };
}

async function fourGigabytes(folder: string): Promise<void> {
  head('4 GiB through a pipe', ['program', 'CPU s', 'MiB/s', 'peak MiB']);
  const recording = await repeatRecording(folder, 512 * MIB);
  const folded = growRecordings(folder, 512 * MIB);
  for (const [name, file] of [
    ['perf-fold', recording],
    ['fold-merge', folded],
    ['fold-grep --include main', folded],
    ['flame-svg', folded],
  ] as const) {
    const [program = '', ...options] = name.split(' ');
    const pipe = 'f=$1; shift; for i in 1 2 3 4 5 6 7 8; do cat "$f"; done | "$@"';
    const argv = ['sh', '-c', pipe, 'sh', file, ...tool(program), ...options];
    const cost = compare([{ name, argv }], 1).get(name);
    if (cost) line([name, cost.cpu.toFixed(1), (4096 / cost.cpu).toFixed(0), cost.memory.toFixed(0)]);
  }
}

function manyStacks(folder: string): void {
  const costs = ['merge', 'draw', 'fold samples'].flatMap((name) => [`${name}: CPU s`, 'peak MiB']);
  head('Distinct stacks of eight frames', ['stacks, MiB', ...costs]);
  for (const stacks of [1e3, 1e4, 1e5, 1e6, 1e7]) {
    const file = growFolded(folder, 0, stacks, 8);
    const merge = compare([{ name: 'merge', argv: [...tool('fold-merge'), file] }], 1).get('merge');
    const draw = compare([{ name: 'draw', argv: [...tool('flame-svg'), file] }], 1).get('draw');
    const of = (cost = { cpu: 0, memory: 0 }): string[] => [cost.cpu.toFixed(1), cost.memory.toFixed(0)];
    const size = sizeOf(file).toFixed(0);
    rmSync(file);
    const samples = growSamples(folder, stacks, 8);
    const fold = compare([{ name: 'fold', argv: [...tool('perf-fold'), samples] }], 1).get('fold');
    rmSync(samples);
    line([`${stacks}, ${size}`, ...of(merge), ...of(draw), ...of(fold)]);
  }
}

/** In the order in which they are printed. */
export const ROWS: Readonly<Record<string, Measure>> = {
  'perf-fold': perfFold,
  sizes,
  pipe,
  'perf-fold-forms': perfFoldForms,
  'flame-svg': flameSvg,
  'flame-svg-sizes': flameSvgSizes,
  'fold-diff': foldDiff,
  'fold-grep': foldGrep,
  'fold-export': foldExport,
  'pprof-fold': pprofFold,
  'offcpu-fold': offcpuFold,
  'offcpu-classify': offcpuClassify,
  'fold-merge': foldMerge,
  start,
  'offcpu-overhead': script('offcpu-overhead'),
  render: script('render'),
  symbols: script('symbols'),
  viewer: script('viewer'),
};

export const SCALE: Readonly<Record<string, Measure>> = {
  '4gb': fourGigabytes,
  'many-stacks': manyStacks,
  inline: script('inline'),
  'postgres-overhead': script('postgres-overhead'),
};
