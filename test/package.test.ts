// The package as npm would publish it: installed from its tarball, offline, it runs.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ENVIRONMENT, ROOT, shell, temporaryFolder } from './tools.ts';

const MOST_BYTES = 2_000_000;
const SAMPLES = `node 7 1.000000:          2 cpu-clock:
\t            55d0 _ZN3job4workEv (/usr/bin/node)
\t            55c0 main (/usr/bin/node)

node 7 1.010000:          3 cpu-clock:
\t            55d0 _ZN3job4workEv (/usr/bin/node)
\t            55c0 main (/usr/bin/node)

`;

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
const folder = temporaryFolder();

function npm(...args: string[]): string {
  const env = { ...ENVIRONMENT, npm_config_cache: join(folder, 'cache'), npm_config_update_notifier: 'false' };
  return execFileSync('npm', [...args, '--loglevel=error'], { cwd: folder, env, encoding: 'utf8' });
}

describe('package', () => {
  const [packed] = JSON.parse(npm('pack', '--json', '--ignore-scripts', ROOT)) as [
    { filename: string; files: { path: string }[] },
  ];
  const tarball = join(folder, packed.filename);

  test('holds the programs, their licences and documents, and nothing else', () => {
    const files = packed.files.map(({ path }) => path);
    for (const file of [
      'dist/perf-fold.cjs',
      'dist/index.js',
      'dist/index.d.ts',
      'dist/THIRD-PARTY-LICENSES.txt',
      'LICENSE',
      'CHANGELOG.md',
    ]) {
      assert.ok(files.includes(file), `no ${file} in ${files.join(' ')}`);
    }
    const others = files.filter(
      (file) => !/^(?:dist\/|docs\/|bpf\/|flamepipe\.mk$|[A-Z]+(?:\.md)?$|package\.json$)/.test(file),
    );
    assert.deepEqual(others, []);
  });

  test('is small', () => assert.ok(statSync(tarball).size < MOST_BYTES, `${statSync(tarball).size} bytes`));

  test('installs without network or build, and folds', async () => {
    const where = temporaryFolder();
    npm('install', '--offline', '--no-audit', '--no-fund', '--prefix', where, tarball);
    writeFileSync(join(where, 'samples'), SAMPLES);
    const version = await shell('node_modules/.bin/perf-fold --version', where);
    assert.equal(`${version.err}${version.out}`, `perf-fold ${manifest.version}\n`);
    const folded = await shell('node_modules/.bin/perf-fold --count samples samples', where);
    assert.equal(`${folded.err}${folded.out}`, 'node;main;job::work 2\n');
    const program = "import { perfFold } from 'flamepipe'; process.stdin.pipe(perfFold()).pipe(process.stdout)";
    const piped = await shell(`node --input-type=module -e "${program}" < samples`, where);
    assert.equal(`${piped.err}${piped.out}`, 'node;main;job::work 5\n');
  });
});
