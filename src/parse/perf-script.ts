// `perf script` text → stacks. A sample is a header line, then frame lines, leaf first, up to a blank line or the next
// header. Which fields perf prints differs, and so does what stands between samples: docs/formats.md has the list.

import { Line, type StackTable, Stop } from '../fold/stack-table.ts';
import { type PerfEvent, PerfEvents } from './perf-events.ts';
import { isSource, readFrameLine, splitFrame } from './perf-frame.ts';
import { emptyHeader, type Header, readStrictHeader } from './perf-header.ts';
import { readLooseHeader } from './perf-loose-header.ts';
import { type NameOptions, PerfNames, rootText } from './perf-names.ts';
import { isPerfNoise, lossIn } from './perf-noise.ts';

export interface PerfScriptOptions extends NameOptions {
  by: 'comm' | 'pid' | 'tid' | 'none';
  /** the event to fold; undefined takes the first */
  event: string | undefined;
  count: 'period' | 'samples';
  /** seconds from the first sample, or perf's own time when that is at least the first sample's; undefined: no limit */
  from: number | undefined;
  to: number | undefined;
  /** use the source places of `-F +srcline` */
  srcline: boolean;
  /** frames a stack may have behind its root frame; undefined: no limit */
  maxDepth: number | undefined;
}

/** Told of each line that could not be used: what it is not, its number in the input, its latin1 text. */
export type OnSkip = (kind: string, line: number, text: string) => void;

/** perf's own limit on the depth of a callchain. A chain of just that length has lost its root. */
const PERF_MAX_STACK = 127;
/** The kernel's limit on a comm, without its NUL. */
const COMM_BYTES = 15;

/** A line that is a header only if what follows it says so. */
interface Pending {
  text: string;
  line: number;
}

export class PerfScript {
  readonly table: StackTable;
  readonly events: PerfEvents;
  readonly names: PerfNames;
  /** samples folded, and those of them without any frame, outside --from and --to, cut at perf's depth limit */
  samples = 0;
  empty = 0;
  outside = 0;
  /** weight of stacks cut at perf's depth limit */
  truncatedWeight = 0;
  /** perf's time of the first and last sample, seconds; NaN when it printed none */
  firstTime = Number.NaN;
  lastTime = Number.NaN;
  /** what perf said of lost data */
  readonly losses: string[] = [];

  readonly #options: PerfScriptOptions;
  readonly #skip: OnSkip;
  readonly #header = emptyHeader();
  readonly #roots: number[] = [];
  readonly #eventOf: PerfEvent[] = [];
  readonly #jitWords = new Map<string, number[]>();
  /** root ids that settle() replaces, or drops */
  readonly #provisional = new Map<number, { root: number; event: PerfEvent | undefined }>();
  readonly #truncated: number;
  readonly #headless: number;

  /** What the frames being read belong to. */
  #mode: 'none' | 'sample' | 'discard' = 'none';
  #root = 0;
  #weight = 0;
  #pending: Pending | undefined;
  #afterNoise = false;
  #headers = 0;
  #headlessAt = 0;

  constructor(table: StackTable, options: PerfScriptOptions, skip: OnSkip) {
    this.table = table;
    this.#options = options;
    this.#skip = skip;
    this.events = new PerfEvents(options.event);
    this.names = new PerfNames(table, options);
    this.#truncated = table.name('[truncated]');
    this.#headless = table.name('\0headless');
  }

  /** Reads a block of the present input, cut anywhere. Throws InputError when it is no text of perf. */
  write(block: Uint8Array): void {
    this.table.write(block);
    this.#read();
  }

  /** The present input ends: so does its last sample. */
  endInput(): void {
    const cut = this.table.closeLine();
    this.#cutLine = cut;
    this.#read();
    this.#cutLine = false;
    this.#endSample();
    this.#dropPending();
    this.table.restartLineNumbers();
  }

  #cutLine = false;

  #read(): void {
    const { table } = this;
    for (;;) {
      switch (table.scan()) {
        case Stop.more:
          return;
        case Stop.blank:
          if (this.#afterNoise && this.#mode !== 'none') break;
          this.#endSample();
          this.#mode = 'none';
          break;
        case Stop.control:
          if (!this.#readHeader(false)) this.#readOther();
          break;
        case Stop.unknown:
          this.#readUnknown();
          break;
        default:
          this.#readAsked();
      }
    }
  }

  // ── headers ────────────────────────────────────────────────────────────────────────────────────────────────

  /** Is this line a header, as perf prints it? Then its sample begins; an `unknown` line is left behind. */
  #readHeader(unknown: boolean): boolean {
    const { table } = this;
    const from = table.lineFrom;
    if (!readStrictHeader(table.bytes, from, table.lineTo, this.#header)) return false;
    if (unknown) table.pass();
    this.#begin(this.#header, from);
    return true;
  }

  /** A control line that is no strict header. */
  #readOther(): void {
    const { table } = this;
    const text = withoutReturn(table.lineText());
    if (isPerfNoise(text)) {
      const loss = lossIn(text);
      if (loss !== undefined) this.losses.push(loss);
      this.#afterNoise = true;
      return;
    }
    const frame = /^[0-9a-f]{4,16} \S/.test(text) ? readFrameLine(text) : undefined;
    if (frame?.kind === 'frame' && (frame.dso !== '' || this.#mode === 'sample')) {
      for (const word of this.names.words(frame)) table.push(word);
      return;
    }
    const header = readLooseHeader(table.bytes, text, table.lineFrom);
    if (header && !header.weak) {
      this.#begin(header, table.lineFrom);
      return;
    }
    this.#endOrphan();
    this.#dropPending();
    this.#pending = { text, line: table.linesRead };
  }

  #begin(header: Header, from: number): void {
    const { table } = this;
    const { bytes } = table;
    this.#endSample();
    const prefix = this.#takePrefix(header, from);
    this.#dropPending();
    this.#afterNoise = false;
    this.#headers++;
    if (header.kind !== 'sample') {
      this.#mode = 'discard';
      return;
    }
    const event = this.#eventAt(header);
    const time = header.timeFrom < 0 ? Number.NaN : secondsAt(bytes, header.timeFrom, header.timeTo);
    if (Number.isNaN(this.firstTime)) this.firstTime = time;
    this.lastTime = time;
    event.samples++;
    const weight = Number.isNaN(header.period) ? 1 : header.period;
    event.weight += weight;
    if (event.use === 'left' || !this.#isWithin(time)) {
      if (event.use !== 'left') this.outside++;
      this.#mode = 'discard';
      return;
    }
    this.#mode = 'sample';
    this.#weight = this.#options.count === 'samples' ? 1 : weight;
    this.#root = prefix === undefined ? this.#rootAt(header, from) : this.#rootOf(header, prefix);
    if (event.use === 'perhaps') this.#root = this.#provisionalRoot(this.#root, event);
    if (header.restFrom < table.lineTo) this.#readSingleLine(header.restFrom, table.lineTo);
  }

  /** A comm may hold a newline: then its first part is the line before the header. */
  #takePrefix(header: Header, from: number): string | undefined {
    const pending = this.#pending;
    if (!pending || pending.line !== this.table.linesRead - 1) return undefined;
    if (pending.text.length + 1 + header.commTo - from > COMM_BYTES) return undefined;
    this.#pending = undefined;
    return `${pending.text}\n`;
  }

  #eventAt(header: Header): PerfEvent {
    const key = header.eventFrom < 0 ? 0 : this.table.key(header.eventFrom, header.eventTo);
    let event = this.#eventOf[key];
    if (!event) {
      const name = key === 0 ? '' : this.table.text(header.eventFrom, header.eventTo);
      event = this.events.list.find((known) => known.name === name) ?? this.events.add(name);
      this.#eventOf[key] = event;
    }
    return event;
  }

  #isWithin(time: number): boolean {
    const { from, to } = this.#options;
    if (from === undefined && to === undefined) return true;
    const absolute = (limit: number): number => (limit >= this.firstTime ? limit : limit + this.firstTime);
    return (from === undefined || time >= absolute(from)) && (to === undefined || time < absolute(to));
  }

  /** The id of a sample's root frame; 0 for none. */
  #rootAt(header: Header, from: number): number {
    if (this.#options.by === 'none') return 0;
    // no comm at all, as in `perf script -F tid,ip,sym`; an empty one leaves a blank
    if (header.commTo === header.commFrom && header.commFrom === from && this.table.bytes[from] !== 32) return 0;
    const end = this.#options.by === 'comm' || header.tidTo < 0 ? header.commTo : header.tidTo;
    const key = this.table.key(header.commFrom, end);
    const known = this.#roots[key];
    if (known !== undefined) return known;
    const root = this.#rootOf(header, '');
    this.#roots[key] = root;
    return root;
  }

  #rootOf(header: Header, prefix: string): number {
    const { by } = this.#options;
    if (by === 'none') return 0;
    const { table } = this;
    const textOf = (start: number, end: number): string => (start < 0 ? '' : table.text(start, end));
    const comm = prefix + table.text(header.commFrom, header.commTo);
    const pid = textOf(header.pidFrom, header.pidTo);
    return table.name(rootText(by, comm, pid, textOf(header.tidFrom, header.tidTo)));
  }

  #provisionalRoot(root: number, event: PerfEvent): number {
    const id = this.table.name(`\0${this.events.list.indexOf(event)}\0${root}`);
    this.#provisional.set(id, { root, event });
    return id;
  }

  // ── below the header ───────────────────────────────────────────────────────────────────────────────────────

  /** Without callchains the leaf stands on the header line, its address padded to 16. */
  #readSingleLine(from: number, to: number): void {
    const { bytes } = this.table;
    let p = from;
    while (p < to && (bytes[p] === 32 || bytes[p] === 9)) p++;
    const first = bytes[p];
    if (first === undefined || p === to || !((first >= 48 && first <= 57) || (first >= 97 && first <= 102))) return;
    const text = withoutReturn(this.table.text(p, to));
    const match = /^([0-9a-f]+) (\S.*)$/.exec(text);
    if (!match) return;
    const [, address = '', symbol = ''] = match;
    if (p - from + address.length < 17 && !(address.length >= 8 && symbol.endsWith(')'))) return;
    for (const word of this.names.words({ kind: 'frame', ...splitFrame(address, symbol) })) this.table.push(word);
  }

  /** A line that starts with a blank and was never seen. */
  #readUnknown(): void {
    const { table } = this;
    if (this.#readHeader(true)) return;
    this.#afterNoise = false;
    const word = this.names.wordAt(table.lineFrom, table.lineTo);
    if (word !== 0) {
      table.define(word);
      return;
    }
    const text = table.lineText();
    const line = readFrameLine(text);
    if (this.#mode === 'discard' && line?.kind !== 'frame') {
      table.pass();
      return;
    }
    if (
      this.#cutLine &&
      !(line?.kind === 'frame' && (line.dso !== '' || !text.includes('(')) && !/\([^)]*$/.test(text))
    ) {
      this.#readCutLine(text);
      return;
    }
    if (line?.kind === 'frame') {
      const bare = line.symbol === '' && line.dso === '';
      if (bare || line.address === '') {
        table.define(Line.ask);
        this.#readAsked();
        return;
      }
      const words = this.names.words(line);
      if (words.length === 1) table.define(words[0] as number);
      else {
        this.#jitWords.set(text, words);
        table.define(Line.ask);
        this.#readAsked();
      }
    } else if (line?.kind === 'srcline') {
      const matters = this.#options.srcline || (line.inlined && this.#options.markInlined);
      table.define(matters ? Line.ask : Line.ignore);
      if (matters) this.#readAsked();
    } else if (line) table.pass();
    else this.#readStrange(text);
  }

  /** Starts with a blank, is neither frame nor strict header: perhaps a header that lost its padding. */
  #readStrange(text: string): void {
    const { table } = this;
    if (text.trim() === '') {
      table.pass();
      this.#endSample();
      this.#mode = 'none';
      return;
    }
    const header = readLooseHeader(table.bytes, withoutReturn(text), table.lineFrom);
    table.pass();
    if (header && !header.weak) this.#begin(header, table.lineFrom);
    else this.#skip('not a frame', table.linesRead, text);
  }

  /** The input ends within this line: what is left of it may be a wrong name. */
  #readCutLine(text: string): void {
    this.table.pass();
    this.#skip('cut off in the middle of a line', this.table.linesRead, text);
    if (this.#mode === 'sample') this.table.push(this.#truncated);
  }

  /** A line whose meaning depends on what stands above it. */
  #readAsked(): void {
    const { table } = this;
    const text = table.lineText();
    const words = this.#jitWords.get(text);
    if (words) {
      for (const word of words) table.push(word);
      return;
    }
    const line = readFrameLine(text);
    if (line?.kind === 'srcline') {
      const frame = table.pop();
      if (frame === 0) return;
      let word = this.#options.srcline && isSource(line.place) ? this.names.withPlace(frame, line.place) : frame;
      if (line.inlined) word = this.names.asInlined(word);
      table.push(word);
    } else if (line?.kind === 'frame' && line.address === '') {
      // perf 4.14 prints what was inlined into a frame below that frame
      const container = table.pop();
      for (const word of this.names.words(line)) table.push(word);
      if (container !== 0) table.push(container);
    } else if (line?.kind === 'frame' && (text.startsWith('\t') || table.depth === 0)) {
      // an address alone; below other frames, without TAB, it is the field phys_addr
      for (const word of this.names.words(line)) table.push(word);
    }
  }

  // ── ends ───────────────────────────────────────────────────────────────────────────────────────────────────

  #endSample(): void {
    const { table } = this;
    if (this.#mode === 'none') {
      this.#endOrphan();
      return;
    }
    if (this.#mode === 'discard') table.drop();
    else this.#count();
    this.#mode = 'none';
  }

  #count(): void {
    this.samples++;
    if (this.#root === 0 && this.table.depth === 0) {
      this.table.push(this.table.name('[unknown]'));
      this.empty++;
    }
    const frames = this.table.end(this.#weight, this.#root, PERF_MAX_STACK, this.#truncated);
    if (frames < 0) this.truncatedWeight += this.#weight;
    if (frames === 0) this.empty++;
  }

  /** Frames that no header precedes: `perf script -F ip,sym,dso`, a weak header, or a recording that lost its start. */
  #endOrphan(): void {
    const { table } = this;
    if (table.depth === 0) return;
    const pending = this.#pending;
    this.#pending = undefined;
    if (this.#headers > 0) {
      table.drop();
      this.#skip('frames without a header', table.linesRead, pending?.text ?? '');
      return;
    }
    const header = pending && readLooseHeader(Buffer.from(pending.text, 'latin1'), pending.text, 0);
    this.#headlessAt ||= table.linesRead;
    const event = this.events.list.find((known) => known.name === '') ?? this.events.add('');
    event.samples++;
    event.weight++;
    this.samples++;
    let root = 0;
    if (pending && header && this.#options.by !== 'none' && header.commTo > header.commFrom) {
      const cut = (start: number, end: number): string => (start < 0 ? '' : pending.text.slice(start, end));
      const comm = cut(header.commFrom, header.commTo);
      root = table.name(
        rootText(this.#options.by, comm, cut(header.pidFrom, header.pidTo), cut(header.tidFrom, header.tidTo)),
      );
    }
    const id = root === 0 ? this.#headless : this.table.name(`\0headless\0${root}`);
    this.#provisional.set(id, { root, event: undefined });
    table.push(id);
    table.end(1);
  }

  #dropPending(): void {
    const pending = this.#pending;
    if (!pending) return;
    this.#pending = undefined;
    this.#skip('not a sample header', pending.line, pending.text);
  }

  /** All inputs are read: settles which samples count, and cuts stacks to --max-depth. */
  finish(): void {
    const { table } = this;
    const headed = this.#headers > 0;
    if (headed && this.#provisional.has(this.#headless)) this.#forgetHeadless();
    this.events.settle();
    const { maxDepth } = this.#options;
    if (this.#provisional.size === 0 && maxDepth === undefined) return;
    table.rewrite((ids) => {
      const provisional = this.#provisional.get(ids[0] as number);
      let kept: Uint32Array | number[] = ids;
      if (provisional) {
        const { root, event } = provisional;
        if (event ? event.use !== 'taken' : headed) return null;
        kept = root === 0 ? ids.slice(1) : [root, ...ids.subarray(1)];
      }
      const most = (maxDepth ?? Number.POSITIVE_INFINITY) + (this.#options.by === 'none' ? 0 : 1);
      return kept.length > most ? [...kept.slice(0, most), this.#truncated] : kept;
    });
  }

  /** Frames before the first header turned out to be the rest of a sample whose header is lost. */
  #forgetHeadless(): void {
    const event = this.events.list.find((known) => known.name === '');
    if (event) {
      this.samples -= event.samples;
      this.events.list.splice(this.events.list.indexOf(event), 1);
      this.#skip('frames without a header', this.#headlessAt, '');
    }
  }
}

function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}

/** `1257.128449` as a number. */
function secondsAt(b: Uint8Array, from: number, to: number): number {
  let whole = 0;
  let p = from;
  while (p < to && b[p] !== 46) whole = whole * 10 + (b[p++] as number) - 48;
  let fraction = 0;
  let scale = 1;
  for (p++; p < to; p++) {
    fraction = fraction * 10 + (b[p] as number) - 48;
    scale *= 10;
  }
  return whole + fraction / scale;
}
