// Which line of which file an address belongs to: the rows that a unit's line program gives.

import { Column, countUpTo, doubles, words } from '../elf/column.ts';
import { Cursor } from './cursor.ts';
import type { UnitForm } from './forms.ts';
import { type LineHeader, readLineHeader } from './line-header.ts';
import type { DwarfSections } from './sections.ts';

const Op = {
  extended: 0,
  copy: 1,
  advancePc: 2,
  advanceLine: 3,
  setFile: 4,
  constAddPc: 8,
  fixedAdvancePc: 9,
} as const;
const Extended = { endSequence: 1, setAddress: 2 } as const;

export interface Place {
  /** an index of file() */
  file: number;
  /** 0: none, as of code that the compiler made up */
  line: number;
}

/** Rows of line programs: all units of a file share them. */
export class LineRows {
  readonly addresses = new Column(doubles);
  readonly files = new Column(words);
  readonly lines = new Column(words);

  /** Bytes of memory, about. */
  get size(): number {
    return this.addresses.length * 16;
  }

  clear(): void {
    for (const column of [this.addresses, this.files, this.lines]) column.clear();
  }
}

export class LineTable {
  readonly #rows: LineRows;
  readonly #header: LineHeader;
  readonly #folder: string;
  readonly #paths: string[] = [];
  /** in the order of their addresses */
  readonly #sequences: readonly Sequence[];
  readonly #starts: Float64Array;

  /**
   * Reads the lines of a unit from `at` on and puts them among `rows`; `folder` is that of its compilation. Throws
   * InputError.
   */
  constructor(sections: DwarfSections, unit: UnitForm, at: number, folder: string, rows: LineRows) {
    const head = sections.line.peek(at, 12);
    const first = sections.order.u32(head, 0);
    const length = first === 0xffffffff ? 12 + sections.order.u64(head, 4) : 4 + first;
    const cursor = new Cursor(sections.line.bytes(at, length), sections.order);
    this.#rows = rows;
    this.#header = readLineHeader(sections, cursor, unit);
    this.#folder = folder;
    this.#sequences = runProgram(this.#header, cursor, rows).sort((a, b) => a.start - b.start);
    this.#starts = Float64Array.from(this.#sequences, ({ start }) => start);
  }

  /** The ranges of addresses that have lines. */
  get ranges(): readonly { start: number; end: number }[] {
    return this.#sequences;
  }

  at(address: number): Place | undefined {
    const sequence = this.#sequences[countUpTo(this.#starts, address) - 1];
    if (!sequence || address >= sequence.end) return undefined;
    const { addresses, files, lines } = this.#rows;
    const row = countUpTo(addresses.raw, address, sequence.from, sequence.to) - 1;
    return row < sequence.from ? undefined : { file: files.raw[row] as number, line: lines.raw[row] as number };
  }

  /** The path of a file by its index; undefined: there is none. */
  file(index: number): string | undefined {
    const file = this.#header.files[index];
    if (!file || file.name === '') return undefined;
    let path = this.#paths[index];
    if (path === undefined) {
      // directory 0 is the one of the compilation
      const directory = file.directory === 0 ? '' : (this.#header.directories[file.directory] ?? '');
      path = joined(joined(this.#folder, directory), file.name);
      this.#paths[index] = path;
    }
    return path;
  }
}

interface Sequence {
  /** addresses */
  start: number;
  end: number;
  /** rows */
  from: number;
  to: number;
}

function joined(folder: string, path: string): string {
  if (path.startsWith('/') || folder === '') return path;
  return path === '' ? folder : `${folder}${folder.endsWith('/') ? '' : '/'}${path}`;
}

/** Adds the rows of a line program; of several with one address the last one counts. */
function runProgram(header: LineHeader, cursor: Cursor, { addresses, files, lines }: LineRows): Sequence[] {
  const { leastInstruction, lineBase, lineRange, opcodeBase, argumentsOf, addressSize, to } = header;
  const sequences: Sequence[] = [];
  const constAdd = Math.trunc((255 - opcodeBase) / lineRange) * leastInstruction;
  let address = 0;
  let file = 1;
  let line = 1;
  // of the sequence: its first address, its first row, the address of its last row
  let start = 0;
  let from = addresses.length;
  let last = -1;
  const addRow = (): void => {
    if (addresses.length === from) start = address;
    else if (address === last) {
      files.amend(file);
      lines.amend(line);
      return;
    }
    addresses.push(address);
    files.push(file);
    lines.push(line);
    last = address;
  };
  cursor.at = header.from;
  while (cursor.at < to) {
    const opcode = cursor.u8();
    if (opcode >= opcodeBase) {
      const value = opcode - opcodeBase;
      address += Math.trunc(value / lineRange) * leastInstruction;
      line += lineBase + (value % lineRange);
      addRow();
      continue;
    }
    switch (opcode) {
      case Op.extended: {
        const length = cursor.uleb();
        const next = cursor.at + length;
        const kind = cursor.u8();
        if (kind === Extended.setAddress) address = cursor.word(addressSize === 8);
        else if (kind === Extended.endSequence) {
          const count = addresses.length;
          if (count > from && address > start) sequences.push({ start, end: address, from, to: count });
          from = count;
          address = 0;
          file = 1;
          line = 1;
          last = -1;
        }
        cursor.at = next;
        break;
      }
      case Op.copy:
        addRow();
        break;
      case Op.advancePc:
        address += cursor.uleb() * leastInstruction;
        break;
      case Op.advanceLine:
        line += cursor.sleb();
        break;
      case Op.setFile:
        file = cursor.uleb();
        break;
      case Op.constAddPc:
        address += constAdd;
        break;
      case Op.fixedAdvancePc:
        address += cursor.u16();
        break;
      default:
        for (let left = argumentsOf[opcode] ?? 0; left > 0; left--) cursor.skipLeb();
    }
  }
  return sequences;
}
