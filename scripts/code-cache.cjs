// Keeps beside each file of a tool what V8 compiles of it, so that a start need not compile it. The build runs this, and so do
// `make install` and npm's installation, because only the Node that made a code cache can use it.
// code-cache.cjs [DIST [FILE…]]

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
 * The cache of a file of code. The name holds what V8 does not check: builds of Node whose V8 has the same version take each
 * other's caches, and fail. The build copies this function into each launcher.
 */
function codeFile(fs, path) {
  function mark(file) {
    var stat = fs.statSync(file);
    return `${stat.size}-${Math.floor(stat.mtimeMs / 1000)}`;
  }
  return `${path}-${mark(path)}-${process.version}-${mark(process.execPath)}.code`;
}

/** What a module runs in, as V8 compiles it. All of it is ASCII, and Node reads UTF-8 fastest. */
function wrapped(fs, path) {
  return `(function(exports,require,module,__filename,__dirname,setV8Flag){${fs.readFileSync(path, 'utf8')}\n})`;
}

/**
 * require() that uses the code caches of files in `folder`, where they are of this Node and its flags. The build copies this
 * function into each launcher.
 */
function requireIn(folder, require) {
  var fs = require('node:fs');
  return function load(id) {
    var path = folder + id.slice(1);
    var made = { exports: {} };
    var code;
    try {
      if (id[0] === '.') code = fs.readFileSync(codeFile(fs, path));
    } catch (_none) {}
    if (!code) return require(id);
    var script = new (require('node:vm').Script)(wrapped(fs, path), { filename: path, cachedData: code });
    script.runInThisContext()(made.exports, load, made, path, folder, setV8Flag);
    return made.exports;
  };
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

/** Another installation may start the tool meanwhile: it finds the whole cache or none. */
function write(path, script) {
  const fs = require('node:fs');
  writeFileSync(`${path}.new`, script.createCachedData());
  renameSync(`${path}.new`, codeFile(fs, path));
}

/** Runs a tool, because the cache keeps the functions that it calls, too. */
function compileMain(dist, tool) {
  const fs = require('node:fs');
  const main = join(dist, `${tool}.main.cjs`);
  const script = new Script(wrapped(fs, main), { filename: main });
  process.on('exit', () => {
    setV8Flag('--max-optimized-bytecode-size=61440'); // the tool may have changed it: src/cli/optimizer.ts
    write(main, script);
  });
  process.argv.splice(1, process.argv.length, main, ...RUNS[tool][0]);
  script.runInThisContext()({}, (path) => require(path.replace(/^\.\//, `${dist}/`)), {}, main, dist, setV8Flag);
}

/** Compiles all functions of a file that few runs need: those call many of them. */
function compileWhole(path) {
  const fs = require('node:fs');
  const { setFlagsFromString } = require('node:v8');
  setFlagsFromString('--no-lazy');
  const script = new Script(wrapped(fs, path), { filename: path });
  setFlagsFromString('--lazy');
  write(path, script);
}

const MAIN = '.main.cjs';

function compileAll(dist) {
  // in a checkout npm runs this before the build
  const files = existsSync(dist) ? readdirSync(dist) : [];
  for (const file of files) if (file.endsWith('.code')) rmSync(join(dist, file));
  const tools = files.filter((file) => file.endsWith(MAIN)).map((file) => file.slice(0, -MAIN.length));
  const others = files.filter(
    (file) => file.endsWith('.cjs') && !tools.includes(file.replace(/(?:\.main)?\.cjs$/, '')),
  );
  // a tool without a cache only starts slower
  const run = (input, ...names) =>
    spawnSync(process.execPath, [FLAG, __filename, dist, ...names], {
      env: { ...process.env, NODE_OPTIONS: '' },
      input,
      stdio: ['pipe', 'ignore', 'ignore'],
      timeout: 10_000,
    });
  for (const tool of tools) {
    if (!RUNS[tool]) throw new Error(`scripts/code-cache.cjs does not say how to run ${tool}`);
    run(RUNS[tool][1], tool + MAIN);
  }
  run('', ...others);
}

if (require.main === module) {
  const [, , dist = join(__dirname, '../dist'), ...files] = process.argv;
  if (files.length === 0) compileAll(resolve(dist));
  else setV8Flag(NO_FLAG);
  for (const file of files) {
    if (file.endsWith(MAIN)) compileMain(dist, file.slice(0, -MAIN.length));
    else compileWhole(join(dist, file));
  }
}

module.exports = { codeFile, FLAG, NO_FLAG, requireIn, setV8Flag, wrapped };
