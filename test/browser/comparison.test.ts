// A picture of two recordings in a real browser: both sides, what vanished, colours by self.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { temporaryFolder } from '../tools.ts';
import { openFile, skip, theBrowser } from './chromium.ts';
import { clickFrame, labels, panel, pictureFile, pointAt, text, tip } from './picture-page.ts';

describe('a comparison in Chromium', { skip }, () => {
  const folder = temporaryFolder();
  let browser: Browser;
  before(async () => {
    browser = await theBrowser();
  });

  const open = (svg: string): Promise<[Page, () => void]> => openFile(browser, svg);
  const drawn = (options: string, folded: string): Promise<string> => pictureFile(folder, options, folded);

  test('a comparison tells both sides', async () => {
    const [page, silent] = await open(await drawn('--after new', 'main;up 100 400\nmain;down 301 101\n'));
    await pointAt(page, 'up');
    const details = 'up (before: 100 samples, 24.94%; new: 400 samples, 79.84%; +300 samples, +300%)';
    assert.equal(await tip(page), details);
    assert.equal(await text(page, '.title'), 'Flame Graph: new against before');
    assert.match(await panel(page), /\+300%.*\| chance ±45 samples \|/);
    await page.locator('input').fill('down');
    assert.equal(await text(page, '.found'), '1 found: 75.06% → 20.16%');
    silent();
  });

  test('the legend says of the viewer what it says of the static picture, whichever side is red', async () => {
    for (const [options, red, blue] of [
      ['--before run1', 'more', 'less'],
      ['--before run1 --negate', 'less', 'more'],
    ] as const) {
      const [page, silent] = await open(await drawn(options, 'main;up 100 400\nmain;down 301 101\n'));
      const legend = await page.locator('.legend button').allTextContents();
      const meanings = legend.map((entry) => entry.replace(/ [\d.]+%$/, ''));
      assert.deepEqual(meanings.slice(0, 2), [`${red} than run1`, `${blue} than run1`]);
      const fixed = await page.locator('.static').textContent();
      for (const words of [`red: ${meanings[0]}`, `blue: ${meanings[1]}`]) assert.ok(fixed?.includes(words), words);
      silent();
    }
  });

  test('what vanished can be pointed at and zoomed into', async () => {
    const folded = 'main;keep 100 100\nmain;old;one 60 0\nmain;old;two 40 0\n';
    const [page, silent] = await open(await drawn('', folded));
    assert.deepEqual((await labels(page)).sort(), ['all', 'keep', 'main', 'old', 'one', 'two']);
    assert.equal(await page.locator('.flame rect.gone').count(), 3);
    await clickFrame(page, 'old');
    assert.deepEqual((await labels(page)).sort(), ['all', 'main', 'old', 'one', 'two']);
    await pointAt(page, 'one');
    assert.match(
      await panel(page),
      /^Function: one \| before: 60 samples, 30.00%; after: 0 samples, 0.00%; -60 samples, gone.* 60.00% of this view/,
    );
    silent();
  });

  test('by self, the colour is of the change without callees', async () => {
    const folded = 'main;caller 101 101\nmain;caller;callee 50 130\nmain;rest 100 20\n';
    const shade = async (options: string): Promise<string> => {
      const [page, silent] = await open(await drawn(`${options} --no-union`, folded));
      await pointAt(page, 'caller');
      const itself = (await tip(page)).match(/; itself .*\)$/)?.[0] ?? '';
      silent();
      const label = page.locator('.flame text', { hasText: /^caller$/ });
      const look = await label.evaluate((name) => name.previousElementSibling?.getAttribute('class')?.[0]);
      return `${look}${itself}`;
    };
    assert.equal(await shade(''), 'p');
    assert.equal(await shade('--diff-by self'), 'n; itself 0 samples)');
  });
});
