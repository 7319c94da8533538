import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UsageError } from '../../../src/engine/errors.ts';
import { checkContainerName, inspectArgvs, membersOf } from '../../../src/record/target/container.ts';
import { type Process, processOf } from '../../../src/record/target/proc-pid.ts';
import { listOf, type TargetChoice, targetsOf } from '../../../src/record/target/target.ts';
import { answerOrRefusal } from '../refusal.ts';

const process = (pid: number, command: string, more: Partial<Process> = {}): Process => ({
  pid,
  parent: 1,
  comm: command.split(' ')[0] ?? '',
  command,
  uid: 0,
  state: 'S',
  isKernelThread: false,
  startTicks: '1',
  nsPids: [pid],
  ...more,
});
const PROCESSES = [
  process(1, 'init'),
  process(2, '[pgmqtt]', { isKernelThread: true }),
  process(10, 'postgres: pgmqtt worker'),
  process(11, 'postgres: pgmqtt tenant 7'),
  process(12, 'postgres: walwriter', { uid: 105 }),
  process(20, 'bash -c flame-record --pid-pattern pgmqtt'),
  process(21, 'node /usr/local/bin/flame-record --pid-pattern pgmqtt', { parent: 20 }),
  process(30, 'node dist/flame-record.cjs --pid-pattern pgmqtt'),
  process(31, 'pgmqtt', { state: 'Z' }),
];
const SELF = { pid: 21, uid: 0 };
const find = (choice: Partial<TargetChoice>, self = SELF): number[] | string => {
  const none = { pids: [], pattern: undefined, container: undefined, several: undefined };
  const found = answerOrRefusal(() => targetsOf({ ...none, ...choice }, PROCESSES, self));
  return typeof found === 'string' ? found : found.map(({ pid }) => pid);
};

describe('targetsOf', () => {
  test('by id, once each', () => {
    assert.deepEqual(find({ pids: ['10', '11,10'] }), [10, 11]);
    assert.equal(find({ pids: ['999'] }), 'no process 999');
    for (const pid of ['0', '-1', '1.5', '1e1', '', '10 ', '99999999999'])
      assert.match(String(find({ pids: [pid] })), /^--pid takes a process id/);
  });

  test('by pattern: never itself, its parents, other recorders, kernel threads, the dead', () => {
    assert.deepEqual(find({ pattern: 'pgmqtt' }), [10, 11]);
    assert.deepEqual(find({ pattern: 'pgmqtt', several: 'first' }), [10]);
    assert.deepEqual(find({ pattern: 'tenant \\d' }), [11]);
    assert.equal(find({ pattern: 'oracle' }), 'no process matches "oracle"');
    assert.equal(find({ pattern: '^\\./oracle' }), 'no process matches "^\\./oracle"');
    assert.match(String(find({ pattern: '[' })), /^--pid-pattern "\[" is not a regular expression/);
  });

  test('several where there must be one: their command lines and how to choose', () => {
    assert.equal(
      find({ pattern: 'pgmqtt', several: 'one' }),
      '"pgmqtt" matches 2 processes; choose with --pid PID or --first, or drop --one:\n  10  postgres: pgmqtt worker\n  11  postgres: pgmqtt tenant 7',
    );
  });

  test('what can not be profiled', () => {
    assert.match(String(find({ pids: ['2'] })), /is a kernel thread/);
    assert.match(String(find({ pids: ['31'] })), /is a zombie/);
    assert.match(String(find({ pids: ['21'] })), /is flame-record itself/);
    assert.match(String(find({ pids: ['12'] }, { pid: 21, uid: 1000 })), /belongs to user 105/);
    assert.match(String(find({})), /^which process\?/);
  });

  test('in a container, by its own ids', () => {
    const container = { name: 'web', pids: new Set([10, 12]) };
    assert.deepEqual(find({ container, pattern: 'pgmqtt' }), [10]);
    assert.deepEqual(find({ container, pids: ['12'] }), [12]);
    assert.equal(find({ container, pids: ['11'] }), 'no process 11 in container web');
  });

  test('a list never obeys what a command line holds', () => {
    assert.equal(listOf([process(5, 'a\x1b[2J\nb')]), '  5  a\\x1b[2J\\x0ab');
  });
});

test('/proc/PID/stat with any comm', () => {
  const stat = (comm: string, flags = 4194560): string =>
    `7 (${comm}) S 1 7 7 0 -1 ${flags} 1 2 3 4 5 6 7 8 20 0 3 0 4242 1 1\n`;
  const status = 'Name:\tx\nUid:\t33\t34\t0\t0\nNSpid:\t7\t2\n';
  for (const comm of ['mix', 'a) S 9 (b', '(sd-pam)', 'two words', 'x\ny']) {
    const found = processOf({ stat: stat(comm), status, cmdline: 'a\0b c\0' });
    assert.ok(found);
    const { pid, parent, uid, startTicks, nsPids, command, isKernelThread } = found;
    assert.deepEqual(
      [found.comm, pid, parent, uid, startTicks, nsPids, command, isKernelThread],
      [comm, 7, 1, 34, '4242', [7, 2], 'a b c', false],
    );
  }
  const kernel = processOf({ stat: stat('kthreadd', 0x208040), status, cmdline: '' });
  assert.deepEqual([kernel?.isKernelThread, kernel?.command], [true, '[kthreadd]']);
  assert.equal(processOf({ stat: '', status: '', cmdline: '' }), undefined);
});

describe('containers', () => {
  const place = (pid: number, pidNamespace: string, cgroup = '0::/') => ({ pid, pidNamespace, cgroup });

  test('members share the PID namespace of the first process', () => {
    const places = [place(1, 'pid:[1]'), place(50, 'pid:[2]'), place(51, 'pid:[2]'), place(60, 'pid:[3]')];
    assert.deepEqual([...membersOf('web', 50, places, 1)], [50, 51]);
  });

  test("or its control group, where that namespace is the host's", () => {
    const places = [place(1, 'pid:[1]'), place(50, 'pid:[1]', '0::/web'), place(51, 'pid:[1]', '0::/web')];
    assert.deepEqual([...membersOf('web', 50, places, 1)], [50, 51]);
  });

  test('unknown to podman and docker: by the name of a control group', () => {
    const id = '3f2a91bc77de';
    const places = [
      place(1, 'pid:[1]'),
      place(50, 'pid:[2]', `0::/system.slice/docker-${id}0011.scope\n`),
      place(60, 'pid:[3]', '0::/lxc.payload.web/init\n'),
    ];
    assert.deepEqual([...membersOf(id, undefined, places, 1)], [50]);
    assert.deepEqual([...membersOf('web', undefined, places, 1)], [60]);
    assert.deepEqual([...membersOf('we', undefined, places, 1)], []);
  });

  test('a name is never an option', () => {
    checkContainerName('web_1.a-b');
    for (const name of ['', '-x', '--help', 'a b', 'a;b', '$(a)', 'a/b'])
      assert.throws(() => checkContainerName(name), UsageError, name);
    assert.deepEqual(inspectArgvs('web')[0]?.slice(-2), ['--', 'web']);
  });
});
