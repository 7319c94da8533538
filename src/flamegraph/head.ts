// The head of the picture: title, subtitle, what was measured, and the legend.

import { amount, grouped, percent, relative, signed } from '../stacks/amounts.ts';
import type { Family } from './colours.ts';
import { escapeXml, shown } from './display.ts';
import { MARGIN, type Picture } from './picture.ts';

const TITLE_LINE = 38;
const LINE = 20;
const LEGEND_LINE = 24;
const UNDER = 10;
/** a legend's letters are about so wide, px */
const LETTER = 6.1;
const CHIP = 11;
/** Below this many samples shares say little. */
const FEW = 100;

export interface Head {
  text: string;
  /** px from the top to the first row of boxes */
  height: number;
  /** the same in a sentence, for those who can't see it */
  description: string;
}

export function headOf(picture: Picture, families: readonly Family[]): Head {
  const { settings } = picture;
  let y = TITLE_LINE;
  let text = `<text class="title" x="${MARGIN}" y="${y - 8}" font-size="19" font-weight="600">${escapeXml(shown(settings.title))}</text>\n`;
  const line = (content: string, kind: string): void => {
    y += LINE;
    text += `<text class="${kind}" x="${MARGIN}" y="${y - 8}" font-size="13">${content}</text>\n`;
  };
  if (settings.subtitle !== '') line(escapeXml(shown(settings.subtitle)), 'subtitle');
  const summary = summaryOf(picture);
  const warning = warningOf(picture);
  const warn = warning === '' ? '' : ` <tspan class="warn" font-weight="600">${escapeXml(` ${warning}`)}</tspan>`;
  line(escapeXml(summary) + warn, 'soft');
  const legend = legendOf(picture, families);
  if (legend.length > 0) {
    y += LEGEND_LINE;
    text += legendText(legend, y - 18);
  }
  return {
    text,
    height: y + UNDER,
    description: [summary, warning, ...legend.map((entry) => entry.meaning)].filter(Boolean).join('. '),
  };
}

function summaryOf(picture: Picture): string {
  const { settings, boxes, total, recording, stackCount, fresh, gone } = picture;
  const { factor } = settings;
  const unit = shown(settings.countName);
  const parts = recording.isDifferential ? sideTexts(picture, unit) : [amount(total * factor, unit)];
  const stacks = `${grouped(stackCount)} ${stackCount === 1 ? 'stack' : 'stacks'}`;
  parts.push(recording.isDifferential ? `${stacks}, ${grouped(fresh)} new, ${grouped(gone)} gone` : stacks);
  if (boxes.thin > 0) {
    const { px, share } = settings.minWidth;
    const limit = share === undefined ? `${px} px` : percent(share);
    parts.push(`${grouped(boxes.thin)} ${boxes.thin === 1 ? 'frame' : 'frames'} under ${limit} not drawn`);
  }
  return parts.join('  ·  ');
}

/** `run 1: 100 samples`, `run 2: 120 samples (+20, +20%)` */
function sideTexts({ settings, total, totalBefore }: Picture, unit: string): string[] {
  const { factor, sides } = settings;
  const change = signed((total - totalBefore) * factor);
  const difference = totalBefore > 0 ? `${change}, ${relative(total, totalBefore)}` : change;
  return [
    `${shown(sides.before)}: ${amount(totalBefore * factor, unit)}`,
    `${shown(sides.after)}: ${amount(total * factor, unit)} (${difference})`,
  ];
}

function warningOf({ settings, recording, total, totalBefore, gone, goneBefore }: Picture): string {
  const { isDifferential } = recording;
  if (gone > 0 && !settings.union) {
    const stacks = gone === 1 ? '1 vanished stack is' : `${grouped(gone)} vanished stacks are`;
    const unit = shown(settings.countName);
    return `${stacks} not drawn: ${amount(goneBefore * settings.factor, unit)} of ${shown(settings.sides.before)}`;
  }
  const count = (isDifferential ? Math.min(total, totalBefore) : total) * settings.factor;
  if (settings.countName !== 'samples' || count >= FEW) return '';
  return `only ${grouped(count)} ${count === 1 ? 'sample' : 'samples'}: shares are rough`;
}

interface Entry {
  meaning: string;
  /** classes of the colour chips in front of it */
  chips: string[];
}

function legendOf(picture: Picture, families: readonly Family[]): Entry[] {
  if (!picture.recording.isDifferential) {
    return families
      .filter(({ meaning }) => meaning !== '')
      .map(({ letter, meaning, light }) => ({ meaning, chips: [`${letter}${light.length >> 1}`] }));
  }
  const { negate, diffBy, sides, union } = picture.settings;
  const [more, less] = negate ? ['m', 'p'] : ['p', 'm'];
  const hue = (letter: string): string => (letter === 'p' ? 'red' : 'blue');
  const own = diffBy === 'self' ? ' in the frame itself' : '';
  const [before, after] = [shown(sides.before), shown(sides.after)];
  return [
    { meaning: `${hue(more)}: more than ${before}${own}`, chips: [1, 3, 5].map((step) => `${more}${step}`) },
    { meaning: `${hue(less)}: less`, chips: [1, 3, 5].map((step) => `${less}${step}`) },
    { meaning: 'the same', chips: ['n0'] },
    ...(union && picture.gone > 0 ? [{ meaning: `gone: only in ${before}`, chips: [`${less}4 gone`] }] : []),
    { meaning: `width: ${union ? `mean of ${before} and ${after}` : after}`, chips: [] },
  ];
}

function legendText(entries: readonly Entry[], top: number): string {
  let x = MARGIN;
  let text = '<g class="legend" font-size="11.5">';
  for (const { meaning, chips } of entries) {
    for (const chip of chips) {
      text += `<rect class="${chip}" x="${x}" y="${top}" width="${CHIP}" height="${CHIP}" rx="2"/>`;
      x += CHIP + 1;
    }
    x += chips.length > 0 ? 4 : 0;
    text += `<text class="soft" x="${x}" y="${top + CHIP - 1.5}">${escapeXml(meaning)}</text>`;
    x += Math.round(meaning.length * LETTER) + 16;
  }
  return `${text}</g>\n`;
}
