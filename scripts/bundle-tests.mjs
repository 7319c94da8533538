// Tests as few processes: test files are bundled into build/tests, one entry for the files of each folder below test/.
// To start node and tsx for each file took 29 s of CPU.
// JavaScript, because it would take tsx longer to start than this takes.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
      contents: readFileSync(path, 'utf8')
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path))),
      loader: 'ts',
    }));
  },
};

/** test/offcpu/read/reader.test.ts → offcpu; test/golden.test.ts → golden, which takes as long as a folder @param {string} file */
function entryOf(file) {
  const [, first = '', second] = file.split('/');
  if (second !== undefined) return first;
  return first === 'golden.test.ts' ? 'golden' : 'repository';
}

/** Entries that take longest, longest first: they begin first, so that no process works alone at the end. */
const LONGEST = ['browser', 'golden', 'tools', 'repository', 'offcpu', 'perf', 'stacks', 'cli', 'flamegraph', 'record'];

/** How often a law is tried that does not say it itself; `make soak` tries more. */
const LAW_RUNS = process.env.LAW_RUNS ?? '50';

/** Imports each file by itself, so that one which can't be loaded fails alone and is named. @param {string[]} files */
function entryText(files) {
  const imports = files.map((file) => {
    const name = JSON.stringify(file);
    return `await import(${JSON.stringify(join(root, file))}).catch((error) => test(${name}, () => { throw error; }));\n`;
  });
  const law = `import fc from 'fast-check';\nfc.configureGlobal({ numRuns: ${LAW_RUNS} });\n`;
  return `import { test } from 'node:test';\n${law}${imports.join('')}`;
}

/**
 * Bundles test files. Gives the bundles' paths, those that take longest first.
 * @param {string[]} files
 */
export async function bundleTests(files) {
  /** @type {Map<string, string[]>} */
  const entries = new Map();
  for (const file of files) entries.set(entryOf(file), [...(entries.get(entryOf(file)) ?? []), file]);

  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const [name, files] of entries) writeFileSync(join(target, `${name}.entry.mjs`), entryText(files));
  await build({
    absWorkingDir: root,
    entryPoints: [...entries.keys()].map((name) => ({ in: join(target, `${name}.entry.mjs`), out: name })),
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
  const rank = (/** @type {string} */ name) => LONGEST.indexOf(name) + 1 || LONGEST.length + 1;
  return [...entries.keys()].sort((a, b) => rank(a) - rank(b)).map((name) => join(target, `${name}.mjs`));
}
