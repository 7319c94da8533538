// The folded text, put together again in the page: the bytes that the picture was made from, sorted as fold-merge does it.

import { columnsOf } from '../../stacks/packed/unpack.ts';
import type { Data } from '../data.ts';

/** `bytes`: the inflated stacks. Lines of folded text, latin1 as bytes. */
export function foldedLines(data: Data, bytes: Uint8Array): Uint8Array[] {
  const { names, falls, fresh, frames, counts, befores } = columnsOf(bytes);
  const texts = Array.from(names, (byte) => String.fromCharCode(byte))
    .join('')
    .split('\n');
  const lines: [stack: string, count: string][] = [];
  const stack: string[] = [];
  const path = [0];
  while (!falls.isAtEnd) {
    const fallen = falls.next();
    stack.length -= fallen;
    path.length -= fallen;
    for (let left = fresh.next(); left > 0; left--) {
      const number = frames.next(path[path.length - 1] as number);
      path.push(number);
      stack.push(texts[number - 1] as string);
    }
    const before = data.isPair ? `${befores.text()} ` : '';
    lines.push([(data.reversed ? stack.slice().reverse() : stack).join(';'), before + counts.text()]);
  }
  lines.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const unit = data.unitLine === undefined ? [] : [`# unit: ${data.unitLine}\n`];
  return [...unit, ...joined(lines)].map((line) => Uint8Array.from(line, (char) => char.charCodeAt(0)));
}

/** A flame chart has a stack as often as it came: those are one line. */
function joined(lines: readonly [string, string][]): string[] {
  const out: string[] = [];
  let sum = 0;
  for (const [i, [stack, count]] of lines.entries()) {
    if (lines[i + 1]?.[0] === stack) sum += Number(count);
    else {
      out.push(`${stack} ${sum > 0 ? sum + Number(count) : count}\n`);
      sum = 0;
    }
  }
  return out;
}
