// Keeps beside each tool what V8 compiles of it, so that a start need not compile it. The build runs this, and npm does after
// `npm install`, because only the version of Node that made a code cache can use it.

const { spawnSync } = require('node:child_process');
const { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const { wrap } = require('node:module');
const { join } = require('node:path');
const { Script } = require('node:vm');

const DIST = join(__dirname, '../dist');
const FOLDED = 'main;work 1\n';
const MAP = '@off[1, 1, x, \n    schedule+1\n, \n    main+1\n]: 1\n';
/** Options and input that each tool runs with, because the cache keeps the functions that it calls, too. */
const RUNS = {
  'perf-fold': [['--kernel'], 'x 1 1.0: 1 cpu-clock: \n\t1 work+0x1 (/x)\n\n'],
  'offcpu-fold': [[], MAP],
  'offcpu-classify': [['--table'], MAP],
  'pprof-fold': [[], ''],
  'fold-diff': [['/dev/null', '/dev/null'], ''],
  'fold-grep': [['--include', 'main'], FOLDED],
  'fold-export': [['--json'], FOLDED],
  'fold-merge': [[], FOLDED],
  'flame-svg': [['--title', 'x'], FOLDED],
  'flame-record': [['--version'], ''],
};

function compile(tool) {
  const main = join(DIST, `${tool}.main.cjs`);
  const script = new Script(wrap(readFileSync(main, 'utf8')), { filename: main });
  process.on('exit', () => {
    // another installation may start the tool meanwhile: it finds the whole cache or none
    writeFileSync(`${main}.new`, script.createCachedData());
    renameSync(`${main}.new`, join(DIST, `${tool}.code`));
    process.exitCode = 0;
  });
  process.argv.splice(1, 2, main, ...RUNS[tool][0]);
  script.runInThisContext().call({}, {}, (path) => require(path.replace(/^\./, DIST)), {}, main, DIST);
}

const [, , tool] = process.argv;
if (tool !== undefined) compile(tool);
else {
  // in a checkout npm runs this before the build
  for (const file of existsSync(DIST) ? readdirSync(DIST) : []) {
    const name = /^(.*)\.main\.cjs$/.exec(file)?.[1];
    if (name === undefined) continue;
    if (!RUNS[name]) throw new Error(`scripts/code-cache.cjs does not say how to run ${name}`);
    spawnSync(process.execPath, [__filename, name], { input: RUNS[name][1], stdio: ['pipe', 'ignore', 'ignore'] });
  }
}
