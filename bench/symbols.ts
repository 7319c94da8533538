// What naming addresses costs, inlined functions and lines included: perf-fold --inline, and three peers, on one object.
//   GIMLI_ADDR2LINE=… node --import tsx bench/symbols.ts [OBJECT [COUNT…]]      prints a Markdown table a count

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ElfFile } from '../src/symbols/elf/elf-file.ts';
import { type Contender, compare, find } from './measure.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
/** binutils' program has the same name */
const GIMLI = process.env.GIMLI_ADDR2LINE ?? join(homedir(), '.cargo/bin/addr2line');
const COUNTS = [5_000, 50_000];
const folder = mkdtempSync(join(tmpdir(), 'flamepipe-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
process.once('SIGINT', () => process.exit(130));

const [given, ...counts] = process.argv.slice(2);

/** The object given, or a C++ program. */
function object(): string {
  if (given !== undefined) return given;
  const program = join(folder, 'render-load');
  const flags = ['-O2', '-g', '-std=c++17', '-pthread', '-o', program, join(ROOT, 'bench/render-load.cpp')];
  if (spawnSync('g++', flags).status === 0) return program;
  console.log('symbols: NOT MEASURED, there is no C++ compiler');
  process.exit(0);
}

/** `count` addresses of its code, evenly spread; where it has fewer bytes, some of them several times. */
function addressesOf(file: string, count: number): { address: number; offset: number }[] {
  const bytes = readFileSync(file);
  const elf = new ElfFile((at, length) => bytes.subarray(at, at + length));
  const text = elf.section('.text');
  if (!text) throw new Error(`${file} has no code`);
  return Array.from({ length: count }, (_, i) => {
    const at = Math.floor((i * text.size) / count);
    return { address: text.address + at, offset: text.offset + at };
  });
}

/** Samples of one frame each, as perf 6.1 prints and pads them: by offsets in the file. */
function scriptOf(file: string, offsets: readonly number[]): string {
  const sample = (offset: number): string =>
    `app       1/1           1.000000:          1 cycles: \n\t${offset.toString(16).padStart(16)} [unknown] (${file})\n\n`;
  return offsets.map(sample).join('');
}

function peer(name: string, program: string, options: string, input: string): Contender[] {
  const path = find(basename(program), program.includes('/') ? dirname(program) : undefined);
  if (path === undefined) console.error(`bench: ${name} not found: no comparison with it`);
  return path === undefined ? [] : [{ name, argv: ['sh', '-c', `'${path}' ${options} < '${input}'`] }];
}

const file = object();
console.log(`${file.replace(/^.*\//, '')}, ${(statSync(file).size / 1e6).toFixed(1)} MB, medians of ${ROUNDS}`);
for (const count of counts.length > 0 ? counts.map(Number) : COUNTS) {
  const places = addressesOf(file, count);
  const [list, script] = [join(folder, `${count}.txt`), join(folder, `${count}.script`)];
  writeFileSync(list, places.map(({ address }) => `0x${address.toString(16)}\n`).join(''));
  writeFileSync(
    script,
    scriptOf(
      file,
      places.map(({ offset }) => offset),
    ),
  );
  const ours = [join(ROOT, 'dist/perf-fold.cjs'), '--inline', '--srcline', script];
  const costs = compare(
    [
      { name: 'perf-fold --inline --srcline', argv: ours },
      ...peer("gimli's addr2line", GIMLI, `-f -i -e '${file}'`, list),
      ...peer('llvm-symbolizer', 'llvm-symbolizer', `--inlines -e '${file}'`, list),
      ...peer("binutils' addr2line", 'addr2line', `-f -i -e '${file}'`, list),
    ],
    ROUNDS,
  );
  console.log(`\n**${count} addresses**\n\n| program | CPU s | peak MiB |\n|---|---:|---:|`);
  for (const [name, { cpu, memory }] of costs) console.log(`| ${name} | ${cpu.toFixed(2)} | ${memory.toFixed(0)} |`);
}
