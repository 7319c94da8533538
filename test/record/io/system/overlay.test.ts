// Trees in which some files are replaced.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeOverlay } from '../../../../src/record/io/system/overlay.ts';
import { temporaryFolder } from '../../../tools.ts';

test('in a tree of links some files are others, and all the rest are the same', () => {
  const folder = realpathSync(temporaryFolder());
  const [root, program, old] = [join(folder, 'root'), join(folder, 'bin/prögram'), join(folder, 'old')];
  for (const name of ['root', 'bin', 'bin/below']) mkdirSync(join(folder, name));
  for (const name of ['old', 'bin/prögram', 'bin/other', 'bin/below/one']) writeFileSync(join(folder, name), name);
  const gone = join(folder, 'gone/too/program');
  const replaced = [program, gone, join(folder, 'bin/below/none')];
  makeOverlay(root, new Map(replaced.map((path) => [Buffer.from(path).toString('latin1'), old])));
  for (const path of replaced) {
    assert.equal(readFileSync(root + path, 'utf8'), 'old');
    assert.equal(readFileSync(`${root}${path} (deleted)`, 'utf8'), 'old');
  }
  for (const path of [join(folder, 'bin/other'), join(folder, 'bin/below/one'), process.execPath])
    assert.deepEqual(readFileSync(root + path), readFileSync(path));
  rmSync(root, { recursive: true });
  assert.equal(readFileSync(program, 'utf8'), 'bin/prögram', 'the links went, not what they lead to');
});
