// The functions with the largest shares of a folded file, by self and by total: `node --import tsx scripts/top.ts FILE`.

import { readFileSync } from 'node:fs';
import { topFunctions } from '../src/record/folded-text.ts';

const MOST = 10;
const NAME_COLUMNS = 90;

function table(title: string, folded: string, by: 'self' | 'total'): string {
  const rows = topFunctions(folded, MOST, by).map((share) => {
    const { name } = share;
    const short = name.length > NAME_COLUMNS ? `${name.slice(0, NAME_COLUMNS - 1)}…` : name;
    return `${(100 * share[by]).toFixed(1).padStart(6)}%  ${short}\n`;
  });
  return `\n${title}\n${rows.join('')}`;
}

process.stdout.on('error', () => process.exit()); // `make demo | head`
const folded = readFileSync(process.argv[2] ?? '/dev/stdin', 'utf8');
process.stdout.write(table('Top functions by self time', folded, 'self'));
process.stdout.write(table('Top functions by total time, with what they call', folded, 'total'));
