// The extension of fixtures/pgrx, built here.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../tools.ts';

/** An extension that was built; or why it can't be. */
export type Built = { file: string } | { why: string };

/** Cargo alone: what cargo-pgrx would add is SQL, of which this extension has none. */
export function builtFromRust(): Built {
  if (spawnSync('cargo', ['--version']).error) return { why: 'cargo is not installed' };
  const { stdout, error } = spawnSync('sh', ['-c', 'command -v pg_config && pg_config --version'], {
    encoding: 'utf8',
  });
  const [config = '', version = ''] = stdout?.split('\n') ?? [];
  const major = /\d+/.exec(version)?.[0];
  if (error || major === undefined) return { why: 'no pg_config: apt-get install postgresql-server-dev-all' };
  const target = join(ROOT, 'build/pgrx');
  const cargo = (...words: string[]) =>
    spawnSync('cargo', [...words, '--locked', '--manifest-path', join(ROOT, 'fixtures/pgrx/Cargo.toml')], {
      encoding: 'utf8',
      env: {
        ...process.env,
        CARGO_TARGET_DIR: target,
        PGRX_PG_CONFIG_PATH: config,
        RUSTFLAGS: '-C force-frame-pointers=yes', // bpftrace finds callers by them
      },
    });
  if (cargo('fetch').status !== 0) return { why: 'cargo can fetch no crates here' };
  console.log('building the extension in Rust (some minutes, the first time)');
  // with --target the flags are for the extension alone, not for what runs while it is built
  const host = /^host: (.*)$/m.exec(spawnSync('rustc', ['-vV'], { encoding: 'utf8' }).stdout ?? '')?.[1];
  if (host === undefined) return { why: 'rustc does not tell its host' };
  const { status, stderr } = cargo('build', '--release', '--offline', '--features', `pg${major}`, '--target', host);
  const lacks = /Unable to find libclang|requires rustc|'postgres\.h' file not found|linker `\w+` not found/.exec(
    stderr,
  );
  if (status !== 0 && lacks)
    return { why: `${lacks[0]}: it takes libclang-dev, postgresql-server-dev and a new rustc` };
  assert.equal(status, 0, stderr);
  return { file: join(target, host, 'release/libqueue_worker.so') };
}
