// A real Postgres server under pgbench, recorded with bpf/offcpu.bt: what its backends wait for must come out under the
// server's own names, by the frames of their stacks and by the wait event read from its memory alike.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { serverFilesOf } from '../../src/record/io/system/proc-files.ts';
import { waitEventsOf } from '../../src/record/target/wait-events.ts';
import { temporaryFolder } from '../tools.ts';
import { Postgres } from './postgres.ts';
import { assertAddsUp, DECODED, percent, type Reading, read, sum, table, type Wait } from './reading.ts';
import { bpftraceVersion, machine, obstacle, record } from './recording.ts';

const SECONDS = 2.5;
/** Time that one side names and the other names differently. */
const MOST_WRONG = 0.01;

interface Situation {
  title: string;
  /** of pgbench: a script, or options of its own */
  script?: string;
  options: readonly string[];
  clients: number;
  /** reasons of the backends' blocked time, with the meanings that all of it must have, by stack and by the server */
  expected: Record<string, RegExp>;
  /** the meanings that must come, and the share of the blocked time they must have */
  shares: [meaning: RegExp, least: number][];
}

const SITUATIONS: Situation[] = [
  {
    title: 'pgbench, TPC-B: commits wait for the WAL',
    options: ['-b', 'tpcb-like', '-c', '4', '-j', '2'],
    clients: 4,
    expected: { 'disk/fsync': /^IO:WAL(?:Init)?Sync$/, 'lock/futex': /^LWLock(?::\w+)?$/ },
    shares: [
      [/^IO:WALSync$/, 0.02],
      [/^LWLock/, 0.02],
      [/^Client:ClientRead$/, 0.02],
    ],
  },
  {
    title: 'one client that thinks: its backend waits for it',
    script: '\\sleep 20 ms\nselect 1;\n',
    options: ['-c', '1'],
    clients: 1,
    expected: { 'poll/epoll': /^Client:ClientRead$/ },
    shares: [[/^Client:ClientRead$/, 0.98]],
  },
  {
    title: 'eight clients, one row: they wait for each other',
    script: 'update hot set n = n + 1 where id = 1;\n',
    options: ['-c', '8', '-j', '2'],
    clients: 8,
    expected: {
      'poll/epoll': /^(?:Lock:(?:transactionid|tuple)|Client:ClientRead)$/,
      'disk/fsync': /^IO:WAL(?:Init)?Sync$/,
    },
    shares: [
      [/^Lock:(?:transactionid|tuple)$/, 0.6],
      [/^Lock:transactionid$/, 0.02],
      [/^Lock:tuple$/, 0.002],
    ],
  },
  {
    title: 'eight clients, small inserts: followers wait for the WAL lock',
    script: 'insert into log values (1);\n',
    options: ['-c', '8', '-j', '2'],
    clients: 8,
    expected: { 'lock/futex': /^LWLock(?::\w+)?$/, 'disk/fsync': /^IO:WAL(?:Init)?Sync$/ },
    shares: [[/^LWLock/, 0.4]],
  },
];

function waitEventAddress(pid: number): number {
  const found = waitEventsOf(serverFilesOf(pid));
  assert.ok(typeof found === 'object', `process ${pid}: ${found}`);
  return found.address;
}

function whyNot(): string | undefined {
  return Postgres.obstacle() ?? obstacle();
}

const why = whyNot();
const folder = temporaryFolder();

/** Skips the test where nothing can be recorded. */
function skipped(t: TestContext): boolean {
  if (why !== undefined) t.skip(why);
  return why !== undefined;
}

/** The same recording as read with the server's wait events, and without. */
interface Both {
  byServer: Reading;
  byStack: Reading;
}

describe('Postgres', () => {
  let postgres: Postgres;
  before(async () => {
    if (why !== undefined) return;
    postgres = await Postgres.start();
    postgres.initialize(10);
    postgres.query('create table hot (id int primary key, n int)');
    postgres.query('insert into hot values (1, 0)');
    postgres.query('create table log (n int)');
    console.log(`Postgres ${postgres.version}, ${bpftraceVersion()} on ${machine()}`);
  });
  after(() => postgres?.stop());

  for (const [i, situation] of SITUATIONS.entries()) {
    const { title, script, options, clients, expected, shares } = situation;
    test(title, async (t) => {
      if (skipped(t)) return;
      const name = `situation-${i}`;
      const file = join(folder, `${name}.sql`);
      if (script !== undefined) writeFileSync(file, script);
      postgres.pgbench(name, [...(script === undefined ? [] : ['-f', file]), ...options]);
      try {
        const [pid = 0] = await postgres.backends(name, clients);
        const address = waitEventAddress(pid);
        const dump = await record(pid, { seconds: SECONDS, address });
        const both = await readBoth(dump, name);
        assertAddsUp(both.byServer, 1);
        assertAddsUp(both.byStack, 1);
        const agreement = agreementOf(both);
        console.log(`\n${title}\n${formatBoth(both, agreement)}`);

        const isDecoded = postgres.majorVersion === DECODED;
        if (!isDecoded) t.diagnostic(`wait events of Postgres ${postgres.version} are not decoded: not compared`);
        for (const { waits } of isDecoded ? [both.byServer, both.byStack] : [both.byStack]) {
          const blocked = waits.filter(({ kind }) => kind !== 'cpu');
          const us = sumOf(blocked);
          for (const [meaning, least] of shares) {
            const share = sumOf(blocked.filter((wait) => meaning.test(wait.meaning))) / us;
            assert.ok(share >= least, `${meaning}: ${percent(share)} of the blocked time`);
          }
          for (const [label, meaning] of Object.entries(expected)) {
            const all = blocked.filter((wait) => wait.label === label);
            const wrong = all.filter((wait) => wait.meaning !== '' && !meaning.test(wait.meaning));
            const shown = JSON.stringify(wrong.map(({ meaning, us }) => [meaning, us]));
            assert.ok(sumOf(wrong) <= MOST_WRONG * us, `${label}, of ${us} us blocked: ${shown}`);
          }
        }
        if (isDecoded) assert.ok(agreement.different <= MOST_WRONG, JSON.stringify(agreement));
      } finally {
        await postgres.endClients();
      }
    });
  }

  test('the processes that wait for work', async (t) => {
    if (skipped(t)) return;
    const processes = postgres
      .query("select pid, backend_type from pg_stat_activity where backend_type in ('walwriter', 'background writer')")
      .map(([pid, type]) => [Number(pid), String(type)] as const);
    for (const [pid, type] of processes) {
      // walwriter naps 200 ms, then 5 s
      postgres.query('insert into log select generate_series(1, 100); select pg_switch_wal()');
      const dump = await record(pid, { seconds: SECONDS, address: waitEventAddress(pid) });
      if (!dump.includes('@thread[')) {
        t.diagnostic(`${type} did not wake up`);
        continue;
      }
      const { byServer } = await readBoth(dump, type.replace(' ', '-'));
      assertAddsUp(byServer, 1);
      const { idle = 0 } = byServer.json.kindsUs;
      assert.ok(idle >= 0.8 * byServer.json.us, `${type}: ${JSON.stringify(byServer.json.kindsUs)}`);
    }
  });
});

async function readBoth(dump: string, name: string): Promise<Both> {
  const withoutEvents = dump.replace(/^(flamepipe offcpu \d+ .* wait_events) 1 /m, '$1 0 ');
  assert.notEqual(withoutEvents, dump);
  return { byServer: await read(dump, folder, name), byStack: await read(withoutEvents, folder, `${name}-stack`) };
}

/** Shares of the blocked time: both name it alike, both do but not alike, one does not. */
interface Agreement {
  same: number;
  different: number;
  onlyServer: number;
  onlyStack: number;
  neither: number;
}

/** A stack has one meaning by its frames, so the two readings can be joined by it. */
function agreementOf({ byServer, byStack }: Both): Agreement {
  const meanings = new Map(byStack.waits.map((wait) => [keyOf(wait), wait.meaning]));
  const agreement = { same: 0, different: 0, onlyServer: 0, onlyStack: 0, neither: 0 };
  const blocked = byServer.waits.filter(({ kind }) => kind !== 'cpu');
  for (const wait of blocked) {
    const [server, stack = ''] = [wait.meaning, meanings.get(keyOf(wait))];
    const how =
      server === ''
        ? stack === ''
          ? 'neither'
          : 'onlyStack'
        : stack === ''
          ? 'onlyServer'
          : isSame(server, stack)
            ? 'same'
            : 'different';
    agreement[how] += wait.us / sumOf(blocked);
  }
  return agreement;
}

/** By its frames a lightweight lock has no name. */
function isSame(server: string, stack: string): boolean {
  return server === stack || (stack === 'LWLock' && server.startsWith('LWLock:'));
}

function keyOf({ label, stack }: Wait): string {
  return `${label} ${stack}`;
}

function sumOf(waits: readonly Wait[]): number {
  return sum(waits.map(({ us }) => us));
}

function formatBoth({ byServer, byStack }: Both, agreement: Agreement): string {
  const cells = (waits: readonly Wait[]): Map<string, number> => {
    const cells = new Map<string, number>();
    for (const { label, meaning, us } of waits) {
      const name = `${label}  ${meaning === '' ? '-' : meaning}`;
      cells.set(name, (cells.get(name) ?? 0) + us);
    }
    return cells;
  };
  const [server, stack] = [cells(byServer.waits), cells(byStack.waits)];
  const names = [...new Set([...server.keys(), ...stack.keys()])];
  const least = 0.001 * byServer.json.us;
  const rows = names
    .map((name) => [name, server.get(name) ?? 0, stack.get(name) ?? 0] as const)
    .filter(([, a, b]) => a + b > least)
    .sort((a, b) => b[1] + b[2] - a[1] - a[2]);
  const shown = rows.map(([name, ...us]) => [
    ...name.split('  '),
    ...us.map((us) => (us === 0 ? '-' : percent(us / byServer.json.us))),
  ]);
  const { same, different, onlyServer, onlyStack, neither } = agreement;
  const words = [
    `named alike ${percent(same)}`,
    `differently ${percent(different)}`,
    `by the server only ${percent(onlyServer)}`,
    `by the stack only ${percent(onlyStack)}`,
    `by none ${percent(neither)}`,
  ];
  const title = ['off CPU', '', 'server', 'stack'];
  return `${table([title, ...shown])}\n  blocked time: ${words.join(', ')}`;
}
