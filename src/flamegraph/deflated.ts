// The packed stacks as the picture holds them: deflated, in base64. Ten million stacks are taken in pieces, because they
// would not fit into memory twice.

import { deflateRawSync, deflateSync } from 'node:zlib';

/** zlib's level: the next one takes twice the time, for a file that is 3 % smaller. */
const THOROUGH = 4;
/** Two thirds of the time, for 6 % more: of pictures that take long to draw. */
const QUICK = 2;
const LARGE = 1 << 21;
const PIECE = 1 << 23;
/** What deflate looks back on. */
const WINDOW = 1 << 15;
/** Three bytes become four characters. */
const BLOCK = 3 << 16;
/** The first bytes of zlib's format, as for its level 2. */
const HEAD = Uint8Array.of(0x78, 0x5e);

/** The bytes of all parts, deflated as one, as base64 in blocks. `piece`: how many bytes are deflated at a time. */
export function* deflated(parts: readonly Uint8Array[], piece = PIECE): Generator<string> {
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  if (size > piece) {
    yield* base64(inPieces(parts, piece));
    return;
  }
  yield* base64([deflateSync(Buffer.concat(parts), { level: size > LARGE ? QUICK : THOROUGH, memLevel: 9 })]);
}

/** What deflateSync() would give, nearly: each piece ends at a byte. */
function* inPieces(parts: readonly Uint8Array[], size: number): Generator<Uint8Array> {
  yield HEAD;
  const sum = new Adler();
  let before: Buffer | undefined;
  for (const piece of cut(parts, size)) {
    sum.add(piece);
    const options = { level: QUICK, memLevel: 9, finishFlush: SYNC_FLUSH };
    yield deflateRawSync(piece, before === undefined ? options : { ...options, dictionary: before });
    before = Buffer.from(piece.subarray(-WINDOW));
  }
  yield LAST;
  yield sum.bytes;
}

/** Z_SYNC_FLUSH of zlib. */
const SYNC_FLUSH = 2;
/** An empty block of deflate that is the last one. */
const LAST = Uint8Array.of(3, 0);

/** Pieces of this size, the last one smaller; each lies where the one before lay. */
function* cut(parts: readonly Uint8Array[], size: number): Generator<Buffer> {
  const piece = Buffer.alloc(size);
  let used = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; ) {
      const some = part.subarray(at, at + size - used);
      piece.set(some, used);
      used += some.length;
      at += some.length;
      if (used < size) continue;
      yield piece;
      used = 0;
    }
  }
  yield piece.subarray(0, used);
}

/** Adler-32, the checksum of zlib's format. */
class Adler {
  #a = 1;
  #b = 0;

  add(bytes: Uint8Array): void {
    let [a, b] = [this.#a, this.#b];
    // so many bytes cannot pass 2^32
    for (let at = 0; at < bytes.length; at += 5552) {
      const end = Math.min(at + 5552, bytes.length);
      for (let i = at; i < end; i++) {
        a += bytes[i] as number;
        b += a;
      }
      a %= 65521;
      b %= 65521;
    }
    [this.#a, this.#b] = [a, b];
  }

  get bytes(): Uint8Array {
    const [a, b] = [this.#a, this.#b];
    return Uint8Array.of(b >> 8, b & 255, a >> 8, a & 255);
  }
}

function* base64(chunks: Iterable<Uint8Array>): Generator<string> {
  let left = Buffer.alloc(0);
  for (const chunk of chunks) {
    const bytes =
      left.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) : Buffer.concat([left, chunk]);
    const whole = bytes.length - (bytes.length % 3);
    for (let at = 0; at < whole; at += BLOCK) yield bytes.toString('base64', at, Math.min(at + BLOCK, whole));
    left = Buffer.from(bytes.subarray(whole));
  }
  yield left.toString('base64');
}
