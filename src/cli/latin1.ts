// Texts as the other rooms hold them: latin1, one character a byte, so that names pass unharmed that are not UTF-8.

/** Encodes a text of the command line. */
export function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** Decodes a text for messages. */
export function utf8(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString();
}
