// The test report of `make`: what failed, what was skipped and why, and the totals as node's own reporters print them.
// A test that goes on without an end is named, and ends the process.
// JavaScript, since node loads reporters before tsx.

import { relative } from 'node:path';

const TOTAL = /^(?:tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/;
/** The longest test takes a tenth of this on two busy cores; live ones build whole systems. */
const SILENCE_MS = 1000 * Number(process.env.SILENCE_SECONDS ?? 300);

/** @type {Set<string>} */
const begun = new Set();

function stop() {
  const what =
    begun.size > 0 ? `begun: ${[...begun].join('; ')}` : 'all have ended, something that they opened has not';
  console.log(`not ok: no test has ended for ${SILENCE_MS / 1000} s; ${what}`);
  process.exit(1);
}

/** @param {AsyncIterable<import('node:test/reporters').TestEvent>} events */
export default async function* report(events) {
  const watch = setTimeout(stop, SILENCE_MS).unref();
  for await (const { type, data } of events) {
    watch.refresh();
    if (type === 'test:dequeue') begun.add(data.name);
    if (type === 'test:pass' || type === 'test:fail') begun.delete(data.name);
    if (type === 'test:fail') {
      const { cause, message, failureType } = data.details.error;
      if (failureType === 'subtestsFailed') continue;
      const detail = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause ?? message);
      const file = data.file === undefined ? '' : `${relative('.', data.file)}: `;
      const lines = detail.split('\n').filter((line) => !/^ +at .*\(node:|^ +at node:/.test(line));
      yield `not ok: ${file}${data.name}\n${lines.map((line) => `    ${line}\n`).join('')}`;
    } else if (type === 'test:pass' && data.skip !== undefined) {
      yield `SKIPPED: ${data.name}${typeof data.skip === 'string' ? `: ${data.skip}` : ''}\n`;
    } else if (type === 'test:diagnostic' && data.nesting === 0 && TOTAL.test(data.message)) {
      yield `# ${data.message}\n`;
    } else if (type === 'test:stderr' || type === 'test:stdout') {
      yield data.message;
    }
  }
  clearTimeout(watch);
}
