// The build: engine to wasm, wasm into modules, one minified CommonJS file per binary, executable by itself.
// CommonJS, because Node starts it some 20 ms sooner than the same code as an ES module.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type OnResolveResult, type Plugin } from 'esbuild';
import { OWN_DATA } from '../src/engine/own-data.ts';
import { completions } from './completions.ts';
import { writeDemangleWasm } from './demangle-wasm.ts';
import { manPage } from './man-page.ts';
import { manuals } from './manuals.ts';
import { offcpuRules, quietMeanings, waitEvents } from './offcpu-rules.ts';
import { thirdPartyLicenses } from './third-party.ts';
import { viewerScript } from './viewer-script.ts';

const codeCache = createRequire(import.meta.url)('./code-cache.cjs') as {
  codeFile: unknown;
  FLAG: string;
  NO_FLAG: string;
  requireIn: unknown;
  setV8Flag: unknown;
  wrapped: unknown;
};

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

/** Where src/engine/own-data.ts finds what the build makes. */
const OWN = 'src/engine';

/** What is compiled to WebAssembly: a folder of AssemblyScript, and its first file. */
interface Wasm {
  folder: string;
  entry: string;
  flags: readonly string[];
}

// the minimal runtime gives memory back
const FLAGS = ['-O3', '--noAssert', '--enable', 'simd', '--enable', 'bulk-memory', '--runtime', 'minimal'];
const WASMS: readonly Wasm[] = [
  {
    folder: 'src/engine/wasm',
    entry: 'engine',
    // 64 pages, 4 MiB: a small input fits, so that memory need not grow; each growth took a start 1 ms. At most 3 GiB
    // (less a page): the runtime doubles memory, and takes 65 536 pages for 0; one allocation is at most 1 GiB, and it does
    // not see where the sum leaves 32 bits
    flags: [...FLAGS, '--initialMemory', '64', '--maximumMemory', '49151'],
  },
  {
    folder: 'src/symbols/dwarf/wasm',
    entry: 'dwarf',
    // much of it runs too short for V8 to win back what the compilation of larger code takes
    flags: [...FLAGS, '--shrinkLevel', '1'],
  },
  {
    folder: 'src/symbols/elf/wasm',
    entry: 'symbols',
    flags: FLAGS,
  },
  {
    folder: 'src/symbols/rust/wasm',
    entry: 'rust',
    // it takes no memory but its own buffers
    flags: ['-O3', '--noAssert', '--runtime', 'stub', '--initialMemory', '1', '--maximumMemory', '1'],
  },
];

/** Compiles only if a source has changed since the last time, because it takes more CPU time than all the rest. */
function buildWasm({ folder, entry, flags }: Wasm): void {
  const sources = createHash('sha256').update(flags.join(' ')).update(readFileSync('package-lock.json'));
  for (const file of readdirSync(folder).sort()) sources.update(file).update(readFileSync(`${folder}/${file}`));
  const key = sources.digest('hex');
  const [known, made] = [`build/${entry}.sources`, `build/${entry}.wasm`];
  if (!existsSync(known) || !existsSync(made) || readFileSync(known, 'utf8') !== key) {
    const compiler = 'node_modules/assemblyscript/bin/asc.js';
    execFileSync(process.execPath, [compiler, `${folder}/${entry}.as.ts`, ...flags, '-o', made], { stdio: 'inherit' });
    writeFileSync(known, key);
  }
  copyFileSync(made, `${OWN}/${entry}.generated.wasm`);
}

/** Writes all that is no TypeScript into files that tests and bundles read alike. */
async function buildData(): Promise<void> {
  mkdirSync('build', { recursive: true });
  for (const wasm of WASMS) buildWasm(wasm);
  writeDemangleWasm(`${OWN}/demangle.generated.wasm`);
  for (const kind of ['reasons', 'meanings']) writeFileSync(`${OWN}/${kind}.generated.json`, offcpuRules(kind));
  writeFileSync(`${OWN}/pg-wait-events.generated.tsv`, waitEvents());
  writeFileSync('src/flamegraph/colours/quiet-meanings.generated.ts', quietMeanings());
  const viewer = await viewerScript();
  writeFileSync(`${OWN}/viewer.generated.js`, viewer);
  // for a Content-Security-Policy
  const hash = createHash('sha256').update(viewer).digest('base64');
  writeFileSync(`${OWN}/viewer.generated.hash`, `sha256-${hash}`);
}

/** The parser of yargs works alone: what yargs' helpers import besides has no effect, so the bundle leaves it out. */
const parserAlone: Plugin = {
  name: 'parser-alone',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /platform-shims\/esm\.mjs$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path),
      sideEffects: false,
    }));
    // the bundle is CommonJS and has a require() of its own; node:module would take 1 ms
    onResolve({ filter: /^node:module$/ }, ({ path }) => ({ path, namespace: 'alone' }));
    onLoad({ filter: /./, namespace: 'alone' }, () => ({ contents: 'export const createRequire = () => require;' }));
  },
};

/** What a start need not load: node:zlib would take it 3 ms, our own code 40 us a KB. Its first use loads it. */
interface Late {
  functions?: readonly string[];
  classes?: readonly string[];
}
const ZLIB: Late = {
  functions: ['crc32', 'createGunzip', 'deflateRawSync', 'deflateSync', 'gzipSync', 'inflateSync'],
};
/**
 * Each becomes a file of its own, with copies of what it imports but SHARED: so none may have variables in common with the
 * rest of a tool. Those without names are loaded by import() only.
 */
const LATE: Readonly<Record<string, Late>> = {
  'src/cli/compressed.ts': {},
  'src/cli/help.ts': { functions: ['helpText', 'versionText'] },
  'src/cli/yargs-parser.ts': {},
  'src/perf/loose-header.ts': { functions: ['isFrameColumn', 'isNoFrame', 'readHiddenHeader', 'readLooseHeader'] },
  'src/perf/objects.ts': { classes: ['PerfObjects'] },
  'src/stacks/linear-pattern.ts': { functions: ['linearTest'] },
  'src/stacks/packed/picture-text.ts': {},
  'src/symbols/pending-frames.ts': { classes: ['PendingFrames'] },
  'src/symbols/rust/rust-name.ts': { functions: ['readRustName'] },
  'src/symbols/symbolizer.ts': {},
  'src/tools/flame-record/recorder.ts': {},
};
/** Modules that a tool must have once: errors are recognised by their class, one counter watches the heap, and one tool
 * sets V8's flags. */
const SHARED: Readonly<Record<string, string>> = {
  'src/engine/errors.ts': 'errors',
  'src/engine/heap.ts': 'heap',
  'src/engine/own-module.ts': 'modules',
};

/** A late file is a function of the shared modules, so that it runs with those of its tool. */
function loading(file: string): string {
  return `require("./${basename(file, '.ts')}.cjs")(shared)`;
}

function lateModule(load: string, { functions = [], classes = [] }: Late): string {
  return [
    `import { shared } from 'shared'; let loaded; const load = () => (loaded ??= ${load});`,
    ...functions.map((name) => `export const ${name} = (...given) => load().${name}(...given);`),
    ...classes.map((name) => `export function ${name}(...given) { return new (load().${name})(...given); }`),
  ].join('\n');
}

function lateContents(path: string): string {
  if (path === 'node:zlib') return lateModule('require("node:zlib")', ZLIB);
  if (path === 'src/cli/yargs-parser.ts') {
    const parser = loading(path);
    return `import { shared } from 'shared'; export const Parser = { detailed: (...given) => ${parser}.Parser.detailed(...given) };`;
  }
  return lateModule(loading(path), LATE[path] ?? {});
}

/** `isLate`: is it a late file that is built, which gets the shared modules? */
const late = (isLate: boolean): Plugin => ({
  name: 'late',
  setup({ onLoad, onResolve }) {
    const virtual = (path: string, namespace: string): OnResolveResult => ({ path, namespace, sideEffects: false });
    onResolve({ filter: /^\./, namespace: 'file' }, ({ kind, path, resolveDir }) => {
      const file = relative(root, join(resolveDir, path));
      if (kind === 'dynamic-import') return virtual(file, 'occasional');
      if (kind !== 'import-statement') return undefined;
      if (isLate && SHARED[file]) return virtual(file, 'given');
      return LATE[file] ? virtual(file, 'late') : undefined;
    });
    onResolve({ filter: /^node:zlib$/, namespace: 'file' }, ({ path }) => virtual(path, 'late'));
    onResolve({ filter: /^shared$/ }, ({ path }) => virtual(path, 'shared'));
    onResolve({ filter: /\.cjs$|^node:/, namespace: 'late' }, ({ path }) => ({ path, external: true }));
    onResolve({ filter: /\.cjs$/, namespace: 'occasional' }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /./, namespace: 'late' }, ({ path }) => ({ contents: lateContents(path) }));
    onLoad({ filter: /./, namespace: 'occasional' }, ({ path }) => ({
      contents: `import { shared } from 'shared'; module.exports = ${loading(path)};`,
    }));
    onLoad({ filter: /./, namespace: 'given' }, ({ path }) => ({
      contents: `module.exports = SHARED.${SHARED[path]};`,
    }));
    const own = Object.entries(SHARED).map(([file, name]) => `import * as ${name} from './${file}';`);
    const all = `export const shared = ${isLate ? 'SHARED' : `{ ${Object.values(SHARED)} }`};`;
    onLoad({ filter: /./, namespace: 'shared' }, () => ({
      contents: isLate ? all : [...own, all].join('\n'),
      resolveDir: root,
    }));
  },
});

/** Bundles files into `made`, and gives what esbuild tells of them. */
async function bundle(
  entryPoints: { in: string; out: string }[],
  made: string,
  version: string,
  isLate: boolean,
): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints,
    plugins: [parserAlone, late(isLate)],
    supported: { 'dynamic-import': false }, // require() starts sooner
    outdir: made,
    metafile: true,
    outExtension: { '.js': '.cjs' },
    ...(isLate && {
      // in brackets, V8 does not parse it twice: once to skip it, and again at the call
      banner: { js: 'module.exports=(function(SHARED){const module={exports:{}};' },
      footer: { js: 'return module.exports});' },
    }),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    define: { FLAMEPIPE_VERSION: JSON.stringify(version), 'import.meta.dirname': '__dirname' },
    legalComments: 'none', // they are in THIRD-PARTY-LICENSES.txt
    logLevel: 'warning',
  });
  return metafile;
}

async function buildBinaries(): Promise<void> {
  // made aside and moved when complete: a failed or stopped build leaves the programs of the last one
  const made = 'build/dist';
  rmSync(made, { recursive: true, force: true });
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string; engines: { node: string } };
  const tools = readdirSync('bin').map((file) => basename(file, '.ts'));
  const metafiles = [
    await bundle(
      tools.map((tool) => ({ in: `bin/${tool}.ts`, out: `${tool}.main` })),
      made,
      manifest.version,
      false,
    ),
    await bundle(
      Object.keys(LATE).map((file) => ({ in: file, out: basename(file, '.ts') })),
      made,
      manifest.version,
      true,
    ),
  ];
  // one letter beyond ASCII, which esbuild leaves in regular expressions, doubles what Node has to read
  for (const file of readdirSync(made).filter((name) => name.endsWith('.cjs')))
    if (/[^\0-\x7f]/.test(readFileSync(`${made}/${file}`, 'latin1'))) throw new Error(`${file} is not ASCII`);
  for (const tool of tools)
    writeFileSync(`${made}/${tool}.cjs`, launcher(tool, manifest.engines.node), { mode: 0o755 });
  for (const file of OWN_DATA) copyFileSync(`${OWN}/${file}`, `${made}/${file}`);
  const all = await manuals();
  for (const manual of all) {
    const others = all.map(({ name }) => name).filter((name) => name !== manual.name);
    write(`${made}/man/${manual.name}.1`, manPage(manual, manifest.version, others));
    for (const [file, text] of completions(manual)) write(`${made}/completions/${file}`, text);
  }
  const library = await buildLibrary(made);
  const { streamTypes } = await import('./stream-types.ts'); // it reads the modules that are made first
  writeFileSync(`${made}/index.d.ts`, streamTypes());
  const outputs = [...metafiles, library].flatMap(({ outputs }) => Object.values(outputs));
  const bundled = outputs.flatMap((output) => Object.keys(output.inputs));
  writeFileSync(`${made}/THIRD-PARTY-LICENSES.txt`, thirdPartyLicenses(bundled));
  rmSync('dist', { recursive: true, force: true });
  renameSync(made, 'dist');
  execFileSync(process.execPath, ['scripts/code-cache.cjs']);
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/**
 * What starts a tool's bundle: an old Node would stop at the first word that it doesn't know, with a stack trace.
 * The second line is the shell's, and to Node a string and a comment: it sees a closed stdout, in whose place Node opens /dev/null.
 * `engines` is `>=20.19`.
 */
function launcher(tool: string, engines: string): string {
  const wanted = engines.slice('>='.length);
  const [major, minor] = wanted.split('.');
  // no filter speaks TLS, and Node reads these at its start, for longer than all the rest takes; others may want them below
  const certificates = tool === 'flame-record' ? '' : 'unset NODE_EXTRA_CA_CERTS; ';
  const closed = `{ echo "${tool}: <stdout>: closed; send it to /dev/null to drop it" >&2; exit 2; }`;
  const { codeFile, FLAG, NO_FLAG, requireIn, setV8Flag, wrapped } = codeCache;
  return `#!/bin/sh
":" //; { true 3>&1; } 2>/dev/null || ${closed}; ${certificates}exec node ${FLAG} "$0" "$@"
${codeFile}
${setV8Flag}
${wrapped}
${requireIn}
var version = process.versions.node.split('.');
if (version[0] > ${major} || (version[0] == ${major} && version[1] >= ${minor})) {
  if (process.execArgv == '${FLAG}' && !process.env.NODE_OPTIONS) {
    setV8Flag('${NO_FLAG}');
    requireIn(__dirname, require)('./${tool}.main.cjs');
  } else require('./${tool}.main.cjs');
} else {
  console.error('${tool}: Node ' + process.version + ' is too old: ${tool} needs Node ${wanted} or newer; npm install --global node@22 brings one');
  process.exitCode = 2;
}
`;
}

/** The filters as Node streams, for `import`: an ES module. */
async function buildLibrary(outdir: string): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: ['src/index.ts'],
    outdir,
    metafile: true,
    bundle: true,
    minify: true,
    keepNames: true, // FilterError's, in what Node prints
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    // highland is CommonJS and calls require()
    banner: { js: 'import{createRequire as __r}from"node:module";const require=__r(import.meta.url);' },
    // through2 makes streams of Node itself then
    alias: { 'readable-stream': 'node:stream' },
    legalComments: 'none',
    logLevel: 'warning',
  });
  return metafile;
}

await buildData();
if (process.argv[2] !== 'wasm') {
  await buildBinaries().catch((error: unknown) => {
    // esbuild has printed its own messages
    if (!(error instanceof Error && 'errors' in error)) throw error;
    process.exitCode = 1;
  });
}
