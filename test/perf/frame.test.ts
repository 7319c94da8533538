import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StackTable, Stop } from '../../src/engine/stack-table.ts';
import { findTailFrame, isJit, isKernel, readFrameLine, withoutOffset } from '../../src/perf/frame.ts';

/** address | symbol | dso, and `inlined`. */
function described(line: string): string {
  const read = readFrameLine(line);
  if (read?.kind === 'srcline') return `place ${read.place}${read.inlined ? ' inlined' : ''}`;
  if (read?.kind !== 'frame') return read?.kind ?? 'strange';
  return `${read.address}|${read.symbol}|${read.dso}${read.inlined ? ' inlined' : ''}`;
}

const LINES: [line: string, expected: string][] = [
  ['\t            11d9 leaf+0x18 (/srv/lab/busy)', '11d9|leaf|/srv/lab/busy'],
  [
    '\tffffffff8103d0ca native_write_msr_safe ([kernel.kallsyms])',
    'ffffffff8103d0ca|native_write_msr_safe|[kernel.kallsyms]',
  ],
  ['  55d0c0de1000 work+0x10 (/opt/app)', '55d0c0de1000|work|/opt/app'],
  ['\t            11d9 leaf+0x18', '11d9|leaf|'],
  ['\t            11d9 leaf', '11d9|leaf|'],
  ['\t            11d9 (/opt/app)', '11d9||/opt/app'],
  ['\t            11d9  (/opt/app)', '11d9||/opt/app'],
  ['\t            11d9', '11d9||'],
  ['\t            11d9 [unknown] (/opt/app)', '11d9||/opt/app'],
  ['\t               0 [unknown] ([unknown])', '0||[unknown]'],
  ['\t    55d0c0de1000 0x55d0c0de1000 (/opt/app)', '55d0c0de1000||/opt/app'],
  ['\t           27304 __libc_start_main_impl+0x84 (inlined)', '27304|__libc_start_main_impl|inlined inlined'],
  ['\t                 inl', '|inl| inlined'],
  ['\t    55d0c0de1000 foo+0x10 (/opt/app+0x1234)', '55d0c0de1000|foo|/opt/app'],
  ['\t    55d0c0de1000 foo+0xffff018fd5dce000 (/usr/lib/ld-2.24.so)', '55d0c0de1000|foo|/usr/lib/ld-2.24.so'],
  ['\t    55d0c0de1000 foo+0x3 (/x.so (deleted))', '55d0c0de1000|foo|/x.so (deleted)'],
  ['\t    55d0c0de1000 foo (/x.so (deleted))', '55d0c0de1000|foo|/x.so (deleted)'],
  [
    '\t    55d0c0de1000 foo+0x3 (/tmp/dir with (odd) [name] ;x/lib a (b).so)',
    '55d0c0de1000|foo|/tmp/dir with (odd) [name] ;x/lib a (b).so',
  ],
  ['\t    55d0c0de1000 foo+0x3 (/tmp/a) b)', '55d0c0de1000|foo|/tmp/a) b'],
  [
    '\t    55d0c0de1000 (anonymous namespace)::run+0x12e3 (/opt/app)',
    '55d0c0de1000|(anonymous namespace)::run|/opt/app',
  ],
  ['\t    55d0c0de1000 (anonymous namespace)::run (/opt/app)', '55d0c0de1000|(anonymous namespace)::run|/opt/app'],
  [
    '\t    55d0c0de1000 std::function<void (int)>::operator()+0x3 (/opt/a b)',
    '55d0c0de1000|std::function<void (int)>::operator()|/opt/a b',
  ],
  ['\t    55d0c0de1000 StubRoutines (1) (/tmp/perf-7.map)', '55d0c0de1000|StubRoutines (1)|/tmp/perf-7.map'],
  ['\t    55d0c0de1000 StubRoutines (1)', '55d0c0de1000|StubRoutines (1)|'],
  [
    '\t    55d0c0de1000 weird sym; with (stuff) [x]: 7+0x1 (/opt/app)',
    '55d0c0de1000|weird sym; with (stuff) [x]: 7|/opt/app',
  ],
  ['\t    55d0c0de1000 leaf+0x10 (/opt/app)\r', '55d0c0de1000|leaf|/opt/app'],
  ['\t0XFfFf1A\tfoo\t(/opt/app)', 'ffff1a|foo|/opt/app'],
  ['\tffff1a\tfoo+0x1\t(/opt/app)', 'ffff1a|foo|/opt/app'],
  ['\tffff1a\t[unknown]\t(/opt/app)', 'ffff1a||/opt/app'],
  ['\tFFFFFFFFFFFFFFFF [unknown] ([unknown])', 'ffffffffffffffff||[unknown]'],
  ['  busy.c:10', 'place busy.c:10'],
  ['  x.c:10 (discriminator 3)', 'place x.c:10'],
  ['  libc-start.c:360 (inlined)', 'place libc-start.c:360 inlined'],
  ['  ??:0', 'place ??:0'],
  ['  :0', 'place :0'],
  ['  lib.so[11634]', 'place lib.so[11634]'],
  ['  [kernel.kallsyms][ffffffff814f9302]', 'place [kernel.kallsyms][ffffffff814f9302]'],
  [' ABI:2    BP:0x7f84    SP:0x1    IP:0x2 ', 'other'],
  ['  BP:0x7f84    SP:0x1    IP:0x2 ', 'other'],
  [' 0x55d0c0de1010/0x55d0c0de0f10/P/-/-/3/CALL/-  0x55d0c0de1020/0x1/M/-/-/7/COND/- ', 'other'],
  [' main+0x10/work+0x0/P/-/-/3/', 'other'],
  [' ilen: 7 insn: 48 89 15 68 2e 00 00', 'other'],
  [' 4K', 'other'],
  [' N/A', 'other'],
  [' N/A 4K', 'other'],
  ['               0 4K', 'other'],
  [' ABI:2    AX:0x12fe4b    BX:0x3                0 N/A', 'other'],
  [' 55d0c0de1000 4K', '55d0c0de1000|4K|'],
  ['\t IPC: 0.52 (12/23) ', 'other'],
  ['\tmain:', 'other'],
  ['\t0000556000001010\tinsn: 48 89', 'other'],
  ['      BPF output: 0000: 01 02', 'other'],
  ['\t<not enough memory for the callchain cursor>', 'other'],
  ['  what is this', 'strange'],
];

for (const [line, expected] of LINES) {
  test(`below a header: ${line.trim()}`, () => assert.equal(described(line), expected));
}

test('the quick look at a frame line agrees with the thorough one wherever it gives an answer', () => {
  let quick = 0;
  for (const [line] of LINES) {
    const table = new StackTable();
    table.write(Buffer.from(`${line}\n`, 'latin1'));
    if (table.scan() !== Stop.unknown) continue;
    const found = table.perf.readFrame();
    if (!found) continue;
    quick++;
    const [symbolFrom, symbolTo, objectFrom, objectTo] = found.words.subarray(found.at);
    const read = readFrameLine(line);
    assert.equal(read?.kind, 'frame', line);
    assert.equal(table.text(symbolFrom as number, symbolTo as number), read.symbol, line);
    assert.equal(withoutOffset(table.text(objectFrom as number, objectTo as number)), read.dso, line);
  }
  assert.ok(quick > 8);
});

test('kernel frames are told by address or object', () => {
  const kernel = (address: string, dso: string): boolean => isKernel({ address, dso });
  for (const dso of [
    '[kernel.kallsyms]',
    '[kernel.kallsyms]_text',
    '[guest.kernel.kallsyms]',
    '[nf_tables]',
    '[bpf]',
    '/lib/modules/6.1.0/build/vmlinux',
    '/lib/ext4.ko.xz',
    'bpf_prog_6896d07dd3e1383c_x',
    '/proc/kcore',
  ]) {
    assert.ok(kernel('1', dso), dso);
  }
  for (const dso of [
    '[vdso]',
    '[vdso32]',
    '[vsyscall]',
    '[heap]',
    '[stack]',
    '[unknown]',
    '[JIT] tid 77',
    '/opt/app',
    '//anon',
    '',
  ]) {
    assert.ok(!kernel('1', dso), dso);
  }
  assert.ok(kernel('ffffffff8103d0ca', '[unknown]'));
  assert.ok(!kernel('ffffffffffffffff', '[unknown]'), 'the end of a cut DWARF callchain');
  assert.ok(!kernel('7fffffffe000', '[unknown]'));
});

test('JIT frames are told by their object', () => {
  for (const dso of ['/tmp/perf-4242.map', '/tmp/jitted-42-7.so', '/home/x/jitted-1-2.so', '[JIT] tid 77']) {
    assert.ok(isJit({ dso }), dso);
  }
  assert.ok(!isJit({ dso: '/opt/perf-tools/app' }));
});

const LEAF = '    55dc3f1b71a3 leaf+0x1a (/opt/app)';
const MEMORY = '|OP LOAD|LVL L1 hit|SNP None|TLB L1 or L2 hit|LCK No|BLK  N/A';

test('the frame of a one-line sample stands behind flags, data addresses and their names', () => {
  const tails = [
    LEAF,
    `  tr strt            ${LEAF} =>     55dc3f1b71a0 main+0x0 (/opt/app)`,
    `         ffff888 ${LEAF}`,
    `    7f2937c85115 buffer+0x8 (/opt/app) ${LEAF}`,
    `    7f2937c85115 [unknown] ([unknown]) ${LEAF}`,
    `     ffff888         68100142 ${MEMORY}                44 ${LEAF}`,
    `${LEAF} ilen: 7 insn: 48 89 05`,
    ` prev_comm=x ==> next_comm=y ${LEAF}`,
  ];
  for (const tail of tails) assert.equal(findTailFrame(tail)?.text, 'leaf+0x1a (/opt/app)', tail);
  assert.equal(findTailFrame('    55dc3f1b71a3 leaf (/opt/app)')?.text, 'leaf (/opt/app)');
  assert.equal(findTailFrame(' ffffffff821facd8 __schedule')?.text, '__schedule');
});

test('numbers in the text of a tracepoint are no frames', () => {
  const texts = [
    ' 8,0 W 4096 () 12345678 + 8 [kworker]',
    ' 8,0 R 12345678 + 8 [fio (x)]',
    ' dev 253,1 ino 11 parent 12 datasync 1',
    ' NR 12 (0, 7ffc2610f86c, 0, 37f, 0, 0)',
    ' (5653e51cc1c1 <- 5653e51cc1f1)',
    ' bytes_req=64 ptr=ffff888012345678 gfp_flags=GFP_KERNEL ffff888012345678 name (x)',
  ];
  for (const text of texts) assert.equal(findTailFrame(text), undefined, text);
});
