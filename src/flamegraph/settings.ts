// What users choose about the picture.

import { UsageError } from '../engine/errors.ts';
import type { SideFactors } from './change.ts';
import type { PaletteName } from './colours/palette.ts';
import { FINE, THIN } from './needles.ts';

/** Lengths are px at the nominal width, which is 1200 unless `width` is given. */
export interface PictureSettings {
  /** what the two sides of a comparison are called */
  sides: { before: string; after: string };
  /** whose change colours a frame: with all that it calls, or its own */
  diffBy: DiffBy;
  /** widths are of both sides, so that what vanished is drawn; else of the side after */
  union: boolean;
  title: string;
  subtitle: string;
  /** undefined: as wide as the window */
  width: number | undefined;
  frameHeight: number;
  minWidth: MinWidth;
  /** CSS font-family of all text; undefined: our own */
  fontType: string | undefined;
  fontSize: number;
  /** undefined: what the folded text says, else samples */
  countName: string | undefined;
  nameType: string;
  colors: PaletteName;
  /** #rrggbb; undefined: white, and dark in dark surroundings */
  background: string | undefined;
  reverse: boolean;
  /** root on top */
  inverted: boolean;
  /** in the order of the input, which is time */
  flamechart: boolean;
  negate: boolean;
  /** what is kept as a comment in the file */
  notes: string;
  /** the count that is 100 %, if more than the sum */
  total: number | undefined;
  /** counts are multiplied by this when shown */
  factor: number;
  /** how a comparison makes its sides comparable */
  scaling: Scaling;
  /** what is embedded for programs; undefined: nothing */
  meta: unknown;
  script: boolean;
  /** wraps the picture in an HTML page */
  html: boolean;
}

/** As counted; per second of both sides' wall time; the side before scaled to the total of the side after. */
export type Scaling = { kind: 'counts' | 'normalized' } | { kind: 'seconds'; before: number; after: number };

/** What the counts of both sides are multiplied by. `sample`: what one sample counts; 0: counts are no samples. */
export function basisOf(
  { scaling }: PictureSettings,
  counted: { before: number; after: number },
  sample: number,
): SideFactors {
  if (scaling.kind === 'seconds') return { before: 1 / scaling.before, after: 1 / scaling.after, sample };
  const isScaled = scaling.kind === 'normalized' && counted.before > 0 && counted.after > 0;
  return { before: isScaled ? counted.after / counted.before : 1, after: 1, sample };
}

export const DIFF_BY = ['inclusive', 'self'] as const;
export type DiffBy = (typeof DIFF_BY)[number];

export const NOMINAL_WIDTH = 1200;

/** Boxes narrower than this are left out of the static picture: px, or a share of the total. */
export interface MinWidth {
  px?: number;
  share?: number;
}

/** Are frames too thin for boxes of their own drawn together? Those that the user asks to leave out are not. */
export function isTogether({ minWidth: { px } }: PictureSettings): boolean {
  return px !== undefined && px > 0 && px <= THIN;
}

/** Frames narrower than this have no boxes of their own, px. */
export function leastPx(settings: PictureSettings): number {
  // the script draws finer ones
  return isTogether(settings) && settings.script ? 2 * FINE : (settings.minWidth.px ?? 0);
}

/** The options of flame-svg, as the command line gives them. */
export interface Options {
  title: string | undefined;
  subtitle: string | undefined;
  countname: string | undefined;
  nametype: string;
  notes: string | undefined;
  width: number | undefined;
  height: number;
  minwidth: string;
  fonttype: string | undefined;
  fontsize: number;
  colors: PaletteName;
  bgcolors: string | undefined;
  before: string | undefined;
  after: string | undefined;
  'diff-by': DiffBy;
  seconds: string | undefined;
  normalize: boolean;
  union: boolean;
  'no-union': boolean;
  negate: boolean;
  reverse: boolean;
  inverted: boolean;
  flamechart: boolean;
  total: number | undefined;
  factor: number;
  'no-script': boolean;
  html: boolean;
}

/** What options are that the user does not give; the others are undefined then. */
export const DEFAULTS = {
  nametype: 'Function:',
  height: 16,
  minwidth: '0.1',
  fontsize: 12,
  colors: 'kind',
  'diff-by': 'inclusive',
  factor: 1,
} as const satisfies Partial<Options>;

/** `meta`: what is embedded for programs. Throws UsageError for an option that can't be understood. */
export function settingsOf(given: Partial<Options>, meta?: unknown): PictureSettings {
  const options = { ...DEFAULTS, ...given };
  const minWidth = parseMinWidth(options.minwidth);
  if (minWidth === undefined) throw new UsageError(`--minwidth takes pixels or N%, not "${options.minwidth}"`);
  const background = options.bgcolors === undefined ? undefined : parseBackground(options.bgcolors);
  if (options.bgcolors !== undefined && background === undefined) {
    throw new UsageError(`--bgcolors takes yellow, blue, green, grey or #rrggbb, not "${options.bgcolors}"`);
  }
  if (options.union && options['no-union']) throw new UsageError('choose one of --union, --no-union');
  if (options['diff-by'] === 'self' && options.reverse) {
    throw new UsageError(
      '--diff-by self leaves out what a frame calls; with --reverse, what lies above a frame calls it',
    );
  }
  const { flamechart = false, inverted = false, before, after } = options;
  const kind = flamechart ? 'Flame Chart' : inverted ? 'Icicle Graph' : 'Flame Graph';
  const sides = { before: before ?? 'before', after: after ?? 'after' };
  return {
    title:
      options.title ??
      (before === undefined && after === undefined ? kind : `${kind}: ${sides.after} against ${sides.before}`),
    sides,
    diffBy: options['diff-by'],
    union: !options['no-union'],
    subtitle: options.subtitle ?? '',
    width: options.width,
    frameHeight: options.height,
    minWidth,
    fontType: options.fonttype,
    fontSize: options.fontsize,
    countName: options.countname,
    nameType: options.nametype,
    colors: options.colors,
    background,
    reverse: options.reverse ?? false,
    inverted,
    flamechart,
    negate: options.negate ?? false,
    notes: options.notes ?? '',
    total: options.total,
    factor: options.factor,
    scaling: scalingOf(options),
    meta,
    script: !options['no-script'],
    html: options.html ?? false,
  };
}

function scalingOf({ seconds, normalize = false }: Partial<Options>): Scaling {
  if (seconds === undefined) return { kind: normalize ? 'normalized' : 'counts' };
  if (normalize) throw new UsageError('choose one of --seconds, --normalize');
  const [before = 0, after = 0, ...rest] = seconds.split(',').map(Number);
  if (!(before > 0 && after > 0) || rest.length > 0) {
    throw new UsageError(`--seconds takes the wall time of both sides, BEFORE,AFTER, not "${seconds}"`);
  }
  return { kind: 'seconds', before, after };
}

/** `0.1` (px) or `0.5%`; undefined when it is neither. */
export function parseMinWidth(text: string): MinWidth | undefined {
  const [, digits, sign] = /^\s*(\d+(?:\.\d*)?|\.\d+)\s*(%?)\s*$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  return sign === '%' ? { share: Number(digits) / 100 } : { px: Number(digits) };
}

const BACKGROUNDS: Record<string, string> = {
  yellow: '#fdf6d8',
  blue: '#e6eef8',
  green: '#e8f3e4',
  grey: '#f1f1f0',
  gray: '#f1f1f0',
};

/** `yellow`, `blue`, `green`, `grey` or `#rrggbb` as #rrggbb; undefined when it is none of them. */
export function parseBackground(text: string): string | undefined {
  return /^#[0-9a-f]{6}$/i.test(text) ? text.toLowerCase() : BACKGROUNDS[text];
}
