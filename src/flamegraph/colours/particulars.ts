// Frames around a reason that are no functions: behind it what the wait was on and who ended it, in front of it the
// statement that waited. They keep a look of their own where all around them has the colour of its kind of time.

import type { StackTable } from '../../engine/stack-table.ts';
import { isKernelThreadStart } from '../../stacks/known-frames.ts';
import { family, shades } from './family.ts';
import { MEANING } from './time.ts';

const OBJECT = 'i';
const STATEMENT = 'k';

export const PARTICULARS = [
  family(
    OBJECT,
    'what it waits on',
    shades(3, [322, 332], [56, 66], [88, 91]),
    shades(3, [322, 332], [22, 28], [33, 37]),
    { mark: '●', isApart: true },
  ),
  family(STATEMENT, 'statement', shades(3, [54, 58], [60, 70], [86, 89]), shades(3, [54, 58], [24, 30], [24, 28]), {
    mark: '§',
    isApart: true,
  }),
];

// lock host::REGISTRY     heap lock     shared memory condition     data of libpq.so.5 lock     semaphore slots
const LOCK = '(?:.+ )?(?:lock|condition|semaphore|barrier)(?: .+)?';
// tcp 127.0.0.1:5432     tcp [::1]     unix pid 1203     unix socket
const SOCKET = '[a-z][\\w-]* (?:socket|pid \\d+|[\\d.]+(?::\\d+)?|\\[[\\da-f:.]*\\](?::\\d+)?)';
// base/16384     pipe     [eventfd]     inotify
const FILE = '[^/]+/[^/]+|pipe|inotify|(?:anon_inode:)?\\[(?:event|timer|signal|pid|userfault)fd\\]|\\[io_uring\\]';
const ON = new RegExp(`^(?:${LOCK}|${SOCKET}|${FILE})$`, 's');
// kworker/0:1     ksoftirqd/0     jbd2/sda1-8
const KERNEL_THREAD =
  /^(?:kworker|ksoftirqd|migration|stopper|cpuhp|rcu\w*|jbd2|irq|watchdog|idle_inject|kdmflush|xfs[\w-]*)\//;
// update queue set state = ?     alter table     (select ?)
const SQL = /^\(*(?:select|insert|update|delete|merge|with|values|table|begin|commit|alter|create|drop) /;
const NO_STATEMENT = '[no statement]';

/** By name id, the letter of a frame that is no function. `waits`: by name id, see waitBit(). */
export function particularLetters(table: StackTable, waits: Uint8Array): ReadonlyMap<number, string> {
  const letters = new Map<number, string>();
  const { words } = table;
  // no list of texts, because there may be millions; 1 may be an object, 2 is none
  const objects = new Uint8Array(waits.length);
  const mayBeObject = (id: number): boolean => {
    if (objects[id] === 0) objects[id] = isLikeObject(table.nameText(id)) ? 1 : 2;
    return objects[id] === 1;
  };
  const isReason = (at: number): boolean => {
    const bits = waits[words[at] as number] as number;
    return bits > 0 && bits < MEANING;
  };
  const roots = new Set<number>();
  let isBehindRoots = true;
  table.forEachAt((from, to) => {
    roots.add(words[from] as number);
    isBehindRoots &&= to - from > 1 && !isReason(from) && isReason(from + 1);
    for (let at = from; at < to; at++) {
      if (!isReason(at)) continue;
      if (at + 1 < to && (waits[words[at + 1] as number] as number) >= MEANING) at++;
      const id = words[at + 1] as number;
      if (at + 1 >= to || letters.has(id) || !mayBeObject(id)) continue;
      // a comm has the kernel's frames behind it
      const next = at + 2 < to ? table.nameText(words[at + 2] as number) : '';
      if (!next.endsWith('_[k]') && !isKernelThreadStart(next)) letters.set(id, OBJECT);
    }
    return undefined;
  });
  const statements = isBehindRoots ? [...roots].filter((id) => table.nameText(id) !== NO_STATEMENT) : [];
  if (statements.length < roots.size || statements.some((id) => SQL.test(table.nameText(id))))
    for (const id of statements) letters.set(id, STATEMENT);
  return letters;
}

/** Does it look like what a wait was on? The comm of a kernel thread looks like a file. */
function isLikeObject(name: string): boolean {
  return ON.test(name) && !KERNEL_THREAD.test(name);
}
