// Comparing whose waits they were.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare, type Run } from '../../../src/offcpu/table/comparison.ts';
import { formatJson } from '../../../src/offcpu/table/json.ts';
import { parseResult } from '../../../src/offcpu/table/json-read.ts';
import type { Summary } from '../../../src/offcpu/table/tally.ts';
import type { Place, ReasonPlaces } from '../../../src/offcpu/table/where.ts';
import { compareWhere, rowsOfPlaces } from '../../../src/offcpu/table/where-rows.ts';

function place(own: string, object: string, ms: number): Place {
  const buckets = new Map([[20, { ns: ms * 1e6, waits: ms }]]);
  return {
    caller: undefined,
    function: own,
    object,
    statement: undefined,
    ns: ms * 1e6,
    queuedNs: 0,
    waits: ms,
    maxNs: 1e6,
    buckets,
    wakers: [],
  };
}

function placesOf(...places: Place[]): ReasonPlaces[] {
  const ns = places.reduce((sum, one) => sum + one.ns, 0);
  return [{ reason: '[futex]', meaning: undefined, ns, queuedNs: 0, waits: 0, places }];
}

const KINDS = { wait: 0, idle: 0, timer: 0, cpu: 0, open: 0, lost: 0 };
const SUMMARY: Summary = { ns: 0, rows: [], kinds: KINDS, excluded: [], leftOutNs: 0, other: [] };

function runOf(name: string, places: ReasonPlaces[]): Run {
  return { name, summary: SUMMARY, windowNs: 1e9, times: undefined, where: rowsOfPlaces(places) };
}

test('places are the same where only addresses and ports of clients differ', () => {
  const before = placesOf(
    place('login', 'heap lock 0x1000', 100),
    place('login', 'heap lock 0x2000', 50),
    place('poll', 'tcp 10.0.0.1:5432', 10),
  );
  const now = placesOf(place('login', 'heap lock 0x7770', 150), place('poll', 'tcp 10.0.0.1:45000', 400));
  const table = compareWhere(runOf('now', now), [runOf('before', before)]);
  const rows = table?.rows[0]?.parts[0]?.parts.map(({ name, ns, before: [was] }) => [
    name,
    ns / 1e6,
    (was?.ns ?? 0) / 1e6,
  ]);
  assert.deepEqual(rows, [
    ['poll on tcp 10.0.0.1', 400, 0],
    ['login on heap lock', 150, 150],
    ['poll on tcp 10.0.0.1:5432', 0, 10],
  ]);
});

test('a result of --json tells the same places, and their noise', () => {
  const run = runOf('a', placesOf(place('login', 'heap lock 0x1000', 100), place('login', 'heap lock 0x2000', 60)));
  const json = formatJson(compare(run, []), {
    busy: false,
    where: placesOf(place('login', 'heap lock 0x1000', 100), place('login', 'heap lock 0x2000', 60)),
  });
  const table = compareWhere(run, [{ ...parseResult(json), name: 'b' }]);
  const row = table?.rows[0]?.parts[0]?.parts[0];
  assert.equal(row?.before[0]?.ns, 160e6);
  assert.ok(Math.abs((row?.variance ?? 0) - 160e12) < 1e6);
});

test('a run that does not tell whose waits it has can not be compared', () => {
  const { where: _, ...bare } = runOf('b', []);
  assert.equal(compareWhere(runOf('a', placesOf(place('f', 'x', 1))), [bare]), undefined);
});

test('a statement and what the wait means tell places apart, in JSON, too', () => {
  const statement = (text: string) => ({ text, queryId: '-42' });
  const one = { ...place('f', 'x', 5), statement: statement('update a') };
  const other = { ...place('f', 'x', 7), statement: statement('update b') };
  const places = [{ ...(placesOf(one, other)[0] as ReasonPlaces), meaning: 'Lock:tuple' }];
  const run = runOf('a', places);
  const result = parseResult(formatJson(compare(run, []), { busy: false, where: places }));
  assert.deepEqual(
    result.where?.map(({ name, parts }) => [name, parts.map((part) => [part.name, part.ns / 1e6])]),
    [
      [
        '[futex] Lock:tuple',
        [
          ['f on x in update a', 5],
          ['f on x in update b', 7],
        ],
      ],
    ],
  );
  const table = compareWhere(run, [{ ...result, name: 'b' }]);
  assert.deepEqual(
    table?.rows[0]?.parts[0]?.parts.map(({ before }) => before[0]?.ns),
    [7e6, 5e6],
  );
});

test('a statement is one in both runs, wherever its constants let it be cut off', () => {
  const of = (text: string): ReasonPlaces[] =>
    placesOf(
      { ...place('f', 'x', 5), statement: { text, queryId: undefined } },
      { ...place('f', 'x', 3), statement: { text: 'update tellers set a...', queryId: undefined } },
    );
  const names = (now: string, before: string): string[] =>
    compareWhere(runOf('b', of(now)), [runOf('a', of(before))])?.rows[0]?.parts[0]?.parts.map(({ name }) => name) ?? [];
  const now = 'update accounts set a = ? where tid =...';
  const other = 'f on x in update tellers set a...';
  assert.deepEqual(names(now, 'update accounts set a = ? where tid...'), [`f on x in ${now}`, other]);
  assert.deepEqual(names(now, 'update accounts set a = ? where tid = ? and b...'), [`f on x in ${now}`, other]);
  assert.equal(names(now, 'update accounts set a = ? where bid...').length, 3);
});

test('an object that the meaning names already stands once', () => {
  const [of] = placesOf(place('XLogFlush', 'LWLock:WALWrite', 10));
  assert.ok(of);
  const namesOf = (meaning: string): string[] | undefined =>
    rowsOfPlaces([{ ...of, meaning }])[0]?.parts.map(({ name }) => name);
  assert.deepEqual(namesOf('LWLock:WALWrite'), ['XLogFlush']);
  assert.deepEqual(namesOf('LWLock'), ['XLogFlush on LWLock:WALWrite']);
});
