// flame-record --statements on a real Postgres server: which statement each wait was in, who held the row, and no constant in
// any file that is to be shared. Skipped, and said so, where this machine can't.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { shell, temporaryFolder } from '../tools.ts';
import { Postgres } from './postgres.ts';
import { obstacle } from './recording.ts';

const why = Postgres.obstacle() ?? obstacle();
if (why !== undefined) console.error(`SKIPPED: statements were not recorded: ${why}`);

interface Place {
  meaning?: string;
  statement?: string;
  us: number;
  wakers: { name: string; us: number }[];
}

const FIGHT = `begin;
update fight set v = v + 1 where name = 'sesame';
select outer_work(2);
commit;
`;

describe('statements of a server', { skip: why ?? false }, () => {
  const folder = temporaryFolder();
  let postgres: Postgres;
  let places: Place[] = [];
  before(async () => {
    postgres = await Postgres.start();
    postgres.query("create table fight as select 'sesame'::text as name, 0 as v");
    postgres.query(
      'create function outer_work(n int) returns void language plpgsql as $$ begin for i in 1..n loop perform pg_sleep(0.002); end loop; end $$',
    );
    writeFileSync(join(folder, 'fight.sql'), FIGHT);
    postgres.pgbench('fight', ['-c', '2', '-f', join(folder, 'fight.sql')]);
    await postgres.backends('fight', 2);
    const target = `--postgres '${postgres.dsn}' --application-name fight --statements --mode offcpu --duration 3 --label a`;
    const { err, status } = await shell(`flame-record --out-dir runs ${target}`, folder);
    assert.equal(status, 0, err.toString());
    places = JSON.parse(readFileSync(join(folder, 'runs/a/offcpu.reasons.json'), 'utf8')).where;
  });
  after(() => postgres?.stop());

  const sum = (some: readonly { us: number }[]): number => some.reduce((all, { us }) => all + us, 0);

  test('a row is waited for in the statement that wants it, until the other backend lets it go', () => {
    const ofRow = places.filter(({ meaning }) => meaning === 'Lock:transactionid');
    assert.ok(sum(ofRow) > 100_000, `${sum(ofRow)} us`);
    for (const { statement } of ofRow) assert.equal(statement, 'update fight set v = v + ? where name = ?');
    const wakers = ofRow.flatMap((place) => place.wakers).filter(({ name }) => /^postgres \d+$/.test(name));
    assert.ok(sum(wakers) > 0.9 * sum(ofRow), `${sum(wakers)} of ${sum(ofRow)} us`);
  });

  test('a function that sleeps shows the statement that it runs, not its caller', () => {
    const asleep = places.filter(({ meaning }) => meaning === 'Timeout:PgSleep');
    const inner = asleep.filter(({ statement }) => statement?.toLowerCase() === 'select pg_sleep(?)');
    assert.ok(sum(inner) > 0.99 * sum(asleep), JSON.stringify(asleep));
  });

  test('only the dump has constants, and only its owner can read it', () => {
    const run = join(folder, 'runs/a');
    for (const entry of readdirSync(run, { withFileTypes: true })) {
      const { name } = entry;
      // programs and libraries
      if (entry.isDirectory()) assert.equal(name, 'objects');
      else if (name === 'offcpu.raw') assert.equal(statSync(join(run, name)).mode & 0o077, 0);
      else assert.ok(!readFileSync(join(run, name), 'latin1').includes('sesame'), name);
    }
    assert.match(readFileSync(join(run, 'offcpu.raw'), 'latin1'), /sesame/);
  });
});
