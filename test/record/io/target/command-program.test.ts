// The program that a command becomes.

import assert from 'node:assert/strict';
import { chmodSync, chownSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { changesUser, programOf } from '../../../../src/record/io/target/command-program.ts';
import { temporaryFolder } from '../../../tools.ts';

const SH = realpathSync('/bin/sh');

test('the program of a script is its interpreter, which gets the script as a word', () => {
  const script = join(temporaryFolder(), 'run');
  const command = [script, 'a'];
  const headed = (head: string): unknown => {
    writeFileSync(script, `${head}\necho\n`, { mode: 0o755 });
    return programOf(command);
  };
  const plain = { path: SH, argv: command, before: [] };
  assert.deepEqual(headed('#!/bin/sh'), { ...plain, words: command });
  assert.deepEqual(headed('#! /bin/sh -e -u '), { ...plain, words: ['-e -u', ...command] });
  assert.equal(headed('#!/nowhere/sh'), undefined);
  assert.deepEqual(headed('echo'), { ...plain, path: realpathSync(script), words: ['a'] });
});

test('env, nice and their like start the program in their place, also on the first line of a script', () => {
  const words = ['-u', 'a'];
  for (const before of [['env', 'A=1'], ['nice', '-n', '5'], ['env', '-i', 'nice'], ['taskset', '-c', '0-1,3'], []])
    assert.deepEqual(programOf([...before, 'sh', ...words]), { path: SH, argv: ['sh', ...words], words, before });
  assert.equal(programOf(['nice', '-n', '5', '/nowhere/sh']), undefined);
  assert.equal(programOf(['env']), undefined);
  const script = join(temporaryFolder(), 'run');
  writeFileSync(script, '#!/usr/bin/env -S A=1 sh -e -u\n', { mode: 0o755 });
  const given = ['-e', '-u', script, 'a'];
  const before = ['/usr/bin/env', 'A=1'];
  assert.deepEqual(programOf([script, 'a']), { path: SH, argv: ['sh', ...given], words: given, before });
});

test('sh -c starts the program of a simple text in its place', () => {
  const sh = ['sh', '-u', 'a'];
  const plain = { path: SH, argv: sh, words: ['-u', 'a'], before: [] };
  for (const text of ['sh -u a', ' exec sh  -u a ']) assert.deepEqual(programOf(['bash', '-c', text]), plain, text);
  assert.deepEqual(programOf(['sh', '-ec', 'A=1 sh -u a']), { ...plain, before: ['env', 'A=1'] });
  for (const text of [
    'sh -u a; true',
    'sh "-u" a',
    'sh -u $A',
    'cd /tmp',
    'sh a | sh b',
    'sh < a',
    '~/sh',
    'echo a',
    'time sh -u a',
  ]) {
    const program = programOf(['sh', '-c', text]);
    assert.deepEqual([program?.path, program?.words], [SH, ['-c', text]], text);
  }
  const login = programOf(['sh', '-lc', 'sh -u a']); // reads ~/.profile
  assert.deepEqual(login?.words, ['-lc', 'sh -u a']);
});

test('a setuid program becomes another user, unless it is our own', () => {
  const program = join(temporaryFolder(), 'program');
  writeFileSync(program, '');
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(program, 1, 1);
  chmodSync(program, 0o755);
  assert.equal(changesUser(program), false);
  for (const mode of [0o4755, 0o2755]) {
    chmodSync(program, mode);
    assert.equal(changesUser(program), isRoot);
  }
  assert.equal(changesUser('/nowhere/sh'), false);
});
