// Classes of boxes: a family's letter and a shade's digit, the same in the file and in the page.

export type Scheme = 'light' | 'dark';

/** Shades of one family. A class is the family's letter and the shade's digit (base 36): `a0`. */
export interface ColourFamily {
  letter: string;
  /** what the legend says it stands for; '' for palettes whose colours mean nothing */
  meaning: string;
  /** stands before labels, so that print and colour-blind readers can tell the family */
  mark?: string;
  /** the kinds of time it stands for; see waits.ts */
  bits?: number;
  /** keeps its colour among time that is coloured by its kind */
  isApart?: boolean;
  light: readonly string[];
  dark: readonly string[];
}

/** The colour of text on boxes and on paper. */
export const INK: Record<Scheme, string> = { light: '#1f2328', dark: '#eceef1' };

/** The colour of a class. */
export function colourOf(families: readonly ColourFamily[], kind: string, scheme: Scheme): string {
  const shadesOf = families.find(({ letter }) => letter === kind.charAt(0))?.[scheme];
  return shadesOf?.[Number.parseInt(kind.charAt(1), 36)] ?? '#888888';
}

/** A number of a name, from its bytes (latin1) between two places: the same in the file and in the page. */
export function nameHash(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** The class of a family's shade for a name with this hash. */
export function shadeOf({ letter, light }: ColourFamily, hash: number): string {
  return letter + (hash % light.length).toString(36);
}

/** The class of the same family's middle shade, which is the legend's: for what is of several functions. */
export function plainClass(family: ColourFamily | undefined, kind: string): string {
  return kind.charAt(0) + ((family?.light.length ?? 0) >> 1).toString(36) + kind.slice(2);
}

/**
 * The class of a name of the family `own` in time of the family `wait`, if it is time off the CPU. What stays apart says
 * with a third character which time it is of.
 */
export function classIn(wait: ColourFamily | undefined, own: ColourFamily, hash: number): string {
  return own.isApart ? shadeOf(own, hash) + (wait?.letter ?? '') : shadeOf(wait ?? own, hash);
}
