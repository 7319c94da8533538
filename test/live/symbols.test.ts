// Names, inlined functions and lines, as others read them: gimli's addr2line and llvm-symbolizer, on programs built here.
// `cargo install addr2line --features bin` and `apt-get install llvm` bring them; GIMLI_ADDR2LINE says where the first is.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { OpenFiles } from '../../src/cli/read-at.ts';
import { demangle } from '../../src/symbols/demangle.ts';
import { ElfFile } from '../../src/symbols/elf/elf-file.ts';
import { Symbolizer } from '../../src/symbols/symbolizer.ts';
import { ROOT } from '../tools.ts';

/** Addresses of each program. */
const MOST = 2000;
const LEAST_ALIKE = 0.999;

const RUST = `use std::collections::{BTreeMap, HashMap};
fn tally(text: &str) -> HashMap<String, usize> {
    let mut map = HashMap::new();
    for word in text.split_whitespace() { *map.entry(word.to_lowercase()).or_insert(0) += 1; }
    map
}
fn main() {
    let text: String = (0..1000).map(|i| format!("w{} ", (i * 7) % 97)).collect();
    let sorted: BTreeMap<_, _> = tally(&text).into_iter().filter(|(k, _)| k.len() > 2).collect();
    println!("{:?}", sorted.iter().map(|(k, v)| k.len() * v).sum::<usize>());
}
`;

interface Program {
  name: string;
  argv: (source: string, output: string) => string[];
  source: 'rs' | 'cpp';
}

const cpp = (compiler: string, version: number, optimize: string): Program => ({
  name: `${compiler}, DWARF ${version}, ${optimize}`,
  source: 'cpp',
  argv: (source, output) => [compiler, optimize, `-gdwarf-${version}`, '-std=c++17', '-pthread', '-o', output, source],
});
const rust = (debug: string): Program => ({
  name: `rustc, debuginfo=${debug}`,
  source: 'rs',
  argv: (source, output) => ['rustc', '-C', 'opt-level=3', '-C', `debuginfo=${debug}`, '-o', output, source],
});
const PROGRAMS: readonly Program[] = [
  ...['g++', 'clang++'].flatMap((compiler) => [4, 5].map((version) => cpp(compiler, version, '-O2'))),
  ...['line-tables-only', '1', '2'].map(rust),
];

/** A function around an address, the innermost first, as a line: name, file's last two parts, line. */
type Frames = readonly { name: string; place: string }[];

interface Oracle {
  name: string;
  argv: (file: string) => string[] | undefined;
  read: (printed: string) => Map<number, Frames>;
}

const folder = mkdtempSync(join(tmpdir(), 'flamepipe-symbols-'));
after(() => rmSync(folder, { recursive: true, force: true }));

// 0x0000000000001171
// main
// /src/tiny.c:12          ??:0, ??:? where it is not known
const GIMLI: Oracle = {
  name: "gimli's addr2line",
  argv: (file) => {
    const paths = [process.env.GIMLI_ADDR2LINE ?? '', join(homedir(), '.cargo/bin/addr2line')];
    const path = paths.find(
      (one) => one !== '' && !/GNU/.test(spawnSync(one, ['--version'], { encoding: 'utf8' }).stdout ?? 'GNU'),
    );
    return path === undefined ? undefined : [path, '-a', '-f', '-i', '-e', file];
  },
  read(printed) {
    const found = new Map<number, { name: string; place: string }[]>();
    let frames: { name: string; place: string }[] = [];
    const lines = printed.split('\n');
    for (let i = 0; i < lines.length - 1; ) {
      const line = lines[i] as string;
      if (/^0x[0-9a-f]+$/.test(line)) {
        frames = [];
        found.set(Number(line), frames);
        i++;
      } else {
        const place = placeOf(lines[i + 1] as string);
        if (line !== '??' || place !== '') frames.push({ name: line, place }); // between two functions
        i += 2;
      }
    }
    return found;
  },
};

// 0x1171               with --addresses; then pairs as above, and a blank line
const LLVM: Oracle = {
  name: 'llvm-symbolizer',
  argv: (file) =>
    spawnSync('llvm-symbolizer', ['--version']).status === 0
      ? ['llvm-symbolizer', '--addresses', '--functions=linkage', '--no-demangle', '--inlines', '-e', file]
      : undefined,
  read: (printed) => GIMLI.read(printed.replaceAll('\n\n', '\n')),
};

/** `/rustc/abc/library/core/src/fmt/mod.rs:12:7` → `fmt/mod.rs:12` */
function placeOf(text: string): string {
  const [, path = '', line = '0'] = /^(.*?):(\d+|\?)(?::\d+)?(?: .*)?$/.exec(text) ?? [];
  return path === '' || path.startsWith('?') || line === '0' || line === '?'
    ? ''
    : `${path.split('/').slice(-2).join('/')}:${line}`;
}

/** Addresses within the code, evenly. */
function addressesOf(file: string): number[] {
  const { address, size } = new ElfFile(reader(file)).section('.text') ?? { address: 0, size: 0 };
  const step = Math.max(1, Math.floor(size / MOST));
  return Array.from({ length: Math.min(MOST, size) }, (_, i) => address + i * step);
}

function reader(file: string): (at: number, length: number) => Buffer {
  const bytes = readFileSync(file);
  return (at, length) => bytes.subarray(at, at + length);
}

/** What both read differently, by address; and how many were compared. */
function compared(file: string, oracle: Oracle): { all: number; different: string[] } | undefined {
  const argv = oracle.argv(file);
  if (!argv) return undefined;
  const addresses = addressesOf(file);
  const input = `${addresses.map((address) => `0x${address.toString(16)}`).join('\n')}\n`;
  const { stdout } = spawnSync(argv[0] as string, argv.slice(1), { input, encoding: 'utf8', maxBuffer: 1 << 28 });
  const theirs = oracle.read(stdout);
  const files = new OpenFiles();
  const object = new Symbolizer((path) => files.open(path)).object(file);
  const symbols = symbolsOf(file);
  // of the names of one address the first that nm prints, in place of the outermost
  const settled = (frames: Frames): Frames =>
    frames.map((frame, i) => ({
      ...frame,
      name: i === frames.length - 1 ? (symbols.get(frame.name) ?? frame.name) : readable(frame.name),
    }));
  const text = (frames: Frames): string => frames.map(({ name, place }) => `${name} ${place}`).join(' < ');
  const different: string[] = [];
  for (const address of addresses) {
    const frames = object.framesAt(address).map(({ name = '??', file: source, line }) => ({
      name,
      place: placeOf(`${source ?? '?'}:${line}`),
    }));
    const ours = text(settled(frames.reverse()));
    const other = text(settled(theirs.get(address) ?? []));
    if (ours !== other) different.push(`0x${address.toString(16)}: ${ours}\n    ${oracle.name}: ${other}`);
  }
  files.close();
  return { all: addresses.length, different };
}

/** Addresses by symbol: the linker folds functions of equal code into one, which then has several names. */
function symbolsOf(file: string): ReadonlyMap<string, string> {
  const { stdout = '' } = spawnSync('nm', ['--defined-only', file], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return new Map(
    Array.from((stdout ?? '').matchAll(/^([0-9a-f]+) . (\S+)$/gm), ([, at = '', name = '']) => [name, at]),
  );
}

function readable(name: string): string {
  return demangle(name.replace(/@@?[\w.]+$/, ''), { keepHash: true });
}

/** Builds it once; false: its compiler is not here. */
function isBuilt({ argv, source }: Program, output: string): boolean {
  if (existsSync(output)) return true;
  const [compiler = '', ...flags] = argv(
    source === 'rs' ? join(folder, 'p.rs') : join(ROOT, 'bench/render-load.cpp'),
    output,
  );
  const { error, status, stderr } = spawnSync(compiler, flags, { encoding: 'utf8' });
  if (error) return false;
  assert.equal(status, 0, stderr);
  return true;
}

describe('symbols', { concurrency: false }, () => {
  before(() => {
    writeFileSync(join(folder, 'p.rs'), RUST);
    mkdirSync(join(folder, 'out'));
  });

  for (const program of PROGRAMS) {
    const output = join(folder, 'out', program.name.replaceAll(/\W+/g, '-'));
    for (const oracle of [GIMLI, LLVM]) {
      test(`${program.name}, as ${oracle.name} reads them`, (t) => {
        if (!isBuilt(program, output)) return t.skip(`its compiler is not here: ${program.argv('', '')[0]}`);
        const result = compared(output, oracle);
        if (!result) return t.skip(`${oracle.name} is not here`);
        const { all, different } = result;
        t.diagnostic(`${all - different.length} of ${all} addresses alike`);
        assert.ok(
          all - different.length >= LEAST_ALIKE * all,
          `${different.length} of ${all} differ:\n${different.slice(0, 5).join('\n')}`,
        );
      });
    }
  }
});
