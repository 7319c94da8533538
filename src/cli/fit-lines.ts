// Tables on a terminal: a row that is too long would break all others by wrapping.

import { wrapWords } from '../stacks/wrap-words.ts';

/** The same lines, no longer than `columns`: rows are cut with an ellipsis, sentences go on in a new line. Latin1 in and out. */
export function fitLines(text: string, columns: number | undefined): string {
  if (columns === undefined) return text;
  return text
    .split('\n')
    .map((line) => (line.length <= columns ? line : fitted(line, columns)))
    .join('\n');
}

function fitted(line: string, columns: number): string {
  const text = Buffer.from(line, 'latin1').toString();
  const isRow = /\S {2}/.test(text);
  return Buffer.from(isRow ? cut(text, columns) : filled(text, columns)).toString('latin1');
}

function cut(row: string, columns: number): string {
  const characters = [...row];
  return characters.length <= columns ? row : `${characters.slice(0, columns - 1).join('')}…`;
}

function filled(sentence: string, columns: number): string {
  const [indent = ''] = /^ */.exec(sentence) ?? [];
  const lines = wrapWords(sentence.trim().split(' '), columns - indent.length);
  return lines.map((line) => indent + line).join('\n');
}
