import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { adviceOn, findingLines, type MachineFacts, machineFindings, targetFindings } from '../../src/record/doctor.ts';
import { debugFileOf, elfFacts } from '../../src/record/elf.ts';
import { mappedFiles } from '../../src/record/maps.ts';

const GOOD: MachineFacts = {
  perf: 'perf version 6.1.1',
  bpftrace: 'bpftrace v0.17.0',
  uid: 0,
  capabilities: 0x1ffffffffffn,
  paranoid: 2,
  kptrRestrict: 1,
  hasTracefs: true,
  hasBtf: true,
  hasCycles: true,
  memlock: 65536,
  kernel: '6.1.0',
};
const faults = (facts: Partial<MachineFacts>): string[] =>
  machineFindings({ ...GOOD, ...facts })
    .filter(({ level }) => level !== 'ok')
    .map(({ level, text, mend }) => `${level}: ${text} > ${mend}`);

describe('machineFindings', () => {
  test('nothing to say of a good machine', () => assert.deepEqual(faults({}), []));

  test('each fault with the command that mends it', () => {
    for (const [facts, expected] of [
      [{ perf: undefined }, /^fault: perf is not installed > apt-get install linux-perf$/],
      [{ perf: 'perf version 5.4.2' }, /^fault: .*too old/],
      [{ bpftrace: undefined }, /^fault: bpftrace is not installed.*apt-get install bpftrace$/],
      [{ bpftrace: 'bpftrace v0.9.4' }, /^fault: .*too old/],
      [{ hasTracefs: false }, /^fault: tracefs.* > sudo mount -t tracefs /],
      [{ hasCycles: false }, /^note: no cycle counter/],
      [{ hasBtf: false }, /^note: .*BTF/],
      [{ kernel: '5.10.0' }, /^note: at most 65536 bytes.* > ulimit -l unlimited$/],
    ] as const) {
      const found = faults(facts);
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(found[0] ?? '', expected);
    }
  });

  test('rights of an ordinary user', () => {
    const user = { uid: 1000, capabilities: 0n, kptrRestrict: 0 };
    assert.match(faults({ ...user, paranoid: 3 })[0] ?? '', /^fault: perf_event_paranoid is 3.*setcap/);
    assert.match(faults({ ...user, paranoid: 2 })[0] ?? '', /^note: .*no kernel frames/);
    assert.match(faults({ ...user, paranoid: -1 })[0] ?? '', /^fault: bpftrace.*only root/);
    assert.deepEqual(faults({ uid: 1000, capabilities: (1n << 38n) | (1n << 39n), kptrRestrict: 0 }), []);
  });

  test('what it would say to a failure', () => {
    assert.equal(adviceOn(machineFindings({ ...GOOD, bpftrace: undefined }), 'bpftrace'), 'apt-get install bpftrace');
    assert.equal(adviceOn(machineFindings(GOOD), 'perf'), '');
  });
});

test('of a target: what its binaries lack', () => {
  const elf = { hasSymbols: false, hasLines: false, buildId: 'ab12', framePointers: false };
  const lines = findingLines(
    targetFindings({
      pid: 7,
      command: 'app',
      root: '/jail',
      isForeignNamespace: false,
      objects: [
        { path: '/app', isMain: true, elf, hasDebugFile: false },
        { path: '/lib/libc.so.6', isMain: false, elf, hasDebugFile: true },
        { path: '/x', isMain: false, elf: undefined, hasDebugFile: false },
      ],
    }),
  );
  assert.match(
    lines,
    /FAULT {2}\/app: no \.symtab, no \.debug_line, no frame pointers\n {7}> find-dbgsym-packages \/app .*strip = "none"/,
  );
  assert.match(lines, /ok {5}\/lib\/libc.so.6: .*a debug file by build-id\n/);
  assert.match(lines, /its root is \/jail/);
});

describe('elfFacts', () => {
  const read = (bytes: Buffer) => (at: number, length: number) => bytes.subarray(at, at + length);

  test("reads this test's own program, and any part of it without harm", () => {
    const bytes = readFileSync(process.execPath);
    assert.ok(elfFacts(read(bytes)));
    for (const length of [0, 3, 63, 64, 200, 5000]) elfFacts(read(bytes.subarray(0, length)));
    assert.equal(elfFacts(read(Buffer.from('#!/bin/sh\n'.repeat(20)))), undefined);
  });

  test('debug files by build-id', () => assert.equal(debugFileOf('ab12cd'), '/usr/lib/debug/.build-id/ab/12cd.debug'));
});

test('mapped code, each file once', () => {
  const maps = `55d0c000-55d0e000 r--p 00000000 fd:01 1 /srv/my app
55d0e000-55d0f000 r-xp 00002000 fd:01 1 /srv/my app
7f00-7f10 r-xp 00000000 fd:01 2 /lib/libc.so.6
7f20-7f30 r-xp 00000000 fd:01 3 /tmp/old.so (deleted)
7f40-7f50 r-xp 00000000 00:00 0 [vdso]
7f60-7f70 r-xp 00000000 00:01 9 /memfd:x
7f80-7f90 r-xp 00000000 fd:01 2 /lib/libc.so.6
`;
  assert.deepEqual(mappedFiles(maps), ['/srv/my app', '/lib/libc.so.6']);
});
