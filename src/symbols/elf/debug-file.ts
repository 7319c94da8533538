// The debug file of a stripped file: found by its build-id, or by the name and checksum in `.gnu_debuglink`.

import { crc32 } from 'node:zlib';
import type { ElfFile } from './elf-file.ts';
import type { ReadBytes } from './section-data.ts';

const BLOCK = 1 << 20;

/** The directory of distributions' debug packages. */
const DEBUG = '/usr/lib/debug';

export interface DebugLink {
  name: string;
  crc: number;
}

/** The content of `.gnu_debuglink`; undefined: the file has none. */
export function debugLinkOf(file: ElfFile): DebugLink | undefined {
  const bytes = file.data('.gnu_debuglink')?.bytes(0, 4096) ?? Buffer.alloc(0);
  const end = bytes.indexOf(0);
  if (end <= 0 || bytes.includes(0x2f) || bytes.length < end + 5) return undefined;
  return { name: bytes.toString('latin1', 0, end), crc: file.order.u32(bytes, Math.ceil((end + 1) / 4) * 4) };
}

/** The path where distributions put the symbols of a stripped file. */
export function debugFileOf(buildId: string): string {
  return `${DEBUG}/.build-id/${buildId.slice(0, 2)}/${buildId.slice(2)}.debug`;
}

/** The paths where a file of a debug link may lie, in gdb's order; `path` is that of the stripped file. */
export function debugLinkFiles(path: string, link: DebugLink): string[] {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  return [`${folder}${link.name}`, `${folder}.debug/${link.name}`, `${DEBUG}${folder}${link.name}`];
}

/** The checksum of a whole file, as debug links hold it. */
export function checksum(read: ReadBytes): number {
  let crc = 0;
  for (let at = 0; ; at += BLOCK) {
    const block = read(at, BLOCK);
    crc = crc32(block, crc);
    if (block.length < BLOCK) return crc;
  }
}
