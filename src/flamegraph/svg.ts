// The SVG text. Everything that comes from the input passes through shown() and escapeXml(), or JSON with escapes.

import { packedParts } from '../stacks/packed/pack.ts';
import { DATA_BEGINS, DATA_VERSION } from '../stacks/packed/picture-data.ts';
import { changeFamilies } from './change-colours.ts';
import { type ColourFamily, colourOf, INK, type Scheme } from './colours/classes.ts';
import { SEVERAL } from './colours/time.ts';
import { WAITS } from './colours/waits.ts';
import type { Data } from './data.ts';
import { deflated } from './deflated.ts';
import { escapeXml, shown } from './display.ts';
import { drawRow } from './frames.ts';
import { headOf, legendOf, type Words, wordsOf } from './head.ts';
import { emptyRow, markText, middleOf } from './needles.ts';
import { type BoxKinds, boxKinds, framesWidth, MARGIN, type Picture } from './picture.ts';
import { type Rows, rowsOf } from './rows.ts';
import { NOMINAL_WIDTH } from './settings.ts';
import { MONO, PAPER, type Paper, paperOn, SANS, styleSheet } from './style.ts';
import { viewerTexts } from './viewer-texts.ts';
import type { Measure } from './words.ts';

const BLOCK = 1 << 16;
const BOTTOM = 16;
/** Rows of the static picture where the script shows the others. */
const MOST_ROWS = 250;

/** The script that goes into the picture; see viewer/. */
export type ViewerScript = string;

interface Drawn {
  picture: Picture;
  measure: Measure;
  families: readonly ColourFamily[];
  scheme: Scheme;
  paper: Paper;
  words: Words;
  rows: Rows;
  boxKinds: BoxKinds;
  key: string;
}

/** The picture as text, in blocks. */
export function* svgText(picture: Picture, script: ViewerScript): Generator<string | Uint8Array> {
  const { settings, boxes } = picture;
  const { background } = settings;
  const { scheme, paper } =
    background === undefined ? { scheme: 'light' as const, paper: PAPER.light } : paperOn(background);
  const measure = measureOf(picture);
  const ofBoxes = boxKinds(picture);
  const families = drawnFamilies(picture, ofBoxes);
  const rows = rowsOf(
    boxes,
    framesWidth(settings) / picture.span,
    settings.script ? MOST_ROWS : Number.POSITIVE_INFINITY,
  );
  const words = wordsOf(picture, measure, { thin: boxes.thin, hidden: rows.hidden });
  const head = headOf(picture, words, legendOf(picture, families, scheme), paper);
  const width = settings.width ?? NOMINAL_WIDTH;
  const hasMarks = (rows.marks[rows.rows.length] ?? []).length > 0;
  const height = head.height + (rows.rows.length + (hasMarks ? 1 : 0)) * settings.frameHeight + BOTTOM;
  const font = (own: string): string => (settings.fontType === undefined ? own : shown(settings.fontType));
  const key = keyOf(picture);
  const drawn: Drawn = { picture, measure, families, scheme, paper, words, rows, boxKinds: ofBoxes, key };

  yield `<?xml version="1.0" encoding="UTF-8"?>\n`;
  yield `<svg xmlns="http://www.w3.org/2000/svg" version="1.1" class="flamepipe ${key}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escapeXml(font(SANS))}" font-size="12" stroke="none">\n`;
  if (settings.notes !== '') yield `<!-- ${commentText(settings.notes)} -->\n`;
  const description = [words.facts, words.notDrawn, words.warning].filter(Boolean).join('. ');
  yield `<title>${escapeXml(shown(settings.title))}</title>\n<desc>${escapeXml(description)}</desc>\n`;
  yield `<style><![CDATA[${styleSheet(key, families, background)}]]></style>\n`;
  yield `<g class="static">\n<rect fill="${paper.paper}" width="100%" height="100%"/>\n${head.text}`;
  yield `<g font-family="${escapeXml(font(MONO))}" font-size="${settings.fontSize}" fill="${INK[scheme]}" stroke-width="${settings.frameHeight - 1}">\n`;
  yield* frames(drawn, head.height, hasMarks);
  yield '</g>\n</g>\n';
  if (settings.script) {
    yield DATA_BEGINS;
    yield* dataText(drawn, head.height, { text: font(SANS), frames: font(MONO) });
    yield `</metadata>\n<script><![CDATA[${script}]]></script>\n`;
  }
  yield '</svg>\n';
}

/** Tells pictures in one page apart. */
function keyOf({ settings, total, stackCount, boxes }: Picture): string {
  let hash = 0x811c9dc5;
  for (const char of `${settings.title}|${settings.subtitle}|${total}|${stackCount}|${boxes.count}|${boxes.deepest}`) {
    hash = Math.imul(hash ^ (char.codePointAt(0) as number), 0x01000193);
  }
  return `k${(hash >>> 0).toString(36)}`;
}

/** Families that occur among the boxes. */
function drawnFamilies(picture: Picture, { kinds }: BoxKinds): ColourFamily[] {
  if (picture.recording.isDifferential) return changeFamilies(picture.settings);
  const letters = new Set(kinds.map((kind) => kind.charAt(0)));
  return picture.palette.families.filter(({ letter }) => letters.has(letter));
}

function* frames(
  { picture, measure, families, scheme, paper, rows, boxKinds: { kinds, of } }: Drawn,
  top: number,
  hasMarks: boolean,
): Generator<string> {
  const { settings, boxes } = picture;
  const titles = new Map<number, string>();
  const marks = new Map(families.map(({ letter, mark }) => [letter, mark === undefined ? '' : `${mark} `]));
  const apart = new Set(families.flatMap(({ letter, isApart }) => (isApart ? [letter] : [])));
  const colours = kinds.map((kind) => (kind === 'r0' ? paper.all : colourOf(families, kind, scheme)));
  const colourOfBox = (box: number): string => colours[of[box] as number] as string;
  const row = {
    ...{ picture, measure, titles, sliver: rows.sliver, colourOf: colourOfBox },
    signOf: (box: number): string => {
      const letter = (kinds[of[box] as number] as string).charAt(0);
      const isMarked = apart.has(letter) || (picture.waits[boxes.name[box] as number] as number) > 0;
      return picture.palette.byTime && isMarked ? (marks.get(letter) ?? '') : '';
    },
  };
  const storeys = rows.rows.length + (hasMarks ? 1 : 0);
  let text = '';
  for (let depth = 0; depth < storeys; depth++) {
    const y = top + (settings.inverted ? depth : storeys - 1 - depth) * settings.frameHeight;
    text += `<g transform="translate(${MARGIN} ${y})">`;
    for (const part of drawRow(rows.rows[depth] ?? emptyRow(), row)) {
      text += part;
      if (text.length < BLOCK) continue;
      yield text;
      text = '';
    }
    for (const tower of rows.marks[depth] ?? []) {
      text += `<text x="${Math.round(middleOf(tower))}" y="${settings.frameHeight - 5}" font-size="10" text-anchor="middle" fill="${paper.soft}">${markText(tower.hidden)}</text>`;
    }
    text += '</g>\n';
  }
  yield text;
}

function measureOf({ settings, unit, total, totalBefore, recording }: Picture): Measure {
  return {
    unit: shown(unit),
    factor: settings.factor,
    total,
    ...(recording.isDifferential
      ? {
          diff: {
            totalBefore,
            before: shown(settings.sides.before),
            after: shown(settings.sides.after),
            bySelf: settings.diffBy === 'self',
            perSecond: settings.scaling.kind === 'seconds',
          },
        }
      : {}),
  };
}

/** The data for the script: Data as JSON. */
function* dataText(drawn: Drawn, headHeight: number, fonts: Data['fonts']): Generator<string> {
  const { picture, measure, families, words, key } = drawn;
  const { settings, palette, boxes, recording, basis } = picture;
  const packed = recording.table.drawing.packed;
  const bitOf = (id: number): number => (palette.byTime ? (picture.waits[id] as number) : 0);
  const letters = Buffer.alloc(packed.names.length);
  for (let i = 0; i < letters.length; i++) letters[i] = picture.letters[packed.names[i] as number] as number;
  const waits: Record<string, number> = {};
  packed.names.forEach((id, i) => {
    if (bitOf(id) > 0) waits[i + 1] = bitOf(id);
  });
  const isTimed = Object.keys(waits).length > 0;
  // what is too thin to be drawn here may be zoomed to there
  const known = (family: ColourFamily): boolean =>
    families.includes(family) || letters.includes(family.letter) || (isTimed && WAITS.includes(family));
  // its legend would explain a colour that is nowhere
  const named = (family: ColourFamily): ColourFamily =>
    family.letter === SEVERAL && !families.includes(family) ? { ...family, meaning: '' } : family;
  const head: Omit<Data, 'letters' | 'stacks'> = {
    version: DATA_VERSION,
    key,
    title: shown(settings.title),
    measure,
    ...(recording.table.unit === undefined ? {} : { unitLine: recording.table.unit }),
    nodes: packed.nodes,
    isPair: recording.isDifferential,
    union: recording.isDifferential && settings.union,
    negate: settings.negate,
    ...(recording.isDifferential ? { basis } : {}),
    mostChange: boxes.mostChange,
    nameType: shown(settings.nameType),
    headHeight,
    staticWidth: settings.width ?? NOMINAL_WIDTH,
    frameHeight: settings.frameHeight,
    fontSize: settings.fontSize,
    minPx: settings.minWidth.px ?? 0,
    fluid: settings.width === undefined,
    inverted: settings.inverted,
    reversed: settings.reverse,
    flamechart: settings.flamechart,
    families: recording.isDifferential ? families : palette.families.filter(known).map(named),
    byTime: isTimed,
    rootClass: recording.isDifferential ? '' : palette.rootClass,
    waits,
    ...(settings.background === undefined ? {} : { scheme: drawn.scheme }),
    papers: { ...PAPER, [drawn.scheme]: drawn.paper },
    fonts,
    ...(settings.meta === undefined ? {} : { meta: settings.meta }),
  };
  const extra = json(viewerTexts(settings, words), /[^ -~]/g);
  yield `${json(head).slice(0, -1)},"letters":"${letters.toString('latin1')}","stacks":"`;
  yield* deflated(packedParts(packed.columns, extra));
  yield '"}';
}

/** JSON that is XML text as it stands; `escaped`: what to write as escapes. */
function json(value: unknown, escaped = /[<>&\x7f-\x9f\u2028\u2029\ufffe\uffff]/g): string {
  return JSON.stringify(value).replace(escaped, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A text inside a comment: XML allows no `--` there. */
function commentText(text: string): string {
  return shown(text).replace(/-(?=-|$)/g, '- ');
}
