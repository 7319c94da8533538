// Whose a run is after sudo.

import assert from 'node:assert/strict';
import { linkSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { handOver } from '../../../../src/record/io/system/hand-over.ts';

const SKIP = process.getuid?.() === 0 ? false : 'only root gives files away';

test('a run by sudo goes to the caller, but no file that the system has, too', { skip: SKIP }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hand-over-'));
  const before = { ...process.env };
  t.after(() => {
    process.env = before;
    rmSync(folder, { recursive: true });
  });
  const [run, library, other] = ['profiles/run', 'libc.so', 'elsewhere'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(join(run, 'objects'), { recursive: true });
  for (const file of [library, other, join(run, 'index.html')]) writeFileSync(file, '');
  linkSync(library, join(run, 'objects', 'libc'));
  symlinkSync(other, join(run, 'link'));
  const owners = (): number[] =>
    [join(folder, 'profiles'), run, join(run, 'index.html'), join(run, 'objects'), library, other].map(
      (path) => statSync(path).uid,
    );

  delete process.env.SUDO_UID;
  handOver(run);
  assert.deepEqual(owners(), [0, 0, 0, 0, 0, 0]);
  Object.assign(process.env, { SUDO_UID: '4242', SUDO_GID: '4343' });
  handOver(run);
  assert.deepEqual(owners(), [0, 4242, 4242, 4242, 0, 0]);
  handOver(join(folder, 'profiles'), { isFlat: true });
  assert.deepEqual(owners(), [4242, 4242, 4242, 4242, 0, 0]);
  assert.equal(statSync(run).gid, 4343);
});
