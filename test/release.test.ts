// make release, in a small repository: what it refuses, and what it leaves.

import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT, shell, temporaryFolder } from './tools.ts';

const CHANGELOG =
  '# Changelog\n\n## [0.3.0] - 2024-06-01\n\n- `perf-fold` does more.\n\n## [0.2.0]\n\n- It did less.\n';

test('make release packs a tag that passes its tests, with a checksum and notes', async () => {
  const folder = temporaryFolder();
  const program = join(folder, 'perf-fold');
  const manifest = { name: 'flamepipe', version: '0.3.0', bin: { 'perf-fold': 'perf-fold' } };
  cpSync(join(ROOT, 'scripts/release.sh'), join(folder, 'scripts/release.sh'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'CHANGELOG.md'), CHANGELOG.replace('[0.3.0]', '[Unreleased]'));
  writeFileSync(join(folder, 'Makefile'), 'check:\n\t@test ! -e broken\n');
  writeFileSync(program, '#!/bin/sh\necho perf-fold 0.2.0\n', { mode: 0o755 });
  const git = 'git -c user.name=a -c user.email=a@localhost -c init.defaultBranch=main';
  const released = async (commands: string): Promise<[string, number]> => {
    const { err, status } = await shell(`${commands} > log && scripts/release.sh > log`, folder, {
      npm_config_cache: join(folder, '.git/npm'),
    });
    return [`${err}`, status];
  };
  const commit = `${git} init -q . && ${git} add . && ${git} commit -qm x && ${git} tag -f v0.3.0`;

  writeFileSync(join(folder, '.gitignore'), 'release/\nlog\n');
  assert.deepEqual(await released(`${git} init -q .`), ['release: commit your changes first\n', 1]);
  const [untagged] = await released(`${commit} && ${git} tag -d v0.3.0`);
  assert.match(untagged, /^release: package.json says 0.3.0, but HEAD has no tag v0.3.0; type: git tag /);
  assert.deepEqual(await released(`${git} tag v0.3.0`), ['release: CHANGELOG.md has no part [0.3.0]\n', 1]);
  writeFileSync(join(folder, 'CHANGELOG.md'), CHANGELOG);
  const [wrong, status] = await released(commit);
  assert.deepEqual([wrong, status], [`release: the tarball's perf-fold says "perf-fold 0.2.0", not 0.3.0\n`, 1]);

  writeFileSync(program, '#!/bin/sh\necho perf-fold 0.3.0\n');
  assert.deepEqual(await released(commit), ['', 0]);
  assert.deepEqual(readdirSync(join(folder, 'release')).sort(), [
    'NOTES.md',
    'flamepipe-0.3.0.tgz',
    'flamepipe-0.3.0.tgz.sha256',
  ]);
  assert.equal(readFileSync(join(folder, 'release/NOTES.md'), 'utf8'), '- `perf-fold` does more.\n');
  assert.equal((await shell('cd release && sha256sum --quiet -c *.sha256', folder)).status, 0);

  writeFileSync(join(folder, 'broken'), '');
  const [, failed] = await released(commit);
  assert.notEqual(failed, 0);
});
