// Sections of debug information that were compressed: by zlib or zstd behind a header (SHF_COMPRESSED), or in the GNU
// tools' older way, as .zdebug_….

import { inflateSync } from 'node:zlib';
import { decompress as unzstd } from 'fzstd';
import { InputError } from '../../engine/errors.ts';
import type { ByteOrder } from './byte-order.ts';
import { SectionData } from './section-data.ts';

const ZLIB = 1;
const ZSTD = 2;
/** The largest section that is unpacked, because it has to be in memory as a whole. */
const MOST_BYTES = 192 * 2 ** 20;
const LARGEST_PIECE = 2 ** 26;
/** No real data compresses that well. */
const MOST_TIMES = 2 ** 15;

/** `form` says how numbers of its header are read; undefined: it is a .zdebug_… section. Throws InputError. */
export function decompressed(
  name: string,
  packed: SectionData,
  form: { order: ByteOrder; is64: boolean } | undefined,
): SectionData {
  const header = packed.bytes(0, 24);
  let [kind, size, from] = [ZLIB, 0, 12];
  if (form) {
    kind = form.order.u32(header, 0);
    size = form.is64 ? form.order.u64(header, 8) : form.order.u32(header, 4);
    from = form.is64 ? 24 : 12;
  } else if (header.length >= 12 && header.toString('latin1', 0, 4) === 'ZLIB') {
    size = header.readUInt32BE(8); // its upper half is 0 in any file that can be read here
  } else {
    throw new InputError(`${name} is no compressed section`);
  }
  if (size > MOST_BYTES || packed.size > MOST_BYTES) {
    throw new InputError(
      `${name} has ${Math.ceil(size / 2 ** 20)} MiB when unpacked, too much to hold: run objcopy --decompress-debug-sections`,
    );
  }
  if (size > packed.size * MOST_TIMES) throw new InputError(`${name} is damaged: ${size} bytes in ${packed.size}`);
  const bytes = unpack(kind, packed.bytes(from, packed.size - from), size, name);
  return new SectionData((at, length) => bytes.subarray(at, at + length), bytes.length);
}

function unpack(kind: number, bytes: Buffer, size: number, name: string): Buffer {
  try {
    // in one piece, if its size is true
    const chunkSize = Math.min(Math.max(64, size), LARGEST_PIECE);
    if (kind === ZLIB) return inflateSync(bytes, { maxOutputLength: Math.max(1, size), chunkSize });
    if (kind === ZSTD) return Buffer.from(unzstd(bytes, new Uint8Array(size)));
  } catch (error) {
    throw new InputError(`${name} is damaged: ${(error as Error).message}`);
  }
  throw new InputError(`${name} is compressed in a way that is not known: ${kind}`);
}
