// The boxes of one row as SVG text: a rectangle with its tooltip and label, or slivers where they are too thin for that.

import { goneClass } from './change.ts';
import { escapeXml, shownName } from './display.ts';
import { boxWidth, GLYPH, hundredths, LABEL_INDENT, labelBaseline, labelColumns, SLIVER } from './geometry.ts';
import { label } from './label.ts';
import type { Picture } from './picture.ts';
import { Slivers } from './slivers.ts';
import { boxText, type Measure } from './words.ts';

interface Row {
  picture: Picture;
  /** px a count */
  scale: number;
  measure: Measure;
  /** by name id: the shown name, once it was needed */
  titles: string[];
  classOf(box: number): string;
}

export function* drawRow(row: Uint32Array, { picture, scale, measure, titles, classOf }: Row): Generator<string> {
  const { boxes, settings, names } = picture;
  const height = settings.frameHeight - 1;
  const baseline = labelBaseline(settings.frameHeight, settings.fontSize);
  const glyph = settings.fontSize * GLYPH;
  const slivers = new Slivers();
  for (const box of row) {
    const from = (boxes.start[box] as number) * scale;
    const width = (boxes.width[box] as number) * scale;
    const kind = classOf(box);
    if (width < SLIVER) {
      slivers.add(kind, from, from + width);
      continue;
    }
    const id = boxes.name[box] as number;
    titles[id] ||= shownName(names[id] as string);
    const name = titles[id] as string;
    const size = boxes.size[box] as number;
    const before = boxes.before[box] as number;
    const title = escapeXml(boxText(measure, name, { size, before, change: boxes.change[box] as number }));
    const x = hundredths(from);
    yield `<rect class="${kind}${goneClass(size)}" x="${x}" width="${hundredths(boxWidth(width))}" height="${height}"><title>${title}</title></rect>`;
    const text = label(name, labelColumns(width, glyph));
    if (text !== '') yield `<text x="${hundredths(from + LABEL_INDENT)}" y="${baseline}">${escapeXml(text)}</text>`;
  }
  for (const [kind, path] of slivers.finish()) yield `<path class="${kind}" d="M0 ${height / 2}${path}"/>`;
}
