// Names from bytes: UTF-8 where it is, and nothing lost where it is not.

const NOT_ASCII = /[^\0-\x7f]/;
const FIRST_STRAY = 0xdc00;

/**
 * The text of a name that arrived as bytes (latin1). A byte that is no UTF-8 becomes a lone surrogate, U+DC00 + byte,
 * from which nameBytes() finds it again.
 */
export function nameText(latin1: string): string {
  if (!NOT_ASCII.test(latin1)) return latin1;
  const bytes = Buffer.from(latin1, 'latin1');
  const text = bytes.toString('utf8');
  if (!text.includes('\ufffd')) return text;
  let out = '';
  for (let at = 0; at < bytes.length; ) {
    const size = sequenceLength(bytes, at);
    out +=
      size === 0 ? String.fromCharCode(FIRST_STRAY + (bytes[at] as number)) : bytes.toString('utf8', at, at + size);
    at += Math.max(size, 1);
  }
  return out;
}

/** The length of the valid UTF-8 sequence at this place; 0 when there is none. */
function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at] as number;
  const size = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (size < 2 || at + size > bytes.length) return size === 1 ? 1 : 0;
  const text = bytes.toString('utf8', at, at + size);
  return bytes.compare(Buffer.from(text), 0, undefined, at, at + size) === 0 ? size : 0;
}
