// `make pictures`: draws recordings of this repository in every way a picture is looked at, into build/pictures. Someone
// looks at each.

import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type BrowserContextOptions, chromium } from 'playwright-core';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TO = join(ROOT, 'build/pictures');
const STUDY = 'fixtures/offcpu-classify/two-runs-of-the-case-study';

/** name → what draws it, from the root of the repository */
const PICTURES: Record<string, string> = {
  'cpu.svg': 'perf-fold fixtures/demo/recording.txt.gz | flame-svg --title "On-CPU"',
  'cpu.html': 'perf-fold fixtures/demo/recording.txt.gz | flame-svg --title "On-CPU" --html',
  'static.svg': 'perf-fold fixtures/demo/recording.txt.gz | flame-svg --title "On-CPU" --no-script',
  'reasons.svg': `offcpu-classify --folded ${STUDY}/run2-qos1.folded | flame-svg --countname us --title "Off-CPU by reason"`,
  'diff.svg': `fold-diff ${STUDY}/run1-qos1.folded ${STUDY}/run2-qos1.folded | flame-svg --countname us --before "run 1" --after "run 2"`,
  'needles.svg': `{ printf 'app;main'; seq -f ';f%g' 80 | tr -d '\\n'; echo ' 1'; echo 'app;main;work 99'; } | flame-svg`,
};

const DARK = { colorScheme: 'dark' } as const;
const PHONE = { viewport: { width: 390, height: 800 }, isMobile: true, hasTouch: true };

/** picture, name of the shot, keys pressed, the browser's context */
const SHOTS: [picture: string, name: string, keys: string, context?: BrowserContextOptions][] = [
  ['cpu.svg', 'flame', ''],
  ['cpu.svg', 'dark', '', DARK],
  ['cpu.svg', 'functions', '2'],
  ['cpu.svg', 'callers', '3'],
  ['cpu.svg', 'keys', '?'],
  ['cpu.html', 'phone', '', PHONE],
  ['cpu.html', 'phone-functions', '2', PHONE],
  ['static.svg', 'no-script', '', { javaScriptEnabled: false }],
  ['reasons.svg', 'reasons', ''],
  ['reasons.svg', 'reasons-dark', '', DARK],
  ['reasons.svg', 'reasons-functions', '2'],
  ['diff.svg', 'diff', ''],
  ['diff.svg', 'diff-dark', '', DARK],
  ['diff.svg', 'diff-functions', '2'],
  ['needles.svg', 'needles', ''],
];

mkdirSync(TO, { recursive: true });
for (const [name, line] of Object.entries(PICTURES)) {
  const run = line.replaceAll(
    /(?<=^|\| )(perf-fold|flame-svg|offcpu-classify|fold-diff)\b/g,
    `'${process.execPath}' dist/$1.cjs`,
  );
  execFileSync('bash', ['-o', 'pipefail', '-c', `${run} > '${join(TO, name)}'`], { cwd: ROOT });
}
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
});
for (const [picture, name, keys, context] of SHOTS) {
  const page = await browser.newPage({ viewport: { width: 1200, height: 760 }, ...context });
  await page.goto(pathToFileURL(join(TO, picture)).href);
  // the stacks are inflated meanwhile
  if (context?.javaScriptEnabled !== false) await page.locator('.head').waitFor();
  for (const key of keys) await page.keyboard.press(key);
  await page.screenshot({ path: join(TO, `${name}.png`) });
  await page.close();
}
const page = await browser.newPage();
await page.goto(pathToFileURL(join(TO, 'cpu.svg')).href);
await page.pdf({ path: join(TO, 'print.pdf'), format: 'A4' });
await browser.close();
console.log(TO);
