// A tool's man page, from the same table as its --help.

import { helpGroups } from '../src/cli/help.ts';
import type { AnyManual } from './manuals.ts';

const STATUSES = [
  ['0', 'The input was understood. Also when the reader of stdout left.'],
  ['1', 'The output is complete, but some input was skipped; each kind was reported.'],
  ['2', 'The output is not to be used: wrong options, unreadable or foreign input, failed write.'],
  ['3', 'A limit is broken; the output is complete.'],
  ['129, 130, 131, 143', 'A signal ended the run. The output holds what was read so far.'],
] as const;

/** man(7) text of section 1. `others` are the tools it refers to. */
export function manPage(manual: AnyManual, version: string, others: readonly string[]): string {
  const { name, summary, operands, examples, epilogue } = manual;
  const options = helpGroups(manual).flatMap(([group, rows]) => [
    `.SS ${roff(group)}`,
    ...rows.flatMap(([usage, text]) => ['.TP', `.B ${roff(usage)}`, roff(text)]),
  ]);
  const lines = [
    `.TH ${name.toUpperCase()} 1 "" "flamepipe ${version}" "flamepipe"`,
    '.SH NAME',
    `${roff(name)} \\- ${roff(summary.charAt(0).toLowerCase() + summary.slice(1).replace(/\.$/, ''))}`,
    '.SH SYNOPSIS',
    `.B ${roff(name)}`,
    `[options] ${roff(operands)}`,
    '.SH OPTIONS',
    ...options,
    '.SH EXIT STATUS',
    ...STATUSES.flatMap(([status, text]) => ['.TP', `.B ${status}`, roff(text)]),
    '.SH EXAMPLES',
    ...examples.flatMap(([line, what]) => [
      `${roff(capital(what))}:`,
      '.PP',
      '.in +4n',
      '.nf',
      roff(line),
      '.fi',
      '.in',
      '.PP',
    ]),
    ...(epilogue === undefined ? [] : ['.SH NOTES', roff(epilogue)]),
    '.SH SEE ALSO',
    `${others.map((other) => `.BR ${roff(other)} (1)`).join(' ,\n')}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** A line of text, in which no character is a request. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/, '\\&');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
