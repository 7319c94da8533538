// Keeps beside each tool what V8 compiles of it, so that a start need not compile it. The build runs this, and so do
// `make install` and npm's installation, because only the Node that made a code cache can use it.
// code-cache.cjs [DIST [TOOL]]

const { spawnSync } = require('node:child_process');
const { existsSync, readdirSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const { join, resolve } = require('node:path');
const { Script } = require('node:vm');

/**
 * The flag that all tools start with.
 *
 * Old space of 64 MiB: where V8's compiler, which has a thread of its own, needs room beyond its limit, it waits for the main
 * thread to collect garbage. A main thread that ends waits for that thread, so both wait for ever: 3 of 1100 runs of flame-svg
 * on a busy machine. V8's own limit sinks to some MiB with the first collections, but this one stands.
 */
const FLAG = '--initial-old-space-size=64';
/** Gives the flag V8's own value again, when it has done its work. */
const NO_FLAG = '--initial-old-space-size=0';

/**
 * Sets a flag of V8 while it runs, and returns whether it could: Node 24 took that out of process.binding(), and node:v8 loads all
 * of Node's streams. V8 takes no code cache that was made under other flags, and Node's modules have such caches: with the flag above,
 * node:net takes 8 ms, without it 2. The build copies this function into each launcher, which hands it to its tool.
 */
function setV8Flag(flag) {
  if (process.versions.node.split('.')[0] >= 24) return false;
  var quiet = process.noDeprecation;
  process.noDeprecation = true; // nobody can do anything about this one
  try {
    process.binding('v8').setFlagsFromString(flag);
    return true;
  } catch (_forbidden) {
    return false;
  } finally {
    process.noDeprecation = quiet;
  }
}

/**
 * The cache of a tool whose code is in the file `main`. The name holds what V8 does not check: builds of Node whose V8 has the
 * same version take each other's caches, and fail. The build copies this function into each launcher.
 */
function codeFile(fs, main) {
  function mark(file) {
    var stat = fs.statSync(file);
    return `${stat.size}-${Math.floor(stat.mtimeMs / 1000)}`;
  }
  return `${main}-${mark(main)}-${process.version}-${mark(process.execPath)}.code`;
}

/** What a module runs in, as V8 compiles it. All of it is ASCII, and Node reads UTF-8 fastest. */
function wrapped(fs, main) {
  return `(function(exports,require,module,__filename,__dirname,setV8Flag){${fs.readFileSync(main, 'utf8')}\n})`;
}

const FOLDED = '# unit: ns\nmain;work 1\nmain;work;[libc.so.6] 2\n';
const SAMPLE = 'x 1 1.0: 1 cpu-clock: \n\tffffffff81000000 f+0x1 ([kernel.kallsyms])\n\t1 work+0x1 (/x)\n\n';
const MAP = '@off[1, 1, x, \n    schedule+1\n    futex_wait+1\n, \n    main+1\n]: 1\n';
/** Options and input that each tool runs with, because the cache keeps the functions that it calls, too. */
const RUNS = {
  'perf-fold': [[], SAMPLE],
  'offcpu-fold': [[], MAP],
  'offcpu-classify': [['--table'], MAP],
  'pprof-fold': [[], ''],
  'fold-diff': [['/dev/null', '/dev/null'], ''],
  'fold-grep': [['--include', 'main'], FOLDED],
  'fold-export': [['--json'], FOLDED],
  'fold-merge': [[], FOLDED],
  'flame-svg': [[], FOLDED],
  'flame-record': [['--version'], ''],
};

function compile(dist, tool) {
  setV8Flag(NO_FLAG);
  const fs = require('node:fs');
  const main = join(dist, `${tool}.main.cjs`);
  const script = new Script(wrapped(fs, main), { filename: main });
  process.on('exit', () => {
    setV8Flag('--max-optimized-bytecode-size=61440'); // the tool may have changed it: src/cli/optimizer.ts
    // another installation may start the tool meanwhile: it finds the whole cache or none
    writeFileSync(`${main}.new`, script.createCachedData());
    renameSync(`${main}.new`, codeFile(fs, main));
  });
  process.argv.splice(1, process.argv.length, main, ...RUNS[tool][0]);
  script.runInThisContext()({}, (path) => require(path.replace(/^\.\//, `${dist}/`)), {}, main, dist, setV8Flag);
}

function compileAll(dist) {
  // in a checkout npm runs this before the build
  const files = existsSync(dist) ? readdirSync(dist) : [];
  for (const file of files) if (file.endsWith('.code')) rmSync(join(dist, file));
  for (const file of files) {
    const tool = /^(.*)\.main\.cjs$/.exec(file)?.[1];
    if (tool === undefined) continue;
    if (!RUNS[tool]) throw new Error(`scripts/code-cache.cjs does not say how to run ${tool}`);
    // a tool without a cache only starts slower
    spawnSync(process.execPath, [FLAG, __filename, dist, tool], {
      env: { ...process.env, NODE_OPTIONS: '' },
      input: RUNS[tool][1],
      stdio: ['pipe', 'ignore', 'ignore'],
      timeout: 10_000,
    });
  }
}

if (require.main === module) {
  const [, , dist = join(__dirname, '../dist'), tool] = process.argv;
  if (tool === undefined) compileAll(resolve(dist));
  else compile(dist, tool);
}

module.exports = { codeFile, FLAG, NO_FLAG, setV8Flag, wrapped };
