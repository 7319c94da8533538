// Palettes: which colour a frame gets. The default colours by kind of code; the others are those of flamegraph.pl, by
// name. Always the same colour for the same name.

import { dimmed, type Family, shades } from './colours.ts';
import { type Kind, kindOf } from './kinds.ts';

export const PALETTES = [
  'kind',
  ...['hot', 'mem', 'io', 'wakeup', 'chain', 'java', 'js', 'perl'],
  ...['red', 'green', 'blue', 'aqua', 'yellow', 'purple', 'orange'],
] as const;
export type PaletteName = (typeof PALETTES)[number];

export interface Palette {
  families: readonly Family[];
  /** the class of a frame by its name (latin1, with its mark) */
  classOf(name: string): string;
  /** the class of the outermost frames, the processes, when they have one of their own */
  rootClass: string;
  /** is text on boxes dark in dark surroundings as well? */
  darkInk: boolean;
}

const KINDS: readonly (readonly [Kind | 'process', string, string, string[], string[]])[] = [
  ['application', 'a', 'application', shades(5, [25, 37], [84, 92], [71, 78]), shades(5, [22, 34], [44, 52], [31, 37])],
  ['inlined', 'e', 'inlined', shades(4, [10, 20], [80, 88], [83, 88]), shades(4, [10, 20], [30, 36], [28, 33])],
  ['library', 'b', 'system library', shades(4, [46, 54], [72, 80], [72, 80]), shades(4, [44, 52], [36, 44], [28, 34])],
  [
    'jit',
    'd',
    'JIT, interpreter',
    shades(4, [125, 150], [38, 44], [70, 77]),
    shades(4, [135, 155], [28, 36], [27, 33]),
  ],
  ['kernel', 'c', 'kernel', shades(4, [202, 214], [62, 72], [75, 82]), shades(4, [206, 216], [36, 44], [33, 40])],
  ['waker', 'h', 'waker', shades(4, [262, 280], [52, 60], [80, 85]), shades(4, [264, 280], [26, 34], [38, 44])],
  ['unresolved', 'g', 'no symbol', shades(3, [220, 220], [4, 6], [81, 86]), shades(3, [220, 220], [4, 6], [33, 38])],
  ['process', 'f', 'process', shades(3, [214, 222], [18, 22], [82, 86]), shades(3, [214, 222], [14, 18], [30, 34])],
];

/** hue, saturation, lightness: from, to */
const HUES: Record<string, Parameters<typeof shades>> = {
  hot: [24, [4, 54], [86, 94], [57, 65]],
  mem: [16, [128, 160], [48, 58], [54, 66]],
  io: [16, [204, 232], [56, 70], [68, 78]],
  red: [12, [0, 8], [80, 92], [66, 77]],
  green: [12, [105, 125], [58, 70], [58, 70]],
  blue: [12, [212, 226], [76, 90], [70, 80]],
  aqua: [12, [176, 186], [48, 60], [58, 70]],
  yellow: [12, [54, 60], [62, 76], [50, 60]],
  purple: [12, [292, 302], [56, 68], [68, 78]],
  orange: [12, [26, 36], [82, 92], [58, 68]],
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
  const families = hues.map((hue, i) => family(String.fromCharCode(97 + i), meanings[hue] ?? '', hue));
  const classOf = (frame: string): string => {
    const hue = rules.find(([pattern]) => pattern.test(frame))?.[1] ?? rest;
    return shadeOf(families[hues.indexOf(hue)] as Family, frame);
  };
  return { families, classOf, rootClass: '', darkInk: true };
}

function family(letter: string, meaning: string, hue: string): Family {
  const light = shades(...(HUES[hue] as Parameters<typeof shades>));
  return { letter, meaning, light, dark: light.map((colour) => dimmed(colour, 0.84)) };
}

function byKind(processes: boolean): Palette {
  const families = KINDS.map(([, letter, meaning, light, dark]) => ({ letter, meaning, light, dark }));
  const byKind = new Map(KINDS.map(([kind], i) => [kind, families[i] as Family]));
  return {
    families,
    classOf: (frame) => shadeOf(byKind.get(kindOf(frame)) as Family, frame),
    rootClass: processes ? 'f0' : '',
    darkInk: false,
  };
}

function shadeOf(family: Family, name: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 15;
  return family.letter + ((hash >>> 0) % family.light.length).toString(36);
}
