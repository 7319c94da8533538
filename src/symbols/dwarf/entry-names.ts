// What the function of an entry in .debug_info is called: by its linkage name, which is whole, else by its plain one; its
// own, or that of the entry it refers to.

import { InputError } from '../../engine/errors.ts';
import { At } from './codes.ts';
import { Cursor } from './cursor.ts';
import { FormReader } from './forms.ts';
import type { DwarfSections } from './sections.ts';
import { type Abbreviations, type Unit, unitAt } from './unit.ts';

export interface EntryName {
  /** latin1; mangled if `isLinkage` */
  text: string;
  isLinkage: boolean;
}

interface Found {
  linkage: string | undefined;
  plain: string | undefined;
  /** of the entry that has more to say; NaN: it lies in another file */
  next: number | undefined;
}

/** Bytes of .debug_info that are at hand. Entries that are asked for lie near each other, further on each time. */
const WINDOW = 1 << 14;
const NEAR_END = 64;
const MOST_BYTES = 1 << 20;
/** Concrete → abstract → declaration: three in real files. */
const MOST_STEPS = 16;

export class EntryNames {
  readonly #sections: DwarfSections;
  readonly #units: readonly Unit[];
  readonly #abbreviations: Abbreviations;
  readonly #names = new Map<number, EntryName | undefined>();
  #window: Cursor;
  #windowFrom = 0;
  /** names that lie in another file (dwz's) */
  elsewhere = 0;

  constructor(sections: DwarfSections, units: readonly Unit[], abbreviations: Abbreviations) {
    this.#sections = sections;
    this.#units = units;
    this.#abbreviations = abbreviations;
    this.#window = new Cursor(Buffer.alloc(0), sections.order);
  }

  /** Undefined: it has none here. Throws InputError where the entry is damaged. */
  of(entry: number): EntryName | undefined {
    if (this.#names.has(entry)) return this.#names.get(entry);
    const name = this.#find(entry);
    this.#names.set(entry, name);
    return name;
  }

  #find(entry: number): EntryName | undefined {
    let plain: string | undefined;
    let at: number | undefined = entry;
    for (let step = 0; step < MOST_STEPS && at !== undefined; step++) {
      if (Number.isNaN(at)) {
        this.elsewhere++;
        break;
      }
      const found: Found = this.#read(at);
      if (found.linkage !== undefined) return { text: found.linkage, isLinkage: true };
      plain ??= found.plain;
      at = found.next;
    }
    return plain === undefined ? undefined : { text: plain, isLinkage: false };
  }

  #read(entry: number): Found {
    const unit = unitAt(this.#units, entry);
    if (!unit) throw new InputError(`no unit of .debug_info has an entry at ${entry}`);
    let cursor = this.#window;
    const inWindow = entry - this.#windowFrom;
    if (inWindow >= 0 && inWindow < cursor.bytes.length - NEAR_END) {
      cursor.at = inWindow;
      const found = this.#readIn(unit, cursor);
      if (!cursor.isOver) return found;
    }
    for (let length = WINDOW; ; length *= 16) {
      const bytes = this.#sections.info.bytes(entry, length);
      cursor = new Cursor(bytes, this.#sections.order);
      const found = this.#readIn(unit, cursor);
      if (cursor.isOver && bytes.length === length && length < MOST_BYTES) continue;
      if (cursor.isOver) throw new InputError(`the entry at ${entry} is cut off`);
      this.#window = cursor;
      this.#windowFrom = entry;
      return found;
    }
  }

  #readIn(unit: Unit, cursor: Cursor): Found {
    const found: Found = { linkage: undefined, plain: undefined, next: undefined };
    const code = cursor.uleb();
    if (code === 0) return found;
    const { attributes, forms } = this.#abbreviations.of(unit).of(code);
    const reader = new FormReader(this.#sections, unit, cursor);
    for (let i = 0; i < forms.length && !cursor.isOver; i++) {
      const form = forms[i] as number;
      switch (attributes[i]) {
        case At.linkageName:
        case At.mipsLinkageName:
          found.linkage = reader.text(form);
          break;
        case At.name:
          found.plain = reader.text(form);
          break;
        case At.abstractOrigin:
        case At.specification:
          found.next = reader.number(form, 0);
          break;
        default:
          reader.skip(form);
      }
    }
    return found;
  }
}
