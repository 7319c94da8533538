// Comparisons: the colour of a difference. Red is more than before, blue is less; told apart by colour-blind eyes too.

import type { Family } from './colours.ts';

const STEPS = 6;

/** The class of a box that changed by so much, when the largest change of all is `most`. */
export function changeClass(change: number, most: number): string {
  if (change === 0 || most === 0) return 'n0';
  const step = Math.min(Math.ceil(Math.sqrt(Math.abs(change) / most) * STEPS), STEPS) - 1;
  return `${change > 0 ? 'p' : 'm'}${step}`;
}

/** A second class for what a comparison has no longer. */
export function goneClass(size: number): string {
  return size === 0 ? ' gone' : '';
}

export const CHANGES: readonly Family[] = [
  {
    letter: 'p',
    meaning: 'more than before',
    light: ['#fbeae4', '#f9d3c6', '#f5b8a4', '#ef9b82', '#e57d63', '#d9604a'],
    dark: ['#443330', '#5a3932', '#744036', '#8f4638', '#ab4c3a', '#c8533c'],
  },
  {
    letter: 'm',
    meaning: 'less than before',
    light: ['#e6eff8', '#cbe0f2', '#a9cbe9', '#84b4de', '#5f9cd2', '#4286c4'],
    dark: ['#2e3844', '#2f4358', '#2f4f70', '#2f5d8a', '#306ca6', '#327bc2'],
  },
  { letter: 'n', meaning: 'the same', light: ['#e9e9e6'], dark: ['#3a3b3e'] },
];
