// How a function's frame lies on the stack at one of its instructions: .eh_frame tells. Libraries without symbols and
// frame pointers have it, too, because exceptions and cancelled threads unwind by it. x86-64 only. (DWARF 5, 6.4; LSB
// 5, 10.6)

import { type ElfFile, type ElfSection, Machine } from '../elf/elf-file.ts';
import type { SectionData } from '../elf/section-data.ts';
import { Cursor } from './cursor.ts';

/** Where the frame ends and the caller's begins; the return address lies in the 8 bytes before that place. */
export interface CallFrame {
  /** the register that the size counts from: the stack pointer, or rbp */
  base: 'sp' | 'bp';
  /** bytes from there */
  size: number;
  /** the function's first address */
  start: number;
}

const Register = { rbp: 6, rsp: 7, returnAddress: 16 } as const;
/** DW_EH_PE_…: how the section writes an address. */
const Encoding = {
  format: 0x0f,
  relativeTo: 0x70,
  toItself: 0x10,
  toTable: 0x30,
  indirect: 0x80,
  omitted: 0xff,
} as const;
const HEADER_VERSION = 1;
/** of an entry of the table: a function's first address, and the place of its description */
const PAIR = 8;
const MOST_BYTES = 1 << 16;

interface State {
  start: number;
  register: number;
  offset: number;
  /** is the return address right below the frame's end? */
  isUsual: boolean;
}

export class CallFrames {
  readonly #file: ElfFile;
  readonly #header: ElfSection;
  readonly #section: ElfSection;
  readonly #data: SectionData;
  /** pairs of numbers, relative to the header, ascending */
  readonly #table: Cursor;

  private constructor(file: ElfFile, header: ElfSection, section: ElfSection, data: SectionData, table: Cursor) {
    this.#file = file;
    this.#header = header;
    this.#section = section;
    this.#data = data;
    this.#table = table;
  }

  /** undefined: the file has none, or not in the form that linkers write. Throws InputError where it is damaged. */
  static of(file: ElfFile): CallFrames | undefined {
    const header = file.section('.eh_frame_hdr');
    const section = file.section('.eh_frame');
    const data = file.data('.eh_frame');
    if (file.machine !== Machine.x86_64 || !file.is64 || !header || !section || !data) return undefined;
    const cursor = new Cursor(file.dataOf(header).bytes(0, header.size), file.order);
    const version = cursor.u8();
    const [ofFrames, ofCount, ofTable] = [cursor.u8(), cursor.u8(), cursor.u8()];
    // 01 1b 03 3b: the place of .eh_frame, relative to itself; a number of 4 bytes; pairs relative to the header
    if (version !== HEADER_VERSION || ofFrames !== 0x1b || ofCount !== 0x03 || ofTable !== 0x3b) return undefined;
    cursor.u32();
    const count = cursor.u32();
    return new CallFrames(
      file,
      header,
      section,
      data,
      new Cursor(cursor.bytes.subarray(12, 12 + count * PAIR), file.order),
    );
  }

  /** The frame at this address of the file; undefined: the file says none, or more than a register and a number. */
  at(address: number): CallFrame | undefined {
    const place = this.#descriptionOf(address);
    const state = place === undefined ? undefined : this.#stateAt(place, address);
    if (!state?.isUsual) return undefined;
    const { register, offset: size, start } = state;
    if (register === Register.rsp) return { base: 'sp', size, start };
    return register === Register.rbp ? { base: 'bp', size, start } : undefined;
  }

  /** Where .eh_frame describes the function at this address. */
  #descriptionOf(address: number): number | undefined {
    const relative = address - this.#header.address;
    const table = this.#table;
    const numberAt = (at: number): number => this.#file.order.u32(table.bytes, at) | 0;
    let [low, high] = [0, Math.floor(table.bytes.length / PAIR)];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (numberAt(middle * PAIR) <= relative) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? undefined : numberAt((low - 1) * PAIR + 4) + this.#header.address - this.#section.address;
  }

  #stateAt(place: number, address: number): State | undefined {
    const fde = this.#record(place);
    if (!fde) return undefined;
    const cieAt = fde.idAt - fde.id;
    const cie = this.#record(cieAt);
    if (cie?.id !== 0) return undefined;
    const common = commonOf(cie.cursor);
    if (!common) return undefined;
    const from = this.#address(fde.cursor, common.encoding, fde.bodyAt);
    const length = this.#address(fde.cursor, common.encoding & Encoding.format, 0);
    if (from === undefined || length === undefined || address < from || address >= from + length) return undefined;
    if (common.isAugmented) skipBlock(fde.cursor);
    const start: State = { start: from, register: -1, offset: 0, isUsual: false };
    const before = run(cie.cursor, common, start, start, 0, Number.POSITIVE_INFINITY);
    return before && run(fde.cursor, common, { ...before }, before, from, address);
  }

  // 24 00 00 00  1c 00 00 00  …
  // └ its length └ how far back its common part lies; 0: it is one
  #record(at: number): { cursor: Cursor; id: number; idAt: number; bodyAt: number } | undefined {
    const { order } = this.#file;
    const head = this.#data.bytes(at, 8);
    if (head.length < 8) return undefined;
    const length = order.u32(head, 0);
    if (length < 4 || length > MOST_BYTES) return undefined;
    const cursor = new Cursor(this.#data.bytes(at + 8, length - 4), order);
    return { cursor, id: order.u32(head, 4), idAt: at + 4, bodyAt: at + 8 };
  }

  /** `bodyAt`: where in the section the cursor's bytes begin. */
  #address(cursor: Cursor, encoding: number, bodyAt: number): number | undefined {
    const itself = this.#section.address + bodyAt + cursor.at;
    const value = numberOf(cursor, encoding & Encoding.format);
    if (value === undefined || (encoding & Encoding.indirect) !== 0) return undefined;
    const relation = encoding & Encoding.relativeTo;
    return relation === 0 ? value : relation === Encoding.toItself ? value + itself : undefined;
  }
}

/** Passes over a length, and over as many bytes. */
function skipBlock(cursor: Cursor): void {
  const size = cursor.uleb();
  cursor.at += size;
}

/** Reads a number in the format of an encoding; undefined: no linker of this machine writes that format. */
function numberOf(cursor: Cursor, format: number): number | undefined {
  if (format === 0x00 || format === 0x04 || format === 0x0c) return cursor.u64();
  if (format === 0x03) return cursor.u32();
  return format === 0x0b ? cursor.u32() | 0 : undefined;
}

interface Common {
  codeUnit: number;
  dataUnit: number;
  /** of addresses in the descriptions */
  encoding: number;
  isAugmented: boolean;
}

/** What descriptions of functions have in common; undefined: it has another form, or is of a signal's frame. */
function commonOf(cursor: Cursor): Common | undefined {
  const version = cursor.u8();
  const augmentation = cursor.text();
  if ((version !== 1 && version !== 3) || !/^(?:z[LPR]*)?$/.test(augmentation)) return undefined;
  const codeUnit = cursor.uleb();
  const dataUnit = cursor.sleb();
  const returnAddress = version === 1 ? cursor.u8() : cursor.uleb();
  if (returnAddress !== Register.returnAddress) return undefined;
  const common: Common = { codeUnit, dataUnit, encoding: 0, isAugmented: augmentation !== '' };
  if (!common.isAugmented) return common;
  const size = cursor.uleb();
  const end = cursor.at + size;
  for (const letter of augmentation.slice(1)) {
    if (letter === 'R') common.encoding = cursor.u8();
    else if (letter === 'L') cursor.u8();
    else if (numberOf(cursor, cursor.u8() & Encoding.format) === undefined) return undefined;
  }
  cursor.at = end;
  return common;
}

/** Follows the instructions from `from` to `address`, which may restore `initial`; undefined: one is not known. */
function run(
  cursor: Cursor,
  { codeUnit, dataUnit }: Common,
  state: State,
  initial: State,
  from: number,
  address: number,
): State | undefined {
  const stack: State[] = [];
  let at = from;
  const isReturn = (register: number): boolean => register === Register.returnAddress;
  while (cursor.at < cursor.bytes.length) {
    const byte = cursor.u8();
    const low = byte & 0x3f;
    let advance = 0;
    if (byte >> 6 === 1) advance = low;
    else if (byte >> 6 === 2) {
      const offset = cursor.uleb();
      if (isReturn(low)) state.isUsual = offset * dataUnit === -8;
    } else if (byte >> 6 === 3) {
      if (isReturn(low)) state.isUsual = initial.isUsual;
    } else {
      switch (low) {
        case 0x00: // nop
          break;
        case 0x02: // advance_loc1, 2, 4
          advance = cursor.u8();
          break;
        case 0x03:
          advance = cursor.u16();
          break;
        case 0x04:
          advance = cursor.u32();
          break;
        case 0x05: {
          // offset_extended
          const register = cursor.uleb();
          const offset = cursor.uleb();
          if (isReturn(register)) state.isUsual = offset * dataUnit === -8;
          break;
        }
        case 0x06: // restore_extended
          if (isReturn(cursor.uleb())) state.isUsual = initial.isUsual;
          break;
        case 0x07: // undefined, same_value
        case 0x08:
          if (isReturn(cursor.uleb())) state.isUsual = false;
          break;
        case 0x09: // register
          if (isReturn(cursor.uleb())) state.isUsual = false;
          cursor.skipLeb();
          break;
        case 0x0a: // remember_state, restore_state
          stack.push({ ...state });
          break;
        case 0x0b:
          state = stack.pop() ?? state;
          break;
        case 0x0c: // def_cfa, def_cfa_register, def_cfa_offset
          state.register = cursor.uleb();
          state.offset = cursor.uleb();
          break;
        case 0x0d:
          state.register = cursor.uleb();
          break;
        case 0x0e:
          state.offset = cursor.uleb();
          break;
        case 0x0f: // def_cfa_expression
          state.register = -1;
          skipBlock(cursor);
          break;
        case 0x10: // expression, val_expression
        case 0x16:
          if (isReturn(cursor.uleb())) state.isUsual = false;
          skipBlock(cursor);
          break;
        case 0x2e: // GNU_args_size
          cursor.skipLeb();
          break;
        default:
          return undefined;
      }
    }
    at += advance * codeUnit;
    if (at > address) return state;
  }
  return state;
}
