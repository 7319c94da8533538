// What a picture costs whoever opens it: file, elements, and the main thread's CPU in Chromium for opening, zooming and
// searching, beside inferno's.
//   INFERNO_DIR=… CHROMIUM=… node --import tsx bench/viewer.ts [ROUNDS]      prints a Markdown table an input

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import { growCalls } from './inputs.ts';
import { compare, find } from './measure.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const rounds = Number(process.argv[2] ?? 3);
const folder = mkdtempSync(join(tmpdir(), 'flamepipe-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** What draws a picture, and expressions that zoom and search it in its page, as a click and a key do. */
interface Drawer {
  name: string;
  argv: string[];
  zoom: string;
  search: string;
}

const OURS = `document.querySelector('.flamepipe-host').shadowRoot`;

const inferno = find('inferno-flamegraph', process.env.INFERNO_DIR);
const drawers: Drawer[] = [
  {
    name: 'flame-svg',
    argv: [join(ROOT, 'dist/flame-svg.cjs')],
    // the widest box of the fifth row from below
    zoom: `(() => {
      const boxes = [...${OURS}.querySelectorAll('.rows rect')].map((rect) => rect.getBoundingClientRect());
      const rows = [...new Set(boxes.map(({ top, width }) => width > 0 ? Math.round(top) : 0))].sort((a, b) => b - a);
      const box = boxes.filter(({ top }) => Math.round(top) === rows[4]).sort((a, b) => b.width - a.width)[0];
      const at = { bubbles: true, composed: true, clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 };
      for (const kind of ['mousemove', 'click']) ${OURS}.querySelector('.flame').dispatchEvent(new MouseEvent(kind, at));
    })()`,
    search: `(() => {
      const input = ${OURS}.querySelector('input');
      input.value = 'alloc';
      input.dispatchEvent(new Event('input', { bubbles: true }));
    })()`,
  },
  ...(inferno === undefined
    ? []
    : [
        {
          name: 'inferno-flamegraph',
          argv: [inferno],
          zoom: 'zoom([...document.querySelectorAll("#frames g")].at(-4))',
          search: 'search("alloc")',
        },
      ]),
];

/** The main thread's CPU so far, ms. */
async function cpuOf(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
}

const REST_MS = 500;

/** The same, when the main thread has had nothing to do for a while: on a busy machine a step goes on for seconds. */
async function cpuAtRest(page: Page, session: CDPSession): Promise<number> {
  for (let before = Number.NaN; ; ) {
    await page.waitForTimeout(REST_MS);
    const now = await cpuOf(session);
    if (now - before < 2) return now;
    before = now;
  }
}

/** What opening, zooming and searching took, ms, and how many elements there are then. */
async function opened(browser: Browser, file: string, { zoom, search }: Drawer): Promise<number[]> {
  const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const costs: number[] = [];
  const act = (expression: string) => async (): Promise<void> => {
    await page.evaluate(expression);
  };
  const steps = [async () => void (await page.goto(pathToFileURL(file).href)), act(zoom), act(search)];
  for (const step of steps) {
    const before = await cpuOf(session);
    await step();
    costs.push((await cpuAtRest(page, session)) - before);
  }
  const all = `(function count(root) { return [...root.querySelectorAll('*')].reduce((sum, element) =>
    sum + 1 + (element.shadowRoot ? count(element.shadowRoot) : 0), 0); })(document)`;
  costs.push((await page.evaluate(all)) as number);
  await page.close();
  return costs;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}

if (!existsSync(CHROMIUM)) {
  console.log(`pictures in a browser: NOT MEASURED, there is no ${CHROMIUM}`);
  process.exit(0);
}
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
});
for (const [megabytes, stacks, functions] of [
  [33, 28_000, 2500],
  [100, 110_000, 5000],
] as const) {
  const folded = growCalls(join(folder, `${megabytes}.folded`), stacks, megabytes * 1e6, functions);
  const contenders = drawers.map(({ name, argv }) => ({ name, argv: [...argv, folded] }));
  const drawing = compare(contenders, rounds);
  console.log(`\n**Pictures of ${stacks} stacks, ${megabytes} MB**, medians of ${rounds}\n`);
  console.log('| program | drawing, CPU s | file, kB | elements | open, ms | zoom, ms | search, ms |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const drawer of drawers) {
    const file = join(folder, `${drawer.name}.svg`);
    const [program = '', ...args] = drawer.argv;
    execFileSync(program, [...args, folded], { stdio: ['ignore', openSync(file, 'w'), 'ignore'] });
    const runs: number[][] = [];
    for (let round = 0; round < rounds; round++) runs.push(await opened(browser, file, drawer));
    const [open = 0, zoom = 0, search = 0, elements = 0] = [0, 1, 2, 3].map((i) =>
      median(runs.map((run) => run[i] as number)),
    );
    const cells = [elements, open, zoom, search].map((value) => value.toFixed(0));
    const kilobytes = (statSync(file).size / 1000).toFixed(0);
    console.log(
      `| ${drawer.name} | ${drawing.get(drawer.name)?.cpu.toFixed(2)} | ${kilobytes} | ${cells.join(' | ')} |`,
    );
  }
}
await browser.close();
