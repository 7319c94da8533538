// .debug_abbrev: which attributes the entries of a unit have, and in which form. Each unit has a table; it is read no
// further than it is asked for.

import { InputError } from '../../engine/errors.ts';
import type { ByteOrder } from '../elf/byte-order.ts';
import type { SectionData } from '../elf/section-data.ts';
import { Form } from './codes.ts';
import { Cursor } from './cursor.ts';

/** What all entries of one code have in common. */
export interface Abbreviation {
  /** DW_TAG_… */
  tag: number;
  hasChildren: boolean;
  /** DW_AT_…; the attribute at the same place in the other two is the same one */
  attributes: number[];
  /** DW_FORM_… */
  forms: number[];
  /** values of DW_FORM_implicit_const */
  constants: number[];
  /** bytes of the attributes together; -1: not known before they are read */
  size: number;
}

const FIRST_BYTES = 1 << 10;
const MOST_ATTRIBUTES = 1 << 12;

export class AbbreviationTable {
  readonly #section: SectionData;
  readonly #from: number;
  readonly #sizes: Int8Array;
  readonly #known: (Abbreviation | undefined)[] = [];
  #length = FIRST_BYTES;
  #cursor: Cursor;
  #isRead = false;

  /** The table that begins at `from`; `sizes` are those of forms, as formSizes() gives them. */
  constructor(section: SectionData, from: number, order: ByteOrder, sizes: Int8Array) {
    this.#section = section;
    this.#from = from;
    this.#sizes = sizes;
    this.#cursor = new Cursor(section.bytes(from, FIRST_BYTES), order);
  }

  /** Throws InputError where the table has none of this code. */
  of(code: number): Abbreviation {
    let found = this.#known[code];
    while (!found && !this.#isRead) {
      this.#readNext();
      found = this.#known[code];
    }
    if (!found) throw new InputError(`no abbreviation ${code} in the table at ${this.#from}`);
    return found;
  }

  #readNext(): void {
    for (;;) {
      const start = this.#cursor.at;
      const code = this.#cursor.uleb();
      const abbreviation = code === 0 ? undefined : this.#readOne();
      if (!this.#cursor.isOver) {
        if (abbreviation) this.#known[code] ??= abbreviation;
        else this.#isRead = true;
        return;
      }
      this.#grow(start);
    }
  }

  #grow(at: number): void {
    const before = this.#cursor.bytes.length;
    if (before < this.#length) throw new InputError(`the abbreviations at ${this.#from} are cut off`);
    this.#length *= 8;
    this.#cursor = new Cursor(this.#section.bytes(this.#from, this.#length), this.#cursor.order, at);
  }

  #readOne(): Abbreviation {
    const cursor = this.#cursor;
    const tag = cursor.uleb();
    const hasChildren = cursor.u8() !== 0;
    const [attributes, forms, constants]: [number[], number[], number[]] = [[], [], []];
    let size = 0;
    while (!cursor.isOver && forms.length < MOST_ATTRIBUTES) {
      const attribute = cursor.uleb();
      const form = cursor.uleb();
      const constant = form === Form.implicitConst ? cursor.sleb() : 0;
      if (attribute === 0 && form === 0) break;
      attributes.push(attribute);
      forms.push(form);
      constants.push(constant);
      const bytes = this.#sizes[form] ?? -1;
      size = size < 0 || bytes < 0 ? -1 : size + bytes;
    }
    return { tag, hasChildren, attributes, forms, constants, size };
  }
}
