// The head of the picture: title, subtitle, what was measured, and the legend.

import { grouped, percent, relative, secondsIn } from '../stacks/amounts.ts';
import type { ColourFamily, Scheme } from './colours/classes.ts';
import { escapeXml, shown } from './display.ts';
import { MARGIN, type Picture } from './picture.ts';
import { isTogether, leastPx } from './settings.ts';
import type { Paper } from './style.ts';
import { changeText, type Measure, valueText } from './words.ts';

const TITLE_LINE = 38;
const LINE = 20;
const LEGEND_LINE = 24;
const UNDER = 10;
/** the mean width of a letter in the legend, px */
const LETTER = 6.3;
const CHIP = 11;
const BETWEEN = '  ·  ';
/** Below this many samples shares say little. */
const FEW = 100;

/** What the head says, in words. */
export interface Words {
  facts: string;
  /** what the static picture leaves out; '' if nothing */
  notDrawn: string;
  /** '' if there is nothing to mind */
  warning: string;
}

export interface Head {
  text: string;
  /** px from the top to the first row of boxes */
  height: number;
}

/** Frames that the static picture leaves out: those that are too thin, and those in tall narrow towers. */
export interface NotDrawn {
  thin: number;
  hidden: number;
}

export function wordsOf(picture: Picture, measure: Measure, notDrawn: NotDrawn): Words {
  return {
    facts: factsOf(picture, measure),
    notDrawn: notDrawnText(picture.settings, notDrawn),
    warning: warningOf(picture, measure),
  };
}

/** One entry of the legend: a family, or a few shades of one. */
export interface LegendEntry {
  meaning: string;
  mark: string;
  /** colours of the chips in front of it */
  chips: string[];
  gone?: boolean;
}

/** The head of the static picture as SVG, and how high it is in pixels. */
export function headOf(
  { settings }: Picture,
  { facts, notDrawn, warning }: Words,
  legend: readonly LegendEntry[],
  paper: Paper,
): Head {
  const { soft, ink } = paper;
  let y = TITLE_LINE;
  let text = `<text x="${MARGIN}" y="${y - 8}" font-size="19" font-weight="600" fill="${ink}">${escapeXml(shown(settings.title))}</text>\n`;
  const line = (content: string, fill: string): void => {
    y += LINE;
    text += `<text x="${MARGIN}" y="${y - 8}" font-size="13" fill="${fill}">${content}</text>\n`;
  };
  if (settings.subtitle !== '') line(escapeXml(shown(settings.subtitle)), ink);
  line(escapeXml([facts, notDrawn].filter(Boolean).join(BETWEEN)), soft);
  if (warning !== '') line(`<tspan font-weight="600">${escapeXml(warning)}</tspan>`, paper.accent);
  if (legend.length > 0) {
    const { rows, height } = legendText(legend, y + LEGEND_LINE - 18, settings.width, soft);
    y += height;
    text += rows;
  }
  return { text, height: y + UNDER };
}

function factsOf(picture: Picture, measure: Measure): string {
  const { recording, stackCount, fresh, gone } = picture;
  const stacks = `${grouped(stackCount)} ${stackCount === 1 ? 'stack' : 'stacks'}`;
  const parts = recording.isDifferential
    ? [...sideTexts(picture, measure), `${stacks}, ${grouped(fresh)} new, ${grouped(gone)} gone`]
    : [totalText(measure), stacks];
  return parts.join(BETWEEN);
}

function notDrawnText(settings: Picture['settings'], { thin, hidden }: NotDrawn): string {
  const { share } = settings.minWidth;
  const least = share === undefined ? `${leastPx(settings)} px` : percent(share);
  const narrow = thin > 0 ? `${framesText(thin)} under ${least}` : '';
  const towers = hidden > 0 ? `${framesText(hidden)} in tall towers` : '';
  const left = [isTogether(settings) ? '' : narrow, towers].filter(Boolean).join(' and ');
  return [narrow && isTogether(settings) ? `${narrow} drawn together` : '', left && `${left} not drawn`]
    .filter(Boolean)
    .join(', ');
}

function framesText(count: number): string {
  return `${grouped(count)} ${count === 1 ? 'frame' : 'frames'}`;
}

/** `1,234 samples`; of times also as counted: `121.2 s (121,232,232,111 ns)` */
function totalText(measure: Measure): string {
  const text = valueText(measure, measure.total);
  const counted = `${grouped(measure.total * measure.factor)} ${measure.unit}`;
  return secondsIn(measure.unit) === undefined || text === counted ? text : `${text} (${counted})`;
}

/**
 * `run 1: 100 samples`, `run 2: 120 samples (+20 samples, +20%)`. Of sides that were scaled, how:
 * `run 1: 86 samples in 3.93 s = 21.9 samples/s`, `run 1: 86 samples, scaled to the total of run 2`
 */
function sideTexts({ settings, basis, counted, total, totalBefore }: Picture, measure: Measure): string[] {
  const { sides, scaling, factor } = settings;
  const [before, after] = [shown(sides.before), shown(sides.after)];
  const asCounted = (count: number): string => valueText({ unit: measure.unit, factor, total: 0 }, count);
  const change = changeText(measure, { size: total, before: totalBefore, change: total - totalBefore, noise: 0 });
  if (scaling.kind === 'seconds') {
    const rate = (count: number, seconds: number, value: number): string =>
      `${asCounted(count)} in ${grouped(seconds)} s = ${valueText(measure, value)}`;
    return [
      `${before}: ${rate(counted.before, scaling.before, totalBefore)}`,
      `${after}: ${rate(counted.after, scaling.after, total)} (${relative(total, totalBefore)})`,
    ];
  }
  const scaled = basis.before === 1 ? '' : ` × ${Number(basis.before.toPrecision(4))}, scaled to the total of ${after}`;
  return [
    `${before}: ${asCounted(counted.before)}${scaled}`,
    `${after}: ${asCounted(counted.after)}${scaled === '' ? ` (${change})` : ''}`,
  ];
}

function warningOf({ settings, recording, counted, gone, goneBefore, unit }: Picture, measure: Measure): string {
  if (gone > 0 && !settings.union) {
    const stacks = gone === 1 ? '1 vanished stack is' : `${grouped(gone)} vanished stacks are`;
    return `${stacks} not drawn: ${valueText(measure, goneBefore)} of ${shown(settings.sides.before)}`;
  }
  const least = recording.isDifferential ? Math.min(counted.after, counted.before) : counted.after;
  const count = Math.max(least, recording.isDifferential ? 0 : (settings.total ?? 0)) * settings.factor;
  if (unit !== 'samples' || count >= FEW) return '';
  return `only ${grouped(count)} ${count === 1 ? 'sample' : 'samples'}: shares are rough`;
}

/** What the colours mean; the families that occur, in light or dark. */
export function legendOf(picture: Picture, families: readonly ColourFamily[], scheme: Scheme): LegendEntry[] {
  if (!picture.recording.isDifferential) {
    return families
      .filter(({ meaning }) => meaning !== '')
      .map((family) => {
        const shades = family[scheme];
        return { meaning: family.meaning, mark: family.mark ?? '', chips: [shades[shades.length >> 1] as string] };
      });
  }
  const { negate, sides, union } = picture.settings;
  const chips = (letter: string, steps: readonly number[]): string[] =>
    steps.map((step) => families.find((family) => family.letter === letter)?.[scheme][step] as string);
  const [more, less] = negate ? ['m', 'p'] : ['p', 'm'];
  const meaning = (letter: string): string =>
    `${letter === 'p' ? 'red' : 'blue'}: ${families.find((family) => family.letter === letter)?.meaning}`;
  const [before, after] = [shown(sides.before), shown(sides.after)];
  const entry = (words: string, colours: string[]): LegendEntry => ({ meaning: words, mark: '', chips: colours });
  return [
    entry(meaning(more), chips(more, [1, 3, 5])),
    entry(meaning(less), chips(less, [1, 3, 5])),
    ...(picture.basis.sample > 0 ? [entry('may be chance', [...chips(more, [0]), ...chips(less, [0])])] : []),
    entry('the same', chips('n', [0])),
    ...(union && picture.gone > 0 ? [{ ...entry(`gone: only in ${before}`, chips(less, [4])), gone: true }] : []),
    entry(`width: ${union ? `mean of ${before} and ${after}` : after}`, []),
  ];
}

/** A dashed outline stands for what vanished. */
export const GONE = ' fill-opacity=".3" stroke-width="1" stroke-dasharray="3 2"';

function legendText(
  entries: readonly LegendEntry[],
  top: number,
  width = 1200,
  soft = '',
): { rows: string; height: number } {
  let x = MARGIN;
  let y = top;
  let text = '<g font-size="11.5">';
  for (const { meaning, mark, chips, gone } of entries) {
    const words = `${mark} ${meaning}`.trim();
    const wide = chips.length * (CHIP + 1) + Math.round(words.length * LETTER) + 20;
    if (x > MARGIN && x + wide > width) {
      x = MARGIN;
      y += LINE;
    }
    let at = x;
    for (const chip of chips) {
      const outline = gone ? ` stroke="${chip}"${GONE}` : '';
      text += `<rect fill="${chip}"${outline} x="${at}" y="${y}" width="${CHIP}" height="${CHIP}" rx="2"/>`;
      at += CHIP + 1;
    }
    text += `<text fill="${soft}" x="${at + (chips.length > 0 ? 4 : 0)}" y="${y + CHIP - 1.5}">${escapeXml(words)}</text>`;
    x += wide;
  }
  return { rows: `${text}</g>\n`, height: y - top + LEGEND_LINE };
}
