// The debug file of a stripped file: found by its build-id, or by the name and checksum in `.gnu_debuglink`. And the file
// into which dwz moves what several debug files have in common.

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
  const bytes = bytesOf(file, '.gnu_debuglink');
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

/** The file of what this file has in common with others. */
export interface AlternateLink {
  /** absolute, or seen from the folder of the file that has the link */
  path: string;
  /** its build-id or checksum, hexadecimal */
  id: string;
}

// usr/lib/debug/.dwz/x86_64-linux-gnu/coreutils.debug \0  36 96 94 …      in .gnu_debugaltlink: a path, a build-id
// 05 00  00  common.dwz \0  14  56 f9 77 …                                  in .debug_sup: 1 for 0 in the common file
/** What `.gnu_debugaltlink` says, or `.debug_sup` of DWARF 5; undefined: the file has neither. */
export function alternateLinkOf(file: ElfFile): AlternateLink | undefined {
  const link = bytesOf(file, '.gnu_debugaltlink');
  const end = link.indexOf(0);
  if (end > 0) return { path: link.toString('latin1', 0, end), id: link.toString('hex', end + 1) };
  return supplementOf(file, 0);
}

/** Is this the common file that a link means? */
export function isAlternate(file: ElfFile, { id }: AlternateLink): boolean {
  return id !== '' && (file.buildId === id || supplementOf(file, 1)?.id === id);
}

function supplementOf(file: ElfFile, kind: 0 | 1): AlternateLink | undefined {
  const bytes = bytesOf(file, '.debug_sup');
  const end = bytes.indexOf(0, 3);
  if (end < 0 || bytes[2] !== kind) return undefined;
  const size = bytes[end + 1] ?? 0; // one byte as long as it is no longer than any checksum
  return { path: bytes.toString('latin1', 3, end), id: bytes.toString('hex', end + 2, end + 2 + size) };
}

/** The paths where a common file may lie; `path` is that of the file with the link. */
export function alternateFiles(path: string, link: AlternateLink): string[] {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  // relative ones are meant for the file itself, not for a link to it, of which build-ids are the names
  const name = link.path.slice(link.path.lastIndexOf('/') + 1);
  const given = link.path.startsWith('/') ? link.path : `${folder}${link.path}`;
  return [given, debugFileOf(link.id), `${DEBUG}/.dwz/${name}`];
}

function bytesOf(file: ElfFile, section: string): Buffer {
  return file.data(section)?.bytes(0, 4096) ?? Buffer.alloc(0);
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
