// The test report of `make`: what failed, what was skipped and why, and the totals as node's own reporters print them.
// JavaScript, since node loads reporters before tsx.

import { relative } from 'node:path';

const TOTAL = /^(?:tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/;

/** @param {AsyncIterable<import('node:test/reporters').TestEvent>} events */
export default async function* report(events) {
  for await (const { type, data } of events) {
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
}
