// Asks a running PostgreSQL what its wait events are and compares with src/offcpu/reason/pg-wait-events.tsv.
//   node --import tsx scripts/check-pg-wait-events.ts PID        PID: an idle auxiliary process of the server (walwriter); needs gdb and root
// Prints the lines that differ: "-" ours, "+" the server's. If the table ends before the server's version, all are new.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const TABLE = new URL('../src/offcpu/reason/pg-wait-events.tsv', import.meta.url);
/** Class numbers, and how many events to ask for. Of extensions the first: the server looks up others in shared memory. */
const CLASSES = new Map([
  [1, 200],
  [3, 20],
  [4, 1],
  [5, 60],
  [6, 60],
  [7, 1],
  [8, 120],
  [9, 60],
  [10, 150],
]);

const pid = process.argv[2];
if (!pid || !/^\d+$/.test(pid)) {
  console.error('usage: check-pg-wait-events.ts PID');
  process.exit(2);
}

const version = Number(
  /\(PostgreSQL\) (\d+)/.exec(
    execFileSync(`/proc/${pid}/exe`, ['--version'], { encoding: 'utf8', env: serverEnvironment() }),
  )?.[1],
);
const theirs = askServer();
const ours = readTable();
const differences = [
  ...[...ours].filter((line) => !theirs.has(line)).map((line) => `- ${line}`),
  ...[...theirs].filter((line) => !ours.has(line)).map((line) => `+ ${line}`),
];
for (const line of differences) console.log(line);
console.log(`PostgreSQL ${version}: ${theirs.size} wait events, ${differences.length} lines differ`);
process.exitCode = differences.length > 0 ? 1 : 0;

/** A server unpacked somewhere needs its own libraries. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const path = readFileSync(`/proc/${pid}/environ`, 'utf8')
    .split('\0')
    .find((each) => each.startsWith('LD_LIBRARY_PATH='));
  return { ...process.env, ...(path && { LD_LIBRARY_PATH: path.slice('LD_LIBRARY_PATH='.length) }) };
}

function askServer(): Set<string> {
  const call = (name: string, n: number) => `((char *(*)(unsigned int)) ${name})(${n})`;
  const commands = ['set pagination off', 'set unwindonsignal on'];
  for (const [kind, count] of CLASSES) {
    for (let event = kind === 1 ? 1 : 0; event < count; event++) {
      const both = ['pgstat_get_wait_event_type', 'pgstat_get_wait_event'].map((f) => call(f, kind * 2 ** 24 + event));
      commands.push(`printf "@\\t${kind}\\t${event}\\t%s\\t%s\\n", ${both.join(', ')}`);
    }
  }
  const args = ['-q', '-batch', '-p', pid!, ...commands.flatMap((command) => ['-ex', command])];
  const said = execFileSync('gdb', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 26 });
  const unused = /\t(?:unknown wait event|\?\?\?|extension|\(null\)|<unassigned.*|)$/;
  return new Set(
    said
      .split('\n')
      .filter((line) => line.startsWith('@\t') && !unused.test(line))
      // up to 18 the event of class Extension is spelled in both ways
      .map((line) => line.slice(2).replace(/\textension$/i, '\tExtension')),
  );
}

function readTable(): Set<string> {
  const lines = readFileSync(TABLE, 'utf8').split('\n');
  return new Set(
    lines.flatMap((line) => {
      const [, from, to, rest] = /^(\d+)-(\d+)\t(.*)$/.exec(line) ?? [];
      return rest !== undefined && Number(from) <= version && version <= Number(to) ? [rest] : [];
    }),
  );
}
