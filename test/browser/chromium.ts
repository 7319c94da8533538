// The browser of these tests: Debian's Chromium, which asks nobody for anything.

import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const QUIET =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

/** Why these tests can't run; false: they can. */
export const skip = existsSync(CHROMIUM) ? false : `no ${CHROMIUM}: install chromium (apt-get install chromium)`;

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: QUIET.split(' ') });
}
