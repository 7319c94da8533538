// flame-record on a real Postgres server: a background worker of an extension, written in C and in Rust, under pgbench,
// before and after a change; and a backend that runs a file of SQL. Skipped, and said so, where this machine can't.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ROOT, shell, temporaryFolder } from '../tools.ts';
import { type Built, builtFromRust } from './pgrx.ts';
import { Postgres } from './postgres.ts';
import { bpftraceVersion, machine, obstacle } from './recording.ts';

const folder = temporaryFolder();
const SECONDS = 5;
/** flame-record's own */
const HZ = 99;
/** By perf's clock, beyond what so few samples leave to chance: 35 of a worker were 0.3 to 1.1 % off, 60 up to 2.4 %. */
const MOST_OFF_SAMPLED = 0.02;
const MOST_OFF = 0.01;

interface Reason {
  reason: string;
  us: number;
  labels: { meanings?: { meaning: string; us: number }[] }[];
}
interface Run {
  endedBy: string;
  partial: boolean;
  identity: { error: number; errorOfSwitches: number };
  reasons: { us: number; reasons: Reason[] };
  warnings: string[];
}

const fileOf = (label: string, name: string): string => readFileSync(join(folder, 'profiles', label, name), 'utf8');
const runOf = (label: string): Run => JSON.parse(fileOf(label, 'run.json')) as Run;

async function record(words: string): Promise<{ out: string; err: string; status: number }> {
  const { out, err, status } = await shell(`flame-record --out-dir profiles ${words}`, folder);
  return { out: out.toString(), err: err.toString(), status };
}

/** The time that has a reason, or a meaning, of all the time that was recorded, 0 to 1. */
function shareOf({ reasons }: Run, name: string): number {
  const parts = reasons.reasons.flatMap(({ reason, us, labels }) => [
    [reason, us] as const,
    ...labels.flatMap(({ meanings = [] }) => meanings.map(({ meaning, us }) => [meaning, us] as const)),
  ]);
  const us = parts.filter(([part]) => part === name).reduce((sum, [, us]) => sum + us, 0);
  return us / reasons.us;
}

const why = Postgres.obstacle() ?? obstacle() ?? (spawnSync('perf', ['--version']).error && 'perf is not installed');
if (why !== undefined) console.error(`SKIPPED: flame-record was not tried on a Postgres server: ${why}`);

describe('a file of SQL in a session of its own', { skip: why ?? false }, () => {
  let postgres: Postgres;
  before(async () => {
    postgres = await Postgres.start();
    chmodSync(folder, 0o755); // psql runs as user postgres
  });
  after(() => postgres?.stop());

  const recordFile = async (label: string, sql: string, options: string) => {
    writeFileSync(join(folder, `${label}.sql`), sql);
    const result = await record(
      `--postgres '${postgres.dsn}' --sql ${label}.sql --mode both --label ${label} ${options}`,
    );
    console.log(`\n${result.out}`);
    const sessions = postgres.query("select pid from pg_stat_activity where application_name = 'flame-record'");
    assert.deepEqual(sessions, [], 'its session is still there');
    return result;
  };

  test('from its first statement to its last, with what the backend waited for', async () => {
    const sql =
      'select pg_sleep(1);\nselect count(md5(n::text)) from generate_series(1, 500000) n;\nselect pg_sleep(0.5);\n';
    const { out, err, status } = await recordFile('whole', sql, '--duration 60');
    assert.equal(status, 0, err + out);
    assert.match(out, /^SQL: whole\.sql, run to its end$/m);
    const run = runOf('whole');
    assert.deepEqual([run.endedBy, run.partial], ['done', false]);
    assert.ok(Math.abs(run.identity.error) < MOST_OFF, `identity off by ${run.identity.error}`);
    const slept = /^ +Timeout:PgSleep +(\d+) us/m.exec(out)?.[1];
    assert.ok(Math.abs(Number(slept) / 1e6 - 1.5) < 0.1, `${slept} us of 1.5 s asleep`);
    assert.match(fileOf('whole', 'cpu.folded'), /pg_md5_hash|md5_text|EVP_/);
    assert.match(fileOf('whole', 'sql.log'), /500000/);
  });

  test('its errors are told, and it goes on as psql does', async () => {
    const { out, err, status } = await recordFile('wrong', 'select bad;\nselect pg_sleep(1);\n', '--duration 60');
    assert.equal(status, 1, err + out);
    assert.match(err, /wrong\.sql: an error .*: psql:wrong\.sql:1: ERROR: {2}column "bad" does not exist/);
    assert.match(out, /column "bad" does not exist/);
    assert.match(out, /Timeout:PgSleep/);
  });

  test('longer than the window: the session ends with it', async () => {
    const { out, err, status } = await recordFile('long', 'select 1;\nselect pg_sleep(600);\n', '--duration 2');
    assert.equal(status, 0, err + out);
    assert.match(out, /^SQL: long\.sql, cut off with the window$/m);
    assert.match(out, /Timeout:PgSleep/);
  });

  test('no such file; a server that lets in by name; nobody of that kind', async () => {
    const words = [`--postgres '${postgres.dsn}' --label no`, "--postgres 'host=/nonexistent' --backend-type x"];
    assert.match(
      (await record(`${words[0]} --sql no.sql`)).err,
      /--sql: no\.sql is no file that user postgres can read/,
    );
    assert.match(
      (await record(`${words[0]} --backend-type x`)).err,
      /no backend is like that; there are:\n.*\n.*checkpointer/s,
    );
    assert.match((await record(words[1] as string)).err, /--postgres: connection to server .* failed/);
    assert.equal(existsSync(join(folder, 'profiles/no')), false);
  });
});

function builtFromC(): Built {
  if (spawnSync('gcc', ['--version']).error) return { why: 'gcc is not installed' };
  const { stdout, error } = spawnSync('pg_config', ['--includedir-server'], { encoding: 'utf8' });
  if (error || !existsSync(join(stdout.trim(), 'postgres.h'))) {
    return { why: 'no headers of the server: apt-get install postgresql-server-dev-all' };
  }
  const file = join(folder, 'queue_worker.so');
  const flags = ['-O2', '-g1', '-fno-omit-frame-pointer', '-shared', '-fPIC', '-Wall', '-I', stdout.trim()];
  execFileSync('gcc', [...flags, '-o', file, join(ROOT, 'fixtures/live/queue_worker.c')]);
  return { file };
}

for (const [language, build] of [
  ['C', builtFromC],
  ['Rust', builtFromRust],
] as const) {
  const built: Built = why === undefined ? build() : { why };
  if (why === undefined && 'why' in built) console.error(`SKIPPED: no extension in ${language}: ${built.why}`);

  describe(`the background worker of an extension in ${language}`, { skip: 'why' in built ? built.why : false }, () => {
    let postgres: Postgres;
    before(async () => {
      postgres = await Postgres.start({ queue_worker: (built as { file: string }).file });
      postgres.query('create table queue (id bigserial, payload text)');
      postgres.query('create table done (id bigint, digest bigint)');
      writeFileSync(join(folder, 'fill.sql'), "insert into queue (payload) values ('x');\n\\sleep 3 ms\n");
      console.log(`Postgres ${postgres.version}, ${bpftraceVersion()} on ${machine()}`);
    });
    after(() => postgres?.stop());

    const recordAs = async (label: string, more = ''): Promise<string> => {
      const workload = postgres.pgbenchLine(`-c 2 -f ${join(folder, 'fill.sql')}`);
      const { out, err, status } = await record(
        `--postgres '${postgres.dsn}' --backend-type 'queue worker' --mode both --duration ${SECONDS} --warmup 1 --label ${label} --workload '${workload}' ${more}`,
      );
      console.log(`\n${language}, ${label}\n${out}`);
      assert.equal(status, 0, err + out);
      return out;
    };

    test('on a CPU and off, with what the server says it waits for', async () => {
      const out = await recordAs(`${language}-baseline`);
      assert.match(out, /^ {2}\[fsync\] .*\n {4}IO:WALSync /m);
      assert.match(out, /^ {2}\[epoll\] .*\n(?: {4}.*\n)* {4}Extension:Extension /m);
      const run = runOf(`${language}-baseline`);
      const { error, errorOfSwitches } = run.identity;
      assert.ok(Math.abs(errorOfSwitches) < MOST_OFF, `identity off by ${errorOfSwitches}`);
      const samples = Array.from(fileOf(`${language}-baseline`, 'cpu.folded').matchAll(/ (\d+)$/gm), ([, count]) =>
        Number(count),
      );
      const chance = (2 * Math.sqrt(samples.reduce((sum, count) => sum + count, 0))) / (HZ * SECONDS);
      assert.ok(
        Math.abs(error) < MOST_OFF_SAMPLED + chance,
        `with perf's samples off by ${error}, ${chance} by chance`,
      );
      assert.match(fileOf(`${language}-baseline`, 'cpu.folded'), /;[\w:]*digest_of(?:;.*)? \d+$/m);
      assert.match(fileOf(`${language}-baseline`, 'offcpu.reasons.folded'), /^\[fsync\];IO:WALSync;/m);
      assert.match(fileOf(`${language}-baseline`, 'offcpu.folded'), /queue_worker_main;/);
      assert.match(
        fileOf(`${language}-baseline`, 'wall.folded'),
        /^postgres;.*;\[fsync\];IO:WALSync;pg_wal\/\w+ \d+$/m,
      );
      assert.doesNotMatch(fileOf(`${language}-baseline`, 'wall.folded'), /^(?!postgres;|# unit: us$|$)/m);
      for (const picture of ['offcpu.reasons.svg', 'index.html'])
        assert.match(fileOf(`${language}-baseline`, picture), /IO:WALSync/);
    });

    test('without synchronous commit it no longer waits for the WAL, and the comparison shows it', async () => {
      postgres.query("alter system set synchronous_commit = 'off'");
      postgres.query('select pg_reload_conf()');
      const out = await recordAs(`${language}-async`, `--compare ${language}-baseline`);
      const [baseline, async] = [runOf(`${language}-baseline`), runOf(`${language}-async`)];
      for (const name of ['fsync', 'IO:WALSync']) {
        const [before, after] = [shareOf(baseline, name), shareOf(async, name)];
        assert.ok(before > 0.01 && after < before / 4, `${name}: ${before} before, ${after} after`);
      }
      assert.match(out, /^ +[\d.]+ +[\d.]+ +-[\d.]+ +(?:gone +)?off CPU: \[fsync\]$/m);
      assert.match(fileOf(`${language}-async`, 'compare.txt'), /IO:WALSync .* -\d+\.\d/);
    });
  });
}
