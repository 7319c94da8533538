// The rooms of the house and who may use whom (docs/architecture.md), and how large and how named a file may be.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { ROOT } from './tools.ts';

const ARROWS: Record<string, string[]> = {
  bin: ['commands', 'cli'],
  commands: ['cli', 'parse', 'fold', 'offcpu', 'view', 'export', 'record'],
  cli: ['fold'], // only for InputError
  parse: ['fold'],
  offcpu: ['fold'],
  view: ['fold'],
  export: ['fold'],
  fold: ['kernel'],
  record: [],
  kernel: [],
};
/** What is synchronous and knows no streams, files or processes. */
const PURE = ['parse', 'fold', 'offcpu', 'view', 'export', 'kernel', 'record'];
const WORLD = /^node:(?:child_process|fs|net|process|stream|tty|worker_threads)\b/;
/** Reads its own wasm, when the first mangled name comes. */
const READS_ITSELF = 'src/fold/demangle.ts';
const EMPTY_NAMES = /^(?:utils?|helpers?|common|misc|shared|lib|index\.ts)$/;
const LINES = { any: 400, bin: 5, commands: 120 };

for (const file of [...filesUnder('src'), ...filesUnder('bin')]) {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const room = roomOf(file);
  describe(file, () => {
    test('lies in a room of the plan, under a name that says something', () => {
      assert.ok(room in ARROWS, `no room "${room}"`);
      for (const part of file.split('/')) assert.doesNotMatch(part, EMPTY_NAMES);
    });

    test('imports along the arrows', () => {
      const isPure = PURE.includes(room) && file !== READS_ITSELF;
      for (const { what, from } of importsOf(text)) {
        if (!from.startsWith('.')) {
          assert.ok(!isPure || !WORLD.test(from), `${file} must not import ${from}`);
          continue;
        }
        const target = roomOf(join(file, '..', from));
        assert.ok(target === room || ARROWS[room]?.includes(target), `${file} must not import ${from}`);
        if (room === 'cli' && target === 'fold')
          assert.equal(what, '{ InputError }', `${file} takes too much of ${from}`);
      }
    });

    test('touches process only in cli', () => {
      if (room !== 'cli') assert.doesNotMatch(withoutComments(text), /\bprocess\./);
    });

    test('is short', () => {
      const most = room === 'bin' || room === 'commands' ? LINES[room] : LINES.any;
      const lines = text.split('\n').length - 1;
      assert.ok(lines <= most, `${file} has ${lines} lines; ${most} are the most`);
    });
  });
}

test('no file leads back to itself, not even by a type', () => {
  const imports = new Map(
    filesUnder('src').map((file) => {
      const own = importsOf(readFileSync(join(ROOT, file), 'utf8')).filter(({ from }) => from.startsWith('.'));
      return [file, own.map(({ from }) => join(file, '..', from))] as const;
    }),
  );
  const settled = new Set<string>();
  const follow = (file: string, path: readonly string[]): void => {
    const before = path.indexOf(file);
    assert.ok(before < 0, `a circle: ${[...path.slice(before), file].join(' -> ')}`);
    if (settled.has(file)) return;
    for (const next of imports.get(file) ?? []) follow(next, [...path, file]);
    settled.add(file);
  };
  for (const file of imports.keys()) follow(file, []);
});

function filesUnder(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.generated.ts'))
    .map((file) => `${folder}/${file}`)
    .sort();
}

/** src/view/viewer/zoom.ts → view, bin/perf-fold.ts → bin */
function roomOf(file: string): string {
  const parts = file.split('/');
  return parts[0] === 'src' && parts.length > 2 ? parts[1]! : parts.length > 1 ? parts[0]! : basename(file);
}

/** `import type { A } from './a.ts'`, `export * from './a.ts'`, `import './a.ts'`, `await import('./a.ts')` */
function importsOf(text: string): { what: string; from: string }[] {
  const pattern = /^\s*(?:import|export)\s+(?:type\s+)?(?:([\w*{}\s,$]+?)\s+from\s+)?'([^']+)'|\bimport\('([^']+)'\)/gm;
  return [...text.matchAll(pattern)].map(([, what = '', from, late]) => ({ what, from: from ?? late! }));
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
}
