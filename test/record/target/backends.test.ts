import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Backend,
  type BackendOptions,
  backendChoiceOf,
  backendsOf,
  chosenBackends,
  errorOf,
  firstProcessOf,
  isWholeServer,
  listOfBackends,
  otherUserOf,
  processOfBackend,
} from '../../../src/record/target/backends.ts';
import type { Process } from '../../../src/record/target/proc-pid.ts';
import type { Several } from '../../../src/record/target/target.ts';
import { answerOrRefusal } from '../refusal.ts';

const backend = (pid: number, type: string, application = '', query = '', state = 'idle'): Backend => ({
  pid,
  type,
  application,
  state,
  query,
});
const BACKENDS = [
  backend(10, 'checkpointer'),
  backend(11, 'client backend', 'load', 'update t set n = 1'),
  backend(12, 'client backend', 'psql', 'select 1'),
  backend(13, 'queue worker', 'queue worker'),
];
const NONE = { dsn: '', type: undefined, application: undefined, query: undefined };
const chosen = (choice: object, several?: Several): number[] | string => {
  const found = answerOrRefusal(() => chosenBackends({ ...NONE, ...choice }, several, BACKENDS));
  return typeof found === 'string' ? found : found.map(({ pid }) => pid);
};

describe('which backend', () => {
  test('type and application as they are, the query by an expression, all of them together', () => {
    assert.deepEqual(chosen({ type: 'queue worker' }), [13]);
    assert.deepEqual(chosen({ application: 'psql' }), [12]);
    assert.deepEqual(chosen({ query: '^update ' }), [11]);
    assert.deepEqual(chosen({ type: 'client backend', query: '1$', application: 'load' }), [11]);
    assert.match(chosen({ type: 'queue' }) as string, /^no backend is like that; there are:\n/);
  });

  test('several: all that are like that; they are listed where nothing says which, or with --one', () => {
    const both = { type: 'client backend' };
    assert.deepEqual(chosen(both), [11, 12]);
    assert.match(chosen({}) as string, /^4 backends match; /);
    assert.equal((chosen({}, 'all') as number[]).length, 4);
    const text = chosen(both, 'one') as string;
    assert.match(
      text,
      /^2 backends match; choose with .*\n +pid +backend_type .*\n +11 +client backend +load +idle +update/,
    );
    assert.ok(!text.includes('checkpointer'));
    assert.deepEqual(chosen(both, 'first'), [11]);
    assert.deepEqual(chosen(both, 'all'), [11, 12]);
  });

  test('options that mean nothing', () => {
    const options = {
      sql: undefined,
      postgres: undefined,
      'backend-type': undefined,
      'application-name': undefined,
      query: undefined,
    };
    const choiceOf = (given: BackendOptions, isOther: boolean): unknown =>
      answerOrRefusal(() => backendChoiceOf(given, isOther));
    assert.equal(choiceOf(options, true), undefined);
    assert.equal(choiceOf({ ...options, query: 'x' }, false), '--query needs --postgres DSN');
    assert.match(String(choiceOf({ ...options, postgres: '' }, true)), /^choose one of --postgres, --pid/);
    assert.deepEqual(choiceOf({ ...options, postgres: '' }, false), NONE);
    assert.equal(choiceOf({ ...options, sql: 'x' }, false), '--sql needs --postgres DSN');
    const both = { ...options, postgres: '', sql: 'x', query: 'y' };
    assert.match(String(choiceOf(both, false)), /^choose one of --sql, --query/);
  });
});

test("psql's answer: JSON over several lines, names in UTF-8, what is null", () => {
  const answer =
    '[{"pid" : 7, "type" : "é", "application" : null, "state" : "active", "query" : "select \\n1"}, \n {"pid" : 8}]\n';
  assert.deepEqual(backendsOf(Buffer.from(answer).toString('latin1')), [
    backend(7, 'é', '', 'select \n1', 'active'),
    backend(8, '', '', '', ''),
  ]);
  assert.deepEqual(backendsOf('[]\n'), []);
});

test('a list that a terminal obeys in nothing, and that ends', () => {
  const list = listOfBackends([backend(1, 'x', '\x1b[2J\n', `select\t1,\n 2 -- ${'é'.repeat(99)}`)]);
  assert.doesNotMatch(list, /\p{C}(?<!\n)/u);
  assert.match(list, /\\x1b\[2J +idle +select 1, 2 -- é+\.\.\.$/);
  const many = Array.from({ length: 30 }, (_, i) => backend(i + 1, 'client backend'));
  assert.match(listOfBackends(many), /\n {2}and 10 more$/);
});

test('whom root becomes for a server that lets in by name', () => {
  assert.equal(otherUserOf('FATAL:  Peer authentication failed for user "app"\n'), 'app');
  assert.equal(otherUserOf('FATAL:  role "root" does not exist\n'), 'postgres');
});

describe('the process of a backend', () => {
  const process = (pid: number, facts: Partial<Process> = {}): Process => ({
    ...{ pid, parent: 1, comm: 'postgres', command: 'postgres: app db [local] idle', uid: 0, state: 'S' },
    ...{ isKernelThread: false, startTicks: '1', nsPids: [pid], ...facts },
  });
  const self = { pid: 1, uid: 0 };
  const of = (pid: number, processes: Process[], container?: number[]): number | string => {
    const members = container && { name: 'db', pids: new Set(container) };
    const found = answerOrRefusal(() => processOfBackend(pid, processes, members, self));
    return typeof found === 'string' ? found : found.pid;
  };

  test('the id is that of the server’s own namespace', () => {
    assert.equal(of(57, [process(57)]), 57);
    assert.equal(of(57, [process(4057, { nsPids: [4057, 57] }), process(58)]), 4057);
  });

  test('another program that has the same id is none: the server is elsewhere', () => {
    const psql = { comm: 'psql', command: '/usr/lib/postgresql/15/bin/psql -d postgres' };
    assert.equal(
      of(57, [process(57, psql)]),
      "the server's process 57 is not on this machine: flame-record runs where the server runs",
    );
    const forks = { comm: 'edb-postgres', command: '[edb-postgres]' };
    assert.equal(of(57, [process(57, forks)]), 57);
    assert.equal(of(57, [process(57, { comm: 'worker', command: 'postgres: main: queue worker' })]), 57);
  });

  test('two servers in containers: which one is said by --container', () => {
    const two = [process(101, { nsPids: [101, 57] }), process(201, { nsPids: [201, 57] })];
    assert.match(of(57, two) as string, /^process 101 or 201\?/);
    assert.equal(of(57, two, [201, 202]), 201);
    assert.match(of(57, two, [300]) as string, /is not in container db/);
  });

  test('with nothing said of which, its descendants are those of the first process', () => {
    const whole = (choice: object, several?: Several): boolean => isWholeServer({ ...NONE, ...choice }, several);
    assert.deepEqual([whole({}), whole({}, 'all'), whole({}, 'first'), whole({}, 'one')], [true, true, false, false]);
    assert.equal(whole({ type: 'queue worker' }), false);
    const backend = process(57, { parent: 50 });
    const server = process(50, { command: '/usr/lib/postgresql/15/bin/postgres -D /data' });
    assert.equal(firstProcessOf(backend, [backend, server]), server);
    const init = process(50, { comm: 'init', command: '/sbin/init' });
    assert.throws(() => firstProcessOf(backend, [backend, init]), /process 57 has no server above it/);
  });

  test('it must be ours to profile', () => {
    assert.throws(() => processOfBackend(57, [process(57)], undefined, { pid: 1, uid: 9 }), /belongs to user 0/);
  });
});

test("psql's error is told in one line", () => {
  const said =
    'psql: error: connection to server on socket "/run/.s.PGSQL.5432" failed: No such file or directory\n\tIs the server running locally?\n';
  assert.equal(
    errorOf(said),
    'connection to server on socket "/run/.s.PGSQL.5432" failed: No such file or directory; Is the server running locally?',
  );
  assert.equal(errorOf('\n'), '');
});
