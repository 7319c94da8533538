// The answers as a tree: undecided, over how the time counts, over the reason, over what it means to the program.
//
//   undecided ─┬─ wait ─┬─ disk/fsync ──── IO:WALSync
//              │        └─ poll/epoll ──── IPC:other ──── IPC:BufferIO
//              ├─ idle ─── poll/epoll ──── libevent:loop
//              └─ timer ── sleep/nanosleep
//
// A stack that lost frames, or has more of them, may get an answer above or below, never one beside it.

import type { Wait } from './reasons.ts';
import type { Kind } from './rule-file.ts';

type Answer = Pick<Wait, 'rule' | 'meaning'>;

/** How the time of a wait counts. */
export function kindOf({ rule, meaning }: Answer): Kind {
  return meaning?.kind ?? rule.kind;
}

/** From the root to the answer. `open` is undecided: a reason and a primitive it may have, but it claims nothing. */
export function answerPath(answer: Answer): string[] {
  const kind = kindOf(answer);
  if (kind === 'open') return [];
  const path: string[] = [kind, answer.rule.label];
  if (answer.meaning === undefined) return path;
  const group = answer.meaning.label.split(':')[0];
  const other = `${group}:other`;
  return answer.meaning.label === other ? [...path, other] : [...path, other, answer.meaning.label];
}

/** Is one of the two the other, or above it? */
export function agree(a: Answer, b: Answer): boolean {
  const [pathA, pathB] = [answerPath(a), answerPath(b)];
  return pathA.slice(0, pathB.length).every((node, depth) => node === pathB[depth]);
}
