// flamepipe.mk: three labels drawn in parallel, and only what changed drawn again. perf is a stand-in that prints a text.

import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT, shell, temporaryFolder } from '../tools.ts';

const LABELS = ['one', 'two', 'three'];
const FILES = ['cpu.svg', 'offcpu.svg', 'offcpu.reasons.svg', 'offcpu.reasons.txt'];

test('three labels, in parallel, and only what changed anew', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'perf'), '#!/bin/sh\nwhile [ "$1" != -i ]; do shift; done\ncat "$2"\n');
  chmodSync(join(folder, 'perf'), 0o755);
  writeFileSync(
    join(folder, 'Makefile'),
    `include $(shell flame-record --makefile-path)\nPERF = ./perf\nall: ${LABELS.flatMap((label) => FILES.map((file) => `profiles/${label}/${file}`)).join(' ')}\n.PHONY: all\n`,
  );
  for (const label of LABELS) {
    const run = join(folder, 'profiles', label);
    mkdirSync(run, { recursive: true });
    copyFileSync(join(ROOT, 'fixtures/docs/out.perf-script'), join(run, 'perf.data'));
    copyFileSync(join(ROOT, 'fixtures/offcpu-fold/our-program/in.txt'), join(run, 'offcpu.raw'));
  }
  const made = async (): Promise<string[]> => {
    const { out, err, status } = await shell('make --no-print-directory -j2 all', folder);
    assert.equal(status, 0, `${err}${out}`);
    return [...out.toString().matchAll(/> (profiles\/\S+)$/gm)].map(([, file = '']) => file).sort();
  };
  assert.equal((await made()).length, 3 * 7);
  assert.match(readFileSync(join(folder, 'profiles/one/cpu.svg'), 'utf8'), /<svg[\s\S]*one: on-CPU/);
  assert.match(readFileSync(join(folder, 'profiles/two/offcpu.reasons.txt'), 'utf8'), /\[\w+\] +\d+ us/);
  assert.deepEqual(await made(), []);
  const later = Date.now() / 1000 + 10;
  utimesSync(join(folder, 'profiles/two/perf.data'), later, later);
  assert.deepEqual(await made(), ['profiles/two/cpu.folded', 'profiles/two/cpu.svg']);

  const compared = await shell('make --no-print-directory compare-one-three', folder);
  assert.equal(compared.status, 0, String(compared.err));
  assert.match(compared.out.toString(), /^profiles\/one\/offcpu.reasons.txt\n[\s\S]*^profiles\/three\//m);
});

test('a failing recording leaves no picture', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'profiles/bad'), { recursive: true });
  writeFileSync(join(folder, 'profiles/bad/offcpu.raw'), 'nothing of bpftrace\n');
  writeFileSync(join(folder, 'Makefile'), 'include $(shell flame-record --makefile-path)\n');
  const { status } = await shell('make profiles/bad/offcpu.svg 2>/dev/null', folder);
  assert.equal(status, 2);
  assert.throws(() => readFileSync(join(folder, 'profiles/bad/offcpu.folded')));
});
