// The look of the picture: the colours of paper and words, and the style sheet, without which it is legible as well.

import { type ColourFamily, INK, type Scheme } from './colours/classes.ts';
import { legible, luminance, MIDDLE } from './colours/family.ts';

export const SANS = 'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Liberation Sans",Arial,sans-serif';
export const MONO = 'ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace';

export interface Paper {
  paper: string;
  ink: string;
  soft: string;
  line: string;
  field: string;
  accent: string;
  /** what a search has found, under white text */
  hit: string;
  /** the box of all stacks */
  all: string;
}

export const PAPER: Record<Scheme, Paper> = {
  light: {
    paper: '#ffffff',
    ink: INK.light,
    soft: '#59636e',
    line: '#8c959f',
    field: '#f6f8fa',
    accent: '#0b62c4',
    hit: '#b8207f',
    all: '#e3e6ea',
  },
  dark: {
    paper: '#15181d',
    ink: INK.dark,
    soft: '#9da5b0',
    line: '#6b7480',
    field: '#20252c',
    accent: '#6cb0ff',
    hit: '#b8207f',
    all: '#2f353d',
  },
};

/** The scheme that fits a background, and its paper with words that are legible on it. */
export function paperOn(background: string): { scheme: Scheme; paper: Paper } {
  const scheme = luminance(background) > MIDDLE ? 'light' : 'dark';
  const own = PAPER[scheme];
  const soft = legible(own.soft, background);
  return {
    scheme,
    paper: {
      ...own,
      paper: background,
      ink: legible(own.ink, background),
      soft,
      accent: legible(own.accent, background),
    },
  };
}

/**
 * The style sheet of one picture, whose root has the class `key`: dark where the reader's surroundings are, and as wide
 * as the sheet where it is printed. It touches nothing outside of the picture.
 */
export function styleSheet(key: string, families: readonly ColourFamily[], background: string | undefined): string {
  // inside @media, because CairoSVG takes `height:auto` for a height of 0
  const fit = `@media screen{.${key}{max-width:100%;height:auto}}@media print{.${key}{width:100%;height:auto;max-height:100vh}}`;
  if (background !== undefined) return fit;
  const { light, dark } = PAPER;
  const pairs: [string, string][] = [
    [light.paper, dark.paper],
    [light.soft, dark.soft],
    [light.accent, dark.accent],
    [light.all, dark.all],
    [INK.light, INK.dark],
    ...families.flatMap((family) =>
      family.light.map((colour, i): [string, string] => [colour, family.dark[i] as string]),
    ),
  ];
  const rules = [...new Map(pairs)].map(
    ([from, to]) => `.${key} [fill="${from}"]{fill:${to}}.${key} [stroke="${from}"]{stroke:${to}}`,
  );
  return `${fit}@media screen and (prefers-color-scheme:dark){.${key}{background:${dark.paper}}${rules.join('')}}`;
}
