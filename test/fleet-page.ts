// The files that docs/fleet.md shows: each block whose first line is `# NAME`, or `# NAME ARGUMENTS: what it does`.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './tools.ts';

/** Writes them into a folder; gives their names. */
export function writePageFiles(folder: string): string[] {
  const page = readFileSync(join(ROOT, 'docs/fleet.md'), 'utf8');
  return [...page.matchAll(/^```(?:bash|make)\n(# (\S+?)(?::| |\n)[\s\S]*?)^```$/gm)].map(
    ([, text = '', name = '']) => {
      writeFileSync(join(folder, name), text);
      return name;
    },
  );
}
