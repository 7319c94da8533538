// Palettes: which colour a frame gets. The default colours by kind of code and kind of time; the others are those of
// flamegraph.pl, by name. A name always has the same colour.

import type { ColourFamily } from './classes.ts';
import { family, shades } from './family.ts';
import { type CodeKind, kindOf } from './kinds.ts';
import { PARTICULARS } from './particulars.ts';
import { WAITS } from './waits.ts';

export const PALETTES = [
  'kind',
  ...['hot', 'mem', 'io', 'wakeup', 'chain', 'java', 'js', 'perl'],
  ...['red', 'green', 'blue', 'aqua', 'yellow', 'purple', 'orange'],
] as const;
export type PaletteName = (typeof PALETTES)[number];

export interface Palette {
  families: readonly ColourFamily[];
  /** the letter of a frame's family by its name (latin1, with its mark) */
  letterOf(name: string): string;
  /** has the kernel a colour of its own, also where no name is marked as its? */
  guessesKernel: boolean;
  /** the class of the outermost frames, the processes, when they have one of their own */
  rootClass: string;
  /** do colours say what kind of time it is? */
  byTime: boolean;
}

type Ranges = Parameters<typeof shades>;

/** What runs is warm. Kind, letter, meaning, shades in light, in dark. */
const KINDS: readonly (readonly [CodeKind | 'process', string, string, Ranges, Ranges])[] = [
  ['application', 'a', 'application', [5, [26, 37], [84, 92], [71, 77]], [5, [24, 34], [48, 56], [30, 35]]],
  ['inlined', 'e', 'inlined', [4, [24, 32], [70, 80], [84, 88]], [4, [22, 30], [26, 32], [27, 31]]],
  ['library', 'b', 'system library', [4, [47, 54], [74, 82], [70, 77]], [4, [44, 50], [40, 48], [26, 31]]],
  ['jit', 'd', 'JIT, interpreter', [4, [68, 80], [46, 54], [68, 74]], [4, [70, 80], [34, 40], [25, 29]]],
  ['kernel', 'c', 'kernel', [4, [350, 359], [72, 82], [80, 85]], [4, [350, 358], [32, 40], [36, 41]]],
  ['waker', 'h', 'waker', [4, [304, 316], [44, 54], [82, 87]], [4, [304, 316], [22, 30], [36, 41]]],
  ['unresolved', 'g', 'no symbol', [3, [40, 40], [4, 8], [92, 94]], [3, [220, 220], [3, 5], [25, 28]]],
  ['process', 'f', 'process', [3, [40, 44], [16, 20], [85, 88]], [3, [40, 44], [8, 12], [31, 34]]],
];

/** hue, saturation, lightness: from, to */
const HUES: Record<string, Ranges> = {
  hot: [24, [4, 54], [86, 94], [60, 67]],
  mem: [16, [128, 160], [48, 58], [58, 69]],
  io: [16, [204, 232], [56, 70], [71, 80]],
  red: [12, [0, 8], [80, 92], [68, 78]],
  green: [12, [105, 125], [58, 70], [60, 71]],
  blue: [12, [212, 226], [76, 90], [72, 82]],
  aqua: [12, [176, 186], [48, 60], [60, 71]],
  yellow: [12, [54, 60], [62, 76], [54, 64]],
  purple: [12, [292, 302], [56, 68], [72, 81]],
  orange: [12, [26, 36], [82, 92], [61, 70]],
};

type Rule = readonly [RegExp, hue: string];
const KERNEL: Rule = [/_\[k\]$/, 'orange'];
const CPLUSPLUS: Rule = [/::/, 'yellow'];
const MEANINGS: Record<string, string> = { orange: 'kernel', yellow: 'C++', aqua: 'inlined', red: 'other native' };

/** Palettes of several hues: the first rule that fits, else the last hue. */
const MIXED: Record<string, { rules: readonly Rule[]; rest: string; meanings: Record<string, string> }> = {
  wakeup: { rules: [], rest: 'aqua', meanings: {} },
  chain: { rules: [[/_\[w\]$/, 'aqua']], rest: 'blue', meanings: { aqua: 'waker', blue: 'waiting' } },
  java: {
    rules: [KERNEL, [/_\[i\]$/, 'aqua'], [/_\[j\]$|^L?[\w$]+\/|^L[\w/$]+;::|^[a-z]\w*(?:\.\w+)+$/, 'green'], CPLUSPLUS],
    rest: 'red',
    meanings: { ...MEANINGS, green: 'Java' },
  },
  js: {
    rules: [KERNEL, [/\/.*(?:_\[j\])?$|\.m?js:/, 'green'], [/_\[j\]$|^[A-Za-z]+:(?!:)/, 'aqua'], CPLUSPLUS],
    rest: 'red',
    meanings: { ...MEANINGS, green: 'JavaScript', aqua: 'built in' },
  },
  perl: {
    rules: [KERNEL, [/Perl|\.pl/, 'green'], CPLUSPLUS],
    rest: 'red',
    meanings: { ...MEANINGS, green: 'Perl' },
  },
};

/** A palette by its name. `processes`: are the outermost frames processes, not functions? */
export function palette(name: PaletteName, processes: boolean): Palette {
  if (name === 'kind') return byKind(processes);
  const { rules, rest, meanings } = MIXED[name] ?? { rules: [], rest: name, meanings: {} as Record<string, string> };
  const hues = [...new Set([...rules.map(([, hue]) => hue), rest])];
  const families = hues.map((hue, i) => ofHue(String.fromCharCode(97 + i), meanings[hue] ?? '', hue));
  const letterOf = (frame: string): string => {
    const hue = rules.find(([pattern]) => pattern.test(frame))?.[1] ?? rest;
    return (families[hues.indexOf(hue)] as ColourFamily).letter;
  };
  return { families, letterOf, guessesKernel: name === 'java', rootClass: '', byTime: false };
}

function ofHue(letter: string, meaning: string, hue: string): ColourFamily {
  const [count, hues, saturation, lightness] = HUES[hue] as Ranges;
  const [low, high] = lightness;
  const dark = shades(count, hues, [saturation[0] * 0.6, saturation[1] * 0.6], [low * 0.45, high * 0.45]);
  return family(letter, meaning, shades(count, hues, saturation, lightness), dark);
}

function byKind(processes: boolean): Palette {
  const families = KINDS.map(([kind, letter, meaning, light, dark]) =>
    family(letter, meaning, shades(...light), shades(...dark), kind === 'waker' ? { isApart: true } : {}),
  );
  const letters = new Map(KINDS.map(([kind, letter]) => [kind, letter]));
  return {
    families: [
      ...families.filter((one) => !one.isApart),
      ...WAITS,
      ...PARTICULARS,
      ...families.filter((one) => one.isApart),
    ],
    letterOf: (frame) => letters.get(kindOf(frame)) as string,
    guessesKernel: true,
    rootClass: processes ? 'f0' : '',
    byTime: true,
  };
}
