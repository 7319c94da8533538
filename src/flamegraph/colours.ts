// Colours: families of related shades, in light and dark, and the CSS that gives them to classes.

/** Shades of one family. A class is the family's letter and the shade's digit (base 36): `a0`. */
export interface Family {
  letter: string;
  /** what the legend says it stands for; '' for palettes whose colours mean nothing */
  meaning: string;
  light: readonly string[];
  dark: readonly string[];
}

type Range = readonly [from: number, to: number];

/** `count` shades between two ends of hue (degrees), saturation and lightness (percent), well mixed. */
export function shades(count: number, hue: Range, saturation: Range, lightness: Range): string[] {
  return Array.from({ length: count }, (_, i) => {
    const along = count === 1 ? 0.5 : i / (count - 1);
    // the golden ratio keeps the lightness from rising along with the hue
    const across = (i * 0.618034) % 1;
    return hex(between(hue, along), between(saturation, across), between(lightness, across));
  });
}

function between([from, to]: Range, part: number): number {
  return from + (to - from) * part;
}

function hex(hue: number, saturation: number, lightness: number): string {
  const s = saturation / 100;
  const l = lightness / 100;
  const channel = (n: number): string => {
    const k = (n + hue / 30 + 12) % 12;
    const value = l - s * Math.min(l, 1 - l) * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(value * 255)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`;
}

/** The colour with its light taken down, for dark surroundings. */
export function dimmed(colour: string, factor: number): string {
  return colour.replace(/[0-9a-f]{2}/g, (pair) =>
    Math.round(Number.parseInt(pair, 16) * factor)
      .toString(16)
      .padStart(2, '0'),
  );
}

/** How light a `#rrggbb` is to the eye, 0 … 1. */
export function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = (colour.match(/[0-9a-f]{2}/gi) ?? []).map((pair) => Number.parseInt(pair, 16) / 255);
  return 0.2126 * r ** 2.2 + 0.7152 * g ** 2.2 + 0.0722 * b ** 2.2;
}

/** Fill for boxes, stroke for slivers. */
export function familyCss(family: Family, scheme: 'light' | 'dark'): string {
  return family[scheme]
    .map((colour, i) => `.${family.letter}${i.toString(36)}{fill:${colour};stroke:${colour}}`)
    .join('');
}
