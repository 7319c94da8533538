// The program that a command becomes.

import assert from 'node:assert/strict';
import { realpathSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { programOf } from '../../../src/record/io/command-program.ts';
import { temporaryFolder } from '../../tools.ts';

const SH = realpathSync('/bin/sh');

test('the program of a script is its interpreter, which gets the script as a word', () => {
  const script = join(temporaryFolder(), 'run');
  const headed = (head: string): unknown => {
    writeFileSync(script, `${head}\necho\n`, { mode: 0o755 });
    return programOf([script, 'a']);
  };
  assert.deepEqual(headed('#!/bin/sh'), { path: SH, words: [script, 'a'] });
  assert.deepEqual(headed('#! /bin/sh -e -u '), { path: SH, words: ['-e -u', script, 'a'] });
  assert.deepEqual(headed('#!/usr/bin/env sh'), { path: SH, words: [script, 'a'] });
  assert.deepEqual(headed('#!/usr/bin/env -S A=1 sh -e -u'), { path: SH, words: ['-e', '-u', script, 'a'] });
  assert.equal(headed('#!/nowhere/sh'), undefined);
  assert.deepEqual(headed('echo'), { path: realpathSync(script), words: ['a'] });
});

test('env, nice and their like start the program in their place', () => {
  assert.deepEqual(programOf(['sh', '-c', 'a']), { path: SH, words: ['-c', 'a'] });
  for (const words of [
    ['env', 'A=1'],
    ['nice', '-n', '5'],
    ['env', '-i', 'nice'],
    ['taskset', '-c', '0-1,3'],
  ])
    assert.deepEqual(programOf([...words, 'sh', 'x']), { path: SH, words: ['x'] }, words.join(' '));
  assert.equal(programOf(['nice', '-n', '5', '/nowhere/sh']), undefined);
  assert.equal(basename(programOf(['env'])?.path ?? 'none'), 'none');
});
