// flame-svg: folded stacks in, a flame graph out.

import { readFolded } from '../cli/folded-input.ts';
import { utf8 } from '../cli/latin1.ts';
import type { Command } from '../cli/run.ts';
import { UsageError } from '../engine/errors.ts';
import { drawFlameGraph } from '../flamegraph/draw.ts';
import { DEFAULTS, settingsOf } from '../flamegraph/settings.ts';
import { drawOptions } from './flame-svg/options.ts';

export const flameSvg: Command<typeof drawOptions> = {
  name: 'flame-svg',
  summary: 'Draws folded stacks as a flame graph: one SVG file to look at, zoom and search in a browser.',
  operands: '[FILE...]',
  options: drawOptions,
  examples: [
    ['perf script | perf-fold | flame-svg > cpu.svg', 'where the CPU time goes'],
    ['flame-svg --colors io off.folded > off.svg', 'off-CPU time in microseconds'],
    ['fold-diff a.folded b.folded | flame-svg > diff.svg', 'what b does more (red) and less (blue)'],
  ],
  async run(options, world) {
    const settings = settingsOf({ ...options, countname: options.countname ?? DEFAULTS.countname });
    if (world.terminal) throw new UsageError('an SVG is no text to read: write it to a file, flame-svg … > cpu.svg');
    const { folded, status } = await readFolded(world, { strict: options.strict, inOrder: options.flamechart });
    if (folded === undefined) return status;
    const { unit } = folded.table;
    if (options.countname === undefined && unit !== undefined) settings.countName = utf8(unit);
    await world.output(drawFlameGraph(folded, settings));
    return status;
  },
};
