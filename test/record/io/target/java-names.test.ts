// How a Java virtual machine is asked for the names of its functions.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { askForNames, ownerOf, runAs } from '../../../../src/record/io/target/java-names.ts';
import { temporaryFolder } from '../../../tools.ts';

test('the jcmd of its own JDK asks it, from Java 17 on', () => {
  const home = temporaryFolder();
  mkdirSync(join(home, 'bin'));
  const java = join(home, 'bin/java');
  assert.equal(askForNames(process.pid, java), undefined); // a JRE
  const jcmd = join(home, 'bin/jcmd');
  writeFileSync(jcmd, '');
  const asks = [jcmd, String(process.pid), 'Compiler.perfmap'];
  assert.deepEqual(askForNames(process.pid, java), asks);
  writeFileSync(join(home, 'release'), 'IMPLEMENTOR="Debian"\nJAVA_VERSION="17.0.15"\n');
  assert.deepEqual(askForNames(process.pid, java), asks);
  writeFileSync(join(home, 'release'), 'JAVA_VERSION="11.0.2"\n');
  assert.equal(askForNames(process.pid, java), undefined);
  assert.equal(askForNames(process.pid, join(home, 'bin/node')), undefined);
});

test('what goes wrong is told, with the words that jcmd wrote', async () => {
  const folder = temporaryFolder();
  const log = join(folder, 'render.log');
  assert.equal(await runAs(undefined, ['sh', '-c', 'echo done'], log), undefined);
  const problem = await runAs(undefined, ['sh', '-c', 'echo unknown command >&2; exit 1'], log);
  assert.match(problem ?? '', /ended with status 1; its words are in render\.log$/);
  assert.equal(readFileSync(log, 'utf8'), 'done\nunknown command\n');
});

test("root runs what lies beside a user's program as that user", () => {
  const status = 'Name:\tjava\nUid:\t0\t1000\t1000\t1000\nGid:\t100\t100\t100\t100\n';
  assert.deepEqual(ownerOf(status, 0), { name: '1000', uid: 1000, gid: 100 });
  assert.equal(ownerOf(status, 1000), undefined);
  assert.equal(ownerOf(status.replaceAll('1000', '0'), 0), undefined);
});
