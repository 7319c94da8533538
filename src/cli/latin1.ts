// Texts as the rooms behind hold them, latin1: a character a byte, so that names which are not UTF-8 pass unharmed.

/** A text of the command line. */
export function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** The same back, for messages. */
export function utf8(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString();
}
