// Which texts of a dump are one statement.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { statementsOf } from '../../../src/offcpu/read/statements.ts';

/** As bpf/offcpu.bt prints the beginning of a text. */
const printed = (text: string): string => (text.length < 63 ? `${text}\\x00` : text.slice(0, 63));
const read = (texts: readonly string[], queries: readonly string[] = []): (string | undefined)[] => {
  const numbered = (of: readonly string[]): Map<string, string> => new Map(of.map((one, i) => [String(i), one]));
  const statements = statementsOf(numbered(texts.map(printed)), numbered(queries));
  return texts.map((_, i) => statements.get(String(i))?.text);
};

test('wherever its constants let it be cut off, a statement is one', () => {
  const text = (id: number): string => `update accounts set balance = balance - ${id} where region = 7 and id = ${id}`;
  assert.deepEqual(new Set(read([1, 12, 123, 1234, 12345, 1234567].map(text))), new Set([read([text(1234567)])[0]]));
});

test('is one for any constants, and names no other one', () => {
  const head = 'insert into log (at, kind, what) values (';
  const constants = fc.array(fc.string({ unit: fc.constantFrom('a', ' ', ','), maxLength: 40 }), { minLength: 1 });
  fc.assert(
    fc.property(constants, (some) => {
      const names = new Set(
        read(some.map((one) => `${head}12, '${one}', now(), 'more') returning id, at, kind, what, who`)),
      );
      assert.equal(names.size, 1);
      for (const name of names) assert.ok(name?.startsWith('insert into log (at, kind, what) values (?'));
    }),
  );
});

test('a text that two statements go on from is neither', () => {
  const begun = 'select name, city from customers where ';
  const texts = [`${begun}'${'x'.repeat(30)}' = a`, `${begun}1 = name or city = 2`, `${begun}2 = size and city = 3`];
  assert.deepEqual(new Set(read(texts)).size, 3);
});

test('a statement whose whole text is known is no part of another one', () => {
  const long = 'select a from t where b in (select b from u where c = 1 and d = 2)';
  assert.deepEqual(read([long.slice(0, 23), long]), [
    'select a from t where b',
    'select a from t where b in (select b from u where c = ? and d =...',
  ]);
});

test('texts of one query id are one, by the one that tells most', () => {
  const texts = [`select * from t where a = '${'x'.repeat(50)}'`, "select * from t where a = 'x' and b = 3"];
  assert.deepEqual(read(texts, ['7', '7']), Array(2).fill('select * from t where a = ? and b = ?'));
  assert.deepEqual(new Set(read(texts, ['7', '8'])).size, 2);
});

test('however a commit is written, and whatever its id, it is one statement', () => {
  const numbered = (of: readonly string[]): Map<string, string> => new Map(of.map((one, i) => [String(i), one]));
  const texts = ['END;', 'commit', 'COMMIT WORK', 'end transaction'].map(printed);
  const statements = statementsOf(numbered(texts), numbered(['11', '12', '0', '1']));
  assert.deepEqual(new Set(statements.values()), new Set([{ text: 'commit', queryId: undefined }]));
});

test('a text with several query ids has each as a statement of its own, and without an id is none of them', () => {
  const numbered = (of: readonly string[]): Map<string, string> => new Map(of.map((one, i) => [String(i), one]));
  const batch = 'update a set b = 1; update c set d = 2';
  const texts = numbered([batch, batch, 'select 1', 'select 2', batch].map(printed));
  const statements = [...statementsOf(texts, numbered(['11', '12', '13']))].map(([, statement]) => statement);
  const text = 'update a set b = ?; update c set d = ?';
  const shared = { text, sharesText: true };
  const [one, two, three, four, five] = statements;
  assert.deepEqual(
    [one, two, five],
    [
      { ...shared, queryId: '11' },
      { ...shared, queryId: '12' },
      { ...shared, queryId: undefined },
    ],
  );
  assert.equal(three, four, 'the server had not parsed it yet');
  assert.deepEqual(three, { text: 'select ?', queryId: '13' });
});
