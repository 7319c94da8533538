// Names, inlined functions and lines, as others read them: gimli's addr2line and llvm-symbolizer, on programs built here.
// `cargo install addr2line --features bin` and `apt-get install llvm` bring them; GIMLI_ADDR2LINE says where the first is.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { OpenFiles } from '../../src/cli/open-files.ts';
import { demangle } from '../../src/symbols/demangle.ts';
import { debugFileOf } from '../../src/symbols/elf/debug-file.ts';
import { ElfFile } from '../../src/symbols/elf/elf-file.ts';
import { Symbolizer } from '../../src/symbols/symbolizer.ts';
import { ROOT } from '../tools.ts';
import { builtFromRust } from './pgrx.ts';

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

/** What is read: a file, or why there is none. `debug` has its debug information, where that is another file. */
type Found = { file: string; debug?: string } | { why: string };

interface Program {
  name: string;
  find: () => Found;
}

const cpp = (compiler: string, version: number): Program => ({
  name: `${compiler}, DWARF ${version}`,
  find: () =>
    built(`${compiler}-${version}`, 'bench/render-load.cpp', (source, output) => [
      ...[compiler, '-O2', `-gdwarf-${version}`, '-std=c++17', '-pthread', '-o', output, join(ROOT, source)],
    ]),
});
const rust = (debug: string): Program => ({
  name: `rustc, debuginfo=${debug}`,
  find: () =>
    built(`rustc-${debug}`, 'p.rs', (source, output) => [
      ...['rustc', '-C', 'opt-level=3', '-C', `debuginfo=${debug}`, '-o', output, join(folder, source)],
    ]),
});
const LIBC = '/lib/x86_64-linux-gnu/libc.so.6';
const PROGRAMS: readonly Program[] = [
  ...['g++', 'clang++'].flatMap((compiler) => [4, 5].map((version) => cpp(compiler, version))),
  ...['line-tables-only', '1', '2'].map(rust),
  {
    name: 'rustc, one unit for all crates',
    find: () =>
      built('rustc-lto', 'p.rs', (source, output) => [
        ...['rustc', '-C', 'opt-level=s', '-C', 'lto=fat', '-C', 'panic=abort', '-C', 'debuginfo=line-tables-only'],
        ...['-o', output, join(folder, source)],
      ]),
  },
  { name: 'an extension by pgrx', find: builtFromRust },
  { name: 'node', find: () => installed(process.execPath, 'a node with debug information') },
  { name: 'libc', find: () => installed(LIBC, 'libc6-dbg') },
  { name: 'Postgres', find: () => installed(serverProgram(), 'postgresql-15-dbgsym, from the debian-debug archive') },
];

/** Builds it once. */
function built(name: string, source: string, argv: (source: string, output: string) => string[]): Found {
  const output = join(folder, 'out', name);
  if (existsSync(output)) return { file: output };
  const [compiler = '', ...flags] = argv(source, output);
  const { error, status, stderr } = spawnSync(compiler, flags, { encoding: 'utf8' });
  if (error) return { why: `${compiler} is not here` };
  assert.equal(status, 0, stderr);
  return { file: output };
}

/** A file of this machine, if its debug information is here, too; `what` would bring it. */
function installed(file: string, what: string): Found {
  if (!existsSync(file)) return { why: `no ${file}` };
  const elf = new ElfFile(reader(file));
  if (elf.section('.debug_info')) return { file };
  const debug = elf.buildId && debugFileOf(elf.buildId);
  return debug && existsSync(debug) ? { file, debug } : { why: `it takes ${what}` };
}

function serverProgram(): string {
  const { stdout } = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' });
  return join(stdout?.trim() || '/usr/lib/postgresql/15/bin', 'postgres');
}

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
    : `${posix.normalize(path).split('/').slice(-2).join('/')}:${line}`;
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
function compared(file: string, debug: string, oracle: Oracle): { all: number; different: string[] } | undefined {
  const argv = oracle.argv(debug);
  if (!argv) return undefined;
  const addresses = addressesOf(file);
  const input = `${addresses.map((address) => `0x${address.toString(16)}`).join('\n')}\n`;
  const { stdout } = spawnSync(argv[0] as string, argv.slice(1), { input, encoding: 'utf8', maxBuffer: 1 << 28 });
  const theirs = oracle.read(stdout);
  const files = new OpenFiles();
  const object = new Symbolizer((path) => files.open(path)).object(file);
  const symbols = symbolsOf(debug);
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
    const their = settled(theirs.get(address) ?? []);
    const ours = text(settled(frames.reverse()).map((frame, i) => withoutPath(frame, their[i]?.name)));
    const other = text(their);
    if (ours !== other) different.push(`0x${address.toString(16)}: ${ours}\n    ${oracle.name}: ${other}`);
  }
  files.close();
  return { all: addresses.length, different };
}

/** Line tables of Rust name an inlined closure without its path, which we add: short::words::{closure#0}. */
function withoutPath(frame: Frames[number], their = ''): Frames[number] {
  return their.startsWith('{closure') && frame.name.endsWith(`::${their}`) ? { ...frame, name: their } : frame;
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

describe('symbols', { concurrency: false }, () => {
  before(() => {
    writeFileSync(join(folder, 'p.rs'), RUST);
    mkdirSync(join(folder, 'out'));
  });

  for (const { name, find } of PROGRAMS) {
    let found: Found | undefined;
    for (const oracle of [GIMLI, LLVM]) {
      test(`${name}, as ${oracle.name} reads it`, (t) => {
        found ??= find();
        if ('why' in found) return t.skip(found.why);
        const result = compared(found.file, found.debug ?? found.file, oracle);
        if (!result) return t.skip(`${oracle.name} is not here`);
        const { all, different } = result;
        t.diagnostic(`${all - different.length} of ${all} addresses alike`);
        assert.ok(
          all - different.length >= LEAST_ALIKE * all,
          `${different.length} of ${all} differ:\n${different.slice(0, 20).join('\n')}`,
        );
      });
    }
  }
});
