// Counts the columns of a text on a terminal. The build puts it in place of yargs' `string-width`, whose emoji tables take
// 40 ms to load.

import stripAnsi from 'strip-ansi';

export default function textWidth(text: string): number {
  return [...stripAnsi(text)].length;
}
