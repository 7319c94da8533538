// The colours of a comparison.

import type { ColourFamily } from './colours/classes.ts';
import { family } from './colours/family.ts';
import { shown } from './display.ts';
import type { PictureSettings } from './settings.ts';

const CHANGES: readonly ColourFamily[] = [
  family(
    'p',
    'red',
    () => ['#fbefea', '#f9d3c6', '#f5b8a4', '#ef9b82', '#e8866c', '#e2745c'],
    () => ['#3a3130', '#5a3932', '#744036', '#8b4537', '#9d4738', '#ac493a'],
  ),
  family(
    'm',
    'blue',
    () => ['#ecf2f8', '#cbe0f2', '#a9cbe9', '#84b4de', '#6aa5d9', '#5a9bd6'],
    () => ['#2d343c', '#2f4358', '#2f4f70', '#2f5d8a', '#2e66a0', '#2d6db0'],
  ),
  family(
    'n',
    'the same',
    () => ['#e9e9e6'],
    () => ['#3a3b3e'],
  ),
];

/** The families, with what they mean in a picture of these settings: red is more, unless they swap it with blue. */
export function changeFamilies({
  sides,
  diffBy,
  negate,
}: Pick<PictureSettings, 'sides' | 'diffBy' | 'negate'>): ColourFamily[] {
  const own = diffBy === 'self' ? ' in the frame itself' : '';
  return CHANGES.map((one) => {
    if (one.letter === 'n') return one;
    const isMore = (one.letter === 'p') !== negate;
    return { ...one, meaning: `${isMore ? 'more' : 'less'} than ${shown(sides.before)}${own}` };
  });
}
