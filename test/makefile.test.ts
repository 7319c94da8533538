// flamepipe.mk: three labels drawn in parallel, and only what changed drawn again. perf is a stand-in that prints a text.

import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT, shell, temporaryFolder } from './tools.ts';

const LABELS = ['one', 'fsync-off', 'three'];
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
  const withKernel = join(ROOT, 'fixtures/perf-fold/kernel-addresses-by-a-copy-of-kallsyms');
  copyFileSync(join(withKernel, 'in.txt'), join(folder, 'profiles/three/perf.data'));
  copyFileSync(join(withKernel, 'kallsyms'), join(folder, 'profiles/three/kallsyms'));
  const made = async (): Promise<string[]> => {
    const { out, err, status } = await shell('make --no-print-directory -j2 all', folder);
    assert.equal(status, 0, `${err}${out}`);
    return [...out.toString().matchAll(/> (profiles\/\S+)$/gm)].map(([, file = '']) => file).sort();
  };
  assert.equal((await made()).length, 3 * 7);
  assert.match(readFileSync(join(folder, 'profiles/one/cpu.svg'), 'utf8'), /<svg[\s\S]*one: on-CPU/);
  assert.match(readFileSync(join(folder, 'profiles/fsync-off/offcpu.reasons.txt'), 'utf8'), /\[\w+\] +\d+ us/);
  assert.match(
    readFileSync(join(folder, 'profiles/three/cpu.folded'), 'utf8'),
    /;__irq_exit_rcu;handle_softirqs \d+$/m,
  );
  assert.deepEqual(await made(), []);
  const later = Date.now() / 1000 + 10;
  utimesSync(join(folder, 'profiles/fsync-off/perf.data'), later, later);
  assert.deepEqual(await made(), ['profiles/fsync-off/cpu.folded', 'profiles/fsync-off/cpu.svg']);

  utimesSync(join(folder, 'profiles/fsync-off/perf.data'), 0, 0);
  const compared = await shell('make --no-print-directory compare-one-fsync-off compare-fsync-off-three', folder);
  assert.equal(compared.status, 0, String(compared.err));
  assert.match(compared.out.toString(), /profiles\/fsync-off\/offcpu.raw against one; change in ms per second/);
  assert.match(
    compared.out.toString(),
    /^profiles\/diff-fsync-off-three.txt profiles\/diff-fsync-off-three.offcpu.svg /m,
  );
  const picture = readFileSync(join(folder, 'profiles/diff-one-fsync-off.cpu.svg'), 'utf8');
  assert.match(picture, /<svg[\s\S]*fsync-off against one: on-CPU/);
  const again = await shell('make --no-print-directory compare-one-fsync-off', folder);
  assert.doesNotMatch(again.out.toString(), /fold-diff|offcpu-classify/);
  const unclear = await shell('make --no-print-directory compare-one-two-three', folder);
  assert.equal(unclear.status, 2);
  assert.match(unclear.err.toString(), /compare-one-two-three: which are the two labels\?/);
});

test('a comparison records the run that is not there yet, and keeps it', async () => {
  const folder = temporaryFolder();
  const record =
    '#!/bin/sh\nmkdir -p profiles/new-one\necho > profiles/new-one/index.html\ncp out.cpu profiles/new-one/cpu.folded\n';
  writeFileSync(join(folder, 'record'), record);
  chmodSync(join(folder, 'record'), 0o755);
  writeFileSync(join(folder, 'out.cpu'), 'app;main 2\n');
  mkdirSync(join(folder, 'profiles/old'), { recursive: true });
  writeFileSync(join(folder, 'profiles/old/cpu.folded'), 'app;main 1\n');
  writeFileSync(
    join(folder, 'Makefile'),
    'include $(shell flame-record --makefile-path)\nFLAME_RECORD = ./record\nFLAME_LABELS = new-one\n',
  );
  const { out, err, status } = await shell('make --no-print-directory compare-old-new-one', folder);
  assert.equal(status, 0, `${err}${out}`);
  assert.match(out.toString(), /^profiles\/diff-old-new-one.cpu.svg$/m);
  assert.ok(existsSync(join(folder, 'profiles/new-one/index.html')));
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

test('a run that is not complete fails, keeps its page, and is recorded anew; a complete one is not', async () => {
  const folder = temporaryFolder();
  const record =
    '#!/bin/sh\necho "$@" >> log\nmkdir -p profiles/a\necho "{ \\"complete\\": $COMPLETE" > profiles/a/run.json\n' +
    'echo > profiles/a/index.html\n[ "$COMPLETE" = true ] || exit 2\n';
  writeFileSync(join(folder, 'record'), record, { mode: 0o755 });
  writeFileSync(
    join(folder, 'Makefile'),
    'include $(shell flame-record --makefile-path)\nFLAME_RECORD = ./record\nall: profiles/a/index.html\n',
  );
  const statusOf = async (complete: boolean): Promise<number | null> =>
    (await shell(`COMPLETE=${complete} make --no-print-directory all`, folder)).status;
  assert.equal(await statusOf(false), 2);
  assert.ok(existsSync(join(folder, 'profiles/a/index.html')));
  assert.deepEqual([await statusOf(true), await statusOf(false)], [0, 0]);
  const usual = '--out-dir profiles --label a';
  assert.equal(readFileSync(join(folder, 'log'), 'utf8'), `--quiet ${usual}\n--quiet --force ${usual}\n`);
});
