// Runs test files: `node scripts/run-tests.mjs FILE…`. Ends in bounded time, whatever a test, a browser or Node itself does:
// a test without an end is named by the reporter, and a process that does not end is killed with all that it started.
// JavaScript, because it would take tsx longer to start than bundling takes.

import { spawn } from 'node:child_process';
import { bundleTests } from './bundle-tests.mjs';

/** More than two cores, because browsers and recorders wait much. */
const AT_ONCE = 4;
/** For all tests of a bundle; `make live` and `make soak` set another. */
const LIMIT_MS = Number(process.env.LIMIT_MINUTES ?? 20) * 60_000;
/** From a bundle's last line of totals to its end. */
const END_MS = 20_000;

/** Laws make thousands of engines, whose memory V8 collects often: threads that wait for each other took a third of the CPU. */
const ONE_COLLECTOR = '--single-threaded-gc';
const OPTIONS = ['--enable-source-maps', ONE_COLLECTOR, '--test-reporter=./test/reporter.mjs'];
const TOTAL = /^# (\w+) ([\d.]+)$/gm;

/** What ends when this process is ended. @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/** With all its children: each bundle has a process group of its own. @param {import('node:child_process').ChildProcess} child */
function kill(child) {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // has ended
  }
}
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(signal, () => {
    for (const child of running) kill(child);
    process.exit(1);
  });
}

/** Runs a bundle. Gives its totals by their names. @param {string} bundle @returns {Promise<Map<string, number>>} */
function run(bundle) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...OPTIONS, bundle], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    running.add(child);
    child.on('error', reject);
    let text = '';
    /** @type {string | undefined} */
    let fate;
    const end = (/** @type {string} */ why) => () => {
      fate = why;
      kill(child);
    };
    const limit = setTimeout(end(`had not ended after ${LIMIT_MS / 60_000} min`), LIMIT_MS);
    /** @type {NodeJS.Timeout | undefined} */
    let last;
    child.stdout.on('data', (chunk) => {
      text += chunk;
      // whole pieces of the report, at once: a run that is stopped has told what failed
      process.stdout.write(String(chunk).replace(/^# .*\n/gm, ''));
      if (/^# duration_ms /m.test(text))
        last ??= setTimeout(end(`had not ended ${END_MS / 1000} s after its tests`), END_MS);
    });
    child.on('exit', (code, signal) => {
      clearTimeout(limit);
      clearTimeout(last);
      running.delete(child);
      kill(child); // what it left behind would keep its pipe open
      const totals = new Map([...text.matchAll(TOTAL)].map(([, name = '', count]) => [name, Number(count)]));
      if (fate !== undefined) console.log(`${bundle}: ${fate}; killed`);
      const counted = totals.get('fail') === 0 && totals.get('cancelled') === 0;
      // where all tests have passed and the process stays, that is said, but is no fault of theirs
      if (!counted || (code !== 0 && fate === undefined)) {
        process.exitCode = 1;
        if (counted || totals.size === 0) console.log(`not ok: ${bundle}: ended by ${signal ?? `status ${code}`}`);
      }
      resolve(totals);
    });
  });
}

const began = performance.now();
const waiting = await bundleTests(process.argv.slice(2));
/** @type {Map<string, number>} */
const sums = new Map();
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let bundle = waiting.shift(); bundle !== undefined; bundle = waiting.shift()) {
      for (const [name, count] of await run(bundle)) sums.set(name, (sums.get(name) ?? 0) + count);
    }
  }),
);
sums.set('duration_ms', performance.now() - began);
for (const [name, count] of sums) console.log(`# ${name} ${name === 'duration_ms' ? count.toFixed(0) : count}`);
