// Statements lose their constants before anybody else reads them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { entriesOf } from '../../../src/offcpu/entry-rows.ts';
import { OffcpuReader } from '../../../src/offcpu/read/reader.ts';
import { normalStatement } from '../../../src/offcpu/read/statement.ts';
import { ROOT } from '../../tools.ts';

const CASES: readonly [string, string][] = [
  ["UPDATE queue SET state = 'done' WHERE id = 12", 'update queue SET state = ? WHERE id = ?'],
  ['select a1, "b;2" from t where x = $1', 'select a1, "b;2" from t where x = $1'],
  ["select 'it''s', E'it\\'s', U&'\\0041', $$x$$, $f$ $$ $f$, 1.5e-3, .5, 0x1f", 'select ?, ...'],
  ['select * from t where id in (1, 2,3)', 'select * from t where id in (?, ...)'],
  ['  -- secret\n/* secret */ select 1', 'select ?'],
  ["ALTER ROLE bob PASSWORD 'secret'", 'alter role'],
  ["create user mapping for x server y options (password 'secret')", 'create user'],
  ["set app.token = 'secret'", 'set'],
  ['do $$ begin perform secret(); end $$;', 'do'],
  ...['commit;', 'END', 'Commit Work;', 'end transaction and no chain'].map(
    (text) => [text, 'commit'] as [string, string],
  ),
  ...['ROLLBACK', 'abort work', 'rollback transaction'].map((text) => [text, 'rollback'] as [string, string]),
  ...['begin isolation level serializable', 'START TRANSACTION'].map((text) => [text, 'begin'] as [string, string]),
  ["commit prepared 'secret'", 'commit prepared'],
  ["abort; rollback prepared 'secret'", 'rollback; rollback prepared'],
  ['rollback work to savepoint secret', 'rollback to'],
  ["prepare transaction 'secret'", 'prepare transaction'],
  ["prepare secret as select 'transaction'", 'prepare'],
  ['analyse secret', 'analyze'],
  [
    'create function f() begin atomic select case when 1 then 2 end; select secret; END; end',
    'create function; commit',
  ],
  ['select 1 as end; end', 'select ? as end; commit'],
  ['begin; select 1; alter role bob password secret', 'begin; select ?; alter role'],
  ["select 'a\\' secret'", 'select ?'],
  ["(select 'x') union select 2", '(select ?) union select ?'],
  ["explain analyze select 'secret'", 'explain'],
  ['with x as (select 1) select * from x', 'with x as (select ?) select * from x'],
  ['update a set b = b + -12, c = -1 where d - 1 > (-2)', 'update a set b = b + ?, c = ? where d - ? > (?)'],
  ['', ''],
];

describe('a statement', () => {
  for (const [text, normal] of CASES)
    test(`is ${normal || 'nothing'}`, () => assert.equal(normalStatement(text, false), normal));

  test('that is cut off says so, and keeps nothing of a constant that has no end', () => {
    assert.equal(normalStatement("select * from t where name = 'secr", true), 'select * from t where name = ?...');
    assert.equal(normalStatement('select $tag$secr', true), 'select ?...');
    assert.equal(normalStatement('select 1 /* secr', true), 'select ?...');
    assert.equal(normalStatement("alter role bob password 'secr", true), 'alter role');
    for (const id of [7, 70, 700]) {
      const cut = `update accounts set a = a + ${id} where bid = 3`.slice(0, 38);
      assert.equal(normalStatement(cut, true), 'update accounts set a = a + ? where...');
    }
  });

  test('never shows a constant, wherever it is cut off', () => {
    const constant = fc.constantFrom(
      "'SECRET'",
      "E'x\\'SECRET'",
      "'a''SECRET'",
      '$$SECRET$$',
      '$q$SECRET$q$',
      "U&'SECRET'",
      '/* SECRET */',
      '-- SECRET\n',
      '4711',
    );
    const between = fc.constantFrom(' ', ', ', ' = ', ' from t where a = ', '(', ') and ', ' as "x" ', '::text ');
    const command = fc.constantFrom(
      'select ',
      'alter role x password ',
      'insert into t values (',
      'set x to ',
      'copy t from ',
    );
    fc.assert(
      fc.property(command, fc.array(fc.tuple(constant, between), { maxLength: 6 }), fc.nat(120), (head, parts, cut) => {
        const text = (head + parts.flat().join('')).slice(0, cut);
        const normal = normalStatement(text, true);
        assert.ok(!/SECR|4711/.test(normal), `${text} -> ${normal}`);
        assert.equal(normalStatement(normal, false), normal.replace(/ $/, ''));
      }),
    );
  });

  test('of a recording is the innermost one, with its query id, and no constant of it', () => {
    const options = { map: undefined, order: undefined, inputUnit: undefined, repeats: 'auto' } as const;
    const reader = new OffcpuReader({ ...options, tidy: true, demangle: true, keepHash: false }, () => undefined);
    reader.beginInput();
    reader.write(readFileSync(join(ROOT, 'fixtures/bpftrace/offcpu-statements-0.17/dump.txt')));
    assert.equal(reader.endInput(), undefined);
    const ms = new Map<string, number>();
    for (const { ns, kind, particulars } of entriesOf(reader.entries())) {
      const { text = '', queryId = '' } = particulars?.statement ?? {};
      if (kind === 'blocked') ms.set(`${text} ${queryId}`, (ms.get(`${text} ${queryId}`) ?? 0) + ns / 1e6);
    }
    assert.ok((ms.get('select pg_sleep(?) ') ?? 0) > 860, 'by SPI: 432 times 2 ms');
    const slept = ms.get('select ?, pg_sleep(?) -4216314852261833838') ?? 0;
    assert.ok(slept > 100 && slept < 101, `twice 50 ms: ${slept}`);
    assert.ok(![...ms.keys()].some((key) => key.includes('cret')));
  });
});
