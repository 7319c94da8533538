// How flame-svg puts all stacks into its picture, and how readers know such a picture.

/** The class of the element with the data. */
export const DATA_CLASS = 'flamepipe-data';
/** How that element begins; what follows is JSON, up to the next `<`. The script in the picture does not hold this text. */
export const DATA_BEGINS = `<metadata class="${DATA_CLASS}">`;

/** Grows with each change of the packed form, because a reader understands only its own. */
export const DATA_VERSION = 3;

/** The part of the data that a reader of its stacks needs. */
export interface PackedStacks {
  version: typeof DATA_VERSION;
  /** the unit that the folded text said */
  unitLine?: string;
  /** the stacks lie leaf first */
  reversed: boolean;
  /** each stack has a count before, too */
  isPair: boolean;
  /** the bytes of packedParts(), deflated, in base64 */
  stacks: string;
}

/** Do these first bytes of a file look like a picture of flame-svg? `latin1` of 1 KiB is enough. */
export function isPicture(start: string): boolean {
  return /^(?:\xef\xbb\xbf)?\s*<(?:\?xml|svg|!doctype html)/i.test(start) && start.includes('flamepipe');
}
