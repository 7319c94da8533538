// The values of attributes in all forms of DWARF 2 to 5. References come as offsets in .debug_info, addresses by index
// as addresses.

import { InputError } from '../../engine/errors.ts';
import { Form } from './codes.ts';
import type { Cursor } from './cursor.ts';
import type { DwarfSections } from './sections.ts';

/** What the size and meaning of a form depend on. */
export interface UnitForm {
  from: number;
  version: number;
  isLong: boolean;
  addressSize: number;
  addrBase: number;
  strOffsetsBase: number;
  rnglistsBase: number;
}

const VARIABLE = -1;
const LAST_FORM = 0x30;
const MOST_INDIRECT = 8;

const SIZES: (Int8Array | undefined)[] = [];

/** The bytes of each form, by its number; -1: not known before it is read, or no such form. */
export function formSizes(unit: Pick<UnitForm, 'isLong' | 'addressSize' | 'version'>): Int8Array {
  const key = unit.addressSize * 4 + (unit.isLong ? 2 : 0) + (unit.version === 2 ? 1 : 0);
  SIZES[key] ??= sizesOf(unit);
  return SIZES[key];
}

function sizesOf({ isLong, addressSize, version }: Pick<UnitForm, 'isLong' | 'addressSize' | 'version'>): Int8Array {
  const sizes = new Int8Array(LAST_FORM).fill(VARIABLE);
  const offset = isLong ? 8 : 4;
  const set = (size: number, ...forms: number[]): void => {
    for (const form of forms) sizes[form] = size;
  };
  set(0, Form.flagPresent, Form.implicitConst);
  set(1, Form.data1, Form.flag, Form.ref1, Form.strx1, Form.addrx1);
  set(2, Form.data2, Form.ref2, Form.strx2, Form.addrx2);
  set(3, Form.strx3, Form.addrx3);
  set(4, Form.data4, Form.ref4, Form.refSup4, Form.strx4, Form.addrx4);
  set(8, Form.data8, Form.ref8, Form.refSig8, Form.refSup8);
  set(16, Form.data16);
  set(offset, Form.strp, Form.secOffset, Form.lineStrp, Form.strpSup);
  set(addressSize, Form.addr);
  set(version === 2 ? addressSize : offset, Form.refAddr);
  return sizes;
}

export function isAddress(form: number): boolean {
  return (
    form === Form.addr ||
    form === Form.addrx ||
    (form >= Form.addrx1 && form <= Form.addrx4) ||
    form === Form.gnuAddrIndex
  );
}

/** Reads the values of one unit's entries, one after the other, from a cursor. */
export class FormReader {
  readonly #sections: DwarfSections;
  readonly #unit: UnitForm;
  readonly #cursor: Cursor;
  readonly #sizes: Int8Array;

  constructor(sections: DwarfSections, unit: UnitForm, cursor: Cursor) {
    this.#sections = sections;
    this.#unit = unit;
    this.#cursor = cursor;
    this.#sizes = formSizes(unit);
  }

  /** Leaves a value out. Throws InputError for a form that is not known, since its length isn't either. */
  skip(form: number): void {
    const size = this.#sizes[form] ?? VARIABLE;
    if (size >= 0) this.#cursor.at += size;
    else this.#skipVariable(form);
  }

  #skipVariable(form: number, depth = 0): void {
    const cursor = this.#cursor;
    switch (form) {
      case Form.string:
        cursor.skipText();
        break;
      case Form.sdata:
      case Form.udata:
      case Form.refUdata:
      case Form.strx:
      case Form.addrx:
      case Form.loclistx:
      case Form.rnglistx:
      case Form.gnuAddrIndex:
      case Form.gnuStrIndex:
        cursor.skipLeb();
        break;
      case Form.block:
      case Form.exprloc: {
        const length = cursor.uleb(); // before `at` is read, which it moves
        cursor.at += length;
        break;
      }
      case Form.block1: {
        const length = cursor.u8();
        cursor.at += length;
        break;
      }
      case Form.block2: {
        const length = cursor.u16();
        cursor.at += length;
        break;
      }
      case Form.block4: {
        const length = cursor.u32();
        cursor.at += length;
        break;
      }
      case Form.gnuRefAlt:
      case Form.gnuStrpAlt:
        cursor.at += this.#unit.isLong ? 8 : 4;
        break;
      case Form.indirect: {
        const actual = cursor.uleb();
        const size = this.#sizes[actual] ?? VARIABLE;
        if (size >= 0) cursor.at += size;
        else if (depth < MOST_INDIRECT) this.#skipVariable(actual, depth + 1);
        else throw unknown(form);
        break;
      }
      default:
        throw unknown(form);
    }
  }

  /**
   * A number: constant, address, reference (as offset in .debug_info), or offset in the section it belongs to; NaN where
   * it lies in another file, or is no number. `constant` is the value of an implicit one.
   */
  number(form: number, constant: number): number {
    const cursor = this.#cursor;
    const { from, addressSize, isLong, version } = this.#unit;
    switch (form) {
      case Form.addr:
        return addressSize === 8 ? cursor.u64() : cursor.u32();
      case Form.data1:
      case Form.flag:
        return cursor.u8();
      case Form.data2:
        return cursor.u16();
      case Form.data4:
        return cursor.u32();
      case Form.data8:
      case Form.refSig8:
        return cursor.u64();
      case Form.udata:
        return cursor.uleb();
      case Form.sdata:
        return cursor.sleb();
      case Form.secOffset:
      case Form.strp:
      case Form.lineStrp:
        return cursor.word(isLong);
      case Form.refAddr:
        return version === 2 && addressSize !== 8 ? cursor.u32() : cursor.word(version === 2 || isLong);
      case Form.ref1:
        return from + cursor.u8();
      case Form.ref2:
        return from + cursor.u16();
      case Form.ref4:
        return from + cursor.u32();
      case Form.ref8:
        return from + cursor.u64();
      case Form.refUdata:
        return from + cursor.uleb();
      case Form.flagPresent:
        return 1;
      case Form.implicitConst:
        return constant;
      case Form.addrx:
      case Form.gnuAddrIndex:
        return this.address(cursor.uleb());
      case Form.addrx1:
        return this.address(cursor.u8());
      case Form.addrx2:
        return this.address(cursor.u16());
      case Form.addrx3:
        return this.address(cursor.u24());
      case Form.addrx4:
        return this.address(cursor.u32());
      case Form.rnglistx:
        return this.#rangeList(cursor.uleb());
      case Form.indirect:
        return this.number(this.#actual(), 0);
      default:
        this.skip(form);
        return Number.NaN;
    }
  }

  /** The place of a string in .debug_str, .debug_line_str or .debug_info; undefined where it lies in another file. */
  text(form: number): string | undefined {
    const cursor = this.#cursor;
    const { str, lineStr } = this.#sections;
    const { isLong } = this.#unit;
    switch (form) {
      case Form.string:
        return cursor.text();
      case Form.strp:
        return str.text(cursor.word(isLong));
      case Form.lineStrp:
        return lineStr.text(cursor.word(isLong));
      case Form.strx:
      case Form.gnuStrIndex:
        return this.#indexedText(cursor.uleb());
      case Form.strx1:
        return this.#indexedText(cursor.u8());
      case Form.strx2:
        return this.#indexedText(cursor.u16());
      case Form.strx3:
        return this.#indexedText(cursor.u24());
      case Form.strx4:
        return this.#indexedText(cursor.u32());
      case Form.indirect:
        return this.text(this.#actual());
      default:
        this.skip(form);
        return undefined;
    }
  }

  /** The address of this index. */
  address(index: number): number {
    const { addrBase, addressSize } = this.#unit;
    const { addr, order } = this.#sections;
    const bytes = addr.bytes(addrBase + index * addressSize, addressSize);
    if (bytes.length < addressSize) throw new InputError(`no address ${index} in .debug_addr`);
    return addressSize === 8 ? order.u64(bytes, 0) : order.u32(bytes, 0);
  }

  #actual(): number {
    const form = this.#cursor.uleb();
    if (form === Form.indirect) throw unknown(form);
    return form;
  }

  #indexedText(index: number): string {
    const { isLong, strOffsetsBase } = this.#unit;
    const { str, strOffsets } = this.#sections;
    return str.text(this.#offsetIn(strOffsets.bytes(strOffsetsBase + index * (isLong ? 8 : 4), 8)));
  }

  #rangeList(index: number): number {
    const { isLong, rnglistsBase } = this.#unit;
    const { rnglists } = this.#sections;
    return rnglistsBase + this.#offsetIn(rnglists.bytes(rnglistsBase + index * (isLong ? 8 : 4), 8));
  }

  #offsetIn(bytes: Buffer): number {
    if (bytes.length < (this.#unit.isLong ? 8 : 4)) throw new InputError('an index that leads out of its section');
    return this.#unit.isLong ? this.#sections.order.u64(bytes, 0) : this.#sections.order.u32(bytes, 0);
  }
}

function unknown(form: number): InputError {
  return new InputError(`DWARF form 0x${form.toString(16)} is not known`);
}
