// flame-svg's picture in a real browser: it zooms, searches, answers the keyboard, and says no word on the console.

import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { ROOT, shell, temporaryFolder } from '../tools.ts';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const skip = existsSync(CHROMIUM) ? false : `no ${CHROMIUM}: install chromium (apt-get install chromium)`;
const QUIET =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

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
    browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET.split(' ') });
  });
  after(() => browser.close());

  async function pictureFile(options = '', folded = FOLDED): Promise<string> {
    const file = join(folder, 'in.folded');
    writeFileSync(file, folded, 'latin1');
    const { out, err } = await shell(`flame-svg ${options} ${file}`, ROOT);
    assert.equal(err.toString(), '');
    const svg = join(folder, `${Math.random()}.svg`);
    writeFileSync(svg, out);
    return svg;
  }

  /** Opens a picture; the function that comes with the page checks that nothing was said on its console. */
  async function open(svg: string, hash = '', context: BrowserContextOptions = {}): Promise<[Page, () => void]> {
    const page = await browser.newPage({ viewport: { width: 1000, height: 700 }, ...context });
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    await page.goto(pathToFileURL(svg).href + hash);
    return [page, () => assert.deepEqual(said, [])];
  }

  const labels = (page: Page): Promise<string[]> =>
    page.$$eval('.f text', (texts) => texts.map((text) => text.textContent ?? ''));
  const text = (page: Page, selector: string): Promise<string> =>
    page.$eval(selector, (element) => element.textContent ?? '');
  const labelled = (page: Page, label: string) => page.locator('.f text', { hasText: new RegExp(`^${label}$`) });
  /** Text lets the mouse through to the box behind it. */
  async function clickFrame(page: Page, label: string): Promise<void> {
    const box = await labelled(page, label).first().boundingBox();
    assert.ok(box);
    await page.mouse.click(box.x + 2, box.y + box.height / 2);
  }

  test('a click zooms in, also to what was too thin at first, and the button and Esc come back', async () => {
    const [page, silent] = await open(await pictureFile('--minwidth 2'));
    const all = await labels(page);
    assert.ok(all.includes('ExecScan') && !all.includes('tiny_leaf'));
    await clickFrame(page, 'other');
    assert.deepEqual((await labels(page)).sort(), ['all', 'idle', 'main', 'other']);
    await page.locator('.bar .reset').click();
    assert.deepEqual(await labels(page), all);
    assert.equal(await page.locator('.bar .reset').isDisabled(), true);
    await clickFrame(page, 'parse');
    assert.deepEqual((await labels(page)).sort(), ['all', 'main', 'malloc', 'parse', 'postgres']);
    await page.keyboard.press('Escape');
    assert.deepEqual(await labels(page), all);
    silent();
  });

  test('zooming shows frames that are not in the static picture', async () => {
    const svg = await pictureFile('--minwidth 5', `a;rest 99999\na;few;${'x'.repeat(9)}1 1\na;few;x2 20\n`);
    const [page, silent] = await open(svg, '#zoom=a;few');
    assert.deepEqual((await labels(page)).sort(), ['a', 'all', 'few', 'x2', 'xxxx…'].sort());
    silent();
  });

  test('the search tells the matched share, once for a match inside another', async () => {
    const [page, silent] = await open(await pictureFile());
    await page.keyboard.press('Control+f');
    await page.keyboard.type('MALLOC');
    assert.equal(await text(page, '.bar .found'), 'Matched 20.00%');
    assert.equal(await page.locator('.f .hit').count(), 3);
    await page.locator('.bar input').fill('/^exec(scan|sort)$/');
    assert.equal(await text(page, '.bar .found'), 'Matched 70.00%');
    await page.locator('.bar input').fill('/(/');
    assert.equal(await text(page, '.bar .found'), 'not a regular expression');
    await page.locator('.bar input').fill('samples');
    assert.equal(await text(page, '.bar .found'), 'Matched 0.00%');
    await page.locator('.bar input').fill('malloc');
    await clickFrame(page, 'exec');
    assert.equal(await text(page, '.bar .found'), 'Matched 20.00%, 14.29% of this view');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    assert.equal(await text(page, '.bar .found'), '');
    assert.equal(await page.locator('.f .hit').count(), 0);
    silent();
  });

  test('the mouse and the arrow keys show details', async () => {
    const [page, silent] = await open(await pictureFile());
    const box = await labelled(page, 'ExecSort').boundingBox();
    assert.ok(box);
    await page.mouse.move(box.x + 2, box.y + 5);
    assert.equal(await text(page, '.bar .details'), 'Function: ExecSort (200 samples, 20.00%)');
    await page.mouse.move(2, 2);
    await page.locator('.focus').focus();
    for (const key of ['ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowUp']) await page.keyboard.press(key);
    assert.equal(await text(page, '.bar .details'), 'Function: ExecScan (500 samples, 50.00%)');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    assert.deepEqual(await labels(page), ['all', 'postgres', 'main', 'exec', 'ExecSort']);
    silent();
  });

  test('what is looked at is part of the address', async () => {
    const svg = await pictureFile();
    const [page, silent] = await open(svg);
    await clickFrame(page, 'exec');
    await page.locator('.bar input').fill('a+b c');
    const hash = await page.evaluate<string>('location.hash');
    const [again, silentAgain] = await open(svg, hash);
    assert.deepEqual(await labels(again), await labels(page));
    assert.equal(await again.evaluate('document.querySelector(".bar input").value'), 'a+b c');
    silent();
    silentAgain();
  });

  test('it is as wide as the window, or as wide as --width says', async () => {
    const fluid = await open(await pictureFile());
    const root = (page: Page) => page.$eval('.f .r', (rect) => rect.getBoundingClientRect().width);
    assert.ok(Math.abs((await root(fluid[0])) - 968) < 2);
    await fluid[0].setViewportSize({ width: 500, height: 700 });
    await fluid[0].waitForFunction('document.querySelector(".f .r").getBoundingClientRect().width < 470');
    const fixed = await open(await pictureFile('--width 640'));
    assert.ok(Math.abs((await root(fixed[0])) - 608) < 2);
    await clickFrame(fixed[0], 'parse');
    assert.ok((await labels(fixed[0])).includes('malloc'));
    fluid[1]();
    fixed[1]();
  });

  test('dark surroundings make it dark', async () => {
    const [page, silent] = await open(await pictureFile(), '', { colorScheme: 'dark' });
    const paper = await page.evaluate<string>('getComputedStyle(document.querySelector(".paper")).fill');
    assert.match(paper, /^rgb\((?:[1-4]?\d, ){2}[1-4]?\d\)$/);
    silent();
  });

  test('without scripts it is a picture with tooltips', async () => {
    const [page] = await open(await pictureFile(), '', { javaScriptEnabled: false });
    assert.ok((await page.locator('rect > title').allTextContents()).includes('parse (100 samples, 10.00%)'));
    assert.equal(await page.locator('.bar').count(), 0);
  });

  test('a comparison tells both sides', async () => {
    const [page, silent] = await open(await pictureFile('--after new', 'main;up 100 400\nmain;down 300 100\n'));
    const box = await labelled(page, 'up').boundingBox();
    assert.ok(box);
    await page.mouse.move(box.x + 2, box.y + 5);
    const details = 'Function: up (before: 100 samples, 25.00%; new: 400 samples, 80.00%; +300, +300%)';
    assert.equal(await text(page, '.bar .details'), details);
    assert.equal(await text(page, '.title'), 'Flame Graph: new against before');
    await page.locator('.bar input').fill('down');
    assert.equal(await text(page, '.bar .found'), 'Matched 75.00% → 20.00%');
    silent();
  });

  test('what vanished can be pointed at and zoomed into', async () => {
    const folded = 'main;keep 100 100\nmain;old;one 60 0\nmain;old;two 40 0\n';
    const [page, silent] = await open(await pictureFile('', folded));
    assert.deepEqual((await labels(page)).sort(), ['all', 'keep', 'main', 'old', 'one', 'two']);
    assert.equal(await page.locator('rect.gone').count(), 3 + 1); // the legend's
    await clickFrame(page, 'old');
    assert.deepEqual((await labels(page)).sort(), ['all', 'main', 'old', 'one', 'two']);
    const details =
      'Function: one (before: 60 samples, 30.00%; after: 0 samples, 0.00%; -60, gone), 60.00% of this view';
    const box = await labelled(page, 'one').boundingBox();
    assert.ok(box);
    await page.mouse.move(box.x + 2, box.y + 5);
    assert.equal(await text(page, '.bar .details'), details);
    silent();
  });

  test('by self, the colour is of the change without callees', async () => {
    const folded = 'main;caller 100 100\nmain;caller;callee 50 90\nmain;rest 100 60\n';
    const shade = async (options: string): Promise<string | null> => {
      const [page, silent] = await open(await pictureFile(`${options} --no-union`, folded));
      const box = await labelled(page, 'caller').boundingBox();
      assert.ok(box);
      await page.mouse.move(box.x + 2, box.y + 5);
      const itself = (await text(page, '.bar .details')).match(/; itself .*\)$/)?.[0] ?? '';
      silent();
      return page
        .locator('.f rect')
        .nth(2)
        .getAttribute('class')
        .then((name) => `${name}${itself}`);
    };
    assert.equal(await shade(''), 'p5');
    assert.equal(await shade('--diff-by self'), 'n0; itself 0)');
  });

  test('hostile names stay names', async () => {
    const evil =
      '</script><script>alert(1)</script>;]]><svg onload=alert(2)>;"\' onclick=alert(3) x=";\xff\xfe\x1b[31m';
    const [page, silent] = await open(await pictureFile('', `${evil} 100\n`));
    page.on('dialog', () => assert.fail('a name became script'));
    await clickFrame(page, ']]><svg onload=alert\\(2\\)>');
    await page.locator('.bar input').fill('<');
    assert.equal(await text(page, '.bar .found'), 'Matched 100%, 100% of this view');
    assert.equal(await page.locator('script').count(), 1);
    silent();
  });
});
