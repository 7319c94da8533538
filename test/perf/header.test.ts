import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StackTable, Stop } from '../../src/engine/stack-table.ts';
import { emptyHeader, type Header, readStrictHeader } from '../../src/perf/header.ts';
import { readLooseHeader } from '../../src/perf/loose-header.ts';

/** The header's fields as texts: comm | pid | tid | time | period | event | rest. */
function fieldsOf(table: StackTable, header: Header): string {
  const text = (from: number, to: number): string => (from < 0 ? '' : table.text(from, to));
  const number = (value: number): string => (Number.isNaN(value) ? '' : String(value));
  return [
    text(header.commFrom, header.commTo),
    text(header.pidFrom, header.pidTo),
    text(header.tidFrom, header.tidTo),
    number(header.time),
    number(header.period),
    text(header.eventFrom, header.eventTo),
    table.text(header.restFrom, table.lineTo).trim(),
  ].join('|');
}

/** A table that has stopped at this line. */
function stoppedAt(line: string): StackTable {
  const table = new StackTable();
  table.write(Buffer.from(`${line}\n`, 'latin1'));
  assert.notEqual(table.scan(), Stop.more);
  return table;
}

function strict(line: string): string | undefined {
  const table = stoppedAt(line);
  const header = emptyHeader();
  if (!readStrictHeader(table, header)) return undefined;
  return header.kind === 'sample' ? fieldsOf(table, header) : header.kind;
}

function loose(line: string): string | undefined {
  const table = stoppedAt(line);
  const header = readLooseHeader(line, table);
  return header && `${fieldsOf(table, header)}${header.weak ? ' weak' : ''}`;
}

const PADDED: [name: string, line: string, fields: string | undefined][] = [
  ['a process', 'app  4242  1179.382084:    5025125 cpu-clock: ', 'app||4242|1179.382084|5025125|cpu-clock|'],
  ['a cpu', 'app  4242 [003]  1209.655289:    5025125 cycles:P: ', 'app||4242|1209.655289|5025125|cycles:P|'],
  ['no cpu known', 'app  4242 [-01]   100.000001:     250000 cycles:P: ', 'app||4242|100.000001|250000|cycles:P|'],
  ['pid and tid', 'app 23345/23563 [000]   100.000001: 1 x: ', 'app|23345|23563|100.000001|1|x|'],
  ['pid and tid, padded', 'app   368/368   [000]   100.000001: 1 x: ', 'app|368|368|100.000001|1|x|'],
  ['a dead thread', ':-1    -1 [000]  1471.202094:          1  cpu-clock: ', ':-1||-1|1471.202094|1|cpu-clock|'],
  ['tid of 7 columns', 'app    4242  1179.382084: 7 x: ', 'app||4242|1179.382084|7|x|'],
  ['no period', 'swapper     0 [000] 158665.570607: cpu-clock: ', 'swapper||0|158665.570607||cpu-clock|'],
  ['relative time', 'app 17801     0.000060: 5 x: ', 'app||17801|0.00006|5|x|'],
  ['nanoseconds', 'app 17801  1257.128449123: 5 x: ', 'app||17801|1257.128449123|5|x|'],
  ['time of day', 'app 17801 [001] 2024-05-01 12:00:00.000001  1257.128449: 5 x: ', 'app||17801|1257.128449|5|x|'],
  [
    'time of day, nine digits',
    'app 17801 2026-11-22 18:05:09.171763505  1257.128449123: 5 x: ',
    'app||17801|1257.128449123|5|x|',
  ],
  ['misc flags', 'app 17801 [001] U      1257.128449: 5 x: ', 'app||17801|1257.128449|5|x|'],
  ['cpu without brackets', 'lto cgu. 23563   0  1209.655289: 5 x: ', 'lto cgu.||23563|1209.655289|5|x|'],
  ['a guest', 'VM: 4242 VCPU:003 app  4242 [003]   100.000001: 5 cycles:P: ', 'app||4242|100.000001|5|cycles:P|'],
  [
    'padded event names',
    'app 17801  1257.128449:     250000          cpu-clock: ',
    'app||17801|1257.128449|250000|cpu-clock|',
  ],
  [
    'event with terms',
    'app 17801  1257.128449: 5 cpu_core/cycles,period=1000/u: ',
    'app||17801|1257.128449|5|cpu_core/cycles,period=1000/u|',
  ],
  [
    'text of a tracepoint',
    'two words 24621 [000]  1257.128449: sched:sched_switch: prev_comm=a: 1.5: b ==> x',
    'two words||24621|1257.128449||sched:sched_switch|prev_comm=a: 1.5: b ==> x',
  ],
  ['flags', 'app  4242 [003]   100.000001:     250000 cycles:P:   call  ', 'app||4242|100.000001|250000|cycles:P|call'],
  ['a comm of digits', 'tid 42 x 28679  1330.990015: 1 x: ', 'tid 42 x||28679|1330.990015|1|x|'],
  ['a comm in brackets', '[kw/0:1] 23161  1179.382084: 1 x: ', '[kw/0:1]||23161|1179.382084|1|x|'],
  [
    'a comm like a header',
    'a 1 [000] 2.3:  26719  1295.389087:    5025125 cpu-clock: ',
    'a 1 [000] 2.3:||26719|1295.389087|5025125|cpu-clock|',
  ],
  ['blanks around the comm', '  lead   28679  1330.990015: 1 x: ', 'lead||28679|1330.990015|1|x|'],
  ['no comm', ' 26717  1295.397758:    5025125 cpu-clock: ', '||26717|1295.397758|5025125|cpu-clock|'],
  ['a comm like a record', 'PERF_RECORD_X 26722  1295.415939: 5 x: ', 'PERF_RECORD_X||26722|1295.415939|5|x|'],
  ['a record', 'perf-exec  1160 [000]  1470.768168: PERF_RECORD_LOST lost 666', 'record'],
  ['a metric', 'app  1160 [000]  1470.768168: \tmetric: 1.2 insn per cycle', 'record'],
  ['deferred', 'pwd  2312  121.163447: DEFERRED CALLCHAIN [cookie: b00000006]', undefined],
  ['deferred, padded', 'pwd  2312   121.163447: DEFERRED CALLCHAIN [cookie: b00000006]', 'deferred'],
  ['a carriage return', 'app  4242  1179.382084:    5025125 cpu-clock: \r', 'app||4242|1179.382084|5025125|cpu-clock|'],
  ['a frame', '\t            11d9 leaf+0x18 (/srv/lab/prog/busy)', undefined],
  ['a frame with colons', '\t 55d0 a::b<1.123456: >::c+0x18 (/srv/a)', undefined],
];

for (const [name, line, fields] of PADDED) {
  test(`header as perf prints it: ${name}`, () => assert.equal(strict(line), fields));
}

const SQUEEZED: [name: string, line: string, fields: string][] = [
  ['squeezed blanks', 'app 4242 [003] 100.000001: 250000 cycles: ', 'app||4242|100.000001|250000|cycles|'],
  [
    'squeezed, digits in the comm',
    'FS Broker 5858 4242 [003] 100.000001: 1 c: ',
    'FS Broker 5858||4242|100.000001|1|c|',
  ],
  [
    'tabs',
    'Gecko\t25122 [007] 115539.936601:\t\t1000000 task-clock:u:',
    'Gecko||25122|115539.936601|1000000|task-clock:u|',
  ],
  ['no time', 'func_ab 15294 cpu-clock: ', 'func_ab||15294|||cpu-clock|'],
  ['no time, a period', 'app 23167    5025125 cpu-clock: ', 'app||23167||5025125|cpu-clock|'],
  ['only the event', 'cpu-clock: ', '|||||cpu-clock| weak'],
  ['only the tid', '23167 ', '||23167|||| weak'],
  ['only the comm', 'comma,x ', 'comma,x|||||| weak'],
  ['misc, no time', 'app U     cpu-clock: ', 'app|||||cpu-clock| weak'],
  ['misc and a period', 'app U        5025125 cpu-clock: ', 'app||||5025125|cpu-clock|'],
  ['misc, time only', 'app Kp      100.000001: cpu-clock: ', 'app|||100.000001||cpu-clock|'],
  ['a comm like misc', 'app U   100.000001: cpu-clock: ', 'app U|||100.000001||cpu-clock|'],
  ['an address, no time', 'app cpu-clock:                0', 'app|||||cpu-clock| weak'],
  ['comm and tid', 'tid 42 x 23167 ', 'tid 42 x||23167|||| weak'],
];

for (const [name, line, fields] of SQUEEZED) {
  test(`header that lost its padding or fields: ${name}`, () => {
    assert.equal(strict(line), undefined);
    assert.equal(loose(line), fields);
  });
}
