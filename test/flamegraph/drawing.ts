// Draws folded text as flame-svg does, and gives what the tests look at.

import { type Picture, pictureOf } from '../../src/flamegraph/picture.ts';
import { type Options, settingsOf } from '../../src/flamegraph/settings.ts';
import { svgText } from '../../src/flamegraph/svg.ts';
import { FoldedReader } from '../../src/stacks/folded.ts';

const OPTIONS: Options = {
  title: undefined,
  subtitle: undefined,
  countname: undefined,
  nametype: 'Function:',
  notes: undefined,
  width: undefined,
  height: 16,
  minwidth: '0',
  fonttype: undefined,
  fontsize: 12,
  colors: 'kind',
  bgcolors: undefined,
  before: undefined,
  after: undefined,
  'diff-by': 'inclusive',
  seconds: undefined,
  normalize: false,
  union: false,
  'no-union': false,
  negate: false,
  reverse: false,
  inverted: false,
  flamechart: false,
  total: undefined,
  factor: 1,
  'no-script': false,
  html: false,
};

/** The picture of folded text (a string is latin1: bytes). */
export function picture(folded: string, options: Partial<Options> = {}): Picture {
  const reader = new FoldedReader(() => {}, options.flamechart);
  reader.begin();
  reader.block(Buffer.from(folded, 'latin1'));
  reader.end();
  return pictureOf(reader.finish(), settingsOf({ ...OPTIONS, ...options }));
}

export function draw(folded: string, options: Partial<Options> = {}, script = ''): string {
  return [...svgText(picture(folded, options), script)]
    .map((part) => (typeof part === 'string' ? part : Buffer.from(part).toString('latin1')))
    .join('');
}
