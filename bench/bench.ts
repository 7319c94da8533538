// `make bench`: our tools and their peers on the same inputs in one run. Read the ratios; seconds depend on the machine.
// ROW='NAME…' measures some; `make bench-scale` (SCALE=1) measures what takes long.

import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { find } from './measure.ts';
import { ROUNDS, ROWS, SCALE } from './rows.ts';

const { ROW = '', SCALE: isScale } = process.env;
const offered = isScale === '1' ? SCALE : ROWS;
const names = ROW.split(/[ ,]+/).filter((name) => name !== '');
const unknown = names.find((name) => !(name in { ...ROWS, ...SCALE }));
if (unknown !== undefined) {
  console.error(`bench: no row ${unknown}; there are ${Object.keys({ ...ROWS, ...SCALE }).join(', ')}`);
  process.exit(2);
}
if (find('time', undefined) === undefined) {
  console.error('bench: needs GNU time: apt-get install time');
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'flamepipe-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
process.once('SIGINT', () => process.exit(130));

const processor = cpus()[0]?.model ?? 'unknown processor';
console.log(
  `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${processor}, Linux ${release()}, Node ${process.version}, medians of ${ROUNDS}`,
);
for (const name of names.length > 0 ? names : Object.keys(offered)) await { ...ROWS, ...SCALE }[name]?.(folder);
