// Adds up the folded stacks of many hosts and draws them: node examples/merge-hosts.mjs OUTPUT.svg INPUT...

import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { FilterError, flameSvg, foldMerge } from 'flamepipe';

const [output, ...inputs] = process.argv.slice(2);
const merge = foldMerge(
  inputs.map((file) => createReadStream(file)),
  { unitCheck: true, unit: 'samples', top: 1000 },
);
try {
  await pipeline(merge, flameSvg(), createWriteStream(output));
  if (merge.status === 1) console.error('some lines were skipped');
} catch (error) {
  if (!(error instanceof FilterError)) throw error;
  console.error(error.message); // fold-merge: b.folded: no such file
  process.exitCode = 2;
}
