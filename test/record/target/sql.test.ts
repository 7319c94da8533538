import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backendIn, errorsText, isEnd, sqlArgv, terminateArgv } from '../../../src/record/target/sql.ts';

const SOURCE = { dsn: "host=x'; drop table t --", file: "it's $(reboot).sql" };

test('what the user typed are whole arguments, and in no statement or shell line', () => {
  const argv = sqlArgv(SOURCE);
  assert.deepEqual(
    argv.filter((word) => /drop|reboot/.test(word)),
    [`--dbname=${SOURCE.dsn}`, SOURCE.file],
  );
  assert.deepEqual(terminateArgv('x', 4242).slice(-2), ['-c', 'select pg_terminate_backend(4242)']);
});

test('the backend and the end of the file, among what the file itself prints', () => {
  assert.equal(backendIn(' flamepipe backend 4242'), 4242);
  assert.equal(backendIn('flamepipe backend'), undefined);
  assert.equal(backendIn(' 4242'), undefined);
  assert.deepEqual([isEnd('flamepipe end of file'), isEnd('end of file')], [true, false]);
});

test('errors of the file are told, its notices are not', () => {
  const said = [
    'psql:/x/load.sql:1: NOTICE:  table "t" does not exist, skipping',
    'psql:/x/load.sql:2: ERROR:  column "bad" does not exist',
    'LINE 1: select bad;',
    '               ^',
    'psql:/x/load.sql:4: FEHLER:  Syntaxfehler bei »from«',
  ];
  assert.equal(
    errorsText({ dsn: '', file: 'load.sql' }, said.join('\n')),
    'load.sql: 2 errors, the first (all of it in sql.errors.log): psql:/x/load.sql:2: ERROR:  column "bad" does not exist',
  );
  assert.match(
    errorsText(SOURCE, 'psql: error: load.sql: Permission denied\n') ?? '',
    /an error .*: psql: error: load/,
  );
  assert.equal(errorsText(SOURCE, `${said[0]}\n`), undefined);
  assert.equal(errorsText(SOURCE, ''), undefined);
});
