// Kinds of time: frames that say why a thread waited, as offcpu-classify writes them, in six groups.

import type { ColourFamily } from './classes.ts';
import { family, shades } from './family.ts';
import { QUIET_MEANINGS } from './quiet-meanings.generated.ts';
import { MEANING, SEVERAL } from './time.ts';

interface Group {
  letter: string;
  meaning: string;
  mark: string;
  reasons: readonly string[];
  light: ReturnType<typeof shades>;
  dark: ReturnType<typeof shades>;
}

/** Cool hues, because what runs is warm. */
const GROUPS: readonly Group[] = [
  {
    letter: 's',
    meaning: 'storage',
    mark: '■',
    reasons: ['fsync', 'disk-io', 'remote-fs', 'file', 'swap'],
    light: shades(3, [206, 214], [70, 80], [70, 76]),
    dark: shades(3, [208, 214], [52, 60], [30, 35]),
  },
  {
    letter: 'l',
    meaning: 'lock',
    mark: '◊',
    reasons: ['futex', 'lock'],
    light: shades(3, [264, 274], [60, 70], [79, 83]),
    dark: shades(3, [264, 274], [36, 44], [38, 43]),
  },
  {
    letter: 'x',
    meaning: 'network',
    mark: '►',
    reasons: ['net-recv', 'net-send', 'epoll', 'poll', 'select', 'io_uring', 'pipe'],
    light: shades(3, [172, 180], [42, 50], [67, 72]),
    dark: shades(3, [174, 180], [44, 52], [24, 28]),
  },
  {
    letter: 't',
    meaning: 'timer or idle',
    mark: '○',
    reasons: ['sleep', 'idle', 'signal', 'tty'],
    light: shades(3, [226, 236], [34, 42], [87, 90]),
    dark: shades(3, [228, 236], [14, 18], [29, 33]),
  },
  {
    letter: 'u',
    meaning: 'waiting for a CPU',
    mark: '▲',
    reasons: ['cpu', 'runnable', 'preempted'],
    light: shades(3, [142, 150], [44, 52], [74, 79]),
    dark: shades(3, [144, 150], [36, 42], [24, 28]),
  },
  {
    letter: 'o',
    meaning: 'other wait',
    mark: '□',
    reasons: ['memory', 'ipc', 'process', 'kernel', 'virt', 'other', 'in-progress'],
    light: shades(3, [196, 202], [26, 34], [80, 84]),
    dark: shades(3, [196, 202], [20, 26], [29, 33]),
  },
];

const SEVERAL_FAMILY = family(
  SEVERAL,
  'several waits',
  shades(3, [214, 220], [22, 28], [80, 84]),
  shades(3, [214, 220], [16, 20], [31, 35]),
);

export const WAITS: readonly ColourFamily[] = [
  ...GROUPS.map(({ letter, meaning, mark, light, dark }, i) =>
    family(letter, meaning, light, dark, { mark, bits: 2 << i }),
  ),
  SEVERAL_FAMILY,
];

const BITS = new Map(GROUPS.flatMap(({ reasons }, i) => reasons.map((reason) => [`[${reason}]`, 2 << i])));

// what a server or runtime waits for says more than how it does: a row's lock is a wait for a latch, and that one of epoll
const MEANINGS: readonly (readonly [meaning: RegExp, letter: string])[] = [
  [/^(?:Lock|LWLock|BufferPin):/, 'l'],
  [/^IO:/, 's'],
  // waits for a time, for work of a helper
  [/^(?:Timeout|Activity):/, 't'],
  [/^Client:/, 'x'],
];

/** What meanings.rules calls idle, or a timer: threads without work, and sleeps. */
const QUIET: ReadonlySet<string> = new Set(QUIET_MEANINGS);

// tried first, because nearly no name is one of them
const MEANING_NAME = /^(?:L?W?Lock|BufferPin|IO|Client|Timeout|Activity):/;

/** The letter of the group of what a server says it waits for, such as `Lock:tuple`; undefined: the reason tells it. */
export function letterOfMeaning(meaning: string): string | undefined {
  return QUIET.has(meaning) ? 't' : MEANINGS.find(([pattern]) => pattern.test(meaning))?.[1];
}

/** The bit of the group that a frame's name tells, with MEANING where it only does so behind a reason; 0: it tells none. */
export function waitBit(name: string): number {
  if (name.charCodeAt(0) === 0x5b) return BITS.get(name) ?? 0;
  const letter = MEANING_NAME.test(name) || QUIET.has(name) ? letterOfMeaning(name) : undefined;
  return letter === undefined ? 0 : MEANING | (2 << GROUPS.findIndex((group) => group.letter === letter));
}
