// Golden cases: every folder fixtures/TOOL/CASE holds a `cmd` and what it must give: `out`, `err`, `status`.
// An absent file means empty, or status 0. `make golden` (UPDATE_GOLDEN=1) rewrites them.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { difference, type Result, ROOT, shell } from './tools.ts';

/** Folders of fixtures/ that hold no cases. */
const NO_CASES = new Set([
  'bpftrace',
  'demo',
  'docs',
  'live',
  'objects',
  'offcpu-labelled',
  'pgrx',
  'profilers',
  'recordings',
]);
const PARALLEL = 2;
const updating = process.env.UPDATE_GOLDEN === '1';

describe('golden', { concurrency: PARALLEL }, () => {
  const fixtures = join(ROOT, 'fixtures');
  for (const tool of foldersOf(fixtures).filter((name) => !NO_CASES.has(name))) {
    for (const name of foldersOf(join(fixtures, tool))) {
      test(`${tool}: ${name.replaceAll('-', ' ')}`, () => check(join(fixtures, tool, name)));
    }
  }
});

async function check(folder: string): Promise<void> {
  const command = join(folder, 'cmd');
  assert.ok(existsSync(command), `${folder} has no file cmd`);
  const result = await shell(readFileSync(command, 'utf8'), folder);
  const expected = filesOf(result);
  if (updating) {
    for (const [file, bytes] of Object.entries(expected)) write(join(folder, file), bytes);
    return;
  }
  const differences = Object.entries(expected)
    .map(([file, bytes]) => difference(file, read(join(folder, file)), bytes))
    .filter((text) => text !== undefined);
  assert.ok(differences.length === 0, `${folder}\n${differences.join('\n')}\n(make golden, then read the git diff)`);
}

/** As they lie in a case's folder; empty is absent. */
function filesOf({ out, err, status }: Result): Record<'out' | 'err' | 'status', Buffer> {
  return { out, err, status: Buffer.from(status === 0 ? '' : `${status}\n`) };
}

function read(file: string): Buffer {
  return existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
}

function write(file: string, bytes: Buffer): void {
  if (bytes.length === 0) rmSync(file, { force: true });
  else if (!read(file).equals(bytes)) writeFileSync(file, bytes);
}

function foldersOf(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
