// Where a running Postgres server keeps the wait event of each of its processes: the second operand of bpf/offcpu.bt.

import { readFileSync, readlinkSync } from 'node:fs';

const SYMBOL = 'my_wait_event_info';

/** The variable's address, the same in all processes of a server. Throws if it isn't one, or is not ours to look at. */
export function waitEventAddress(pid: number): bigint {
  const binary = readlinkSync(`/proc/${pid}/exe`);
  // the file itself, however it has been renamed or whichever root it is below
  const file = readFileSync(`/proc/${pid}/exe`);
  const symbol = dynamicSymbol(file, SYMBOL);
  if (symbol === undefined) throw new Error(`${binary} has no ${SYMBOL}`);
  return symbol + loadBase(file, binary, readFileSync(`/proc/${pid}/maps`, 'latin1'));
}

// The offsets below are those of 64-bit little-endian ELF: Elf64_Ehdr, Elf64_Shdr, Elf64_Phdr, Elf64_Sym.

const DYNSYM = 11;
const LOAD = 1;

function isElf(file: Buffer): boolean {
  return file.readUInt32BE(0) === 0x7f454c46 && file[4] === 2 && file[5] === 1;
}

/** The value of an exported symbol: `.dynsym` is there in stripped binaries, too. */
export function dynamicSymbol(file: Buffer, name: string): bigint | undefined {
  if (!isElf(file)) return undefined;
  const sections = Number(file.readBigUInt64LE(40));
  const section = (i: number): Buffer => file.subarray(sections + i * 64, sections + i * 64 + 64);
  const dataOf = (header: Buffer): Buffer => {
    const at = Number(header.readBigUInt64LE(24));
    return file.subarray(at, at + Number(header.readBigUInt64LE(32)));
  };
  const symbols = Array.from({ length: file.readUInt16LE(60) }, (_, i) => section(i)).find(
    (header) => header.readUInt32LE(4) === DYNSYM,
  );
  if (symbols === undefined) return undefined;
  const names = dataOf(section(symbols.readUInt32LE(40)));
  const text = Buffer.from(`${name}\0`);
  const table = dataOf(symbols);
  for (let at = 0; at < table.length; at += 24) {
    const from = table.readUInt32LE(at);
    if (names.subarray(from, from + text.length).equals(text)) return table.readBigUInt64LE(at + 8);
  }
  return undefined;
}

/** How much further up the file is than its own addresses say; 0 for one that is not position-independent. */
function loadBase(file: Buffer, binary: string, maps: string): bigint {
  const headers = Number(file.readBigUInt64LE(32));
  const firstLoad = Array.from({ length: file.readUInt16LE(56) }, (_, i) => file.subarray(headers + i * 56)).find(
    (header) => header.readUInt32LE(0) === LOAD,
  )!;
  // 5581f8e00000-5581f8ef6000 r--p 00000000 fe:00 1234      /usr/lib/postgresql/15/bin/postgres
  // └─ start ──┘                   └ offset
  const line = maps.split('\n').find((map) => map.endsWith(` ${binary}`));
  const [, start, offset] = /^([0-9a-f]+)-\S+ \S+ ([0-9a-f]+) /.exec(line ?? '') ?? [];
  if (start === undefined) throw new Error(`${binary} is not mapped`);
  const [fileOffset, address] = [firstLoad.readBigUInt64LE(8), firstLoad.readBigUInt64LE(16)];
  return BigInt(`0x${start}`) - BigInt(`0x${offset}`) - (address - fileOffset);
}
