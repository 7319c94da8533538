// flame-svg: folded stacks in, a flame graph out.

import { readFileSync } from 'node:fs';
import { readFolded } from '../cli/folded-input.ts';
import { holdOptimizer } from '../cli/optimizer.ts';
import { Status } from '../cli/report.ts';
import type { Command } from '../cli/run.ts';
import { UsageError } from '../engine/errors.ts';
import { ownText } from '../engine/own-data.ts';
import { drawFlameGraph } from '../flamegraph/draw.ts';
import { settingsOf } from '../flamegraph/settings.ts';
import { drawOptions } from './flame-svg/options.ts';

/** A picture of so many is drawn sooner than V8 has optimised what draws it. */
const FEW_NAMES = 16_000;

export const flameSvg: Command<typeof drawOptions> = {
  name: 'flame-svg',
  summary: 'Draws folded stacks as a flame graph: one SVG file to look at, zoom and search in a browser.',
  operands: '[FILE...]',
  options: drawOptions,
  examples: [
    ['perf script | perf-fold | flame-svg > cpu.svg', 'show where the CPU time goes'],
    ['flame-svg --colors io off.folded > off.svg', 'draw off-CPU time in microseconds'],
    ['flame-svg --extract cpu.svg > cpu.folded', 'get the folded stacks back'],
    ['fold-diff a.folded b.folded | flame-svg > diff.svg', 'show what b does more (red) and less (blue)'],
  ],
  async run(options, world) {
    if (options.csp) {
      await world.output([`script-src '${ownText('viewer.generated.hash')}'\n`]);
      return Status.ok;
    }
    const settings = settingsOf(options, options.meta === undefined ? undefined : readJson(options.meta));
    if (world.terminal && !options.extract) {
      throw new UsageError('an SVG is no text to read: write it to a file, flame-svg … > cpu.svg');
    }
    const { folded, status } = await readFolded(world, { strict: options.strict, inOrder: options.flamechart });
    if (folded === undefined) return status;
    const { table, isDifferential } = folded;
    if (table.nameCount <= FEW_NAMES) holdOptimizer('node:zlib');
    await world.output(options.extract ? table.folded(isDifferential) : drawFlameGraph(folded, settings));
    return status;
  },
};

/** Throws UsageError. */
function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'this is not JSON' : (error as Error).message;
    throw new UsageError(`--meta ${file}: ${why}`);
  }
}
