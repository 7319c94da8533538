// Writes the help of a tool from the table that its command line is parsed by.

import { wrapWords } from '../stacks/wrap-words.ts';
import type { ChoiceOption, Manual, OptionTable } from './options.ts';

/** A fixed width, so that the text is the same everywhere and the docs can show it. */
const COLUMNS = 100;
const INDENT = '  ';
/** Longer lists of choices go into the description. */
const LONGEST_CHOICES = 20;
/** Where less is left beside the options, their texts stand below them. */
const LEAST_TEXT = 30;

type Row = readonly [usage: string, what: string];

/** Options that every tool has: usage, what it does. */
export const COMMON_OPTIONS = [
  ['-h, --help', 'print this and exit'],
  ['-V, --version', 'print the version and exit'],
] as const;

declare const FLAMEPIPE_VERSION: string | undefined;

export function versionText(name: string): string {
  return `${name} ${typeof FLAMEPIPE_VERSION === 'string' ? FLAMEPIPE_VERSION : 'development'}\n`;
}

/** A tool's options by group, in the order of its table: how each is written, and what it does. */
export function helpGroups<T extends OptionTable>(manual: Manual<T>): [group: string, rows: Row[]][] {
  const groups = new Map<string, Row[]>();
  for (const [name, option] of Object.entries(manual.options)) {
    if (option.hidden) continue;
    const group = option.group ?? 'Options';
    groups.set(group, [...(groups.get(group) ?? []), [usageOf(name, option), option.describe + valuesOf(option)]]);
  }
  return [...groups.set('Options', [...(groups.get('Options') ?? []), ...COMMON_OPTIONS])];
}

/** The text of --help, in lines of at most `columns` characters where words and options allow it. */
export function helpText<T extends OptionTable>(manual: Manual<T>, columns = COLUMNS): string {
  const groups = helpGroups(manual);
  const column = Math.max(...groups.flatMap(([, rows]) => rows).map(([usage]) => usage.length)) + 2;
  const fill = (text: string, indent: number): string => filled(text, indent, columns);
  const entry = ([usage, what]: Row): string =>
    columns - column < LEAST_TEXT
      ? `${INDENT}${usage}\n${fill(what, 3 * INDENT.length)}`
      : `${INDENT}${usage.padEnd(column)}${fill(what, column + INDENT.length).trimStart()}`;
  const parts = [
    `usage: ${manual.name} [options] ${manual.operands}\n\n${fill(manual.summary, 0)}`,
    ...[...groups].map(([group, rows]) => `${group}:\n${rows.map(entry).join('')}`),
    `Examples:\n${manual.examples.map(([line, what]) => `${command(line, columns)}${fill(what, 3 * INDENT.length)}`).join('')}`,
  ];
  if (manual.epilogue !== undefined) parts.push(fill(manual.epilogue, 0));
  return parts.join('\n');
}

/** `-t, --title TEXT`, `--count period|samples` */
function usageOf(name: string, option: OptionTable[string]): string {
  const alias = option.alias === undefined ? '' : `${option.alias.length > 1 ? '--' : '-'}${option.alias}, `;
  if (option.kind === 'flag') return `${alias}--${name}`;
  return `${alias}--${name} ${option.kind !== 'choice' ? option.value : (fewChoices(option) ?? name.toUpperCase())}`;
}

function fewChoices({ choices }: ChoiceOption): string | undefined {
  const text = choices.join('|');
  return text.length > LONGEST_CHOICES ? undefined : text;
}

/** ` (hot, mem, io, …) [hot]` */
function valuesOf(option: OptionTable[string]): string {
  const listed = option.kind === 'choice' && fewChoices(option) === undefined;
  const choices = listed ? ` (${option.choices.join(', ')})` : '';
  return 'default' in option && option.default !== undefined ? `${choices} [${option.default}]` : choices;
}

/** A command line for a shell, which goes on behind a backslash where it is too long, in front of an option or a pipe. */
function command(line: string, columns: number): string {
  const isShort = INDENT.length + line.length <= columns;
  const lines = isShort ? [line] : wrapWords(line.split(/ (?=--|\| )/), columns - 2 * INDENT.length - 2);
  return `${INDENT}${lines.join(` \\\n${INDENT.repeat(2)}`)}\n`;
}

/** Breaks a text into lines, and indents each. */
function filled(text: string, indent: number, columns: number): string {
  const lines = wrapWords(text.split(' '), columns - indent);
  return lines.map((line) => `${' '.repeat(indent)}${line}\n`).join('');
}
