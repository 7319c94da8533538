// The rooms of the house and who may use whom (docs/architecture.md), and how large and how named a file may be.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from './tools.ts';

const STACKS = ['stacks', 'engine'];
const PERF = ['perf', 'symbols', ...STACKS];
const OFFCPU = ['offcpu', ...PERF];
const RECORD = ['record', 'export', 'flamegraph', ...OFFCPU];
/** Which rooms a room may import; its own files always. */
const ARROWS: Record<string, string[]> = {
  bin: ['tools', 'cli'],
  'index.ts': ['streams', 'tools', 'cli'],
  streams: ['cli', ...STACKS],
  tools: ['record/io', 'cli', ...RECORD],
  'record/io': ['cli', ...RECORD],
  record: RECORD,
  cli: STACKS,
  export: OFFCPU,
  flamegraph: OFFCPU,
  offcpu: PERF,
  perf: PERF,
  symbols: STACKS,
  stacks: STACKS,
  engine: [],
};
/** Streams, files, processes and clocks: the other rooms are handed what they read. */
const WORLD = /^node:(?:child_process|fs|net|process|stream|tty|worker_threads)\b/;
const TOUCHES_WORLD = ['bin', 'index.ts', 'streams', 'tools', 'cli', 'record/io'];
/** Reads what belongs to the program. */
const READS_ITSELF = 'src/engine/own-data.ts';
const EMPTY_NAMES = /^(?:utils?|helpers?|common|misc|shared|lib)(?:\.ts)?$/;
const LINES = { any: 400, bin: 5, tools: 125 };

/** Files of src/ and bin/, each with its room and its text. */
const FILES = [...filesUnder('src'), ...filesUnder('bin')].map((file) => ({
  file,
  room: roomOf(file),
  text: readFileSync(join(ROOT, file), 'utf8'),
}));

test('files lie in a room of the plan, under names that say something', () => {
  assert.ok(FILES.length > 400);
  assert.deepEqual(new Set(FILES.map(({ room }) => room)), new Set(Object.keys(ARROWS)));
  const empty = FILES.filter(({ file }) => file.split('/').some((part) => EMPTY_NAMES.test(part)));
  assert.deepEqual(filesOf(empty), []);
});

test('files import along the arrows', () => {
  const wrong = FILES.flatMap(({ file, room, text }) => {
    const isPure = !TOUCHES_WORLD.includes(room) && file !== READS_ITSELF;
    const isWrong = (from: string): boolean => {
      if (!from.startsWith('.')) return isPure && WORLD.test(from);
      const target = roomOf(join(file, '..', from));
      return target !== room && !ARROWS[room]?.includes(target);
    };
    return importsOf(text)
      .filter(isWrong)
      .map((from) => `${file} must not import ${from}`);
  });
  assert.deepEqual(wrong, []);
});

test('only cli and record/io touch process', () => {
  const others = FILES.filter(({ room }) => room !== 'cli' && room !== 'record/io');
  const wrong = others.filter(({ text }) => /\bprocess\./.test(withoutComments(text)));
  assert.deepEqual(filesOf(wrong), []);
});

test('files are short', () => {
  const long = FILES.flatMap(({ file, room, text }) => {
    const most = room === 'bin' || room === 'tools' ? LINES[room] : LINES.any;
    const lines = text.split('\n').length - 1;
    return lines > most ? [`${file} has ${lines} lines; ${most} are the most`] : [];
  });
  assert.deepEqual(long, []);
});

test('no file leads back to itself, not even by a type', () => {
  assertNoCircle(imports());
});

test('no folder leads back to itself, sub-folders included', () => {
  assertNoCircle(byFolder(imports()));
});

test('a test lies where its file or folder of src lies; what tests more lies in test/ itself', () => {
  const tests = filesUnder('test').filter((file) => /^test\/(?!browser\/|live\/).+\/.*\.test\.ts$/.test(file));
  const sources = tests.map((file) => file.replace(/^test\//, 'src/').replace(/\.test\.ts$/, ''));
  const lost = sources.filter((source) => !existsSync(join(ROOT, source)) && !existsSync(join(ROOT, `${source}.ts`)));
  assert.deepEqual(lost, []);
});

function filesOf(some: readonly { file: string }[]): string[] {
  return some.map(({ file }) => file);
}

/** The files that each file of src imports. */
function imports(): Map<string, string[]> {
  return new Map(
    filesUnder('src').map((file) => {
      const own = importsOf(readFileSync(join(ROOT, file), 'utf8')).filter((from) => from.startsWith('.'));
      return [file, own.map((from) => join(file, '..', from))] as const;
    }),
  );
}

/** The same arrows between folders. */
function byFolder(arrows: ReadonlyMap<string, readonly string[]>): Map<string, Set<string>> {
  const folders = new Map<string, Set<string>>();
  for (const [file, targets] of arrows) {
    const from = dirname(file);
    const others = folders.get(from) ?? new Set();
    folders.set(from, others);
    for (const target of targets) if (dirname(target) !== from) others.add(dirname(target));
  }
  return folders;
}

function assertNoCircle(arrows: ReadonlyMap<string, Iterable<string>>): void {
  const settled = new Set<string>();
  const follow = (one: string, path: readonly string[]): void => {
    const before = path.indexOf(one);
    assert.ok(before < 0, `a circle: ${[...path.slice(before), one].join(' -> ')}`);
    if (settled.has(one)) return;
    for (const next of arrows.get(one) ?? []) follow(next, [...path, one]);
    settled.add(one);
  };
  for (const one of arrows.keys()) follow(one, []);
}

function filesUnder(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.generated.ts'))
    .map((file) => `${folder}/${file}`)
    .sort();
}

/** src/flamegraph/viewer/tree.ts → flamegraph, src/record/io/system/children.ts → record/io, bin/perf-fold.ts → bin */
function roomOf(file: string): string {
  const [top = '', room, inner] = file.split('/');
  if (top !== 'src' || room === undefined) return top;
  return room === 'record' && inner === 'io' ? 'record/io' : room;
}

/** `import type { A } from './a.ts'`, `export * from './a.ts'`, `import './a.ts'`, `await import('./a.ts')` */
function importsOf(text: string): string[] {
  const pattern = /^\s*(?:import|export)\s+(?:type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?'([^']+)'|\bimport\('([^']+)'\)/gm;
  return [...text.matchAll(pattern)].map(([, from, late]) => from ?? late!);
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
}
