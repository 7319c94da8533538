// The browser of these tests: Debian's Chromium, which asks nobody for anything.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, afterEach } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { DATA_CLASS } from '../../src/stacks/packed/picture-data.ts';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const QUIET =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

/** For whatever the browser does: busy machines have taken 20 s. */
const LIMIT_MS = 120_000;

/** Why these tests can't run; false: they can. */
export const skip = existsSync(CHROMIUM) ? false : `no ${CHROMIUM}: install chromium (apt-get install chromium)`;

/** What a page has whose test says nothing else. */
const USUAL = { viewport: { width: 1000, height: 700 }, colorScheme: 'light' } as const;

let launched: Promise<Browser> | undefined;
/** Pages of one context, which the tests take over from each other: a new one starts a process, which takes half a second. */
let shared: Promise<BrowserContext> | undefined;
const idle: Page[] = [];
const taken: Page[] = [];
after(async () => (await launched)?.close());
afterEach(async () => {
  const kept = await shared;
  for (const context of (await launched)?.contexts() ?? []) if (context !== kept) await context.close();
  for (const page of taken.splice(0)) {
    page.removeAllListeners();
    if (page.isClosed()) continue;
    await page.mouse.move(0, 0);
    await page.goto('about:blank');
    idle.push(page);
  }
});

/** One for all tests of this process. */
export function theBrowser(): Promise<Browser> {
  launched ??= chromium.launch({ executablePath: CHROMIUM, args: QUIET.split(' '), timeout: LIMIT_MS });
  return launched;
}

/** Every picture of the page has unpacked its data: before, it hears no key. */
export async function started(page: Page): Promise<void> {
  const waiting = `document.querySelectorAll('.${DATA_CLASS}').length -
    [...document.querySelectorAll('.flamepipe-host')].filter((host) => host.shadowRoot !== null).length`;
  const since = Date.now();
  while ((await page.evaluate(waiting)) !== 0) {
    await setTimeout(5);
    assert.ok(Date.now() - since < LIMIT_MS, 'the picture has not begun after two minutes');
  }
}

/** A page of this size and these colours, or one that has a context of its own for what else it is. */
async function pageOf(browser: Browser, context: BrowserContextOptions): Promise<Page> {
  const { viewport, colorScheme, ...others } = { ...USUAL, ...context };
  if (Object.keys(others).length > 0) return browser.newPage({ ...USUAL, ...context });
  shared ??= browser.newContext();
  const page = idle.pop() ?? (await (await shared).newPage());
  taken.push(page);
  await page.setViewportSize(viewport ?? USUAL.viewport);
  await page.emulateMedia({ colorScheme, media: null });
  return page;
}

/** Opens a file when its pictures have begun; the function that comes with the page checks that its console is empty. */
export async function openFile(
  browser: Browser,
  file: string,
  context: BrowserContextOptions = {},
  hash = '',
): Promise<[Page, () => void]> {
  const page = await pageOf(browser, context);
  page.setDefaultTimeout(LIMIT_MS);
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  page.on('request', (request) => /^(?:file|blob|data):/.test(request.url()) || said.push(request.url()));
  await page.goto(pathToFileURL(file).href + hash);
  if (context.javaScriptEnabled !== false) await started(page);
  return [page, () => assert.deepEqual(said, [])];
}
