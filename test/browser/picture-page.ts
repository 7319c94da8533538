// What the tests do with a picture in a browser: draw it, read its labels and panel, point at its frames.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { runLine } from '../plain-commands.ts';
import { ROOT } from '../tools.ts';

/** Draws folded text (latin1) into a file of the folder, whose path it gives. */
export async function pictureFile(folder: string, options: string, folded: string): Promise<string> {
  const file = join(folder, 'in.folded');
  writeFileSync(file, folded, 'latin1');
  const { out, err } = await runLine(`flame-svg ${options} ${file}`, ROOT);
  assert.equal(err.toString(), '');
  const svg = join(folder, `${Math.random()}.svg`);
  writeFileSync(svg, out);
  return svg;
}

export const labels = (page: Page): Promise<string[]> =>
  page.$$eval('.flame text:not(.mark)', (texts) => texts.map((text) => text.textContent ?? ''));
export const text = (page: Page, selector: string): Promise<string> =>
  page.$eval(selector, (element) => element.textContent ?? '');
export const panel = async (page: Page): Promise<string> =>
  (await page.locator('.panel .name, .panel .numbers span').allTextContents()).join(' | ');
export async function placeOf(page: Page, label: string): Promise<{ x: number; y: number }> {
  const name = page.locator('.flame text', { hasText: new RegExp(`^${label}$`) });
  const box = await name.first().boundingBox();
  assert.ok(box);
  return { x: box.x + 2, y: box.y + box.height / 2 };
}

/** Text lets the mouse through to the box behind it. */
export async function clickFrame(page: Page, label: string, button: 'left' | 'right' = 'left'): Promise<void> {
  const { x, y } = await placeOf(page, label);
  await page.mouse.click(x, y, { button });
}

export async function pointAt(page: Page, label: string): Promise<void> {
  const { x, y } = await placeOf(page, label);
  await moveTo(page, x, y);
}

/** The next frame tells what the mouse points at. */
export async function moveTo(page: Page, x: number, y: number): Promise<void> {
  await page.mouse.move(x, y);
  await page.evaluate('new Promise((done) => requestAnimationFrame(done))');
}

export const tip = (page: Page): Promise<string> => text(page, '.tip');
