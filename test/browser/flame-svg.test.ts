// flame-svg's picture in a real browser: it zooms, searches, answers the keyboard,
// and says no word on the console.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { temporaryFolder } from '../tools.ts';
import { openFile, skip, started, theBrowser } from './chromium.ts';
import { clickFrame, labels, moveTo, panel, pictureFile, placeOf, pointAt, text, tip } from './picture-page.ts';

const FOLDED = `postgres;main;parse;malloc 100
postgres;main;exec;ExecScan 400
postgres;main;exec;ExecScan;malloc;malloc_inner 100
postgres;main;exec;ExecSort 200
other;main;idle 199
other;main;tiny;tiny_child;tiny_leaf 1
`;

describe('flame-svg in Chromium', { skip }, () => {
  const folder = temporaryFolder();
  let browser: Browser;
  before(async () => {
    browser = await theBrowser();
  });

  const drawn = (options = '', folded = FOLDED): Promise<string> => pictureFile(folder, options, folded);

  const open = (svg: string, hash = '', context: BrowserContextOptions = {}): Promise<[Page, () => void]> =>
    openFile(browser, svg, context, hash);

  test('a click zooms in, also to what was too thin at first, and Back, Esc and the trail come back', async () => {
    const [page, silent] = await open(await drawn('--minwidth 2'));
    const all = await labels(page);
    assert.ok(all.includes('ExecScan') && !all.includes('tiny_leaf'));
    await clickFrame(page, 'other');
    assert.deepEqual((await labels(page)).sort(), ['all', 'idle', 'main', 'other']);
    await page.goBack();
    assert.deepEqual(await labels(page), all);
    await page.goForward();
    await page.locator('.trail .reset').click();
    assert.deepEqual(await labels(page), all);
    assert.equal(await page.locator('.trail').isVisible(), false);
    await clickFrame(page, 'parse');
    assert.deepEqual((await labels(page)).sort(), ['all', 'main', 'malloc', 'parse', 'postgres']);
    await page.keyboard.press('Escape');
    assert.deepEqual(await labels(page), all);
    silent();
  });

  test('zooming shows frames that are not in the static picture', async () => {
    const svg = await drawn('--minwidth 5', `a;rest 99999\na;few;${'x'.repeat(9)}1 1\na;few;x2 20\n`);
    const [page, silent] = await open(svg, '#zoom=a;few');
    assert.deepEqual((await labels(page)).sort(), ['a', 'all', 'few', 'x2', 'xxxx…'].sort());
    await page.keyboard.press('Home');
    assert.match(await text(page, '.numbers'), /Zoom in to tell 3 thin frames apart\.$/);
    silent();
  });

  test('the search tells the share, once for a match inside another, and steps from match to match', async () => {
    const [page, silent] = await open(await drawn());
    const found = (): Promise<string> => text(page, '.found');
    await page.keyboard.press('Control+f');
    await page.keyboard.type('MALLOC');
    assert.equal(await found(), '2 found: 20.00%');
    assert.equal(await page.locator('.flame rect.hit').count(), 3);
    await page.keyboard.press('Enter');
    assert.equal(await found(), '1 of 2: 20.00%');
    await page.keyboard.press('Shift+Enter');
    assert.equal(await found(), '2 of 2: 20.00%');
    assert.match(await panel(page), /^Function: malloc \| 100 samples, 10.00%/);
    // row by row from the root, from left to right; where one has zoomed in, from there on
    await page.locator('input').fill('/^(main|ExecSort|malloc|tiny)$/');
    const steps = async (keys: readonly string[]): Promise<string[]> => {
      const places: string[] = [];
      for (const key of keys) {
        await page.keyboard.press(key);
        places.push((await panel(page)).replace(/^Function: (\w+) \| (\d+).*/, '$1 $2'));
      }
      return places;
    };
    assert.deepEqual(await steps(['Enter', 'Enter', 'Enter', 'Shift+Enter']), [
      'main 200',
      'main 800',
      'main 200',
      'main 800',
    ]);
    await page.locator('input').fill('/^(ExecSort|malloc|tiny)$/');
    assert.deepEqual(await steps(['Enter', 'Enter', 'Enter', 'Enter', 'Enter']), [
      'tiny 1',
      'ExecSort 200',
      'malloc 100',
      'malloc 100',
      'tiny 1',
    ]);
    await page.locator('input').fill('');
    await page.locator('.trail .reset').click();
    await clickFrame(page, 'exec');
    await page.locator('input').fill('/^(ExecSort|malloc|tiny)$/');
    assert.deepEqual(await steps(['Enter']), ['ExecSort 200']);
    await page.locator('.trail .reset').click();
    await page.locator('input').fill('/^exec(scan|sort)$/');
    assert.equal(await found(), '2 found: 70.00%');
    await page.locator('input').fill('/(/');
    assert.equal(await found(), 'not a regular expression');
    await page.locator('input').fill('samples');
    assert.equal(await found(), '0 found: 0.00%');
    await page.locator('input').fill('malloc');
    await clickFrame(page, 'exec');
    assert.equal(await found(), '2 found: 20.00%, 14.29% of this view');
    await page.keyboard.press('Escape');
    assert.equal(await found(), '');
    assert.equal(await page.locator('.flame rect.hit').count(), 0);
    silent();
  });

  test('the mouse and the arrow keys show details', async () => {
    const [page, silent] = await open(await drawn());
    await pointAt(page, 'ExecSort');
    assert.equal(await tip(page), 'ExecSort (200 samples, 20.00%)');
    await moveTo(page, 2, 2);
    // nothing has the keyboard yet
    for (const key of ['ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowUp']) await page.keyboard.press(key);
    assert.equal(
      await panel(page),
      'Function: ExecScan | 500 samples, 50.00% | self 400 samples | 71.43% of its parent | application',
    );
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    assert.deepEqual((await labels(page)).sort(), ['ExecSort', 'all', 'exec', 'main', 'postgres']);
    silent();
  });

  test('the arrow keys select among callers and callees before anything has the keyboard', async () => {
    const [page, silent] = await open(await drawn(), '#view=callers&of=exec');
    await page.keyboard.press('ArrowUp');
    assert.match(await panel(page), /^Function: main \|/);
    await page.keyboard.press('ArrowUp');
    assert.match(await panel(page), /^Function: postgres \|/);
    await page.reload();
    await started(page);
    await page.keyboard.press('ArrowDown');
    assert.match(await panel(page), /^Function: ExecScan \|/);
    await page.keyboard.press('Enter');
    assert.match(await text(page, '.part'), /^Who calls ExecScan,/);
    silent();
  });

  test('reversed, the legend sums what it sums otherwise', async () => {
    const folded = 'app;main;read;do_syscall_64_[k] 3\napp;main 1\n';
    const shares = async (options: string): Promise<string[]> => {
      const [page] = await open(await drawn(options, folded));
      return page.locator('.legend button').allTextContents();
    };
    const usual = await shares('');
    assert.deepEqual(usual, ['application 25.00%', 'kernel 75.00%']);
    assert.deepEqual(await shares('--reverse'), usual);
  });

  test('functions are a table that sorts; a function leads to its callers over all places', async () => {
    const [page, silent] = await open(await drawn());
    await page.keyboard.press('2');
    await page.locator('tbody tr').first().waitFor();
    const rows = (): Promise<string[]> =>
      page.$$eval('tbody tr', (all) => all.map((row) => [...row.children].map((cell) => cell.textContent).join(' ')));
    assert.equal((await rows())[0], 'main 1,000 100% 0 0.00%');
    await page.locator('th button', { hasText: /^Self$/ }).click();
    assert.equal((await rows())[0], 'ExecScan 500 50.00% 400 40.00%');
    assert.equal(await page.locator('th[aria-sort=descending]').textContent(), 'Self');
    await page.locator('tbody button', { hasText: /^malloc$/ }).click();
    await page.keyboard.press('c');
    const [callers, callees] = await page.$$eval('.callers .rows', (panes) =>
      panes.map((pane) => [...pane.querySelectorAll('text')].map((label) => label.textContent).sort()),
    );
    const both = ['ExecScan', 'exec', 'main', 'main', 'malloc', 'parse', 'postgres', 'postgres'];
    assert.deepEqual([callers, callees], [both, ['malloc', 'malloc_inner']]);
    // where one has zoomed in, the functions there
    await page.keyboard.press('1');
    await clickFrame(page, 'exec');
    await page.keyboard.press('2');
    assert.equal(await text(page, 'caption'), '5 functions in exec, 70.00% of all');
    assert.deepEqual((await rows()).slice(0, 2), ['ExecScan 500 50.00% 400 40.00%', 'ExecSort 200 20.00% 200 20.00%']);
    await page.locator('tbody button', { hasText: /^malloc$/ }).click();
    assert.match(await panel(page), /^Function: malloc \| 200 samples, .* \| 2 places \| 100 samples in this view$/);
    silent();
  });

  test('what is hidden is told with its share and comes back; the root can be any function', async () => {
    const [page, silent] = await open(await drawn());
    await clickFrame(page, 'ExecScan', 'right');
    await page.keyboard.press('h');
    assert.ok(!(await labels(page)).includes('ExecScan'));
    assert.equal(await page.locator('.trail button').first().textContent(), 'hidden: ExecScan 50.00% ✕');
    await page.keyboard.press('Escape');
    assert.ok((await labels(page)).includes('ExecScan'));
    await clickFrame(page, 'exec', 'right');
    await page.locator('.acts button', { hasText: 'Root here' }).click();
    assert.deepEqual((await labels(page)).sort(), ['ExecScan', 'ExecSort', 'exec', 'malloc', 'malloc_inner']);
    assert.equal(await page.locator('.trail button').first().textContent(), '⌂ exec 70.00% of all ✕');
    silent();
  });

  test('what is looked at is part of the address', async () => {
    const svg = await drawn();
    const [page, silent] = await open(svg);
    await clickFrame(page, 'exec');
    await page.locator('input').fill('a+b c');
    const hash = await page.evaluate<string>('location.hash');
    const [again, silentAgain] = await open(svg, hash);
    assert.deepEqual(await labels(again), await labels(page));
    assert.equal(await again.$eval('input', (field) => (field as unknown as { value: string }).value), 'a+b c');
    silent();
    silentAgain();
  });

  test('a deep picture opens at its root, draws what is in sight, and a link to a frame far up shows it', async () => {
    const deep = Array.from({ length: 4000 }, (_, i) => `f${i}`).join(';');
    const svg = await drawn('', `p;${deep} 99\np;x 1\n`);
    const [page, silent] = await open(svg);
    assert.ok((await labels(page)).includes('all'));
    assert.ok((await page.locator('*').count()) < 2000);
    const far = deep.split(';').slice(0, 3000).join(';');
    const [linked, silentLinked] = await open(svg, `#zoom=p;${far}`);
    assert.ok((await labels(linked)).includes('f2999'));
    const box = await placeOf(linked, 'f2999');
    const pane = await linked.locator('.flame').boundingBox();
    assert.ok(pane && box.y > pane.y && box.y < pane.y + pane.height);
    await linked.locator('.flame').focus();
    for (let i = 0; i < 60; i++) await linked.keyboard.press('ArrowUp');
    const cursor = await linked.locator('.cursor').boundingBox();
    assert.ok(cursor && cursor.y >= pane.y && cursor.y < pane.y + pane.height);
    silent();
    silentLinked();
  });

  test('thin frames side by side are drawn together, pointed at and found one by one', async () => {
    const folded = Array.from({ length: 3000 }, (_, i) => `main;${[...'abcdef'].map((f) => f + i).join(';')} 1\n`).join(
      '',
    );
    const [page, silent] = await open(await drawn('', folded));
    // by the middle of the row: of boxes, and of paths in tenths of a pixel
    const ink = new Map<number, number>();
    const add = (y: number, length: number) => ink.set(y, (ink.get(y) ?? 0) + length);
    for (const box of await page.locator('.rows rect:not(.cursor)').all()) {
      const [y, width] = [Number(await box.getAttribute('y')), Number(await box.getAttribute('width'))];
      add(y + 7.5, width);
    }
    for (const path of await page.locator('.rows path').all()) {
      let y = 0;
      for (const [, dy, length] of ((await path.getAttribute('d')) ?? '').matchAll(/m-?\d+ (-?[\d.]+)h(\d+)/g)) {
        y += Number(dy);
        add(y, Number(length) / 10);
      }
    }
    const inks = [...ink.values()];
    assert.equal(inks.length, 8);
    const [widest, narrowest] = [Math.max(...inks), Math.min(...inks)];
    assert.ok(narrowest > 900 && widest - narrowest < 2, `white in ${inks}`);
    const { x, y } = await placeOf(page, 'main');
    await moveTo(page, x + 400, y - 96);
    assert.match(await tip(page), /^f\d+ \(1 samples, 0\.03%\)$/);
    const pointed = (await tip(page)).split(' ')[0] as string;
    await page.locator('input').fill(`/^${pointed}$/`);
    assert.equal(await text(page, '.found'), '1 found: 0.03%');
    const hit = await page.locator('.rows path.hit').boundingBox();
    assert.ok(hit && Math.abs(hit.x + hit.width / 2 - x - 400) < 2, `${JSON.stringify(hit)} is not at ${x + 400}`);
    silent();
  });

  test('a needle ends in a mark that opens it', async () => {
    const needle = Array.from({ length: 80 }, (_, i) => `f${i}`).join(';');
    const [page, silent] = await open(await drawn('', `p;${needle} 1\np;main;work 99\n`));
    assert.equal(await text(page, '.mark'), '+76');
    const box = await page.locator('.mark').boundingBox();
    assert.ok(box);
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    assert.ok((await labels(page)).includes('f10'));
    silent();
  });

  test('it is as wide as the window, or as wide as --width says', async () => {
    const [fluid, silent] = await open(await drawn());
    const root = (page: Page) => page.$eval('.flame [class^=r0]', (rect) => rect.getBoundingClientRect().width);
    assert.ok((await root(fluid)) > 940);
    await fluid.setViewportSize({ width: 390, height: 700 });
    await fluid.waitForFunction('document.querySelector("svg").clientWidth === 390');
    await fluid.waitForTimeout(50);
    assert.ok((await root(fluid)) < 360);
    assert.equal(await fluid.evaluate('document.documentElement.scrollWidth'), 390);
    const [fixed, silentFixed] = await open(await drawn('--width 640'));
    assert.ok(Math.abs((await root(fixed)) - 608) < 20);
    silent();
    silentFixed();
  });

  test('dark surroundings make it dark, and t changes it', async () => {
    const [page, silent] = await open(await drawn(), '', { colorScheme: 'dark' });
    const paper = (): Promise<string> =>
      page.evaluate(
        `getComputedStyle(document.querySelector('.flamepipe-host').shadowRoot.querySelector('.app')).backgroundColor`,
      );
    assert.match(await paper(), /^rgb\((?:[1-4]?\d, ){2}[1-4]?\d\)$/);
    await page.keyboard.press('t');
    assert.equal(await paper(), 'rgb(255, 255, 255)');
    silent();
  });

  test('without scripts it is a picture with tooltips', async () => {
    const [page] = await open(await drawn(), '', { javaScriptEnabled: false });
    assert.ok((await page.locator('rect > title').allTextContents()).includes('parse (100 samples, 10.00%)'));
    assert.equal(await page.locator('.static').isVisible(), true);
  });

  test('hostile names stay names', async () => {
    const evil =
      '</script><script>alert(1)</script>;]]><svg onload=alert(2)>;"\' onclick=alert(3) x=";\xff\xfe\x1b[31m';
    const [page, silent] = await open(await drawn('', `${evil} 100\n`));
    page.on('dialog', () => assert.fail('a name became script'));
    await clickFrame(page, ']]><svg onload=alert\\(2\\)>');
    await page.locator('input').fill('<');
    assert.equal(await text(page, '.found'), '1 found: 100%, 100% of this view');
    assert.equal(await page.locator('script').count(), 1);
    silent();
  });

  test('a frame without a name is a frame, and the picture opens as a whole', async () => {
    const [page, silent] = await open(await drawn('', 'a; 30\na;b 70\n'));
    assert.deepEqual((await labels(page)).sort(), ['(no name)', 'a', 'all', 'b']);
    await clickFrame(page, '\\(no name\\)');
    await page.keyboard.press('r');
    assert.match(await text(page, '.trail'), /\(no name\) 30.00%/);
    silent();
  });
});
