// Golden cases: every folder fixtures/TOOL/CASE holds a `cmd` and what it must give: `out`, `err`, `status`.
// An absent file means empty, or status 0. `make golden` (UPDATE_GOLDEN=1) rewrites them and prints what changed; with
// CASE='TOOL/CASE', in which * stands for anything, it looks at those cases only.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { plainCommands, runPlain } from './plain-commands.ts';
import { difference, type Result, ROOT, shell, TOOLS } from './tools.ts';

/** Folders of fixtures/ that belong to no tool: what tests, documents and the demo read. */
const INPUTS = ['bpftrace', 'demo', 'docs', 'live', 'objects', 'offcpu-labelled', 'pgrx', 'profilers', 'recordings'];
const PARALLEL = 2;
const FIXTURES = join(ROOT, 'fixtures');
const updating = process.env.UPDATE_GOLDEN === '1';
const wanted = process.env.CASE || '*';

interface Case {
  /** TOOL/CASE */
  name: string;
  run(folder: string): Promise<Result>;
}

const cases = TOOLS.flatMap((tool) => foldersOf(join(FIXTURES, tool)).map((name) => `${tool}/${name}`));
const chosen = cases.filter((one) => matchesGlob(one, wanted));

const [plain, others]: Case[][] = [[], []];
for (const name of chosen) {
  const line = read(join(FIXTURES, name, 'cmd')).toString();
  const commands = plainCommands(line);
  if (commands) plain!.push({ name, run: (folder) => runPlain(commands, folder) });
  else others!.push({ name, run: (folder) => shell(line, folder) });
}
describe('golden, in this process', () => plain!.forEach(tested)); // one at a time: each in its own folder
describe('golden, by a shell', { concurrency: PARALLEL }, () => others!.forEach(tested));

function tested(one: Case): void {
  const [tool, name = ''] = one.name.split('/');
  test(`${tool}: ${name.replaceAll('-', ' ')}`, () => check(one));
}

test('CASE names a case', () => assert.ok(chosen.length > 0, `no case matches ${wanted} in fixtures/`));

test('every tool has cases, and every other folder of fixtures is a known one', () => {
  assert.deepEqual(foldersOf(FIXTURES), [...TOOLS, ...INPUTS].sort());
  for (const tool of TOOLS) assert.ok(foldersOf(join(FIXTURES, tool)).length > 0, `no case in fixtures/${tool}`);
});

/** `*` stands for any characters, `/` too. */
function matchesGlob(text: string, pattern: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[^\w-]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
}

/** Runs a case and compares, or writes what it gave. */
async function check({ name, run }: Case): Promise<void> {
  const folder = join(FIXTURES, name);
  assert.ok(existsSync(join(folder, 'cmd')), `fixtures/${name} has no file cmd`);
  const result = await run(folder);
  const differences: string[] = [];
  for (const [file, bytes] of Object.entries(filesOf(result))) {
    const differs = difference(file, read(join(folder, file)), bytes);
    if (differs === undefined) continue;
    differences.push(differs);
    if (updating) write(join(folder, file), bytes);
  }
  const text = `fixtures/${name}\n${differences.join('\n')}`;
  if (!updating) assert.ok(differences.length === 0, `${text}\n(make golden CASE=${name}, then read the git diff)`);
  else if (differences.length > 0) console.log(`changed: ${text}`);
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
  else writeFileSync(file, bytes);
}

function foldersOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
