import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { latin1 } from '../../src/cli/latin1.ts';
import { OpenFiles } from '../../src/cli/open-files.ts';
import { temporaryFolder } from '../tools.ts';

test('a path of a profiler, which is latin1, leads to the file of those bytes, below any root', () => {
  const root = join(temporaryFolder(), 'a root ü');
  mkdirSync(join(root, 'srv'), { recursive: true });
  writeFileSync(join(root, 'srv/größe'), 'bytes');
  const path = latin1('/srv/größe');
  const files = [new OpenFiles(root).open(path), new OpenFiles().open(latin1(root) + path)];
  assert.deepEqual(
    files.map((read) => `${read?.(1, 3)}`),
    ['yte', 'yte'],
  );
});
