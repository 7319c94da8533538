// Pictures where people meet them: in other pages, on phones, on paper, saved, under a strict policy, by keyboard alone.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { runLine } from '../plain-commands.ts';
import { ROOT, temporaryFolder } from '../tools.ts';
import { openFile, skip, started, theBrowser } from './chromium.ts';

const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
const FILLS = 'boxes => boxes.map((box) => getComputedStyle(box).fill)';
const CPU = 'app;main;parse;malloc 100\napp;main;exec;scan 400\napp;main;exec;scan;malloc 100\nlog;main;write 400\n';
const OFF =
  '# unit: us\n[fsync];data/journal.log;app;main;commit 700\n[futex];lock a::B;<- other_[w];app;main;lock 200\n[epoll];app;main;wait 100\n';

describe('pictures in Chromium', { skip }, () => {
  const folder = temporaryFolder();
  let browser: Browser;
  let pictures: string[];
  before(async () => {
    browser = await theBrowser();
    pictures = [await drawn(CPU, '--title CPU'), await drawn(OFF, '--title Waits'), await drawn(CPU, '--html')];
  });

  async function drawn(folded: string, options: string): Promise<string> {
    const file = join(folder, 'in.folded');
    writeFileSync(file, folded);
    const { out, err } = await runLine(`flame-svg ${options} ${file}`, ROOT);
    assert.equal(err.toString(), '');
    return out.toString();
  }

  function open(text: string, name: string, context: BrowserContextOptions = {}): Promise<[Page, () => void]> {
    const file = join(folder, name);
    writeFileSync(file, text);
    return openFile(browser, file, context);
  }

  function host(...inlined: string[]): string {
    const svgs = inlined.map((svg) => svg.replace(/^<\?xml.*\n/, ''));
    return `<!doctype html><html lang="en"><head><title>two</title></head><body><main><h1>Two</h1><p id="p">text</p>${svgs.join('')}</main></body></html>`;
  }

  const labels = (page: Page, nth = 0): Promise<string[]> =>
    page.locator('.flame').nth(nth).locator('text:not(.mark)').allTextContents();
  const panel = async (page: Page): Promise<string> =>
    (await page.locator('.panel .name, .panel .numbers').allTextContents()).join(' ');

  test('axe finds nothing against it: standalone, as a page, several in a page', async () => {
    const [cpu, off, page] = pictures as [string, string, string];
    const cases: [name: string, text: string, scheme: 'light' | 'dark', views: string][] = [
      ['cpu.svg', cpu, 'light', '12?'],
      ['off.svg', off, 'dark', '123'],
      ['cpu.html', page, 'dark', '1'],
      ['two.html', host(cpu, off, cpu), 'light', '2'],
    ];
    for (const [name, text, colorScheme, views] of cases) {
      const [opened, silent] = await open(text, name, { colorScheme });
      await opened.evaluate(AXE);
      for (const view of views) {
        await opened.locator('.flame, .table').first().focus();
        await opened.keyboard.press(view);
        const found = (await opened.evaluate('axe.run(document)')) as { violations: { id: string }[] };
        assert.deepEqual(
          found.violations.map(({ id }) => `${name} ${view}: ${id}`),
          [],
        );
      }
      silent();
      await opened.close();
    }
  });

  test('two pictures in one page have their own colours, search and address, and leave the page alone', async () => {
    const [cpu, off] = pictures as [string, string];
    const [page, silent] = await open(host(cpu, off), 'page.html');
    const font = 'getComputedStyle(p).fontFamily + getComputedStyle(p).color';
    const [bare] = await open(host(), 'bare.html');
    assert.equal(await page.evaluate(font), await bare.evaluate(font));
    const fills = (nth: number) => page.locator('.flame').nth(nth).locator('rect').evaluateAll<string[], never>(FILLS);
    const before = await fills(1);
    await page.locator('input').first().fill('malloc');
    assert.deepEqual(await page.locator('.found').allTextContents(), ['2 found: 20.00%', '']);
    assert.deepEqual(await fills(1), before);
    await page.locator('.flame').nth(1).focus();
    for (const key of ['ArrowUp', 'Enter']) await page.keyboard.press(key);
    assert.equal((await labels(page, 0)).length, 11);
    assert.ok(!(await labels(page, 1)).some((label) => label.includes('epoll')));
    const { hash } = new URL(page.url());
    const [linked] = await open(host(cpu, off), 'page.html');
    await linked.goto(`${linked.url()}${hash}`);
    await linked.reload();
    await started(linked);
    assert.deepEqual(await labels(linked, 1), await labels(page, 1));
    assert.deepEqual(await linked.locator('.found').allTextContents(), ['2 found: 20.00%', '']);
    silent();
  });

  test('in a part of the page that is hidden at first it is as high as it wants to be when that is shown', async () => {
    const deep = await drawn(`${Array.from({ length: 25 }, (_, i) => `f${i}`).join(';')} 9\n`, '');
    const page = `<div id="tab" style="display:none">${deep.replace(/^<\?xml.*\n/, '')}</div>`;
    const [opened, silent] = await open(`<!doctype html><html lang="en"><title>tab</title>${page}</html>`, 'tab.html');
    await opened.evaluate("document.getElementById('tab').style.display = ''");
    await opened.locator('.rows text', { hasText: /^f24$/ }).waitFor();
    assert.equal((await labels(opened)).length, 26);
    silent();
  });

  test('an anchor of the page leaves what is looked at as it is, and Back still undoes', async () => {
    const [cpu, off] = pictures as [string, string];
    const [page, silent] = await open(host(cpu, off), 'anchor.html');
    await page
      .locator('.flame')
      .first()
      .locator('text', { hasText: /^exec$/ })
      .click({ force: true });
    const zoomed = await labels(page);
    assert.deepEqual(zoomed.slice().sort(), ['all', 'app', 'exec', 'main', 'malloc', 'scan']);
    await page.evaluate("location.hash = 'p'");
    assert.deepEqual(await labels(page), zoomed);
    await page.goBack();
    assert.deepEqual(await labels(page), zoomed);
    await page.goBack();
    assert.ok((await labels(page)).includes('log'));
    silent();
  });

  test('saved by the browser and opened again, it is itself again', async () => {
    const [cpu] = pictures as [string];
    const [page] = await open(cpu, 'cpu.svg');
    await page.keyboard.press('2');
    const saved = (await page.evaluate('new XMLSerializer().serializeToString(document)')) as string;
    const [again, silent] = await open(saved, 'saved.svg');
    assert.equal(await again.locator('.flamepipe-host').count(), 1);
    assert.equal(await again.locator('.head').count(), 1);
    assert.deepEqual((await labels(again)).sort(), (await labels((await open(cpu, 'cpu.svg'))[0])).sort());
    silent();
  });

  test('paper shows the view in sight, all of its width on one sheet, upright and across', async () => {
    const [cpu] = pictures as [string];
    const cases: [width: number, keys: string[], shown: string][] = [
      [700, [], '.static'],
      [1040, ['ArrowUp', 'ArrowUp', 'Enter'], '.flame .rows'],
      [700, ['2'], 'tbody tr'],
      [1040, ['3'], '.callers .rows'],
    ];
    for (const [width, keys, shown] of cases) {
      const [page, silent] = await open(cpu, 'cpu.svg', { viewport: { width, height: 1740 - width } });
      await page.locator('.flame').focus();
      for (const key of keys) await page.keyboard.press(key);
      await page.evaluate('dispatchEvent(new Event("beforeprint"))');
      await page.emulateMedia({ media: 'print' });
      for (const part of ['.static', '.flamepipe-app'])
        assert.equal(
          await page.locator(part).first().isVisible(),
          (part === '.static') === (shown === '.static'),
          `${shown}: ${part}`,
        );
      const { x, width: wide, height } = (await page.locator(shown).first().boundingBox()) ?? assert.fail(shown);
      assert.ok(x >= 0 && x + wide <= width && wide > width * 0.93, `${shown}: ${x}, ${wide}`);
      assert.ok(height <= 1740 - width && !(await page.locator('.tools button').first().isVisible()));
      await page.emulateMedia({ media: 'screen' });
      await page.evaluate('dispatchEvent(new Event("afterprint")), new Promise((done) => setTimeout(done))');
      assert.equal((await page.locator('.head').boundingBox())?.width, width);
      silent();
      await page.close();
    }
  });

  test('a table of functions goes over as many sheets as it takes, and says of how many it is', async () => {
    const table = Array.from({ length: 300 }, (_, i) => `main;f${i} ${i + 1}\n`).join('');
    const [page, silent] = await open(await drawn(table, ''), 'table.svg');
    await page.keyboard.press('2');
    assert.equal(await page.locator('caption').textContent(), '250 of 301 functions');
    const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
    assert.equal(pdf.match(/\/Type\s*\/Page\b/g)?.length, 4);
    await page.waitForFunction('!document.documentElement.classList.contains("as-seen")');
    silent();
  });

  test('a lower window still shows the root', async () => {
    const deep = `${Array.from({ length: 60 }, (_, i) => `f${i}`).join(';')} 1\n`;
    const [page, silent] = await open(await drawn(deep, ''), 'deep.svg');
    const root = page.locator('.flame text', { hasText: /^all$/ });
    const isInSight = async (): Promise<boolean> => {
      const [box, pane] = [await root.boundingBox(), await page.locator('.flame').boundingBox()];
      return box !== null && pane !== null && box.y + box.height <= pane.y + pane.height;
    };
    assert.ok(await isInSight());
    for (const height of [500, 800]) {
      await page.setViewportSize({ width: 1000, height });
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
      assert.ok(await isInSight(), `${height} px`);
    }
    silent();
  });

  test('without style sheets and scripts it has its colours', async () => {
    const [cpu, off] = pictures as [string, string];
    const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'">`;
    const file = join(folder, 'strict.html');
    writeFileSync(file, host(cpu, off).replace('<head>', `<head>${policy}`));
    const page = await browser.newPage(); // not by open(): no picture begins
    await page.goto(pathToFileURL(file).href);
    const fills = await page.locator('.static rect').evaluateAll((all) => all.map((box) => box.getAttribute('fill')));
    assert.ok(fills.length > 10 && !fills.includes(null));
    assert.ok(new Set(fills).size > 6);
  });

  test('a strict policy that names the hash lets the script run', async () => {
    const [cpu] = pictures as [string];
    const { out } = await runLine('flame-svg --csp', ROOT);
    const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; ${out.toString().trim()}">`;
    const [page] = await open(host(cpu).replace('<head>', `<head>${policy}`), 'hash.html');
    assert.equal(await page.locator('.head').isVisible(), true);
    assert.ok((await labels(page)).includes('scan'));
  });

  test('a phone shows it at its own width, and the table has its names', async () => {
    const [cpu, , html] = pictures as [string, string, string];
    const phone = { viewport: { width: 390, height: 800 }, isMobile: true, hasTouch: true };
    for (const [text, name] of [
      [cpu, 'phone.svg'],
      [html, 'phone.html'],
    ] as const) {
      const [page, silent] = await open(text, name, phone);
      assert.equal(await page.locator('.head').evaluate((head) => head.getBoundingClientRect().width), 390);
      await page.locator('[data-act=functions]').tap();
      const first = await page.locator('tbody td').first().boundingBox();
      assert.ok(first && first.width > 180);
      await page.locator('[data-act=flame]').tap();
      await page.locator('.flame [class^=r0]').first().tap();
      await page.setViewportSize({ width: 800, height: 390 });
      const isHigh = (): Promise<boolean> =>
        page.locator('.body').evaluate((body) => body.getBoundingClientRect().height > 195);
      let high = await isHigh();
      for (let i = 0; i < 200 && !high; i++) {
        await page.waitForTimeout(20); // the browser lays the page out when it has time
        high = await isHigh();
      }
      assert.ok(high);
      // all around it is higher where it is narrow
      await page.setViewportSize({ width: 390, height: 330 });
      await page.reload();
      await started(page);
      const [root, pane] = await Promise.all(['[class^=r0]', '.body'].map((part) => page.locator(part).boundingBox()));
      assert.ok(root && pane && root.y + root.height <= pane.y + pane.height, 'the root is cut');
      silent();
    }
  });

  test('the keyboard alone reaches callers, legend, hiding, roots, copies and the trail', async () => {
    const [cpu] = pictures as [string];
    const [page, silent] = await open(cpu, 'keys.svg', { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.locator('.flame').focus();
    for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Y');
    await page.locator('.numbers b').waitFor();
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), 'app;main;exec;scan');
    await page.keyboard.press('c');
    await page.locator('.callers .flame').first().focus();
    await page.keyboard.press('ArrowUp');
    assert.match(await panel(page), /^Function: exec/);
    await page.keyboard.press('Enter');
    assert.match(await page.locator('.part').first().innerText(), /^Who calls exec/);
    await page.keyboard.press('r');
    assert.match(await page.locator('.trail').innerText(), /⌂ exec 50.00%/);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.locator('.legend button').first().focus();
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('.legend [aria-pressed=true]').count(), 1);
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('.legend [aria-pressed=true]').count(), 0);
    silent();
  });

  test('an entry of the legend lets what waits were on stand out, or all time of one kind', async () => {
    const [, off] = pictures as [string, string];
    const [page, silent] = await open(off, 'legend.svg');
    const bright = (): Promise<number> =>
      page.evaluate(
        `[...document.querySelector('.flamepipe-host').shadowRoot.querySelectorAll('.rows rect:not(.cursor)')]
          .filter((box) => getComputedStyle(box).opacity === '1').length`,
      );
    const all = await bright();
    await page.getByRole('button', { name: '● what it waits on 90.00%' }).click();
    assert.equal(await bright(), 2);
    await page.keyboard.press('Escape');
    assert.equal(await bright(), all);
    await page.getByRole('button', { name: '◊ lock 20.00%' }).click();
    assert.equal(await bright(), 6);
    silent();
  });

  test('the table has the colours of the flame, and of the legend', async () => {
    const [page, silent] = await open(pictures[1] as string, 'off.svg');
    const flame = await page
      .locator('.flame text', { hasText: /^lock$/ })
      .evaluate<string, never>('(label) => getComputedStyle(label.previousElementSibling).fill');
    await page.keyboard.press('2');
    const chip = page.locator('tr', { has: page.locator('.name', { hasText: /^lock$/ }) }).locator('.chip');
    assert.equal(await chip.evaluate<string, never>('(dot) => getComputedStyle(dot).backgroundColor'), flame);
    silent();
  });

  test('it asks nobody for anything', async () => {
    const [cpu] = pictures as [string];
    const [page, silent] = await open('', 'blank.html');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    writeFileSync(join(folder, 'alone.svg'), cpu);
    await page.goto(pathToFileURL(join(folder, 'alone.svg')).href);
    await started(page);
    for (const key of ['2', '3', '1', '?', 's']) await page.keyboard.press(key);
    assert.deepEqual(
      asked.filter((url) => !url.startsWith('file:') && !url.startsWith('blob:')),
      [],
    );
    silent();
  });
});
