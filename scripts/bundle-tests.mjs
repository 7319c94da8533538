// Tests as few processes: `node scripts/bundle-tests.mjs FILE…` bundles test files into build/tests, one entry for the files
// of each folder below test/, and prints the entries for `node --test`. To start node and tsx for each file took 29 s of CPU.
// JavaScript, because it would take tsx longer to start than this takes.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'build/tests');

/** Bundled code still finds what lies beside its source. */
const ownUrl = {
  name: 'own-url',
  /** @param {import('esbuild').PluginBuild} build */
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
      loader: 'ts',
    }));
  },
};

/** test/offcpu/read/reader.test.ts → offcpu; test/golden.test.ts → golden, since it takes as long as a folder @param {string} file */
function entryOf(file) {
  const [, first = '', second] = file.split('/');
  if (second !== undefined) return first;
  return first === 'golden.test.ts' ? 'golden' : 'repository';
}

/** Bundles that take longest, longest first: they begin first, so that no process works alone at the end. */
const LONGEST = ['tools', 'golden', 'repository', 'browser', 'stacks'];

/** node --test begins its files in the order of their names, whatever the order of its arguments. @param {string} entry */
function bundleOf(entry) {
  const place = LONGEST.indexOf(entry);
  return `${place < 0 ? LONGEST.length : place}-${entry}`;
}

/** Imports each file by itself, so that one which can't be loaded fails alone and is named. @param {string[]} files */
function entryText(files) {
  const imports = files.map((file) => {
    const name = JSON.stringify(file);
    return `await import(${JSON.stringify(join(root, file))}).catch((error) => test(${name}, () => { throw error; }));\n`;
  });
  return `import { test } from 'node:test';\n${imports.join('')}`;
}

/** @type {Map<string, string[]>} */
const entries = new Map();
for (const file of process.argv.slice(2)) entries.set(entryOf(file), [...(entries.get(entryOf(file)) ?? []), file]);

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
const entryFiles = [...entries].map(([name, files]) => {
  const file = join(target, `${name}.entry.mjs`);
  writeFileSync(file, entryText(files));
  return { in: file, out: bundleOf(name) };
});
await build({
  absWorkingDir: root,
  entryPoints: entryFiles,
  outdir: target,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  sourcemap: true,
  sourcesContent: false,
  chunkNames: 'chunks/[name]-[hash]',
  plugins: [ownUrl],
  logLevel: 'warning',
});
console.log([...entries.keys()].map((name) => `build/tests/${bundleOf(name)}.mjs`).join('\n'));
