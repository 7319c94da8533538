// The maps that bpftrace prints, as text → stacks in the table. An entry is `@name[KEY]: VALUE`; the stacks in its key
// are lines of their own that start with a blank, everything else is a control line. docs/formats.md has the variants.

import { type StackTable, Stop } from '../../fold/stack-table.ts';
import { IdNumbers } from '../id-numbers.ts';
import { isRawFrame } from './frame.ts';
import { BpftraceMap, type Part } from './map.ts';
import type { BpftraceNames } from './names.ts';
import { noLosses, readNoise } from './noise.ts';

/** Told of each line that could not be used: what it is not, its number in the input, its latin1 text. */
export type OnSkip = (kind: string, line: number, text: string) => void;

/** An id from here on is no name: it stands for the text between the stacks of a key, an index of `markTexts`. */
export const MARK = 0x10000000;
/** No text at all: the first of them. */
const NO_TEXT = MARK;
/** From here on it is the index of a tuple. */
export const TUPLE = 0x20000000;

//  @offcpu[             @offcpu[[kw/0:1],        @off_ts[4242]: 123456          @[, ]: 738
// └─name─┘└ head
const ENTRY = /^(@\w*)\[(.*)$/s;
const SCALAR = /^(@\w+): (.*)$/s;
// 4242]: (1, 2, fsync)    what a program remembers of a thread
const OF_THREAD = /^(\d+)\]:(?: (.*))?$/s;
// , postgres, 4242, 1]: (81203, 411, 3)
const TUPLE_END = /^(.*)\]: \((-?\d+(?:, ?-?\d+)*)\)$/s;
// ]:     (then the rows of a histogram)
// ]: count 12788, average 26172, total 334693609
const OTHER_END = /^(.*)\]:(?: ?| (count -?\d+, average -?\d+, total -?\d+))$/s;
// [16K, 32K)             1 |@@@@     |       (..., 0)    5 |@@@ |
const HISTOGRAM_ROW = /^[[(].*[\])] +\d+ \|[@ ]*\|$/;

// @[]: 738       @[, ]: 738       @[, , fsync, 4242]: 1     the place of an empty stack
const GAP = /^$|^, ?|, ?, ?|, ?$/;

export class BpftraceText {
  /** by name, in the order of the dump */
  readonly maps = new Map<string, BpftraceMap>();
  /** the texts between the stacks of keys */
  readonly markTexts: string[] = [''];
  /** the map of each stack in the table */
  readonly rows: BpftraceMap[] = [];
  /** values of maps without a key */
  readonly scalars = new Map<string, string>();
  /** other lines: what the program printed by itself */
  readonly said: string[] = [];
  readonly losses = noLosses();
  /** did the last entry lack its newline? */
  cut = false;
  readonly #table: StackTable;
  readonly #names: BpftraceNames;
  readonly #skip: OnSkip;
  /** texts of keys, by the table's key of their bytes */
  readonly #markOf = new IdNumbers();
  /** the map that was named last, and the table's key of its name */
  #mapOfKey: BpftraceMap | undefined;
  #mapKey = 0;
  readonly #marksByText = new Map([['', NO_TEXT]]);

  #mode: 'none' | 'key' | 'value' = 'none';
  #map: BpftraceMap | undefined;
  /** the map of the last whole entry, and whether anything but entries came since */
  #lastMap: BpftraceMap | undefined;
  #apart = false;
  /** of a value that goes over several lines: the thread it belongs to and its parts so far */
  #thread = '';
  #parts: Part[] = [];
  #startLine = 0;
  /** the last line that ended an entry */
  #endLine = 0;
  #startText = '';
  /** texts among what is read of the present key */
  #marks = 0;

  constructor(table: StackTable, names: BpftraceNames, skip: OnSkip) {
    this.#table = table;
    this.#names = names;
    this.#skip = skip;
  }

  write(block: Uint8Array): void {
    this.#table.write(block);
    this.#read();
  }

  end(): void {
    const isCut = this.#table.closeLine();
    this.#read();
    this.cut = isCut && this.#endLine === this.#table.linesRead;
    this.#endValue();
    this.#breakEntry('cut off in the middle of an entry');
    this.#table.drop();
  }

  #read(): void {
    const table = this.#table;
    for (;;) {
      switch (table.scan()) {
        case Stop.more:
          return;
        case Stop.unknown:
          table.define(this.#names.wordAt(table.lineFrom, withoutReturn(table, table.lineFrom)));
          break;
        case Stop.blank:
          this.#endValue();
          if (this.#mode === 'key') this.#pushMark(NO_TEXT);
          this.#apart = true;
          break;
        default:
          this.#readControl();
      }
    }
  }

  #readControl(): void {
    const from = this.#table.lineFrom;
    const to = withoutReturn(this.#table, from);
    if (this.#mode !== 'key' || !this.#readInKey(from, to)) this.#readLine(from, to);
  }

  // ── within a key ───────────────────────────────────────────────────────────────────────────────────────────

  /** The text between and behind the stacks of a key. False: a line that is no part of it. */
  #readInKey(from: number, to: number): boolean {
    const table = this.#table;
    const b = table.bytes;
    const close = numberAtEnd(b, from, to);
    if (close >= 0) {
      this.#endEntry(this.#markAt(from, close), numberAt(b, close + 3, to), '');
      return true;
    }
    if (b[from] === 44 && (to === from + 1 || (to === from + 2 && b[from + 1] === 32))) {
      this.#pushMark(this.#markAt(from, to));
      return true;
    }
    const text = table.text(from, to);
    if (ENTRY.test(text) || SCALAR.test(text)) {
      this.#breakEntry('an entry without its value');
      return false;
    }
    if (readNoise(text, this.losses)) return true;
    if (isRawFrame(text)) table.push(this.#names.wordAt(from, to));
    else if (!this.#readOtherEnd(text)) this.#pushMark(this.#markAt(from, to));
    return true;
  }

  /** The end of an entry whose value is no plain number. */
  #readOtherEnd(text: string): boolean {
    const tuple = TUPLE_END.exec(text);
    if (tuple) {
      const [, tail = '', numbers = ''] = tuple;
      this.#endTuple(tail, numbers);
      return true;
    }
    const other = OTHER_END.exec(text);
    if (!other || !this.#map) return false;
    this.#map.refused = other[2] === undefined ? 'histograms or stacks' : 'statistics';
    this.#map.entries++;
    this.#table.drop();
    this.#mode = 'none';
    return true;
  }

  #endTuple(tail: string, numbers: string): void {
    const map = this.#map as BpftraceMap;
    const tuple = numbers.split(',').map(Number);
    const index = map.tuples.push(tuple) - 1;
    this.#endEntry(this.#mark(tail), tuple[0] as number, numbers, TUPLE + index);
  }

  /** Counts the entry that was read. `mark` is what follows its last stack. */
  #endEntry(mark: number, value: number, shown: string, tuple = 0): void {
    const table = this.#table;
    const map = this.#map as BpftraceMap;
    this.#mode = 'none';
    this.#endLine = table.linesRead;
    if (value < 0) {
      table.drop();
      this.#skip('value below zero', table.linesRead, table.lineText());
      return;
    }
    const apart = this.#apart || map !== this.#lastMap;
    map.beginEntry(shown === '' ? value : Number.POSITIVE_INFINITY, apart, table, this.rows);
    this.#lastMap = map;
    this.#apart = false;
    this.#pushMark(mark);
    if (table.depth > this.#marks) map.hasStacks = true;
    else if (this.#marks > 1 || GAP.test(this.markTexts[mark - MARK] as string)) map.hasGaps = true;
    if (tuple !== 0) table.push(tuple);
    table.end(value, map.root);
    if (table.stackCount > this.rows.length) this.rows.push(map);
  }

  /** Gives up the entry being read, if there is one. */
  #breakEntry(kind: string): void {
    if (this.#mode !== 'key') return;
    this.#mode = 'none';
    const hasFrames = this.#table.depth > this.#marks;
    this.#table.drop();
    // @comm[some text]: text of its own    has no stack: nothing is lost
    const text = `${this.#map?.name}[${this.#startText}`;
    if (hasFrames || !/\]: /.test(text)) this.#skip(kind, this.#startLine, text);
  }

  // ── other lines ────────────────────────────────────────────────────────────────────────────────────────────

  #readLine(from: number, to: number): void {
    const table = this.#table;
    const b = table.bytes;
    // a value may go over several lines:  @off_kstack[4242]:   @thread[4242]: (1, 2,
    if (this.#mode === 'value') {
      if (b[from] !== 64 && this.#readInValue(table.text(from, to))) return;
      this.#endValue();
    }
    table.drop();
    if (b[from] === 64 && b[to - 1] === 91) {
      const map = this.#mapAt(from, to - 1);
      if (map) {
        this.#beginKey(map, '');
        this.#pushMark(NO_TEXT);
        return;
      }
    }
    const text = table.text(from, to);
    if (b[from] !== 64 || !this.#readStart(text)) this.#readOther(text);
  }

  /** `@offcpu[` alone on its line. */
  #mapAt(from: number, to: number): BpftraceMap | undefined {
    const key = this.#table.key(from, to);
    if (key === this.#mapKey) return this.#mapOfKey;
    const text = this.#table.text(from, to);
    if (!/^@\w*$/.test(text)) return undefined;
    this.#mapKey = key;
    this.#mapOfKey = this.#mapNamed(text);
    return this.#mapOfKey;
  }

  #mapNamed(name: string): BpftraceMap {
    let map = this.maps.get(name);
    if (!map) {
      map = new BpftraceMap(name, MARK + this.maps.size);
      this.maps.set(name, map);
    }
    return map;
  }

  #beginKey(map: BpftraceMap, rest: string): void {
    this.#map = map;
    this.#mode = 'key';
    this.#marks = 0;
    this.#startLine = this.#table.linesRead;
    this.#startText = rest;
  }

  /** A line that starts an entry and perhaps ends it as well. */
  #readStart(text: string): boolean {
    const scalar = SCALAR.exec(text);
    if (scalar) {
      this.scalars.set(scalar[1] as string, scalar[2] as string);
      return true;
    }
    const entry = ENTRY.exec(text);
    if (!entry) return false;
    const [, name = '', rest = ''] = entry;
    const map = this.#mapNamed(name);
    const ofThread = OF_THREAD.exec(rest);
    if (ofThread) {
      const [, thread = '', value = ''] = ofThread;
      this.#map = map;
      this.#thread = thread;
      this.#parts = [value];
      if (value === '' || (value.startsWith('(') && !value.endsWith(')'))) this.#mode = 'value';
      else map.threads.set(thread, this.#parts);
      return true;
    }
    this.#beginKey(map, rest);
    const number = /^(.*)\]: (-?\d+)$/s.exec(rest);
    if (number) {
      const value = Number(number[2]);
      this.#endEntry(this.#mark(number[1] as string), value, '');
    } else if (!this.#readOtherEnd(rest)) this.#pushMark(this.#mark(rest));
    return true;
  }

  /** A further line of a value; the stacks between are frame lines. */
  #readInValue(text: string): boolean {
    const [first] = this.#parts;
    if (first === '') {
      if (!HISTOGRAM_ROW.test(text)) return false;
      (this.#map as BpftraceMap).refused = 'histograms or stacks';
      return true;
    }
    if (readNoise(text, this.losses)) return true;
    this.#parts.push(this.#takeFrames(), text);
    if (text.endsWith(')')) this.#endValue();
    return true;
  }

  #endValue(): void {
    if (this.#mode !== 'value') return;
    this.#mode = 'none';
    if (this.#table.depth > 0) this.#parts.push(this.#takeFrames());
    this.#map?.threads.set(this.#thread, this.#parts);
  }

  /** The frames read since, innermost first. */
  #takeFrames(): Uint32Array {
    const table = this.#table;
    const frames = new Uint32Array(table.depth);
    for (let i = frames.length - 1; i >= 0; i--) frames[i] = table.pop();
    table.drop();
    return frames;
  }

  #readOther(text: string): void {
    if (readNoise(text, this.losses)) {
      if (/^\d/.test(text)) this.#apart = true;
      return;
    }
    this.#apart = true;
    if (HISTOGRAM_ROW.test(text)) return;
    if (/^(?:, .*)?\]: -?\d+$/s.test(text))
      this.#skip('the end of an entry without its start', this.#table.linesRead, text);
    else this.said.push(text);
  }

  // ── texts of keys ──────────────────────────────────────────────────────────────────────────────────────────

  #markAt(from: number, to: number): number {
    const key = this.#table.key(from, to);
    let mark = this.#markOf.get(key);
    if (mark === 0) {
      mark = this.#mark(this.#table.text(from, to));
      this.#markOf.set(key, mark);
    }
    return mark;
  }

  #pushMark(mark: number): void {
    this.#marks++;
    this.#table.push(mark);
  }

  #mark(text: string): number {
    let mark = this.#marksByText.get(text);
    if (mark === undefined) {
      mark = MARK + this.markTexts.push(text) - 1;
      this.#marksByText.set(text, mark);
    }
    return mark;
  }
}

/** Where the line ends, a carriage return before its newline left away. */
function withoutReturn(table: StackTable, from: number): number {
  const to = table.lineTo;
  return to > from && table.bytes[to - 1] === 13 ? to - 1 : to;
}

/** Where the `]` of `]: 598` at the end of a line stands; -1 when it doesn't end so. */
function numberAtEnd(b: Uint8Array, from: number, to: number): number {
  let p = to;
  while (p > from && (b[p - 1] as number) >= 48 && (b[p - 1] as number) <= 57) p--;
  if (p === to) return -1;
  if (p > from && b[p - 1] === 45) p--;
  return p - 3 >= from && b[p - 1] === 32 && b[p - 2] === 58 && b[p - 3] === 93 ? p - 3 : -1;
}

function numberAt(b: Uint8Array, from: number, to: number): number {
  let number = 0;
  const negative = b[from] === 45;
  for (let p = negative ? from + 1 : from; p < to; p++) number = number * 10 + (b[p] as number) - 48;
  return negative ? -number : number;
}
