// flame-svg: folded stacks in, a flame graph out.

import { readFolded } from '../cli/folded-input.ts';
import type { OptionTable } from '../cli/options.ts';
import type { Command } from '../cli/run.ts';
import { UsageError } from '../engine/errors.ts';
import { PALETTES } from '../flamegraph/palette.ts';
import { pictureOf } from '../flamegraph/picture.ts';
import { DIFF_BY, settingsOf } from '../flamegraph/settings.ts';
import { svgText } from '../flamegraph/svg.ts';
import { viewerScript } from '../flamegraph/viewer.generated.ts';

const options = {
  title: { kind: 'text', value: 'TEXT', group: 'Words', describe: 'set the heading [Flame Graph]' },
  subtitle: { kind: 'text', value: 'TEXT', group: 'Words', describe: 'add a second heading' },
  countname: { kind: 'text', value: 'UNIT', group: 'Words', default: 'samples', describe: 'name what is counted' },
  nametype: {
    kind: 'text',
    value: 'TEXT',
    group: 'Words',
    default: 'Function:',
    describe: 'put TEXT before a name in the details',
  },
  notes: { kind: 'text', value: 'TEXT', group: 'Words', describe: 'write a comment into the file' },
  width: {
    kind: 'number',
    value: 'PX',
    group: 'Size',
    least: 64,
    describe: 'fix the width; else it follows the window',
  },
  height: { kind: 'number', value: 'PX', group: 'Size', least: 4, default: 16, describe: 'set the height of a frame' },
  minwidth: {
    kind: 'text',
    value: 'PX|N%',
    group: 'Size',
    default: '0.1',
    describe: 'leave out narrower frames, in pixels or percent of the total',
  },
  fonttype: { kind: 'text', value: 'FONT', group: 'Size', describe: 'choose the font family [system fonts]' },
  fontsize: {
    kind: 'number',
    value: 'PX',
    group: 'Size',
    least: 4,
    default: 12,
    describe: 'set the font size in frames',
  },
  colors: {
    kind: 'choice',
    choices: PALETTES,
    default: 'kind',
    alias: 'color',
    group: 'Colours',
    describe: 'choose the palette; kind: by kind of code',
  },
  bgcolors: {
    kind: 'text',
    value: 'COLOR',
    group: 'Colours',
    describe: 'set the background: yellow, blue, green, grey or #rrggbb',
  },
  hash: { kind: 'flag', hidden: true, describe: 'colour by name, which is always so' },
  before: { kind: 'text', value: 'NAME', group: 'Comparison', describe: 'name the side of the first count [before]' },
  after: { kind: 'text', value: 'NAME', group: 'Comparison', describe: 'name the side of the second count [after]' },
  'diff-by': {
    kind: 'choice',
    choices: DIFF_BY,
    default: 'inclusive',
    group: 'Comparison',
    describe: 'colour by the change of a frame with its callees, or without',
  },
  union: { kind: 'flag', hidden: true, describe: 'draw vanished frames too, which is the default' },
  'no-union': {
    kind: 'flag',
    group: 'Comparison',
    describe: 'leave out vanished frames; widths are of the side after',
  },
  negate: { kind: 'flag', group: 'Comparison', describe: 'swap red and blue' },
  reverse: { kind: 'flag', group: 'Stacks', describe: 'merge stacks from their leaves: who called this?' },
  inverted: { kind: 'flag', group: 'Stacks', describe: 'draw an icicle graph: root on top' },
  flamechart: { kind: 'flag', group: 'Stacks', describe: 'keep the order of the input, which is time' },
  total: {
    kind: 'number',
    value: 'N',
    group: 'Stacks',
    least: 0,
    describe: 'take N as 100%, if it is above the sum',
  },
  factor: { kind: 'number', value: 'F', group: 'Stacks', default: 1, describe: 'multiply the counts shown' },
  'no-script': { kind: 'flag', group: 'Output', describe: 'draw a static picture, without zoom, search and data' },
  strict: { kind: 'flag', group: 'Output', describe: 'exit with 2 instead of 1 when input was skipped' },
} as const satisfies OptionTable;

export const flameSvg: Command<typeof options> = {
  name: 'flame-svg',
  summary: 'Draws folded stacks as a flame graph: one SVG file to look at, zoom and search in a browser.',
  operands: '[FILE...]',
  options,
  examples: [
    ['perf script | perf-fold | flame-svg > cpu.svg', 'where the CPU time goes'],
    ['flame-svg --colors io --countname us off.folded > off.svg', 'off-CPU time in microseconds'],
    ['fold-diff a.folded b.folded | flame-svg > diff.svg', 'what b does more (red) and less (blue)'],
  ],
  async run(options, world) {
    const settings = settingsOf(options);
    if (typeof settings === 'string') throw new UsageError(settings);
    const { folded, status } = await readFolded(world, { strict: options.strict, inOrder: options.flamechart });
    if (folded === undefined) return status;
    if (folded.isDifferential && options.flamechart)
      throw new UsageError('--flamechart shows one recording: no BEFORE');
    await world.output(svgText(pictureOf(folded, settings), viewerScript));
    return status;
  },
};
