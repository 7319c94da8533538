// The columns a text takes on a terminal: bundled in place of yargs' `string-width`, whose emoji tables cost 40 ms.

import stripAnsi from 'strip-ansi';

export default function textWidth(text: string): number {
  return [...stripAnsi(text)].length;
}
