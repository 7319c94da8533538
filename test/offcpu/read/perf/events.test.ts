import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSchedulerEvent } from '../../../../src/offcpu/read/perf/events.ts';

test('switches and wake-ups are read in the form of the kernel and in that of libtraceevent', () => {
  const forms = [
    ' sched:sched_switch: prev_comm=a b prev_pid=21 prev_prio=120 prev_state=D ==> next_comm=next_pid=7 next_pid=22 next_prio=98',
    '          1 sched:sched_switch: a b:21 [120] D ==> next_pid=7:22 [98]',
  ];
  for (const form of forms) {
    assert.deepEqual(readSchedulerEvent(form), { kind: 'switch', state: 2, prev: 21, prevComm: 'a b', next: 22 });
  }
  const wakeUps = [
    ' sched:sched_wakeup: comm=a pid=3 b pid=21632 prio=120 target_cpu=001',
    ' sched:sched_wakeup: a pid=3 b:21632 [120] success=1 CPU:001',
    ' sched:sched_wakeup: a pid=3 b:21632 [120] CPU:001',
  ];
  for (const form of wakeUps) assert.deepEqual(readSchedulerEvent(form), { kind: 'wakeup', wakee: 21632 });
});

test('states are the numbers of prev_state', () => {
  const stateOf = (text: string): number | undefined => {
    const event = readSchedulerEvent(
      ` sched:sched_switch: prev_comm=a prev_pid=1 prev_prio=1 prev_state=${text} ==> next_comm=b next_pid=2 next_prio=1`,
    );
    return event.kind === 'switch' ? event.state : undefined;
  };
  assert.deepEqual(
    ['R', 'R+', 'S', 'D', 'T', 'X', 'Z', 'I', 'D|K'].map(stateOf),
    [0, 0x100, 1, 2, 4, 16, 32, 0x402, 2],
  );
});

test('records and sums', () => {
  assert.deepEqual(readSchedulerEvent(' PERF_RECORD_SWITCH OUT preempt'), { kind: 'out', isPreempted: true });
  assert.deepEqual(readSchedulerEvent(' PERF_RECORD_SWITCH OUT        '), { kind: 'out', isPreempted: false });
  assert.deepEqual(readSchedulerEvent(' PERF_RECORD_SWITCH_CPU_WIDE IN           prev pid/tid:     0/0    '), {
    kind: 'in',
  });
  assert.deepEqual(readSchedulerEvent(' PERF_RECORD_LOST lost 178'), { kind: 'lost', events: 178 });
  assert.deepEqual(readSchedulerEvent('   30412877 offcpu-time: '), { kind: 'off', ns: 30412877 });
  assert.deepEqual(readSchedulerEvent('     250000 cpu-clock:u: '), { kind: 'other' });
});
