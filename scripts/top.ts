// The functions with the largest shares of a folded file, by self and by total: `node --import tsx scripts/top.ts FILE`.

import { readFileSync } from 'node:fs';
import { functionShares, topOf } from '../src/record/render/top-functions.ts';
import { FoldedReader } from '../src/stacks/folded.ts';

const MOST = 10;
const NAME_COLUMNS = 90;

function table(title: string, by: 'self' | 'total'): string {
  const rows = topOf(functionShares(reader.table, { isOwn: () => false }), MOST, by).map((share) => {
    const name = Buffer.from(share.name, 'latin1').toString();
    const short = name.length > NAME_COLUMNS ? `${name.slice(0, NAME_COLUMNS - 1)}…` : name;
    return `${(100 * share[by]).toFixed(1).padStart(6)}%  ${short}\n`;
  });
  return `\n${title}\n${rows.join('')}`;
}

process.stdout.on('error', () => process.exit()); // `make demo | head`
const reader = new FoldedReader(() => {});
reader.begin();
reader.block(readFileSync(process.argv[2] ?? '/dev/stdin'));
reader.end();
process.stdout.write(table('Top functions by self time', 'self'));
process.stdout.write(table('Top functions by total time, with what they call', 'total'));
