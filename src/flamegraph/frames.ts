// The boxes of one row as SVG text: a rectangle with its tooltip and label, or slivers where they are too thin for that.

import { noiseOf } from './change.ts';
import { escapeXml, shownName } from './display.ts';
import { boxWidth, GLYPH, hundredths, LABEL_INDENT, labelBaseline, labelColumns } from './geometry.ts';
import { GONE } from './head.ts';
import { label } from './label.ts';
import type { Row as BoxRow } from './needles.ts';
import type { Picture } from './picture.ts';
import { inPixels, Slivers } from './slivers.ts';
import { boxText, type Measure } from './words.ts';

interface Settings {
  picture: Picture;
  measure: Measure;
  /** by name id: the shown name, once it was needed */
  titles: Map<number, string>;
  /** boxes thinner than this are slivers, px */
  sliver: number;
  colourOf(box: number): string;
  /** stands before the label of a box; mostly '' */
  signOf(box: number): string;
}

/** Below this width a box in a picture with a script has no tooltip, because the script shows it, px. */
const TOOLTIP = 4;

export function* drawRow({ items, lefts, rights }: BoxRow, settings: Settings): Generator<string> {
  const { picture, measure, titles, sliver, colourOf, signOf } = settings;
  const { boxes, basis } = picture;
  const { frameHeight, fontSize, script } = picture.settings;
  const height = frameHeight - 1;
  const baseline = labelBaseline(frameHeight, fontSize);
  const slivers = new Slivers(inPixels);
  for (let i = 0; i < items.length; i++) {
    const box = items[i] as number;
    const from = lefts[i] as number;
    const width = (rights[i] as number) - from;
    const colour = colourOf(box);
    if (width < sliver || boxes.together[box] === 1) {
      slivers.add(colour, from, from + width);
      continue;
    }
    const id = boxes.name[box] as number;
    const name = titles.get(id) ?? shownName(picture.nameOf(id));
    titles.set(id, name);
    const size = boxes.size[box] as number;
    const before = boxes.before[box] as number;
    const change = boxes.change[box] as number;
    const isGone = size === 0 && before > 0;
    const look = isGone ? `${GONE} stroke="${colour}"` : '';
    const rect = `<rect fill="${colour}"${look} x="${hundredths(from)}" width="${hundredths(boxWidth(width))}" height="${height}" rx="1.5"`;
    const sizes = { size, before, change, noise: noiseOf(basis, before, size) };
    yield script && width < TOOLTIP
      ? `${rect}/>`
      : `${rect}><title>${escapeXml(boxText(measure, name, sizes))}</title></rect>`;
    const sign = signOf(box);
    const text = label(name, labelColumns(width, fontSize * GLYPH) - sign.length);
    const struck = isGone ? ' text-decoration="line-through"' : '';
    if (text !== '')
      yield `<text x="${hundredths(from + LABEL_INDENT)}" y="${baseline}"${struck}>${sign}${escapeXml(text)}</text>`;
  }
  for (const [colour, path] of slivers.finish()) yield `<path stroke="${colour}" d="M0 ${height / 2}${path}"/>`;
}
