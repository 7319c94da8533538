// `make pictures`: photographs pictures as people look at them, light, dark, on a phone, printed, into build/pictures. They
// are of this repository's recordings, of dense ones, and with RUN=DIR/LABEL of a run. Look at each.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type BrowserContextOptions, chromium } from 'playwright-core';
import { growCalls } from '../bench/inputs.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TO = join(ROOT, 'build/pictures');
const DENSE = [
  ['dense-33', 28_000, 33e6, 2500],
  ['dense-100', 110_000, 100e6, 5000],
] as const;
/** A folder that flame-record left; undefined: none is looked at. */
const { RUN } = process.env;
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

/** `keys`: to press */
type Shot = [picture: string, name: string, keys: string, context?: BrowserContextOptions];

const SHOTS: Shot[] = [
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
  ...DENSE.map(([name]): Shot => [`${name}.svg`, name, '']),
];

/** Of a run: its report, whole, and the picture of all its time. */
const RUN_SHOTS: Shot[] = [
  ['index.html', 'report', ''],
  ['index.html', 'report-dark', '', DARK],
  ['index.html', 'report-phone', '', PHONE],
  ['wall.svg', 'wall', ''],
  ['wall.svg', 'wall-dark', '', DARK],
  ['wall.svg', 'wall-functions', '2'],
];

mkdirSync(TO, { recursive: true });
for (const [name, line] of Object.entries(PICTURES)) {
  const run = line.replaceAll(
    /(?<=^|\| )(perf-fold|flame-svg|offcpu-classify|fold-diff)\b/g,
    `'${process.execPath}' dist/$1.cjs`,
  );
  execFileSync('bash', ['-o', 'pipefail', '-c', `${run} > '${join(TO, name)}'`], { cwd: ROOT });
}
for (const [name, stacks, bytes, functions] of DENSE) {
  const folded = growCalls(join(TO, `${name}.folded`), stacks, bytes, functions);
  execFileSync('bash', ['-c', `'${process.execPath}' dist/flame-svg.cjs '${folded}' > '${join(TO, name)}.svg'`], {
    cwd: ROOT,
  });
  rmSync(folded);
}
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
});

async function shoot(folder: string, [picture, name, keys, context]: Shot): Promise<void> {
  if (!existsSync(join(folder, picture))) return;
  const page = await browser.newPage({ viewport: { width: 1200, height: 760 }, ...context });
  await page.goto(pathToFileURL(join(folder, picture)).href);
  // the viewer begins when it has inflated the stacks
  if (context?.javaScriptEnabled !== false) await page.locator('.head').first().waitFor();
  for (const key of keys) await page.keyboard.press(key);
  await page.screenshot({ path: join(TO, `${name}.png`), fullPage: picture.endsWith('.html') && folder !== TO });
  await page.close();
}

for (const shot of SHOTS) await shoot(TO, shot);
if (RUN !== undefined) for (const shot of RUN_SHOTS) await shoot(RUN, shot);
const page = await browser.newPage();
await page.goto(pathToFileURL(join(TO, 'cpu.svg')).href);
await page.pdf({ path: join(TO, 'print.pdf'), format: 'A4' });
await browser.close();
console.log(TO);
