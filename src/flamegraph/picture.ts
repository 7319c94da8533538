// The picture: folded stacks and settings → boxes, colours and packed data, everything that the SVG text then spells out.

import type { Boxes } from '../engine/drawing.ts';
import { InputError } from '../engine/errors.ts';
import type { StackTable } from '../engine/stack-table.ts';
import { sampleOf } from '../stacks/diff/sample.ts';
import type { Folded } from '../stacks/folded.ts';
import { nameText } from '../stacks/name-text.ts';
import { totalOf } from '../stacks/total.ts';
import { changeClass, noiseOf, type SideFactors } from './change.ts';
import { type ColourFamily, classIn, nameHash, plainClass } from './colours/classes.ts';
import { KernelGuess } from './colours/kinds.ts';
import { type Palette, palette } from './colours/palette.ts';
import { particularLetters } from './colours/particulars.ts';
import { ON_CPU, waitFamily } from './colours/time.ts';
import { waitBit } from './colours/waits.ts';
import { NO_GAP, TOGETHER } from './needles.ts';
import { basisOf, isTogether, leastPx, NOMINAL_WIDTH, type PictureSettings } from './settings.ts';

/** The name of the root box, which stands for all stacks. */
const ALL = 0;
/** The space left and right of the boxes, px. */
export const MARGIN = 16;

export interface Picture {
  settings: PictureSettings;
  recording: Folded;
  /** in values: counts, or in a comparison counts times the basis' factors */
  boxes: Boxes;
  basis: SideFactors;
  /** what the counts are of */
  unit: string;
  palette: Palette;
  /** the text of a name, by its id */
  nameOf(id: number): string;
  /** what the shade of a name comes from, by its id */
  hashOf(id: number): number;
  /** by name id: the letter of its family, as ASCII */
  letters: Uint8Array;
  /** see waitBit() */
  waits: Uint8Array;
  /** the value that is 100 % */
  total: number;
  totalBefore: number;
  /** both sums as counted */
  counted: { before: number; after: number };
  /** how wide all boxes together are, in values */
  span: number;
  stackCount: number;
  /** a comparison's stacks that are new; that are gone, and their value before */
  fresh: number;
  gone: number;
  goneBefore: number;
}

/** The width of all boxes together, px. */
export function framesWidth(settings: PictureSettings): number {
  return Math.max((settings.width ?? NOMINAL_WIDTH) - 2 * MARGIN, 1);
}

/** Throws InputError when there is nothing to draw. */
export function pictureOf(recording: Folded, settings: PictureSettings): Picture {
  const { table, isDifferential } = recording;
  const weights = table.weights;
  const befores = isDifferential ? table.hits : new Float64Array(0);
  const counted = { after: totalOf(weights), before: totalOf(befores) };
  const said = settings.countName ?? (table.unit === undefined ? undefined : nameText(table.unit));
  const unit = said ?? 'samples';
  const sample = isDifferential ? sampleOf([befores, weights], said) : 0;
  const basis = basisOf(settings, counted, typeof sample === 'string' ? 0 : sample);
  const sum = counted.after * basis.after;
  const totalBefore = counted.before * basis.before;
  const union = isDifferential && settings.union;
  if (sum + (union ? totalBefore : 0) === 0) {
    throw new InputError(`nothing to draw: all counts ${counted.before > 0 ? 'after (the last column) ' : ''}are 0`);
  }
  const total = Math.max(sum, (settings.total ?? 0) * basis.after);
  const span = union ? total + totalBefore : total;
  const gone = befores.filter((before, i) => before > 0 && weights[i] === 0);
  const fresh = befores.filter((before, i) => before === 0 && (weights[i] as number) > 0).length;

  const pixel = span / framesWidth(settings);
  // the script draws finer ones
  const together = isTogether(settings)
    ? { gap: NO_GAP * pixel, most: TOGETHER * (settings.script ? 2 : 2 / 3) * pixel }
    : undefined;
  const colours = palette(settings.colors, !settings.reverse && rootsAreProcesses(table));
  const { waits, letters } = namesOf(table, colours);
  const hasWaits = waits.some((wait) => wait > 0);
  if (settings.reverse) table.rewrite((ids) => ids.slice().reverse());
  const boxes = table.drawing.boxes({
    byInput: settings.flamechart,
    isPair: isDifferential,
    factor: basis,
    total,
    least: leastOf(settings, span),
    union,
    bySelf: settings.diffBy === 'self',
    together,
    kinds: hasWaits ? waits : undefined,
    packs: settings.script,
  });

  const particulars = colours.byTime && hasWaits ? particularLetters(table, waits) : [];
  for (const [id, letter] of particulars) letters[id] = letter.charCodeAt(0);
  return {
    settings,
    recording,
    boxes,
    basis,
    unit,
    palette: colours,
    nameOf: (id) => (id === ALL ? 'all' : nameText(table.nameText(id))),
    hashOf(id) {
      const bytes = table.nameBytes(id);
      return nameHash(bytes, 0, bytes.length);
    },
    waits,
    letters,
    total,
    totalBefore,
    counted,
    span,
    stackCount: table.stackCount,
    fresh,
    gone: gone.length,
    goneBefore: totalOf(gone) * basis.before,
  };
}

/** What each name tells, by its id, in one look at each, without a list of texts: there may be millions. */
function namesOf(table: StackTable, { letterOf, guessesKernel }: Palette): Pick<Picture, 'waits' | 'letters'> {
  const waits = new Uint8Array(table.nameCount + 1);
  const letters = new Uint8Array(waits.length).fill('r'.charCodeAt(0));
  const guess = guessesKernel ? new KernelGuess(table) : undefined;
  for (let id = 1; id < waits.length; id++) {
    const text = table.nameText(id);
    waits[id] = waitBit(text);
    letters[id] = letterOf(text).charCodeAt(0);
    guess?.see(id, text);
  }
  const kernel = guess?.names;
  for (let id = kernel?.indexOf(1) ?? -1; kernel && id > 0; id = kernel.indexOf(1, id + 1)) {
    const text = table.nameText(id);
    if (!text.endsWith(']')) letters[id] = letterOf(`${text}_[k]`).charCodeAt(0);
  }
  return { waits, letters };
}

/** Frames narrower than this, in values, have no boxes of their own. */
function leastOf(settings: PictureSettings, span: number): number {
  const { share } = settings.minWidth;
  return span * (share ?? leastPx(settings) / framesWidth(settings));
}

// main   _start   __libc_start_main   start_thread   tokio::runtime::run   f(int)   [unknown]
const FUNCTION = /^(?:_*start\w*|main|__libc_start\w*|__?clone3?|clone3?|\[unknown\]|.*(?:::|\().*)$/s;

/** Threads named like functions, at most. */
const FEW = 0.1;

/** Do stacks start with a process, as perf-fold writes them, or with its first function? */
function rootsAreProcesses(table: StackTable): boolean {
  const roots = new Uint8Array(table.nameCount + 1);
  const { words } = table;
  table.forEachAt((from) => {
    roots[words[from] as number] = 1;
    return undefined;
  });
  let count = 0;
  let functions = 0;
  for (let id = roots.indexOf(1); id > 0; id = roots.indexOf(1, id + 1)) {
    count++;
    if (FUNCTION.test(table.nameText(id))) functions++;
  }
  // a thread may be called `biome::workspace`
  return functions <= count * FEW;
}

/** The classes of all boxes: `of` holds places in `kinds`. */
export interface BoxKinds {
  kinds: string[];
  of: Uint16Array;
}

export function boxKinds(picture: Picture): BoxKinds {
  const { boxes, recording, palette: colours } = picture;
  const kinds: string[] = [];
  const places = new Map<string, number>();
  const of = new Uint16Array(boxes.count);
  // what runs has the same colour wherever it is called; by name id, from 1, and again for what is drawn together
  const ids = recording.isDifferential ? 0 : picture.letters.length;
  const known = new Uint16Array(2 * ids);
  for (let box = 0; box < boxes.count; box++) {
    const isTogether = boxes.together[box] === 1;
    const at = (boxes.name[box] as number) + (isTogether ? ids : 0);
    const isRunning = !colours.byTime || ((boxes.bits[box] as number) & ON_CPU) > 0;
    const isPlain = ids > 0 && isRunning && (boxes.depth[box] as number) > 1;
    let place = isPlain ? (known[at] as number) : 0;
    if (place === 0) {
      const own = boxClass(picture, box);
      const family = (): ColourFamily | undefined => colours.families.find(({ letter }) => letter === own.charAt(0));
      const kind = isTogether && ids > 0 ? plainClass(family(), own) : own;
      place = places.get(kind) ?? kinds.push(kind);
      places.set(kind, place);
      if (isPlain) known[at] = place;
    }
    of[box] = place - 1;
  }
  return { kinds, of };
}

/** The class of a box's colour. */
export function boxClass(picture: Picture, box: number): string {
  const { boxes, recording, settings, palette: colours, basis } = picture;
  const id = boxes.name[box] as number;
  const depth = boxes.depth[box] as number;
  if (depth === 0) return 'r0';
  if (recording.isDifferential) {
    const change = boxes.change[box] as number;
    const noise = noiseOf(basis, boxes.before[box] as number, boxes.size[box] as number);
    return changeClass(settings.negate ? -change : change, boxes.mostChange, noise);
  }
  const wait = colours.byTime ? waitFamily(colours.families, boxes.bits[box] as number) : undefined;
  const own = colours.families.find(({ letter }) => letter.charCodeAt(0) === picture.letters[id]) as ColourFamily;
  const isRoot = depth === 1 && wait === undefined && !own.isApart;
  return isRoot && colours.rootClass !== '' ? colours.rootClass : classIn(wait, own, picture.hashOf(id));
}
