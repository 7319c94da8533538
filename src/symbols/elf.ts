// ELF: what an executable file offers to who looks up symbols in it.

export interface ElfFacts {
  hasSymbols: boolean;
  hasLines: boolean;
  /** functions that have a name in `.dynsym`, which stripping leaves */
  exported: number;
  /** was rustc at it? */
  isRust: boolean;
  /** hexadecimal */
  buildId: string | undefined;
  /** does its code keep frame pointers? A guess from function prologues; undefined: not known for this machine */
  framePointers: boolean | undefined;
}

/** Gives `length` bytes of the file from `at` on, fewer at its end. */
export type ReadBytes = (at: number, length: number) => Buffer;

const HEADER = 64;
const SYMBOL = 24;
const FUNCTION = 2;
const X86_64 = 62;
const NOTE_HEADER = 12;
const MOST_CODE = 1 << 20;
/** push %rbp; mov %rsp,%rbp */
const PROLOGUE = Buffer.from([0x55, 0x48, 0x89, 0xe5]);
/** Code that keeps frame pointers has a prologue in each of so many bytes; other code has next to none. */
const BYTES_A_PROLOGUE = 4096;

interface Section {
  name: string;
  offset: number;
  size: number;
}

/** Undefined: no 64-bit little-endian ELF file. */
export function elfFacts(read: ReadBytes): ElfFacts | undefined {
  const header = headerOf(read);
  if (!header) return undefined;
  const sections = new Map(sectionsOf(header, read).map((section) => [section.name, section]));
  return {
    hasSymbols: sections.has('.symtab'),
    hasLines: sections.has('.debug_line') || sections.has('.zdebug_line'),
    exported: exportedFunctions(sections.get('.dynsym'), read),
    isRust: textIn(sections.get('.comment'), read).includes('rustc version'),
    buildId: buildIdOf(sections.get('.note.gnu.build-id'), read),
    framePointers: header.readUInt16LE(18) === X86_64 ? hasPrologues(sections.get('.text'), read) : undefined,
  };
}

function headerOf(read: ReadBytes): Buffer | undefined {
  const header = read(0, HEADER);
  const isElf = header.length === HEADER && header.readUInt32BE(0) === 0x7f454c46;
  return isElf && header[4] === 2 && header[5] === 1 ? header : undefined;
}

/** The file's own address of its entry, and of a symbol it exports (`.dynsym` is there in stripped files, too). */
export function exportedSymbol(read: ReadBytes, name: string): { entry: bigint; value: bigint } | undefined {
  const header = headerOf(read);
  const sections = header ? sectionsOf(header, read) : [];
  const bytesOf = (section: string): Buffer => {
    const found = sections.find((one) => one.name === section);
    return found ? read(found.offset, found.size) : Buffer.alloc(0);
  };
  const [names, symbols] = [bytesOf('.dynstr'), bytesOf('.dynsym')];
  const text = Buffer.from(`${name}\0`);
  for (let at = 0; header && at + SYMBOL <= symbols.length; at += SYMBOL) {
    const from = symbols.readUInt32LE(at);
    const isDefined = symbols.readUInt16LE(at + 6) !== 0;
    if (isDefined && names.subarray(from, from + text.length).equals(text)) {
      return { entry: header.readBigUInt64LE(24), value: symbols.readBigUInt64LE(at + 8) };
    }
  }
  return undefined;
}

function exportedFunctions(section: Section | undefined, read: ReadBytes): number {
  const symbols = section ? read(section.offset, section.size) : Buffer.alloc(0);
  let count = 0;
  for (let at = 0; at + SYMBOL <= symbols.length; at += SYMBOL) {
    const type = (symbols[at + 4] as number) & 0xf;
    if (type === FUNCTION && symbols.readUInt16LE(at + 6) !== 0) count++;
  }
  return count;
}

function textIn(section: Section | undefined, read: ReadBytes): string {
  return section ? read(section.offset, section.size).toString('latin1') : '';
}

function sectionsOf(header: Buffer, read: ReadBytes): Section[] {
  const at = Number(header.readBigUInt64LE(40));
  const size = header.readUInt16LE(58);
  const count = header.readUInt16LE(60);
  const namesIndex = header.readUInt16LE(62);
  if (at === 0 || size < HEADER || count === 0 || namesIndex >= count) return [];
  const table = read(at, size * count);
  if (table.length < size * count) return [];
  const placeOf = (i: number): { offset: number; size: number } => ({
    offset: Number(table.readBigUInt64LE(i * size + 24)),
    size: Number(table.readBigUInt64LE(i * size + 32)),
  });
  const namesAt = placeOf(namesIndex);
  const names = read(namesAt.offset, namesAt.size);
  return Array.from({ length: count }, (_, i) => {
    const start = table.readUInt32LE(i * size);
    return { name: names.toString('latin1', start, names.indexOf(0, start)), ...placeOf(i) };
  });
}

function buildIdOf(note: Section | undefined, read: ReadBytes): string | undefined {
  if (!note) return undefined;
  const bytes = read(note.offset, note.size);
  if (bytes.length < NOTE_HEADER) return undefined;
  const from = NOTE_HEADER + Math.ceil(bytes.readUInt32LE(0) / 4) * 4;
  return bytes.toString('hex', from, from + bytes.readUInt32LE(4)) || undefined;
}

function hasPrologues(text: Section | undefined, read: ReadBytes): boolean | undefined {
  if (!text || text.size < BYTES_A_PROLOGUE) return undefined;
  const code = read(text.offset, Math.min(text.size, MOST_CODE));
  let count = 0;
  for (let at = code.indexOf(PROLOGUE); at >= 0; at = code.indexOf(PROLOGUE, at + 1)) count++;
  return count * BYTES_A_PROLOGUE >= code.length;
}

/** Where distributions put the symbols of a stripped file. */
export function debugFileOf(buildId: string): string {
  return `/usr/lib/debug/.build-id/${buildId.slice(0, 2)}/${buildId.slice(2)}.debug`;
}
