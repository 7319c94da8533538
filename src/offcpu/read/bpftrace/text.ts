// The maps that bpftrace prints, as text → stacks in the table. An entry is `@name[KEY]: VALUE`. The stacks in its key
// are lines of their own that start with a blank; every other line is a control line. docs/formats.md has the variants.

import { type MapEntries, STACK } from '../../../engine/map-entries.ts';
import { type StackTable, Stop } from '../../../engine/stack-table.ts';
import { COMM_BYTES } from '../../../perf/header.ts';
import { isRawFrame, readFrame } from './frame.ts';
import { BpftraceMap, type Part } from './map.ts';
import type { BpftraceNames } from './names.ts';
import { beforeMessage, noLosses, readNoise } from './noise.ts';

/** Hears of each line that could not be used: what is wrong with it, its number in the input, its latin1 text. */
export type OnSkip = (kind: string, line: number, text: string) => void;

//  @offcpu[             @offcpu[[kw/0:1],        @off_ts[4242]: 123456          @[, ]: 738
// └─name─┘└ head
const ENTRY = /^(@\w*)\[(.*)$/s;
//  @offcpu[             its stacks follow on lines of their own
const LINE_OF_MAP = /^(@\w*)\[$/;
const SCALAR = /^(@\w+): (.*)$/s;
// 4242]: (1, 2, fsync)    what a program remembers of a thread
const OF_THREAD = /^(\d+)\]:(?: (.*))?$/s;
// 4242, 74, 1099511627776, 19]: (81203, 411, 90100)     what it remembers of several numbers
const OF_NUMBERS = /^(\d+(?:, ?\d+)+)\]: (\(.*\))$/;
// , postgres, 4242, 1]: (81203, 411, 3)
const TUPLE_END = /^(.*)\]: \((-?\d+(?:, ?-?\d+)*)\)$/s;
// , postgres, 4242, 1]: 598
const PLAIN_END = /^(.*)\]: (-?\d+)$/s;
// , x⏎@offcpu[, 4242, 1, 0]: (81203, 411, 3)
//   └── name ─┘└ numbers ┘
const COMM_END = /^, ?(.*?)((?:, ?-?\d+)*)\]: /s;
// ]: count 12788, average 26172, total 334693609     ]: { .count = 2, .average = 5, .total = 10 }
// ]: (postgres, 1)     ]:  (then the rows of a histogram)
const OTHER_END =
  /^(.*)\]:(?: ?| (?<sums>count -?\d+, average -?\d+, total -?\d+|\{ \.\w+ = .*\})| (?<tuple>\(.*\)))$/s;
// [16K, 32K)             1 |@@@@     |       (..., 0)    5 |@@@ |
const HISTOGRAM_ROW = /^[[(].*[\])] +\d+ \|[@ ]*\|$/;

const CUT_ENTRY = 'cut off in the middle of an entry';

// @[]: 738       @[, ]: 738       @[, , fsync, 4242]: 1     the place of an empty stack
const GAP = /^$|^, ?|, ?, ?|, ?$/;

export class BpftraceText {
  /** by name, in the order of the dump */
  readonly maps = new Map<string, BpftraceMap>();
  /** values of maps without a key */
  readonly scalars = new Map<string, string>();
  /** lines that are no part of a map and no message: the program printed them by itself */
  readonly said: string[] = [];
  readonly losses = noLosses();
  /** did the last entry lack its newline? */
  cut = false;
  /** entries of threads whose names look like parts of a dump, and entries that could not be read */
  imitations = 0;
  broken = 0;
  readonly #table: StackTable;
  readonly #entries: MapEntries;
  readonly #names: BpftraceNames;
  readonly #skip: OnSkip;
  /** maps by id */
  readonly #maps: BpftraceMap[] = [];
  /** the map of the last entry that began here, and the text on its first line */
  #map: BpftraceMap | undefined;
  #startText = '';
  /** the last text of the open entry, and how many frames came before it */
  #tail = '';
  #tailDepth = 0;
  /** the part of a line before a message of bpftrace's stderr; the next line goes on with it */
  #begun = '';
  /** of a value that goes over several lines: its map, its thread, and its parts so far */
  #ofThread: BpftraceMap | undefined;
  #thread = '';
  #parts: Part[] = [];

  constructor(table: StackTable, names: BpftraceNames, skip: OnSkip) {
    this.#table = table;
    this.#entries = table.entries;
    this.#names = names;
    this.#skip = skip;
    this.#entries.restart();
  }

  write(block: Uint8Array): void {
    this.#table.write(block);
    this.#read();
  }

  end(): void {
    this.cut = this.#table.closeLine();
    this.#read();
    this.cut &&= this.#entries.closedAt === this.#table.linesRead;
    this.#endValue();
    this.#breakEntry(CUT_ENTRY);
    this.#table.drop();
    this.#countEntries();
  }

  /** Tells the maps how many entries they have, and whether these have stacks. */
  #countEntries(): void {
    for (const { map: id, parts, entries } of this.#entries.shapes()) {
      const map = this.#maps[id - 1] as BpftraceMap;
      map.entries += entries;
      if (parts.includes(STACK)) map.hasStacks = true;
      else if (parts.length > 1 || GAP.test(this.#entries.textOf(parts[0] as number))) map.hasGaps = true;
    }
  }

  #read(): void {
    const table = this.#table;
    for (;;) {
      // the stacks of a value are no entry
      switch (this.#ofThread ? table.scan() : this.#entries.scan()) {
        case Stop.more:
          return;
        case Stop.unknown:
          this.#readFrame();
          break;
        case Stop.blank:
          if (this.#begun !== '') this.#readControl();
          this.#endValue();
          if (this.#entries.isOpen) this.#entries.addText('');
          this.#entries.setApart();
          break;
        default:
          this.#readControl();
      }
    }
  }

  #readFrame(): void {
    const table = this.#table;
    const from = table.lineFrom;
    const to = withoutReturn(table, from);
    if (this.#isBroken(table.text(from, to))) table.pass();
    else table.define(this.#names.wordAt(from, to));
  }

  /** Does a message of bpftrace's stderr stand in the middle of this line? */
  #isBroken(text: string): boolean {
    const before = beforeMessage(text);
    if (before === undefined) return false;
    this.losses.stacks++;
    this.#begun += before;
    return true;
  }

  #readControl(): void {
    const from = this.#table.lineFrom;
    const to = withoutReturn(this.#table, from);
    if (this.#begun !== '') this.#readMended(this.#table.text(from, to));
    else if (!this.#entries.isOpen || !this.#readInKey(from, to)) this.#readLine(from, to);
  }

  /** Reads a line whose beginning came before such a message. */
  #readMended(rest: string): void {
    if (this.#isBroken(rest) || (rest !== '' && readNoise(rest, this.losses))) return;
    const text = this.#begun + rest;
    this.#begun = '';
    if (/^[ \t]/.test(text)) this.#table.push(this.#names.word(readFrame(text)));
    else if (!this.#entries.isOpen || !this.#readTextInKey(text)) {
      this.#table.drop();
      if (!this.#readStart(text)) this.#readOther(text);
    }
  }

  // ── within a key ───────────────────────────────────────────────────────────────────────────────────────────

  /** Reads the text between and behind the stacks of a key. False: the line is no part of it. */
  #readInKey(from: number, to: number): boolean {
    const table = this.#table;
    const b = table.bytes;
    const close = numberAtEnd(b, from, to);
    if (close < 0) return this.#readTextInKey(table.text(from, to));
    const value = numberAt(b, close + 3, to);
    this.#entries.addTextAt(from, close);
    this.#endEntry(value, 0, value);
    return true;
  }

  #readTextInKey(text: string): boolean {
    if (this.#readPlainEnd(text)) return true;
    const isStart = ENTRY.test(text) || SCALAR.test(text);
    if (isStart && !this.#isOfComm(text)) {
      this.#breakEntry('an entry without its value');
      return false;
    }
    if (this.#isBroken(text) || (!isStart && readNoise(text, this.losses))) return true;
    if (isRawFrame(text)) this.#table.push(this.#names.word(readFrame(text)));
    else if (!this.#readOtherEnd(text)) {
      this.#entries.addText(text);
      this.#tail = text;
      this.#tailDepth = this.#table.depth;
    }
    return true;
  }

  /**
   * Does a line that looks like the start of an entry go on with a thread's name that has a newline in it? The name is
   * the last part of a key before its numbers, and no longer than Linux lets it be.
   */
  #isOfComm(text: string): boolean {
    if (!this.#tail.startsWith(',') || this.#tailDepth !== this.#table.depth) return false;
    const [, name = '', numbers] = COMM_END.exec(`${this.#tail}\n${text}`) ?? [];
    if (numbers === undefined || name.length > COMM_BYTES) return false;
    this.imitations++;
    return true;
  }

  #readPlainEnd(text: string): boolean {
    const [, key, number] = PLAIN_END.exec(text) ?? [];
    if (key === undefined) return false;
    const value = Number(number);
    this.#entries.addText(key);
    this.#endEntry(value, 0, value);
    return true;
  }

  /** Reads the end of an entry whose value is no plain number. */
  #readOtherEnd(text: string): boolean {
    const tuple = TUPLE_END.exec(text);
    if (tuple) {
      const [, tail = '', numbers = ''] = tuple;
      this.#endTuple(tail, numbers);
      return true;
    }
    const other = OTHER_END.exec(text);
    const { sums, tuple: texts } = other?.groups ?? {};
    if (!other || !this.#map || (this.cut && !sums && !texts)) return false; // the input ends before the value
    this.#map.refused = sums ? 'statistics' : texts ? 'tuples of texts' : 'histograms or stacks';
    this.#map.entries++;
    this.#entries.drop();
    return true;
  }

  #endTuple(tail: string, numbers: string): void {
    const map = this.#map as BpftraceMap;
    const tuple = numbers.split(',').map(Number);
    const index = map.tuples.push(tuple);
    this.#entries.addText(tail);
    this.#endEntry(tuple[0] as number, index + 1, Number.POSITIVE_INFINITY);
  }

  /** Counts the entry that was read. `order` is what the values of a dump do not fall below. */
  #endEntry(value: number, tuple: number, order: number): void {
    const table = this.#table;
    if (value < 0) {
      this.#entries.drop();
      this.#skip('value below zero', table.linesRead, table.lineText());
      return;
    }
    if (this.#entries.beginsDump(order)) this.#map?.beginDump(table);
    this.#entries.end(value, tuple, order);
  }

  /** Gives up the entry being read, if there is one. */
  #breakEntry(kind: string): void {
    const entries = this.#entries;
    if (!entries.isOpen) return;
    const hasFrames = this.#table.depth > 0;
    entries.drop();
    // @comm[some text]: text of its own    has no stack: nothing is lost
    const text = `${this.#map?.name}[${this.#startText}`;
    if (!hasFrames && /\]: /.test(text)) return;
    this.broken++;
    this.#skip(kind, entries.openedAt, text);
  }

  // ── other lines ────────────────────────────────────────────────────────────────────────────────────────────

  #readLine(from: number, to: number): void {
    const table = this.#table;
    const b = table.bytes;
    // a value may go over several lines:  @off_kstack[4242]:   @thread[4242]: (1, 2,
    if (this.#ofThread) {
      if (b[from] !== 64 && this.#readInValue(table.text(from, to))) return;
      this.#endValue();
    }
    table.drop();
    const text = table.text(from, to);
    if (this.#isBroken(text)) return;
    const start = b[from] === 64 && b[to - 1] === 91 ? LINE_OF_MAP.exec(text) : null;
    if (start) {
      this.#map = this.#mapNamed(start[1] as string);
      this.#startText = '';
      this.#entries.beginAt(this.#map.id, from, to);
      this.#entries.addText('');
    } else if (b[from] !== 64 || !this.#readStart(text)) this.#readOther(text);
  }

  #mapNamed(name: string): BpftraceMap {
    let map = this.maps.get(name);
    if (!map) {
      map = new BpftraceMap(name, this.maps.size + 1);
      this.#maps.push(map);
      this.maps.set(name, map);
    }
    return map;
  }

  /** Reads a line that starts an entry, and perhaps ends it as well. */
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
      this.#thread = thread;
      this.#parts = [value];
      if (value === '' || (value.startsWith('(') && !value.endsWith(')'))) this.#ofThread = map;
      else map.threads.set(thread, this.#parts);
      return true;
    }
    const ofNumbers = OF_NUMBERS.exec(rest);
    if (ofNumbers) {
      const [, numbers = '', value = ''] = ofNumbers;
      map.threads.set(numbers, [value]);
      return true;
    }
    this.#map = map;
    this.#startText = rest;
    this.#entries.begin(map.id);
    if (!this.#readPlainEnd(rest) && !this.#readOtherEnd(rest)) this.#entries.addText(rest);
    return true;
  }

  /** Reads a further line of a value; the stacks between are frame lines. */
  #readInValue(text: string): boolean {
    const [first] = this.#parts;
    if (first === '') {
      if (!HISTOGRAM_ROW.test(text)) return false;
      (this.#ofThread as BpftraceMap).refused = 'histograms or stacks';
      return true;
    }
    if (readNoise(text, this.losses)) return true;
    this.#parts.push(this.#takeFrames(), text);
    if (text.endsWith(')')) this.#endValue();
    return true;
  }

  #endValue(): void {
    if (!this.#ofThread) return;
    if (this.#table.depth > 0) this.#parts.push(this.#takeFrames());
    this.#ofThread.threads.set(this.#thread, this.#parts);
    this.#ofThread = undefined;
  }

  /** Takes the frames read since then off the table, innermost first. */
  #takeFrames(): Uint32Array {
    const table = this.#table;
    const frames = new Uint32Array(table.depth);
    for (let i = frames.length - 1; i >= 0; i--) frames[i] = table.pop();
    table.drop();
    return frames;
  }

  #readOther(text: string): void {
    if (readNoise(text, this.losses)) {
      if (/^\d/.test(text)) this.#entries.setApart();
      return;
    }
    this.#entries.setApart();
    if (HISTOGRAM_ROW.test(text)) return;
    if (/^(?:, .*)?\]: -?\d+$/s.test(text)) {
      this.broken++;
      this.#skip('the end of an entry without its start', this.#table.linesRead, text);
    } else if (this.cut && text.startsWith('@')) this.#skip(CUT_ENTRY, this.#table.linesRead, text);
    else this.said.push(text);
  }
}

/** Where the line ends, without a carriage return before its newline. */
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
