// The SVG text. Everything that comes from the input passes through shown() and escapeXml(), or JSON with escapes.

import { CHANGES } from './change.ts';
import type { Family } from './colours.ts';
import type { Data } from './data.ts';
import { escapeXml, shown } from './display.ts';
import { drawRow } from './frames.ts';
import { headOf } from './head.ts';
import { byRow } from './layout.ts';
import { boxClass, framesWidth, MARGIN, type Picture } from './picture.ts';
import { NOMINAL_WIDTH } from './settings.ts';
import { MONO, SANS, styleSheet } from './style.ts';
import type { Measure } from './words.ts';

const BLOCK = 1 << 16;
const BOTTOM = 16;

/** The script that goes into the picture; see viewer/. */
export type ViewerScript = string;

/** The picture as text, in blocks. */
export function* svgText(picture: Picture, script: ViewerScript): Generator<string | Uint8Array> {
  const { settings, boxes } = picture;
  const families = drawnFamilies(picture);
  const head = headOf(picture, families);
  const width = settings.width ?? NOMINAL_WIDTH;
  const height = head.height + (boxes.deepest + 1) * settings.frameHeight + BOTTOM;
  const font = (own: string): string => escapeXml(settings.fontType === undefined ? own : shown(settings.fontType));
  const isDiff = picture.recording.isDifferential;
  const css = styleSheet(settings, { families, darkInk: picture.palette.darkInk && !isDiff, isDiff });

  yield `<?xml version="1.0" encoding="UTF-8"?>\n`;
  yield `<svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${font(SANS)}" font-size="12">\n`;
  if (settings.notes !== '') yield `<!-- ${commentText(settings.notes)} -->\n`;
  yield `<title>${escapeXml(shown(settings.title))}</title>\n<desc>${escapeXml(head.description)}</desc>\n`;
  yield `<style><![CDATA[${css}]]></style>\n`;
  yield `<rect class="paper" width="100%" height="100%"/>\n${head.text}`;
  yield `<g class="f" font-family="${font(MONO)}" font-size="${settings.fontSize}">\n`;
  yield* frames(picture, head.height);
  yield '</g>\n';
  if (picture.data) {
    yield '<metadata id="flamepipe-data">';
    yield* dataText(picture, picture.data.packer.names, head.height);
    yield `</metadata>\n<script><![CDATA[${script}]]></script>\n`;
  }
  yield '</svg>\n';
}

/** Families that occur among the boxes. */
function drawnFamilies(picture: Picture): Family[] {
  if (picture.recording.isDifferential) return [...CHANGES];
  const letters = new Set(picture.classes.map((name) => name.charAt(0)));
  letters.add(picture.palette.rootClass.charAt(0));
  return picture.palette.families.filter(({ letter }) => letters.has(letter));
}

function* frames(picture: Picture, top: number): Generator<string> {
  const { boxes, settings } = picture;
  const { order, rows } = byRow(boxes);
  const scale = framesWidth(settings) / picture.span;
  const measure = measureOf(picture);
  const titles = picture.names.map(() => '');
  let text = '';
  for (let depth = 0; depth <= boxes.deepest; depth++) {
    const y = top + (settings.inverted ? depth : boxes.deepest - depth) * settings.frameHeight;
    text += `<g transform="translate(${MARGIN} ${y})">`;
    const row = order.subarray(rows[depth], rows[depth + 1]);
    for (const part of drawRow(row, { picture, scale, measure, titles, classOf: (box) => boxClass(picture, box) })) {
      text += part;
      if (text.length < BLOCK) continue;
      yield text;
      text = '';
    }
    text += '</g>\n';
  }
  yield text;
}

export function measureOf({ settings, total, totalBefore, recording }: Picture): Measure {
  return {
    unit: shown(settings.countName),
    factor: settings.factor,
    total,
    ...(recording.isDifferential
      ? {
          diff: {
            totalBefore,
            before: shown(settings.sides.before),
            after: shown(settings.sides.after),
            bySelf: settings.diffBy === 'self',
          },
        }
      : {}),
  };
}

/** The data for the script: Data as JSON. */
function* dataText(picture: Picture, ids: readonly number[], headHeight: number): Generator<string | Uint8Array> {
  const { settings, palette, boxes, recording } = picture;
  const head: Omit<Data, 'classes' | 'names' | 'stacks'> = {
    version: 1,
    measure: measureOf(picture),
    grain: picture.data?.grain ?? 1,
    union: recording.isDifferential && settings.union,
    negate: settings.negate,
    mostChange: boxes.mostChange,
    nameType: shown(settings.nameType),
    headHeight,
    bottom: BOTTOM,
    margin: MARGIN,
    rows: boxes.deepest + 1,
    frameHeight: settings.frameHeight,
    fontSize: settings.fontSize,
    minPx: settings.minWidth.px ?? 0,
    fluid: settings.width === undefined,
    inverted: settings.inverted,
    reversed: settings.reverse,
    rootClass: recording.isDifferential ? '' : palette.rootClass,
  };
  yield `${json(head).slice(0, -1)},"classes":"`;
  yield ids.map((id) => picture.classes[id]).join('');
  yield '","names":[';
  let text = '';
  for (const [i, id] of ids.entries()) {
    text += `${i === 0 ? '' : ','}${json(picture.names[id])}`;
    if (text.length < BLOCK) continue;
    yield text;
    text = '';
  }
  yield `${text}],"stacks":"`;
  yield picture.data?.packer.text ?? '';
  yield '"}';
}

/** JSON that is XML text as it stands. */
function json(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\x7f-\x9f\u2028\u2029\ufffe\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A text inside a comment: XML allows no `--` there. */
function commentText(text: string): string {
  return shown(text).replace(/-(?=-|$)/g, '- ');
}
