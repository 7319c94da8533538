// Draws the text of `perf script` without the idle loop: node examples/without-idle.mjs INPUT OUTPUT.svg

import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { flameSvg, perfFold } from 'flamepipe';
import split2 from 'split2';

const [input, output] = process.argv.slice(2);

async function* withoutIdle(lines) {
  for await (const line of lines) if (!/;idle(;| )/.test(line)) yield `${line}\n`;
}

await pipeline(
  createReadStream(input),
  perfFold({ kernel: true }).on('report', console.error),
  split2(), // one line a chunk
  withoutIdle,
  flameSvg({ title: 'Without the idle loop' }),
  createWriteStream(output),
);
