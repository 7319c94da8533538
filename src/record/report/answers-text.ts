// The report's first screen for a terminal: where the time went, what holds it up, what runs hottest.

import { shown } from '../../flamegraph/display.ts';
import { wrapWords } from '../../stacks/wrap-words.ts';
import { shortName } from '../render/summary.ts';
import type { FunctionRow, Report } from './report.ts';
import { FIRST, heldShare } from './waits.ts';
import {
  basisOfFunctions,
  basisOfWaits,
  hottestOf,
  kernelsWords,
  NEAREST,
  onCpuText,
  secondsText,
  shareText,
  splitBasis,
  TOP,
  waitFacts,
  waitTitle,
} from './words.ts';

/** Longer lines are hard to read. */
const MOST_COLUMNS = 100;
export const INDENT = '  ';
const SHARE_WIDTH = 8;
const TIME_WIDTH = 9;
const NAME_COLUMNS = 80;
/** A number and its unit stay in one line. */
const BETWEEN_WORDS = / (?!(?:s|ms|\u00b5s|%)(?![\w]))/;

/** Wraps a text into lines of the terminal's width, cut between words. A longer word stays whole. */
type Wrap = (text: string, indent: string) => string[];

/** The parts, each a text of lines without the last newline. Names can do the terminal no harm. */
export function answersText(report: Report, columns: number = MOST_COLUMNS): string[] {
  const wrapped: Wrap = (text, indent) => {
    const words = text === '' ? [] : text.split(BETWEEN_WORDS);
    const width = Math.min(columns, MOST_COLUMNS) - INDENT.length - indent.length;
    return wrapWords(words, width).map((line) => indent + line);
  };
  return [splitLines(report, wrapped), waitLines(report, wrapped), hottestLines(report, wrapped)]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => `${INDENT}${shown(line)}`.trimEnd()).join('\n'));
}

function splitLines(report: Report, wrapped: Wrap): string[] {
  const { split } = report;
  const title = 'Where the time went';
  if (split === undefined) {
    const text = onCpuText(report);
    return text === '' ? [] : [title, ...wrapped(text, '  ')];
  }
  const rows = split.parts.map(({ name, share, seconds }) => {
    return `${shareText(share).padStart(SHARE_WIDTH)} ${secondsText(seconds).padStart(TIME_WIDTH)}  ${name}`;
  });
  return [title, ...rows, ...wrapped(splitBasis(split), '  ')];
}

function waitLines(report: Report, wrapped: Wrap): string[] {
  const { heldUp, waits } = report;
  if (waits.length === 0) return [];
  const rows = heldUp.slice(0, FIRST).flatMap((row) => {
    const facts = [...kernelsWords(row), ...waitFacts(row, report)];
    return item(heldShare(row), `${waitTitle(row)} ${row.reason}`, facts.join('; '), wrapped);
  });
  const basis = basisOfWaits(report);
  return ['What holds it up', ...rows, ...wrapped(basis, '  ')];
}

function hottestLines({ functions }: Report, wrapped: Wrap): string[] {
  if (functions === undefined) return [];
  const { title, rows, isOwn } = hottestOf(functions, TOP);
  const first = isOwn ? ['nearest', 'self', 'total'] : ['self', 'total'];
  const shares = ({ nearest, self, total }: FunctionRow): number[] => (isOwn ? [nearest, self, total] : [self, total]);
  const line = (cells: readonly string[], name: string): string =>
    `${cells.map((cell) => cell.padStart(SHARE_WIDTH)).join('')}  ${name}`;
  return [
    title,
    line(first, 'function'),
    ...rows.map(({ row }) => line(shares(row).map(shareText), shortName(shown(row.name), NAME_COLUMNS))),
    ...wrapped(`${basisOfFunctions(functions)}${isOwn ? ` Nearest ${NEAREST}.` : ''}`, '  '),
  ];
}

/** A share, what has it, and below that the rest. */
function item(share: number, title: string, more: string, wrapped: Wrap): string[] {
  const blank = ' '.repeat(SHARE_WIDTH + 2);
  const [first = '', ...others] = wrapped(title, blank);
  return [`${shareText(share).padStart(SHARE_WIDTH)}  ${first.trimStart()}`, ...others, ...wrapped(more, `${blank}  `)];
}
