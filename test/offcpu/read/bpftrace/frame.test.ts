import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findSymbol, isRawFrame, readFrame } from '../../../../src/offcpu/read/bpftrace/frame.ts';

/** symbol | object, then k or u where the address tells, and `inlined`. */
function described(line: string): string {
  const { symbol, dso, isKernel, inlined } = readFrame(line);
  const side = isKernel === undefined ? '' : isKernel ? ' k' : ' u';
  return `${symbol}|${dso}${side}${inlined ? ' inlined' : ''}`;
}

const LINES: [line: string, expected: string][] = [
  ['    do_nanosleep+94', 'do_nanosleep|'],
  ['        do_nanosleep+0', 'do_nanosleep|'],
  ['    do_nanosleep+0x5e', 'do_nanosleep|'],
  ['    ext4_sync_file+550 [ext4]', 'ext4_sync_file|'],
  ['    0x7f83c7aa3545', '| u'],
  ['    0xffffffff821facd8', '| k'],
  ['    0x21a', '| u'],
  ['    weird sym; with (stuff) [x]: 7+15', 'weird sym; with (stuff) [x]: 7|'],
  ['    ns::(anonymous namespace)::Box::operator,(int)+8', 'ns::(anonymous namespace)::Box::operator,(int)|'],
  ['    Box::operator+(Box const&) const+8', 'Box::operator+(Box const&) const|'],
  ['    JS:~Module._load node:internal/x:1003:24+220', 'JS:~Module._load node:internal/x:1003:24|'],
  ['    clock_gettime@@GLIBC_2.17+225', 'clock_gettime@@GLIBC_2.17|'],
  ['    spin+37@/src/dir/file.c:14', 'spin|'],
  ['    [inlined] turn@/src/dir/file.c:9', 'turn| inlined'],
  ['    [inlined] turn+4@/src/dir/file.c:9', 'turn| inlined'],
  ['    <unwind failure>', '<unwind failure>|'],
  ['\t7fc00eabd545 clock_nanosleep+101 (/usr/lib/libc.so.6)', 'clock_nanosleep|/usr/lib/libc.so.6 u'],
  ['\t7fc00eabd545 f(int, char)+101 (/srv/a (b)/x.so (deleted))', 'f(int, char)|/srv/a (b)/x.so (deleted) u'],
  ['\t7fb7c4ff4bb6 0x7fb7c4ff4bb6 ([unknown])', '|[unknown] u'],
  ['\tffffffff821facd8 __schedule+1560', '__schedule| k'],
  ['\tffffffff821facd8 0xffffffff821facd8', '| k'],
  ['\t7fc00eabd545 ns::f(int) (inlined)', 'ns::f(int)| u inlined'],
  ['7fb7c4ff4bb6', '| u'],
  ['0c5b3c7d0c5b3c7d0c5b3c7d0c5b3c7d0c5b3c7d 0x0c1234', '| u'],
];

for (const [line, expected] of LINES) test(line, () => assert.equal(described(line), expected));

test('the usual form is found in bytes, as readFrame has it', () => {
  for (const [line] of LINES) {
    const places = { from: 0, to: 0, isKernel: false };
    if (!findSymbol(Buffer.from(line, 'latin1'), 0, line.length, places)) continue;
    const frame = readFrame(line);
    assert.equal(line.slice(places.from, places.to), frame.symbol, line);
    if (frame.symbol === '') assert.equal(places.isKernel, frame.isKernel, line);
  }
});

test('a frame at column 0 is an address, or a build id with an offset', () => {
  assert.ok(isRawFrame('ffffffff821facd8'));
  assert.ok(isRawFrame('0c5b3c7d0c5b3c7d0c5b3c7d0c5b3c7d0c5b3c7d 0x0c1234'));
  for (const text of ['', ', sh', 'WARNING: x', 'fade out', 'add']) assert.ok(!isRawFrame(text), text);
});
