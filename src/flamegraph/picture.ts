// The picture: folded stacks and settings → boxes, colours and packed data, everything that the SVG text then spells out.

import { InputError } from '../engine/errors.ts';
import type { StackTable } from '../engine/stack-table.ts';
import { grainOf } from '../stacks/grain.ts';
import { nameText } from '../stacks/name-text.ts';
import { changeClass } from './change.ts';
import { kernelNames } from './kinds.ts';
import { type Boxes, commonDepth, Layout } from './layout.ts';
import { Packer } from './pack.ts';
import { type Palette, palette } from './palette.ts';
import { NOMINAL_WIDTH, type Settings } from './settings.ts';

/** What is drawn. In a comparison a stack's weight is its count after, its hits are its count before. */
export interface Recording {
  table: StackTable;
  isDifferential: boolean;
}

/** The space left and right of the boxes, px. */
export const MARGIN = 16;

export interface Picture {
  settings: Settings;
  recording: Recording;
  boxes: Boxes;
  palette: Palette;
  /** by name id: the text, and the class of its colour */
  names: string[];
  classes: string[];
  /** the count that is 100 % */
  total: number;
  totalBefore: number;
  /** how wide all boxes together are, in counts */
  span: number;
  stackCount: number;
  /** a comparison's stacks that are new; that are gone, and their count before */
  fresh: number;
  gone: number;
  goneBefore: number;
  /** undefined without the script */
  data: { packer: Packer; grain: number } | undefined;
}

/** The width of all boxes together, px. */
export function framesWidth(settings: Settings): number {
  return Math.max((settings.width ?? NOMINAL_WIDTH) - 2 * MARGIN, 1);
}

/** Throws InputError when there is nothing to draw. */
export function pictureOf(recording: Recording, settings: Settings): Picture {
  const { table, isDifferential } = recording;
  const kernel = settings.colors === 'kind' || settings.colors === 'java' ? kernelNames(table) : undefined;
  const weights = table.weights;
  const befores = isDifferential ? table.hits : new Float64Array(0);
  const sum = weights.reduce((a, b) => a + b, 0);
  const sumBefore = befores.reduce((a, b) => a + b, 0);
  const union = isDifferential && settings.union;
  if (sum + (union ? sumBefore : 0) === 0) {
    throw new InputError(`nothing to draw: all counts ${sumBefore > 0 ? 'after (the last column) ' : ''}are 0`);
  }
  const total = Math.max(sum, settings.total ?? 0);
  const span = union ? total + sumBefore : total;
  const isGone = (i: number): boolean => isDifferential && weights[i] === 0;
  const gone = befores.filter((before, i) => isGone(i) && before > 0);
  const grain = grainOf([weights, befores]);
  const counts = {
    total,
    totalBefore: sumBefore,
    span,
    stackCount: table.stackCount,
    fresh: befores.filter((before, i) => before === 0 && (weights[i] as number) > 0).length,
    gone: gone.length,
    goneBefore: gone.reduce((a, b) => a + b, 0),
  };

  const { px, share } = settings.minWidth;
  const least = span * (share ?? (px ?? 0) / framesWidth(settings));
  const layout = new Layout(least, { union, bySelf: settings.diffBy === 'self' });
  const packer = settings.script ? new Packer(table.nameCount, grain, isDifferential) : undefined;
  let previous: Uint32Array = new Uint32Array(0);
  for (const { ids, weight, hits } of stacksOf(recording, settings)) {
    const common = commonDepth(previous, ids);
    const before = isDifferential ? hits : 0;
    layout.add(ids, common, weight, before);
    packer?.add(ids, common, weight, before);
    previous = ids;
  }

  const colours = palette(settings.colors, !settings.reverse && rootsAreProcesses(table));
  const texts = Array.from({ length: table.nameCount + 1 }, (_, id) => (id === 0 ? 'all' : table.nameText(id)));
  return {
    ...counts,
    settings,
    recording,
    boxes: layout.finish(total),
    palette: colours,
    names: texts.map(nameText),
    classes: texts.map((text, id) => (id === 0 ? 'r' : colours.classOf(kernel?.[id] ? `${text}_[k]` : text))),
    data: packer && { packer, grain },
  };
}

// main   _start   __libc_start_main   start_thread   tokio::runtime::run   f(int)   [unknown]
const FUNCTION = /^(?:_*start\w*|main|__libc_start\w*|__?clone3?|clone3?|\[unknown\]|.*(?:::|\().*)$/s;

/** Do stacks start with a process, as perf-fold writes them, or with its first function? */
function rootsAreProcesses(table: StackTable): boolean {
  const roots = new Uint8Array(table.nameCount + 1);
  for (const { ids } of table.stacks()) roots[ids[0] as number] = 1;
  return !roots.some((isRoot, id) => isRoot === 1 && FUNCTION.test(table.nameText(id)));
}

/** The stacks as they are drawn, from left to right. */
function* stacksOf({ table }: Recording, { reverse, flamechart }: Settings) {
  if (flamechart) {
    for (const stack of table.inputOrder()) yield reverse ? { ...stack, ids: stack.ids.slice().reverse() } : stack;
    return;
  }
  if (reverse) table.rewrite((ids) => ids.slice().reverse());
  yield* table.sorted('frame');
}

/** The class of a box's colour. */
export function boxClass(picture: Picture, box: number): string {
  const { boxes, recording, settings, palette: colours } = picture;
  const name = boxes.name[box] as number;
  const depth = boxes.depth[box] as number;
  if (depth === 0) return 'r';
  if (recording.isDifferential) {
    const change = boxes.change[box] as number;
    return changeClass(settings.negate ? -change : change, boxes.mostChange);
  }
  if (depth === 1 && colours.rootClass !== '') return colours.rootClass;
  return picture.classes[name] as string;
}
