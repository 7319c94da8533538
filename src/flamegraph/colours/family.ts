// Colours: families of related shades, in light and dark, each legible under its ink.

import { type ColourFamily, INK } from './classes.ts';

/** What WCAG asks of small text, and a little more. */
export const CONTRAST = 4.6;
/** The luminance on which black and white are equally legible. */
export const MIDDLE = 0.179;

type Range = readonly [from: number, to: number];

/** Colours, computed when they are asked for, because most starts of a tool draw nothing. */
type Shades = () => readonly string[];

/** `count` shades between two ends of hue (degrees), saturation and lightness (percent), well mixed. */
export function shades(count: number, hue: Range, saturation: Range, lightness: Range): Shades {
  return () =>
    Array.from({ length: count }, (_, i) => {
      const along = count === 1 ? 0.5 : i / (count - 1);
      // the golden ratio keeps the lightness from rising along with the hue
      const across = (i * 0.618034) % 1;
      return hex(between(hue, along), between(saturation, across), between(lightness, across));
    });
}

/** A family whose boxes bear the ink of their scheme; `more`: what else there is to say of it. */
export function family(
  letter: string,
  meaning: string,
  light: Shades,
  dark: Shades,
  more: Partial<ColourFamily> = {},
): ColourFamily {
  const made: { light?: readonly string[]; dark?: readonly string[] } = {};
  return {
    letter,
    meaning,
    get light() {
      made.light ??= light().map((colour) => legible(colour, INK.light));
      return made.light;
    },
    get dark() {
      made.dark ??= dark().map((colour) => legible(colour, INK.dark));
      return made.dark;
    },
    ...more,
  };
}

function between([from, to]: Range, part: number): number {
  return from + (to - from) * part;
}

function hex(hue: number, saturation: number, lightness: number): string {
  const s = saturation / 100;
  const l = lightness / 100;
  const channel = (n: number): number => {
    const k = (n + hue / 30 + 12) % 12;
    return (l - s * Math.min(l, 1 - l) * Math.max(-1, Math.min(k - 3, 9 - k, 1))) * 255;
  };
  return colour([channel(0), channel(8), channel(4)]);
}

function colour(channels: readonly number[]): string {
  return `#${channels.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;
}

function channelsOf(text: string): number[] {
  return (text.match(/[0-9a-f]{2}/gi) ?? []).map((pair) => Number.parseInt(pair, 16));
}

/** The relative luminance of a `#rrggbb`, 0 … 1 (WCAG 2). */
export function luminance(text: string): number {
  const [r = 0, g = 0, b = 0] = channelsOf(text).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** The contrast of two colours, 1 … 21 (WCAG 2). */
export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

const STEPS = 25;

/** The colour, as far away from `other` as legible text needs it: lighter over dark, darker over light. */
export function legible(text: string, other: string): string {
  const goal = luminance(other) < MIDDLE ? 255 : 0;
  let result = text;
  for (let step = 1; contrast(result, other) < CONTRAST && step <= STEPS; step++) {
    result = colour(channelsOf(text).map((value) => value + ((goal - value) * step) / STEPS));
  }
  return result;
}
