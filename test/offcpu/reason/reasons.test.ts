// Blocked or idle: a better stack never makes an answer worse, nor does a worse one make it another.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ownText } from '../../../src/engine/own-data.ts';
import { partsOf } from '../../../src/offcpu/reason/folded-parts.ts';
import { Meanings } from '../../../src/offcpu/reason/meanings.ts';
import { unpackRules } from '../../../src/offcpu/reason/packed-rules.ts';
import { type Explained, kindOf, type OffcpuStack, Reasons } from '../../../src/offcpu/reason/reasons.ts';
import { dropHash, tidyName } from '../../../src/stacks/frame-name.ts';
import { runs } from '../../law-runs.ts';
import { ROOT } from '../../tools.ts';
import { sectionsOf } from './sections.ts';

type Answer = Pick<Explained, 'rule' | 'meaning'>;

/**
 * An answer in the tree of all answers, from the root. `open` is undecided: a reason and a primitive it may have, but it
 * claims nothing.
 *
 *     undecided ─┬─ wait ─┬─ disk/fsync ──── IO:WALSync
 *                │        └─ poll/epoll ──── IPC:other ──── IPC:BufferIO
 *                ├─ idle ─── poll/epoll ──── libevent:loop
 *                └─ timer ── sleep/nanosleep
 */
function answerPath(answer: Answer): string[] {
  const kind = kindOf(answer);
  if (kind === 'open') return [];
  const path: string[] = [kind, answer.rule.label];
  if (answer.meaning === undefined) return path;
  const group = answer.meaning.label.split(':')[0];
  const other = `${group}:other`;
  return answer.meaning.label === other ? [...path, other] : [...path, other, answer.meaning.label];
}

/** Is one of the two the other, or above it? */
function agree(a: Answer, b: Answer): boolean {
  const [pathA, pathB] = [answerPath(a), answerPath(b)];
  return pathA.slice(0, pathB.length).every((node, depth) => node === pathB[depth]);
}

const FOLDER = join(ROOT, 'fixtures/offcpu-labelled');
const sections = sectionsOf('meanings.rules');
const meanings = new Meanings(unpackRules(ownText('meanings.generated.json')));
const isWay = (frame: string): boolean => meanings.frameOf(frame).ways.length > 0;

/** The first functions of all meanings, with their program: roots, loops and parking functions. */
const OF_PROGRAMS = sections
  .filter(({ heading }) => heading.includes(' parked in '))
  .flatMap(({ heading, patterns }) =>
    patterns
      .flatMap(({ links }) => links.flatMap(({ names }) => names))
      .map((name) => ({ program: heading.split(' ')[0] as string, name })),
  )
  .filter(({ name }) => !name.startsWith('comm:') && !isWay(name.replace('*', '')) && name !== '[unknown]')
  .map(({ program, name }) => ({ program, name: name.replace('*', 'x') }));
const FOREIGN = OF_PROGRAMS.map(({ name }) => name);

/** A function of the thread's own program is not foreign to its stack. */
function foreignTo({ comm }: OffcpuStack, stacks: readonly OffcpuStack[]): string[] {
  const frames = stacks.filter((stack) => stack.comm === comm).flatMap(({ user }) => user.map(({ name }) => name));
  const own = new Set(
    [...frames, `comm:${comm?.replaceAll(' ', '_')}`].flatMap((name) => meanings.frameOf(name).programs),
  );
  return OF_PROGRAMS.filter(({ program }) => !own.has(program)).map(({ name }) => name);
}

function stacksOf(file: string, reasons: Reasons): OffcpuStack[] {
  const tidy = (name: string): string => dropHash(tidyName(name));
  const stackOf = ([, , state, folded = '']: string[]): OffcpuStack => {
    const { comm, user, kernel } = partsOf(folded.split(';'), reasons.table);
    const known = { state: Number(state), isRunnable: false, waitEvent: undefined };
    return { comm, user: user.map((frame) => reasons.frameOf(tidy(frame))), kernel, ...known };
  };
  const rows = readFileSync(join(FOLDER, file), 'latin1').split('\n');
  return rows.flatMap((row) => (row === '' ? [] : [stackOf(row.split('\t'))]));
}

/** Innermost first: the frames that make the wait: what waits for its caller, and that caller. */
function makersOf(user: OffcpuStack['user']): number {
  const caller = user.findIndex(({ frame }) => !isWay(frame) && frame !== '[unknown]');
  return caller < 0 ? user.length : caller + 1;
}

describe('answers about blocking', () => {
  const dumps = readdirSync(FOLDER).filter((file) => file.endsWith('.tsv'));

  test('stay on one path when frames that make no wait go, and foreign ones are added outside', () => {
    let changed = 0;
    for (const file of dumps) {
      const reasons = new Reasons([], () => undefined);
      const stacks = stacksOf(file, reasons);
      for (const stack of stacks) reasons.notice(stack);
      // what is left without any outer frame: chance may not find one for which they matter
      for (const stack of stacks) {
        const [whole, bare] = [stack, { ...stack, user: stack.user.slice(0, makersOf(stack.user)) }].map((one) =>
          answerPath(reasons.decide(one)).join(),
        );
        if (whole !== bare) changed++;
      }
      const foreignOf = new Map(stacks.map((stack) => [stack.comm, foreignTo(stack, stacks)]));
      fc.assert(
        fc.property(
          fc.constantFrom(...stacks),
          fc.infiniteStream(fc.boolean()),
          fc.array(fc.nat(), { maxLength: 3 }),
          (stack, keep, picks) => {
            const names = foreignOf.get(stack.comm) as string[];
            const foreign = picks.map((pick) => reasons.frameOf(names[pick % names.length] as string));
            const makers = makersOf(stack.user);
            const user = stack.user.filter((_, at) => at < makers || keep.next().value);
            if (makers < stack.user.length || stack.user.length === 0) user.push(...foreign);
            const before = reasons.decide(stack);
            reasons.notice({ ...stack, user });
            const after = reasons.decide({ ...stack, user });
            const [a, b] = [answerPath(before), answerPath(after)];
            assert.equal(after.rule.label, before.rule.label, file);
            assert.ok(
              agree(before, after),
              `${file}: ${a.join(' > ')} became ${b.join(' > ')}: ${user.map(({ frame }) => frame).join(' ')}`,
            );
            const isWorse = kindOf(after) === 'idle' && kindOf(before) !== 'idle' && kindOf(before) !== 'open';
            assert.ok(!isWorse);
          },
        ),
      );
    }
    assert.ok(changed > 0, 'no stack was changed so that it mattered');
  });

  test('are never "waiting for work" because of a root or loop frame further out', () => {
    const reasons = new Reasons([], () => undefined);
    const comms = ['postgres', 'tokio-rt-worker', 'GC Thread#0', 'node', 'mariadbd', 'app'];
    const waits = [
      ['futex_do_wait', '__GI___lll_lock_wait'],
      ['futex_do_wait', 'syscall'],
      ['futex_do_wait', '__futex_abstimed_wait_common'],
      ['do_poll', '__poll'],
      ['do_epoll_wait', 'epoll_wait'],
      ['do_select', '__select'],
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...comms),
        fc.constantFrom(...waits),
        fc.array(fc.constantFrom(...FOREIGN), { minLength: 1 }),
        (comm, [kernel = '', leaf = ''], outer) => {
          const user = [leaf, 'my_own::function', ...outer].map((frame) => reasons.frameOf(frame));
          const known = { state: 1, isRunnable: false, waitEvent: undefined };
          const stack = { comm, user, kernel: ['__schedule', 'schedule', kernel], ...known };
          reasons.notice(stack);
          assert.notEqual(kindOf(reasons.decide(stack)), 'idle', outer.join(' '));
        },
      ),
      { numRuns: runs(12) },
    );
  });

  test('come from functions that make a wait or from such that wait for their callers, not both', () => {
    for (const { heading, patterns } of sections) {
      if (!heading.includes(' parked in ')) continue;
      for (const { rule, links } of patterns) {
        if (rule?.kind === 'open' || links.length > 1) continue;
        for (const name of links[0].names) assert.ok(!isWay(name), `${name} of ${rule?.label}`);
      }
    }
  });
});
