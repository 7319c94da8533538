// Lists of address ranges: .debug_ranges of DWARF 3 and 4, .debug_rnglists of DWARF 5.

import { InputError } from '../../engine/errors.ts';
import { Column, doubles } from '../elf/column.ts';
import type { SectionData } from '../elf/section-data.ts';
import { Cursor } from './cursor.ts';
import type { DwarfSections } from './sections.ts';
import type { Unit } from './unit.ts';

const Entry = {
  endOfList: 0,
  baseAddressx: 1,
  startxEndx: 2,
  startxLength: 3,
  offsetPair: 4,
  baseAddress: 5,
  startEnd: 6,
  startLength: 7,
} as const;

/** Bytes that are at hand: the lists of a unit lie in a row. */
const WINDOW = 1 << 14;
const MOST_BYTES = 1 << 22;

export class RangeLists {
  readonly #sections: DwarfSections;
  #section: SectionData | undefined;
  #window: Cursor;
  #from = 0;
  /** the starts and ends of the list that read() read, those of empty ranges included */
  readonly starts = new Column(doubles);
  readonly ends = new Column(doubles);

  constructor(sections: DwarfSections) {
    this.#sections = sections;
    this.#window = new Cursor(Buffer.alloc(0), sections.order);
  }

  /** Reads the list of a unit at this offset. Throws InputError where it is damaged. */
  read(unit: Unit, at: number): void {
    const isNew = unit.version >= 5;
    const section = isNew ? this.#sections.rnglists : this.#sections.ranges;
    if (section === this.#section && at >= this.#from && at - this.#from < this.#window.bytes.length) {
      this.#window.at = at - this.#from;
      if (this.#readList(unit, isNew)) return;
    }
    this.#section = section;
    for (let length = WINDOW; ; length *= 8) {
      const bytes = section.bytes(at, length);
      this.#window = new Cursor(bytes, this.#sections.order);
      this.#from = at;
      if (this.#readList(unit, isNew)) return;
      if (bytes.length < length || length > MOST_BYTES) {
        throw new InputError(`a list of ranges at ${at} has no end`);
      }
    }
  }

  /** False: the bytes at hand were too few. */
  #readList(unit: Unit, isNew: boolean): boolean {
    this.starts.clear();
    this.ends.clear();
    return isNew ? this.#readNew(unit) : this.#readOld(unit);
  }

  #readOld(unit: Unit): boolean {
    const cursor = this.#window;
    const isLong = unit.addressSize === 8;
    const baseFollows = isLong ? 2 ** 64 : 2 ** 32 - 1;
    let base = unit.low;
    for (;;) {
      const start = cursor.word(isLong);
      const end = cursor.word(isLong);
      if (cursor.isOver) return false;
      if (start === 0 && end === 0) return true;
      if (start === baseFollows) base = end;
      else {
        this.starts.push(base + start);
        this.ends.push(base + end);
      }
    }
  }

  #readNew(unit: Unit): boolean {
    const cursor = this.#window;
    const isLong = unit.addressSize === 8;
    let base = unit.low;
    for (;;) {
      const kind = cursor.u8();
      if (cursor.isOver) return false;
      let start = 0;
      let end = 0;
      switch (kind) {
        case Entry.endOfList:
          return true;
        case Entry.baseAddressx:
          base = this.#addressOf(unit, cursor.uleb());
          continue;
        case Entry.startxEndx:
          start = this.#addressOf(unit, cursor.uleb());
          end = this.#addressOf(unit, cursor.uleb());
          break;
        case Entry.startxLength:
          start = this.#addressOf(unit, cursor.uleb());
          end = start + cursor.uleb();
          break;
        case Entry.offsetPair:
          start = base + cursor.uleb();
          end = base + cursor.uleb();
          break;
        case Entry.baseAddress:
          base = cursor.word(isLong);
          continue;
        case Entry.startEnd:
          start = cursor.word(isLong);
          end = cursor.word(isLong);
          break;
        case Entry.startLength:
          start = cursor.word(isLong);
          end = start + cursor.uleb();
          break;
        default:
          throw new InputError(`a range of kind ${kind} is not known`);
      }
      if (cursor.isOver) return false;
      this.starts.push(start);
      this.ends.push(end);
    }
  }

  #addressOf({ addrBase, addressSize }: Unit, index: number): number {
    const { addr, order } = this.#sections;
    const bytes = addr.bytes(addrBase + index * addressSize, addressSize);
    return addressSize === 8 ? order.u64(bytes, 0) : order.u32(bytes, 0);
  }
}
