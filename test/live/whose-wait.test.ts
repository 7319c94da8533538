// Whose wait it is, against a program that measures itself: of each wait its function, its lock, file or peer, who ended it,
// and how long it took. fixtures/live/whose-wait.c makes them. Skipped, and said so, where this machine can't record.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { shell } from '../tools.ts';
import { percent, table } from './reading.ts';
import { bpftraceVersion, obstacle, recordTimed } from './recording.ts';

const SECONDS = 3;
/** Of the time, with the right function, object and waker. */
const RIGHT = 0.95;
/** The window is a little longer than the program's; its longest wait may lie at an end of it. */
const APART = 0.03;
const APART_US = 30_000;
/** The bpf program's 19th operand: stacks of wakers. */
const WITH_WAKERS = [...Array.from({ length: 17 }, () => '0'), '1'];

/** On a disk, which /tmp may not be. */
const folder = mkdtempSync('/var/tmp/flamepipe-live-');
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Times in microseconds. */
interface Site {
  function: string;
  object: string;
  waker: string;
  us: number;
  count: number;
  maxUs: number;
  /** with its time on the CPU */
  wallUs: number;
}

interface Place {
  function?: string;
  object?: string;
  us: number;
  queuedUs: number;
  count: number;
  maxUs: number;
  wakers: { name: string; us: number; function?: string }[];
}

function whyNot(): string | undefined {
  if (spawnSync('cc', ['--version']).error) return 'no C compiler: apt-get install gcc libc6-dev';
  return obstacle();
}

const why = whyNot();
if (why !== undefined) console.error(`SKIPPED: whose wait it is was not tried on a live program: ${why}`);

interface Call {
  object?: string;
  us: number;
  count: number;
}

async function recorded(flag: string): Promise<{ sites: Site[]; places: Place[]; calls: Call[] }> {
  const name = 'whose-wait';
  const hasTold = (text: string): boolean => text.split('site ').length > 7;
  const program = { name, flags: [flag], operands: ['.'], hasTold };
  const said = await recordTimed(program, folder, { seconds: SECONDS, operands: WITH_WAKERS });
  const { out, err } = await shell(`offcpu-classify --where --json --maps ${name}.maps ${name}.txt`, folder);
  assert.equal(err.toString(), '');
  const sites = Array.from(
    said.matchAll(/^site (\S+) (\S+) (\S+) (\d+) (\d+) (\d+) (\d+)$/gm),
    ([, own = '', object = '', waker = '', ns, count, longest, wall]) => ({
      ...{ function: own, object, waker },
      ...{ us: Number(ns) / 1000, count: Number(count), maxUs: Number(longest) / 1000, wallUs: Number(wall) / 1000 },
    }),
  );
  const { where, calls } = JSON.parse(out.toString());
  return { sites, places: where, calls };
}

/** `lock registry_lock`, `heap lock 0x55e1c0`, `x/journal.log`, `tcp 127.0.0.1:4711`, `[eventfd]` */
function isOf(object = '', { object: real }: Site): boolean {
  if (real.startsWith('[')) return object === real;
  return real === 'heap' ? object.startsWith('heap lock ') : new RegExp(`[ /:]${real}$`).test(object);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

describe('each wait has its function, its object, its waker and its length', { skip: why ?? false }, () => {
  for (const flag of ['-fno-omit-frame-pointer', '-fomit-frame-pointer']) {
    describe(flag, () => {
      let sites: Site[] = [];
      let places: Place[] = [];
      let calls: Call[] = [];
      const placesOf = (site: Site): Place[] => places.filter((place) => place.function === site.function);
      before(async () => {
        ({ sites, places, calls } = await recorded(flag));
      });
      after(() => {
        const rows = sites.map((site) => {
          const own = placesOf(site);
          const us = sum(own.map((place) => place.us));
          const right = own.filter(({ object }) => isOf(object, site));
          const woken = own.flatMap(({ wakers }) => wakers).filter(({ name }) => name === `thread ${site.waker}`);
          return [
            site.function,
            ...[site.us, us + sum(own.map(({ queuedUs }) => queuedUs))].map((time) => (time / 1000).toFixed(1)),
            percent(sum(right.map((place) => place.us)) / us),
            site.waker === '-' ? '-' : percent(sum(woken.map((waker) => waker.us)) / us),
            site.waker === '-' ? '-' : [...new Set(woken.map((waker) => waker.function ?? '?'))].join(' '),
          ];
        });
        const title = [`${bpftraceVersion()} ${flag}`, 'its own ms', 'ours', 'object', 'waker', 'where'];
        console.log(`${table([title, ...rows])}\n`);
      });

      test('the time of each function is what the program measured', () => {
        for (const site of sites) {
          const ours = sum(placesOf(site).map(({ us, queuedUs }) => us + queuedUs));
          const most = APART * site.us + APART_US + site.maxUs;
          assert.ok(Math.abs(ours - site.us) <= most, `${site.function}: ${ours} of ${site.us} us`);
        }
      });

      test('on the right lock, file or peer', () => {
        for (const site of sites) {
          const own = placesOf(site);
          const right = own.filter(({ object }) => isOf(object, site));
          assert.ok(sum(right.map(({ us }) => us)) >= RIGHT * sum(own.map(({ us }) => us)), JSON.stringify(own));
        }
      });

      test('ended by the right thread, in the right function', () => {
        for (const site of sites.filter(({ waker }) => waker !== '-')) {
          const own = placesOf(site);
          const wakers = own.flatMap((place) => place.wakers);
          const right = wakers.filter(({ name }) => name === `thread ${site.waker}`);
          assert.ok(sum(right.map(({ us }) => us)) >= RIGHT * sum(own.map(({ us }) => us)), JSON.stringify(own));
          const where = site.function.startsWith('take_') ? 'let_go' : 'send_one';
          const wrong = right.filter((waker) => waker.function !== undefined && waker.function !== where);
          assert.ok(
            sum(wrong.map(({ us }) => us)) <= (1 - RIGHT) * sum(right.map(({ us }) => us)),
            JSON.stringify(wrong),
          );
          const named = right.filter((waker) => waker.function === where);
          assert.ok(sum(named.map(({ us }) => us)) >= RIGHT * sum(right.map(({ us }) => us)), JSON.stringify(right));
        }
      });

      test('a call of fsync takes as long as the program measured, though its waits are short', () => {
        for (const site of sites.filter(({ function: own }) => own.startsWith('sync_'))) {
          const [call, ...others] = calls.filter(({ object }) => isOf(object, site));
          assert.ok(call && others.length === 0, JSON.stringify(calls));
          assert.ok(
            Math.abs(call.count - site.count) <= 2 + APART * site.count,
            `${call.count} of ${site.count} calls`,
          );
          const most = APART * site.wallUs + APART_US + site.maxUs;
          assert.ok(Math.abs(call.us - site.wallUs) <= most, `${call.us} of ${site.wallUs} us`);
        }
      });

      test('nobody is named where a disk ended the wait', () => {
        for (const site of sites.filter(({ waker }) => waker === '-'))
          assert.deepEqual(
            placesOf(site).flatMap(({ wakers }) => wakers),
            [],
          );
      });
    });
  }

  test('a timer ended waits whose time was up, whatever call it found on its CPU', async () => {
    const program = { name: 'timeouts', flags: ['-fno-omit-frame-pointer'], hasTold: () => true };
    await recordTimed(program, folder, { seconds: SECONDS });
    const { out } = await shell('offcpu-classify --where --json --maps timeouts.maps timeouts.txt', folder);
    const places: Place[] = JSON.parse(out.toString()).where;
    for (const own of ['wait_poll', 'wait_epoll', 'wait_semaphore', 'wait_receive']) {
      const waits = places.filter((place) => place.function === own);
      const timers = waits.flatMap(({ wakers }) => wakers.filter(({ name }) => name === 'timer'));
      const [all, timed] = [waits, timers].map((times) => sum(times.map(({ us }) => us))) as [number, number];
      assert.ok(
        all > 0 && timed >= RIGHT * all,
        `${own}: a timer ended ${timed} of ${all} us: ${JSON.stringify(waits)}`,
      );
    }
  });
});
