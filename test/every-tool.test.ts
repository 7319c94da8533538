// What CONTRIBUTING.md asks of a new tool, beyond what the package, the house and the golden cases assert themselves.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { ROOT, shell, TOOLS, temporaryFolder } from './tools.ts';

const FOREIGN = Buffer.from('\x7fELF\x02\x01\x01\0 no profile, in bytes that are no UTF-8: \xff\xfe\0\n', 'latin1');
const read = (file: string): string => (existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file), 'utf8') : '');

for (const tool of TOOLS) {
  describe(tool, () => {
    test('has a room of its own in src/tools, a page with its help, and a line in README.md and CHANGELOG.md', () => {
      assert.ok(existsSync(join(ROOT, `src/tools/${tool}.ts`)), `src/tools/${tool}.ts`);
      assert.ok(read(`docs/${tool}.md`).includes(`$ ${tool} --help\n`), `docs/${tool}.md runs ${tool} --help`);
      assert.ok(read('README.md').includes(`| [${tool}](docs/${tool}.md) | `), `README.md, Tools: ${tool}`);
      assert.ok(read('CHANGELOG.md').includes(`\`${tool}\``), `CHANGELOG.md: ${tool}`);
    });
  });
}

describe('an input that is', { concurrency: 2 }, () => {
  const folder = temporaryFolder();
  before(() => shell('exec head -c 0 > empty', folder));

  for (const tool of TOOLS.filter((name) => name !== 'flame-record')) {
    test(`missing, empty or foreign gives ${tool} status 2, a message each, and nothing to use`, async () => {
      const lines = ['nowhere', 'empty', '-'].map((input) => `${tool} ${input} < foreign; echo "status $?" >&2`);
      const { out, err } = await shell(`printf '${printable(FOREIGN)}' > foreign\n${lines.join('\n')}`, folder);
      assert.equal(`${out}`, '');
      const message = `${tool}: [^\\n]+\\n`;
      assert.match(`${err}`, new RegExp(`^(?:(?:${message})+status 2\\n){3}$`));
    });
  }
});

/** For printf: each byte in octal. */
function printable(bytes: Buffer): string {
  return [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
