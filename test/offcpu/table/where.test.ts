// Whose wait it is, in the recording of a program that knows: fixtures/bpftrace/offcpu-particulars-0.17/README.md.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { OffcpuReader } from '../../../src/offcpu/read/reader.ts';
import { Reasons } from '../../../src/offcpu/reason/reasons.ts';
import { type Place, placesOf, type ReasonPlaces } from '../../../src/offcpu/table/where.ts';
import { formatWhere } from '../../../src/offcpu/table/where-text.ts';
import { ROOT } from '../../tools.ts';

function recorded(): ReasonPlaces[] {
  const options = { map: undefined, order: undefined, inputUnit: undefined, repeats: 'auto' } as const;
  const names = { tidy: true, demangle: true, keepHash: false };
  const reader = new OffcpuReader({ ...options, ...names }, (kind, line) => assert.fail(`${kind} in line ${line}`));
  reader.beginInput();
  reader.write(readFileSync(join(ROOT, 'fixtures/bpftrace/offcpu-particulars-0.17/dump.txt')));
  assert.equal(reader.endInput(), undefined);
  const entries = [...reader.entries()];
  const reasons = new Reasons([], () => undefined);
  for (const entry of entries) reasons.notice({ ...entry, isRunnable: entry.kind === 'runnable' });
  const places = placesOf(entries, reasons, { nameLock: () => undefined, meaning: false });

  const sum = (kinds: readonly string[]): number =>
    entries.reduce((all, { kind, ns }) => all + (kinds.includes(kind) ? ns : 0), 0);
  const all = (member: 'ns' | 'queuedNs'): number => places.reduce((ns, reason) => ns + reason[member], 0);
  const lost = sum(['lost']);
  assert.ok(Math.abs(all('queuedNs') - sum(['runnable'])) < 1, 'run-queue time adds up');
  assert.ok(Math.abs(all('ns') - sum(['blocked', 'in-progress']) - lost) < 1, 'waits add up');
  return places;
}

describe('where', () => {
  const reasons = recorded();
  const find = (reason: string, own: string): Place | undefined =>
    reasons.find((one) => one.reason === reason)?.places.find((place) => place.function === own);

  test('names who let a lock go; and no function where pthread_mutex_lock hides the one that waits', () => {
    const locks = reasons.find(({ reason }) => reason === '[futex]')?.places;
    for (const keeper of ['thread keepcache', 'thread keepreg']) {
      const place = locks?.find(({ wakers: [most] }) => most?.name === keeper);
      const [first] = place?.wakers ?? [];
      assert.equal(place?.function, undefined);
      assert.match(place?.object ?? '', /^lock at 0x[0-9a-f]+$/);
      assert.equal(first?.name, keeper);
      assert.ok((first?.ns ?? 0) > 0.95 * (place?.ns ?? 0));
    }
  });

  test('names files and peers', () => {
    const files = reasons.find(({ reason }) => reason === '[fsync]')?.places.map(({ object }) => object);
    assert.ok(files?.includes('d/journal.log'), String(files));
    assert.match(find('[net-recv]', 'receiver')?.object ?? '', /^tcp 127\.0\.0\.1:\d+$/);
  });

  test('has rows of at most 100 columns, however long names are', () => {
    const [reason] = reasons;
    assert.ok(reason);
    const long = reason.places.map((place) => ({
      ...place,
      function: 'a::very::long::'.repeat(9),
      object: 'x'.repeat(99),
    }));
    const text = formatWhere([{ ...reason, places: long }, ...reasons]);
    for (const line of text.split('\n')) assert.ok(line.length <= 100, line);
  });
});
