// How long single waits are, against a program whose waits have known lengths: fixtures/live/known-lengths.c keeps a lock
// for 1, 10 and 100 ms, and for 1 ms but each twentieth time. Skipped, and said so, where this machine can't record.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { shell } from '../tools.ts';
import { table } from './reading.ts';
import { bpftraceVersion, obstacle, recordTimed } from './recording.ts';

const NAME = 'known-lengths';
const SECONDS = 4;
/** The dump knows lengths to a power of two. */
const BUCKET = 2;
/** A waiter may be late to sleep, so that its wait is shorter than the lock is kept. */
const LATE = 0.8;

const folder = mkdtempSync('/var/tmp/flamepipe-live-');
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Microseconds. `waited`: by the program's clock, the time for a CPU included; `nominal`: how long the lock was kept. */
interface Waits {
  waited: number[];
  nominal: number[];
}

interface Place {
  function?: string;
  us: number;
  queuedUs: number;
  count: number;
  p50Us: number;
  p99Us: number;
  maxUs: number;
}

function whyNot(): string | undefined {
  if (spawnSync('cc', ['--version']).error) return 'no C compiler: apt-get install gcc libc6-dev';
  return obstacle();
}

const why = whyNot();
if (why !== undefined) console.error(`SKIPPED: lengths of waits were not tried on a live program: ${why}`);

async function recorded(): Promise<Map<string, Waits>> {
  const hasTold = (text: string): boolean => text.includes('\nend\n');
  const program = { name: NAME, flags: ['-fno-omit-frame-pointer'], hasTold };
  const said = await recordTimed(program, folder, { seconds: SECONDS });
  const waits = new Map<string, Waits>();
  for (const [, name = '', waited, nominal] of said.matchAll(/^wait (\S+) (\d+) (\d+)$/gm)) {
    const of = waits.get(name) ?? { waited: [], nominal: [] };
    waits.set(name, of);
    of.waited.push(Number(waited) / 1000);
    of.nominal.push(Number(nominal) / 1000);
  }
  return waits;
}

async function placesOf(...options: string[]): Promise<Map<string, Place>> {
  const line = [`offcpu-classify --where --json --maps ${NAME}.maps`, ...options, `${NAME}.txt`].join(' ');
  const { out, err, status } = await shell(line, folder);
  assert.equal(status, 0, String(err));
  const { where } = JSON.parse(out.toString()) as { where: Place[] };
  return new Map(where.map((place) => [place.function ?? '', place]));
}

function quantileOf(lengths: readonly number[], share: number): number {
  const sorted = lengths.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number;
}

const ms = (us: number): string => (us / 1000).toFixed(2);

describe('single waits are as long as they were', { skip: why ?? false }, () => {
  let truth = new Map<string, Waits>();
  let places = new Map<string, Place>();
  const each = (check: (place: Place, waits: Waits, name: string) => void): void => {
    assert.equal(truth.size, 4);
    for (const [name, waits] of truth) {
      const place = places.get(name);
      assert.ok(place, `no row for ${name}`);
      check(place, waits, name);
    }
  };

  before(async () => {
    truth = await recorded();
    places = await placesOf();
    const rows = [...truth].map(([name, { waited }]) => {
      const { count = 0, p50Us = 0, p99Us = 0, maxUs = 0 } = places.get(name) ?? {};
      const own = [quantileOf(waited, 0.5), quantileOf(waited, 0.99), Math.max(...waited)];
      return [name, `${waited.length}`, ...own.map(ms), `${count}`, ...[p50Us, p99Us, maxUs].map(ms)];
    });
    const title = [bpftraceVersion(), 'its own waits', 'p50', 'p99', 'max', 'ours', 'p50', 'p99', 'max'];
    console.log(`${table([title, ...rows])}\n`);
  });

  test('each wait is counted once', () => {
    each(({ count }, { waited }, name) => {
      assert.ok(Math.abs(count - waited.length) <= 2 + 0.03 * waited.length, `${name}: ${count} of ${waited.length}`);
    });
  });

  for (const [share, member] of [[0.5, 'p50Us'] as const, [0.99, 'p99Us'] as const]) {
    test(`the ${100 * share}th percentile is within its bucket`, () => {
      each((place, { waited, nominal }, name) => {
        const [least, most] = [quantileOf(nominal, share) * LATE, quantileOf(waited, share)];
        const said = `${name}: ${place[member]} us, not ${least} to ${most}`;
        assert.ok(place[member] >= least / BUCKET && place[member] <= most * BUCKET, said);
      });
    });
  }

  test('the longest is no mean of a bucket', () => {
    each(({ maxUs, p50Us, p99Us }, { waited, nominal }, name) => {
      const [least, most] = [Math.max(...nominal) * LATE, Math.max(...waited)];
      // the first and the last wait may lie outside of the program's own count
      assert.ok(
        maxUs >= least && maxUs <= most + Math.max(...nominal),
        `${name}: ${maxUs} us, not ${least} to ${most}`,
      );
      assert.ok(p50Us <= p99Us && p99Us <= maxUs, name);
    });
  });

  test('limits keep the waits of their lengths, and all of these', async () => {
    const [short, long] = [await placesOf('--max-us 30000'), await placesOf('--min-us 30000')];
    // the wait that the window's end cut is as long as it was by then
    assert.ok((short.get('take_100_ms')?.count ?? 0) <= 1 && long.has('take_100_ms'));
    for (const name of truth.keys()) {
      const [one, other] = [short.get(name), long.get(name)];
      assert.equal((one?.count ?? 0) + (other?.count ?? 0), places.get(name)?.count, name);
      assert.ok(Math.abs((one?.us ?? 0) + (other?.us ?? 0) - (places.get(name)?.us ?? 0)) < 1, name);
    }
    const { nominal = [] } = truth.get('take_mostly_1_ms') ?? {};
    const longWaits = nominal.filter((us) => us > 30_000).length;
    const kept = long.get('take_mostly_1_ms')?.count ?? 0;
    // on a machine that is late itself, a wait of 1 ms may last 30
    assert.ok(kept >= longWaits - 1 && kept <= longWaits + 2 + 0.05 * nominal.length, `${kept} of ${longWaits}`);
  });
});
