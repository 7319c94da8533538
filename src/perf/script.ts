// `perf script` text → stacks. A sample is a header line, then frame lines, leaf first, up to a blank line or the next
// header. Which fields perf prints differs, and so does what stands between samples: docs/formats.md has the list.

import { InputError } from '../engine/errors.ts';
import { type StackTable, Stop } from '../engine/stack-table.ts';
import { type InputKind, isCertain, sniff, WHAT_TO_DO } from '../stacks/sniff.ts';
import { PendingFrames, type WordOf } from '../symbols/pending-frames.ts';
import type { PerfEvents } from './events.ts';
import { bare, isFieldLine, readFrameLine, withoutReturn } from './frame.ts';
import { COMM_BYTES, CUT_LINE, emptyHeader, type Header, pidOf, readStrictHeader } from './header.ts';
import { HeaderShapes, type Use } from './header-shapes.ts';
import { HeadlessStacks, type PendingLine } from './headless.ts';
import { isFrameColumn, isNoFrame, type LooseHeader, readHiddenHeader, readLooseHeader } from './loose-header.ts';
import { type NameOptions, PerfNames } from './names.ts';
import { isPerfNoise, lossIn } from './noise.ts';
import { type LookupOptions, PerfObjects } from './objects.ts';
import { PerfRoots, type RootParts } from './roots.ts';
import { SampleBody, type UserFrameWeights } from './sample-body.ts';
import { type SampleOptions, Samples } from './samples.ts';

export interface PerfScriptOptions extends NameOptions, SampleOptions {
  by: 'comm' | 'pid' | 'tid' | 'none';
  /** the source place behind each name: as perf prints it with -F +srcline, or as it is found in objects */
  srcline: boolean;
  /** looks frames up in their objects; undefined: they keep the names that perf printed */
  lookup?: LookupOptions | undefined;
  /** frames a stack may have behind its root frame; undefined: no limit */
  maxDepth: number | undefined;
}

/** Hears of each line that could not be used: what is wrong with it, its place as INPUT:LINE, its latin1 text. */
export type OnSkip = (kind: string, place: string, text: string) => void;

const MODES = ['none', 'sample', 'unwanted', 'record'] as const;
const TAB = 9;
/** A line that may be a header, or the first half of one: what follows it will tell. */
interface Pending extends PendingLine {
  line: number;
  /** it follows a record that is no sample, and may belong to that record's text */
  ofRecord: boolean;
}

export class PerfScript {
  readonly table: StackTable;
  readonly events: PerfEvents;
  readonly names: PerfNames;
  readonly samples: Samples;
  /** lines below headers that are of no known kind */
  misread = 0;
  /** how well user frames are known; undefined: nobody looked them up */
  userFrames: UserFrameWeights | undefined;
  /** the present input's name, and what it looks like */
  input = '';
  kind: InputKind = 'empty';
  /** what perf said of lost data */
  readonly losses: string[] = [];
  /** functions whose callers the reader hid on purpose */
  readonly skipAfter: readonly string[];

  readonly #options: PerfScriptOptions;
  readonly #onSkip: OnSkip;
  readonly #body: SampleBody;
  readonly #objects: PerfObjects | undefined;
  readonly #roots: PerfRoots;
  readonly #header = emptyHeader();
  /** What the frames being read belong to; a record is something with a header that is no sample. */
  #mode: (typeof MODES)[number] = 'none';
  #pending: Pending | undefined;
  #afterNoise = false;
  #lastLine = false;
  /** the record being read has no time, so that headers of samples may be weak */
  #isTimeless = false;
  /** fields stood below the callchain, so that no frame follows */
  #hasFields = false;
  #headers = 0;
  readonly #headless: HeadlessStacks;
  readonly #shapes: HeaderShapes;
  /** do all frame lines so far stand in the column of samples without callchain? */
  #inColumn = true;

  constructor(table: StackTable, options: PerfScriptOptions, onSkip: OnSkip) {
    this.table = table;
    this.#options = options;
    this.#onSkip = onSkip;
    this.skipAfter = options.skipAfter;
    this.names = new PerfNames(table, options);
    this.#objects = options.lookup && new PerfObjects(options.lookup);
    this.#body = new SampleBody(table, this.names, options, this.#lookup());
    this.#roots = new PerfRoots(table, options.by);
    this.samples = new Samples(table, options, this.#roots, options.by === 'pid' || options.by === 'tid');
    this.events = this.samples.events;
    this.#shapes = new HeaderShapes(table);
    const counts = (event: string): boolean =>
      (this.#headers === 0 || this.events.has(event)) && this.events.named(event).use === 'taken';
    const onRest = (place: string, text: string): void => onSkip('not a sample header', place, text);
    this.#headless = new HeadlessStacks(
      table,
      this.samples.engine,
      this.#roots,
      options.count === 'period',
      counts,
      onRest,
    );
  }

  /** By the id of a root frame: whose it is. */
  get rootParts(): ReadonlyMap<number, RootParts> {
    return this.#roots.parts;
  }

  #lookup() {
    const objects = this.#objects;
    const { lookup, srcline, demangle: files } = this.#options;
    if (!objects || !lookup) return undefined;
    const { inline, rates = true } = lookup;
    const wordOf: WordOf = (...found) => this.names.found(...found);
    const pending = new PendingFrames(this.table, lookup.symbolizer, { inline, srcline, files }, wordOf);
    return { inline, rates, objects, pending };
  }

  /** Has no frame of all inputs a name but its object's, though nobody looks names up in objects? */
  get lacksSymbols(): boolean {
    return !this.#objects && this.names.areAllUnresolved;
  }

  /** What was missing to look frames up in their objects, one line each. */
  get lookupNotes(): string[] {
    const { lookup } = this.#options;
    return !lookup || (this.#body.printsPlaces && !lookup.inline) ? [] : lookup.symbolizer.notes();
  }

  /** The next input begins; `name` is for messages. */
  beginInput(name: string): void {
    this.input = name;
    this.kind = 'empty';
    this.table.restartLineNumbers();
  }

  /** Reads a block of the present input, cut anywhere. Throws InputError when it is no text. */
  write(block: Uint8Array): void {
    if (this.kind === 'empty') {
      this.kind = sniff(block);
      if (isCertain(this.kind)) throw new InputError(WHAT_TO_DO[this.kind] as string);
    }
    this.table.write(block);
    this.#tellMapped();
    this.#read();
  }

  /** Ends the present input and its last sample, which has lost its outer frames if the input is not whole. */
  endInput(isWhole = true): void {
    this.#lastLine = this.table.closeLine();
    this.#read();
    this.#lastLine = false;
    if (!isWhole && this.#mode === 'sample' && !this.table.isSingle) this.table.push(this.samples.truncated);
    this.#end();
    this.#dropPending();
  }

  /** Settles which samples count, when all inputs are read. Throws InputError if none is of the wanted event. */
  finish(): void {
    this.#headless.settleEmpty(this.#headers === 0);
    this.samples.empty += this.#headless.empty;
    this.samples.folded += this.#headless.settle(this.events, this.#headers > 0);
    // the rest of a sample whose header was cut off the recording's start
    if (this.#headers > 0 && !this.#headless.isEmpty) this.#skip('frames without a header', this.#headless.line, '');
    this.userFrames = this.#body.settle(this.#options.by === 'none' ? 0 : 1);
    this.#roots.settle(this.#options.maxDepth);
  }

  /** The engine takes an address for an offset in its object where nothing is mapped. */
  #tellMapped(): void {
    if (this.#objects) this.table.perf.setMapped(this.#objects.mapped.from, this.#objects.mapped.to);
  }

  #read(): void {
    for (;;) {
      switch (this.#scan()) {
        case Stop.more:
          return;
        case Stop.blank:
          // perf's warnings have blank lines of their own
          if (!this.#afterNoise || this.#mode === 'none') this.#end();
          break;
        case Stop.control:
          if (!this.#readHeader(false)) this.#readOther();
          break;
        case Stop.unknown:
          if (!this.#readHeader(true)) this.#readUnknown();
          break;
        default:
          this.#body.readAsked();
      }
    }
  }

  /** Scans on. The engine ends and begins samples by itself where nothing that stands around them matters. */
  #scan(): number {
    const hasNoise = this.#afterNoise && this.#mode !== 'none';
    if (hasNoise || this.#pending || this.#lastLine || this.#mode === 'record') return this.table.scan();
    this.#afterNoise = false;
    const { engine } = this.samples;
    engine.open.mode = MODES.indexOf(this.#mode);
    const stop = this.samples.scan(this.#headers === 0);
    this.#mode = MODES[engine.open.mode] ?? 'none';
    if (engine.pid !== undefined) this.#body.pid = engine.pid;
    const { waiting } = engine;
    if (waiting) {
      const text = waiting.use === 'wait' ? withoutReturn(waiting.text) : bare(waiting.text);
      this.#pending = { text, line: waiting.line, ofRecord: false, shape: waiting.shape, plan: 0 };
    }
    return stop;
  }

  /** Is this line a header as perf prints it? Then begins its sample, and passes an `unknown` line. */
  #readHeader(unknown: boolean): boolean {
    const { table } = this;
    const from = table.lineFrom;
    if (!readStrictHeader(table, this.#header) || this.#isCutHeader(this.#header)) return false;
    if (unknown) table.pass();
    this.#begin(this.#header, from, 0);
    return true;
  }

  /** Does the input end within this header? The others of the input have an event. */
  #isCutHeader(header: Header | undefined): boolean {
    return this.#lastLine && header !== undefined && header.eventFrom < 0 && this.events.haveNames;
  }

  /** `shape`: of a header that the engine read; undefined: it did not. */
  #begin(header: Header, from: number, shape?: number): void {
    const { table } = this;
    const plan = shape === undefined ? 0 : table.perf.planKey(shape);
    this.#end();
    const prefix = this.#takePrefix(header, from);
    this.#dropPending();
    this.#afterNoise = false;
    this.#isTimeless = header.kind !== 'sample' && Number.isNaN(header.time);
    if (!this.#isTimeless && this.#headers++ === 0) this.#headless.settleEmpty(false);
    if (header.kind !== 'sample') {
      this.#mode = 'record';
      this.#objects?.readRecord(table.text(from, table.lineTo));
      this.#tellMapped();
      return;
    }
    this.#mode = this.samples.begin(header, from, prefix, plan) ? 'sample' : 'unwanted';
    if (this.#mode === 'unwanted') return;
    if (this.#objects) this.#body.pid = pidOf(header, table);
    const isSingle = header.restFrom < table.lineTo && this.#body.readSingleLine(header.restFrom, table.lineTo);
    if (isSingle && !(this.#lastLine && this.samples.haveCallchains)) table.markSingle();
    else if (this.#lastLine) {
      table.drop();
      table.push(this.samples.truncated);
      this.#skip(CUT_LINE, table.linesRead, table.text(from, table.lineTo));
    }
  }

  /** A comm may hold a newline: then its first part is the line before the header. Gives it, or ''. */
  #takePrefix(header: Header, from: number): string {
    const pending = this.#pending;
    const isNext = pending?.line === this.table.linesRead - 1;
    if (!isNext || pending.text.length + 1 + header.commTo - from > COMM_BYTES) return '';
    this.#pending = undefined;
    return `${pending.text}\n`;
  }

  /** Reads a line that starts with something visible and is no strict header. */
  #readOther(): void {
    const { table } = this;
    const shape = this.#shapeOfLine();
    if (this.#readKnownShape(this.#shapeOfHead(), false) || this.#readKnownShape(shape, false)) return;
    const text = withoutReturn(table.lineText());
    if (isPerfNoise(text)) {
      this.losses.push(...lossIn(text));
      this.#afterNoise = true;
      return;
    }
    const header = readLooseHeader(text, table);
    if (isNoFrame(header) || !this.#body.readUnindented(text, this.#mode === 'sample' && !this.#hasFields)) {
      if (header && !header.weak && !this.#isCutHeader(header)) this.#beginAs(header, shape);
      else if (this.#lastLine && this.#headers > 0) this.#skip(CUT_LINE, table.linesRead, text);
      else this.#suspend({ text, shape, plan: 0 }, header);
    }
  }

  /** Reads a line that starts with a blank, was never seen, and is no strict header. */
  #readUnknown(): void {
    const { table } = this;
    this.#afterNoise = false;
    const isIndented = table.bytes[table.lineFrom] === TAB; // as frames are
    const shape = isIndented ? 0 : this.#shapeOfLine();
    if (this.#readKnownShape(isIndented ? 0 : this.#shapeOfHead(), true) || this.#readKnownShape(shape, true)) return;
    if (!isIndented && this.#readHidden(withoutReturn(table.lineText()), shape)) return;
    if (this.#inColumn) this.#inColumn = !isIndented && isFrameColumn(table.lineText());
    const discards = isIndented && (this.#mode === 'unwanted' || this.#mode === 'record'); // as a record's lines are
    const what = this.#body.readUnknown(discards, this.#lastLine);
    if (what === 'read') return;
    const text = table.lineText();
    if (what === 'cut') this.#skip(CUT_LINE, table.linesRead, text);
    if (what === 'cut' && (this.#mode === 'sample' || table.depth > 0)) table.push(this.samples.truncated);
    if (what !== 'strange') return;
    table.pass();
    const header = readLooseHeader(withoutReturn(text), table);
    if (this.#isCutHeader(header)) this.#skip(CUT_LINE, table.linesRead, text);
    else if (header && !header.weak) this.#beginAs(header, shape);
    else if (header) this.#suspend({ text: bare(text), shape, plan: 0 }, header, 'wait-bare');
    else this.#end(); // nothing but blanks
  }

  /** Reads a header that begins with blanks and digits that could be a frame's address. False: it is none. */
  #readHidden(text: string, shape: number): boolean {
    const { table } = this;
    if (isFieldLine(text, table.depth > 0)) {
      this.#hasFields = true;
      return false;
    }
    const kind = readFrameLine(text)?.kind;
    if (kind !== 'frame' && kind !== 'other') return false;
    const header = readHiddenHeader(text, table, kind === 'frame');
    if (!header || this.#isCutHeader(header) || (header.weak && !this.#mayWait)) return false;
    table.pass();
    if (header.weak) this.#suspend({ text, shape, plan: 0 }, header);
    else this.#beginAs(header, shape);
    return true;
  }

  /** The shape of the line that the table stopped at, which is read alike in the same mode; 0: none. */
  #shapeOfLine(): number {
    return this.#lastLine ? 0 : this.#shapes.keyOfLine(MODES.indexOf(this.#mode));
  }

  /** The same for what stands before the frame of a sample without callchain; 0: there is no such frame. */
  #shapeOfHead(): number {
    return this.#lastLine ? 0 : this.#shapes.keyOfHead(MODES.indexOf(this.#mode));
  }

  /** Was a line of this shape read before? Then does the same with this one, and passes it if it is `unknown`. */
  #readKnownShape(shape: number, unknown: boolean): boolean {
    const { table } = this;
    const use = this.#shapes.read(shape, this.#header);
    if (use === undefined) return false;
    if (unknown) table.pass();
    if (use === 'begin') this.#begin(this.#header, table.lineFrom, shape);
    else {
      const text = use === 'wait' ? withoutReturn(table.lineText()) : bare(table.lineText());
      this.#suspend({ text, shape, plan: table.perf.planKey(shape) });
    }
    return true;
  }

  #beginAs(header: LooseHeader, shape: number): void {
    this.#shapes.remember(header.hasFrame ? this.#shapeOfHead() : shape, 'begin', header);
    this.#begin(header, this.table.lineFrom);
  }

  /** May a line be the header of the frames behind it? */
  get #mayWait(): boolean {
    return this.#mode === 'none' || (this.#mode === 'record' && this.#isTimeless);
  }

  /** Keeps this line until the next one tells what it is. */
  #suspend(line: PendingLine, header?: LooseHeader, use: Use = 'wait'): void {
    if (header) this.#shapes.remember(line.shape, use, header);
    if (this.#mayWait) this.#end();
    this.#dropPending();
    if (this.#mode === 'sample') this.misread++;
    this.#pending = { ...line, line: this.table.linesRead, ofRecord: this.#mode === 'record' };
  }

  #skip(kind: string, line: number, text: string): void {
    this.#onSkip(kind, `${this.input}:${line}`, text);
  }

  #dropPending(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (!pending || pending.ofRecord) return;
    const { text, line, shape } = pending;
    const isCut = line === this.table.linesRead;
    if (this.#headers > 0 || !this.#headless.addEmpty(text, shape, `${this.input}:${line}`, isCut))
      this.#skip('not a sample header', line, text);
  }

  #end(): void {
    if (this.#mode === 'sample') this.samples.end();
    else if (this.#mode !== 'none') this.table.drop();
    else if (this.table.depth > 0) this.#countHeadless();
    this.#mode = 'none';
    this.#hasFields = false;
  }

  #countHeadless(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (this.#headers > 0 && !this.#headless.isOf(pending, this.events)) {
      this.table.drop();
      this.#skip('frames without a header', this.table.linesRead, pending?.text ?? '');
    } else this.samples.singles += this.#headless.add(pending, this.#inColumn);
  }
}
