// index.html in a real browser: it requests nothing, its policy blocks nothing of it, it is accessible in light, dark and
// on a phone, and keyboard and mouse reach all of it.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { drawFlameGraph } from '../../src/flamegraph/draw.ts';
import { settingsOf } from '../../src/flamegraph/settings.ts';
import { pageHtml } from '../../src/record/report/page.ts';
import { reportOf } from '../../src/record/report/report.ts';
import { tableOf } from '../folded-tables.ts';
import { cpuOf, offcpuOf, partsOf } from '../record/report-parts.ts';
import { ROOT, temporaryFolder } from '../tools.ts';
import { openFile, skip, theBrowser } from './chromium.ts';

const DUMP = readFileSync(join(ROOT, 'fixtures/bpftrace/offcpu-particulars-0.17/dump.txt'), 'latin1');

/** Two pictures, one of which says by colour what kind of time it is. */
function pageText(): string {
  const cpu = cpuOf([
    ['app', 8, ['work /opt/app', 'main /opt/app'], 60],
    ['app', 8, ['memcpy /lib/libc.so.6', 'copy /opt/app', 'main /opt/app'], 3],
  ]);
  const parts = partsOf(cpu, offcpuOf(DUMP, 10));
  const svg = (folded: string, title: string): string =>
    Array.from(drawFlameGraph({ table: tableOf(folded), isDifferential: false }, settingsOf({ title })), String).join(
      '',
    );
  const pictures = [
    { title: 'On-CPU', file: 'cpu.svg', folded: 'cpu.folded' },
    { title: 'Off-CPU by reason', file: 'offcpu.reasons.svg', folded: 'offcpu.reasons.folded' },
  ];
  const facts = [['process 7', '/opt/app --port 80'] as const, ['window', '10.00 s'] as const];
  const warnings = ['stopped by a signal'];
  const report = reportOf({
    ...parts,
    pictures,
    facts,
    warnings,
    workload: { when: 'after', seconds: undefined, code: 0, signal: null, lastLines: ['12 requests/s'] },
    commands: ['perf record'],
  });
  const svgs = new Map([
    ['cpu.svg', svg('app;main;work 60\napp;main;copy;memcpy 3\n', 'On-CPU')],
    ['offcpu.reasons.svg', svg('[futex];app;main;lock 60\n[fsync];app;main;log 3\n', 'Off-CPU by reason')],
  ]);
  return pageHtml(report, svgs);
}

describe('the report in Chromium', { skip }, () => {
  const file = join(temporaryFolder(), 'index.html');
  let browser: Browser;
  before(async () => {
    writeFileSync(file, pageText());
    browser = await theBrowser();
  });

  const open = (context: BrowserContextOptions = {}): Promise<[Page, () => void]> =>
    openFile(browser, file, { viewport: { width: 1280, height: 900 }, ...context });

  for (const [what, context] of Object.entries({
    light: {},
    'a dark phone': { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, colorScheme: 'dark' },
  } satisfies Record<string, BrowserContextOptions>)) {
    test(`${what}: axe finds nothing to mend, and nothing is wider than the window`, async () => {
      const [page, silent] = await open(context);
      await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
      // the debugger's protocol is above the page's policy
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate(() => axe.run());
      const found = violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`)}`,
      );
      assert.deepEqual(found, []);
      assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'));
      silent();
    });
  }

  test('the first screen holds the answers', async () => {
    const [page, silent] = await open();
    for (const heading of [
      'Where the time went',
      'What holds it up',
      'What runs hottest in app',
      'How far to trust it',
    ]) {
      const box = await page.getByRole('heading', { name: heading }).boundingBox();
      assert.ok(box && box.y + box.height < 900, `${heading} is below the first screen`);
    }
    silent();
  });

  test('the keyboard reaches sections, tables, what is folded away and the pictures', async () => {
    const [page, silent] = await open();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.match(page.url(), /#waits$/);
    const summary = page.locator('summary').last();
    await summary.focus();
    await page.keyboard.press('Enter');
    assert.ok(await page.getByText('perf record', { exact: true }).isVisible());
    const flame = page.locator('.flame').first();
    await flame.focus();
    for (const key of ['ArrowUp', 'ArrowUp', 'ArrowUp']) await page.keyboard.press(key);
    assert.match((await page.locator('.panel .name').first().textContent()) ?? '', /work|copy/);
    silent();
  });

  test('a click on a head sorts: numbers the largest first, names from A, again the other way round', async () => {
    const [page, silent] = await open();
    const table = page.locator('table', { hasText: 'Functions of app' });
    const names = (): Promise<string[]> => table.locator('tbody td.name').allTextContents();
    const sorted = async (head: string): Promise<string[]> => {
      await table.getByRole('button', { name: head, exact: true }).click();
      return await names();
    };
    assert.deepEqual(await names(), ['main', 'work', 'copy']);
    assert.deepEqual(await sorted('self'), ['work', 'main', 'copy']);
    assert.equal(await table.locator('th', { hasText: 'self' }).getAttribute('aria-sort'), 'descending');
    assert.deepEqual(await sorted('nearest'), ['work', 'copy', 'main']);
    assert.deepEqual(await sorted('nearest'), ['main', 'copy', 'work']);
    assert.deepEqual(await sorted('function'), ['copy', 'main', 'work']);
    await page.keyboard.press('Enter');
    assert.deepEqual(await names(), ['work', 'main', 'copy']);
    assert.equal(await table.locator('th[aria-sort]').count(), 1);
    silent();
  });

  test('the mouse opens what is folded away, and zooms one picture without the other', async () => {
    const [page, silent] = await open();
    await page.locator('summary').last().click();
    assert.ok(await page.getByText('perf record', { exact: true }).isVisible());
    const [first, second] = [page.locator('.flamepipe-app').first(), page.locator('.flamepipe-app').nth(1)];
    const label = first.locator('.flame text', { hasText: /^copy|^work/ }).first();
    const box = await label.boundingBox();
    assert.ok(box);
    await page.mouse.click(box.x + 3, box.y + box.height / 2);
    assert.ok(await first.locator('.trail').isVisible());
    assert.equal(await second.locator('.trail').isVisible(), false);
    silent();
  });
});
