// speedscope itself, as its package ships it, opens what fold-export writes.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { ROOT, shell, temporaryFolder } from '../tools.ts';
import { skip, theBrowser } from './chromium.ts';

const FOLDED = `app;main;idle 5
app;main;work;parse 20
app;main;work;read;vfs_read_[k] 10
other;main;work 3
`;

describe('speedscope in Chromium', { skip }, () => {
  const folder = temporaryFolder();
  const speedscope = dirname(createRequire(import.meta.url).resolve('speedscope/package.json'));
  let browser: Browser;
  before(async () => {
    browser = await theBrowser();
  });

  /** The rows of its tables: of functions (total, self, name) and of the profiles in the file (place, name, total). Opened as `npx speedscope FILE` does it. */
  async function rowsOf(options: string, folded = FOLDED): Promise<string[]> {
    const source = join(folder, 'in.folded');
    const file = join(folder, 'export');
    writeFileSync(source, folded);
    const { status } = await shell(`fold-export ${options} ${source} > ${file}`, ROOT);
    assert.equal(status, 0);
    const script = join(folder, `${Math.random()}.js`);
    const name = options.startsWith('--pprof') ? 'x.pb.gz' : basename(file);
    const data = readFileSync(file).toString('base64');
    writeFileSync(script, `speedscope.loadFileFromBase64(${JSON.stringify(name)}, ${JSON.stringify(data)})`);
    const page = await browser.newPage();
    const index = pathToFileURL(join(speedscope, 'dist/release/index.html')).href;
    await page.goto(`${index}#localProfilePath=${script}`);
    await page.getByText('Sandwich').click();
    await page.locator('tr', { hasText: 'Symbol Name' }).waitFor({ state: 'attached' });
    await page.locator('tr', { hasText: '%)' }).first().waitFor({ state: 'attached' });
    const rows = await page.$$eval('tr', (all) => all.map((row) => row.textContent ?? ''));
    await page.close();
    return rows;
  }

  test('shows the stacks of its own format', async () => {
    const rows = await rowsOf('--speedscope');
    assert.ok(rows.includes('20 (53%)20 (53%)parse'), rows.join('\n'));
    assert.ok(rows.includes('33 (87%)3 (7.9%)work'), rows.join('\n'));
    assert.ok(rows.includes('10 (26%)10 (26%)vfs_read'), rows.join('\n'));
  });

  test('shows the times of our profile of pprof', async () => {
    const rows = await rowsOf('--pprof --unit us');
    assert.ok(rows.includes('33.00µs (87%)3.00µs (7.9%)work'), rows.join('\n'));
  });

  test('offers both sides of a comparison', async () => {
    const rows = await rowsOf('--speedscope', 'a;b 1 2\na;c 5 0\n');
    assert.ok(rows.includes('1in.folded, before6') && rows.includes('2in.folded, after2'), rows.join('\n'));
  });
});
