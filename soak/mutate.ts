// Makes hostile inputs of real ones. The same seed gives the same input.

/** Numbers from 0 to 1, exclusive, by a seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const LONGEST = 6000;
const NEWLINE = 10;
/** What ends, begins or imitates something in one of the formats, or that a terminal or XML obeys. */
const TOKENS = [
  ...[
    '\n',
    '\n\n',
    '\r\n',
    ';',
    ' ',
    '\t',
    '\0',
    '\x1b[31m',
    '\x7f',
    '\xff\xfe',
    '\xe2\x82',
    '"',
    '<',
    '&',
    ']]>',
    '--',
  ],
  ...[
    '(',
    ')',
    '[',
    ']: ',
    ']: 5\n',
    '@[',
    '@offcpu[',
    ', ',
    ' 1',
    ' 1 2',
    ' -1',
    ' 0',
    ' 9007199254740993',
    ' 1e9',
    ' .5',
  ],
  ...[
    '[unknown]',
    '[lost]',
    '->',
    ' => ',
    '+0x',
    '0x',
    'ffffffffffffffff',
    '# unit: ns\n',
    '# ',
    '# a: 5\n',
    '{"',
    '\\u00',
    '_[k]',
  ],
  ...[
    'cycles:',
    '-1/-1',
    '99999999999999999999',
    '\x1f\x8b\x08',
    '\x28\xb5\x2f\xfd',
    '<svg>',
    ' '.repeat(300),
    'a;'.repeat(200),
  ],
].map((text) => Buffer.from(text, 'latin1'));

/** A piece of `file`, damaged in up to four places; `other` is what may be mixed in. */
export function mutant(file: Buffer, other: Buffer, random: () => number): Buffer {
  const below = (limit: number): number => Math.floor(random() * limit);
  let bytes = pieceOf(file, below);
  for (let left = below(5); left > 0; left--) bytes = damaged(bytes, other, below);
  return bytes;
}

function pieceOf(file: Buffer, below: (limit: number) => number): Buffer {
  if (file.length <= LONGEST) return Buffer.from(file);
  const isHead = below(2) === 0;
  const from = isHead ? 0 : file.indexOf(NEWLINE, below(file.length - LONGEST)) + 1;
  return Buffer.from(file.subarray(from, from + 1 + below(LONGEST)));
}

function damaged(bytes: Buffer, other: Buffer, below: (limit: number) => number): Buffer {
  const at = below(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + below(below(2) === 0 ? 4 : 200));
  const with_ = (middle: Uint8Array, to = at): Buffer =>
    Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(to)]);
  switch (below(8)) {
    case 0:
      return with_(Buffer.from([below(256)]), Math.min(bytes.length, at + 1));
    case 1:
      return with_(Buffer.alloc(0), end);
    case 2:
      return with_(bytes.subarray(at, end));
    case 3:
      return bytes.subarray(0, at);
    case 4: {
      const from = below(other.length + 1);
      return with_(other.subarray(from, from + below(300)));
    }
    case 5:
      return shuffled(bytes, below);
    default:
      return with_(TOKENS[below(TOKENS.length)] as Buffer, below(2) === 0 ? at : end);
  }
}

/** Two lines change places. */
function shuffled(bytes: Buffer, below: (limit: number) => number): Buffer {
  const lines = bytes.toString('latin1').split('\n');
  const [i, k] = [below(lines.length), below(lines.length)];
  [lines[i], lines[k]] = [lines[k] as string, lines[i] as string];
  return Buffer.from(lines.join('\n'), 'latin1');
}
