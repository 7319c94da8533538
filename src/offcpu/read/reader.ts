// Off-CPU recordings of all kinds → entries and folded stacks. Finds out what each input is: the dump of a bpftrace
// program, as text or JSON; what bcc's offcputime prints, folded or not; or text of perf script.

import { InputError } from '../../engine/errors.ts';
import { StackTable } from '../../engine/stack-table.ts';
import { type InputKind, isCertain, isEnough, SNIFFED_BYTES, sniff, WHAT_TO_DO } from '../../stacks/sniff.ts';
import type { SymbolOptions } from '../../symbols/symbol-frame.ts';
import type { EntryRows } from '../entry-rows.ts';
import { BccText } from './bcc-text.ts';
import { BpftraceJson, JSON_SEPARATOR } from './bpftrace/json.ts';
import { BpftraceNames } from './bpftrace/names.ts';
import { type Losses, noLosses } from './bpftrace/noise.ts';
import { BpftraceText, type OnSkip } from './bpftrace/text.ts';
import type { FrameLookup } from './bpftrace/user-frames.ts';
import { addDump, type DumpOptions } from './dump.ts';
import { FoldedText } from './folded.ts';
import type { Format, InputFacts } from './input-facts.ts';
import { addPart, type Part, StacksOfWaits } from './part.ts';
import { isOfScheduler } from './perf/events.ts';
import { PerfInputs } from './perf-inputs.ts';
import { type FoldOptions, OffcpuStacks, type Quality } from './stacks.ts';
import { Waits } from './waits.ts';
import { WholeStacks } from './whole-stacks.ts';

export interface ReaderOptions extends SymbolOptions, DumpOptions {
  /** looks user frames up in the files that the process had mapped; undefined: they keep the names that the dump has */
  lookup?: FrameLookup | undefined;
}

/** What reads one input; its stacks lie in the table until it ends. */
interface Source {
  write(block: Uint8Array): void;
  end(): void;
}

export class OffcpuReader {
  /** holds the folded stacks after fold() */
  readonly table = new StackTable();
  readonly names: BpftraceNames;
  readonly stacks: OffcpuStacks;
  /** the inputs that had something to read */
  readonly inputs: InputFacts[] = [];
  readonly #options: ReaderOptions;
  readonly #skip: OnSkip;
  #name = '';
  #start = Buffer.alloc(0);
  #kind: InputKind = 'empty';
  #source: Source | undefined;
  #finish: () => string | undefined = () => '';
  #skipped = 0;
  /** keeps the events of all texts of perf, because two of them may tell of one thread */
  #perf: PerfInputs | undefined;
  #isPartSettled = false;

  constructor(options: ReaderOptions, skip: OnSkip) {
    this.#options = options;
    this.#skip = (kind, line, text) => {
      this.#skipped++;
      skip(kind, line, text);
    };
    this.names = new BpftraceNames(this.table, options);
    this.stacks = new OffcpuStacks(this.table, this.names);
  }

  /** Begins the next input. Only its facts use `name`. */
  beginInput(name = ''): void {
    this.#name = name;
    this.#start = Buffer.alloc(0);
    this.#kind = 'empty';
    this.#source = undefined;
    this.#finish = () => '';
    this.#skipped = 0;
    this.stacks.settle();
    this.#clear();
    this.table.restartLineNumbers();
  }

  /** Takes a block of the input, cut anywhere. Throws InputError when it is of a kind that can't be read. */
  write(block: Uint8Array): void {
    if (this.#source) {
      this.#source.write(block);
      return;
    }
    this.#start = Buffer.concat([this.#start, block]);
    if (isEnough(this.#start)) this.#passStart();
  }

  /**
   * Ends the present input. Gives the reason why nothing of it could be used, without the input's name; undefined when
   * all is well.
   */
  endInput(): string | undefined {
    try {
      if (!this.#source) this.#passStart();
    } catch (error) {
      if (error instanceof InputError) return error.message;
      throw error;
    }
    this.#source?.end();
    const why = this.#finish();
    if (why !== '') return why;
    return this.#skipped > 0 ? 'nothing of it could be read as an entry' : whyNothing(this.#kind);
  }

  /** Empties the table, even if the input was given up in its middle. */
  #clear(): void {
    this.table.closeLine();
    this.table.skipLines();
    this.table.drop();
    this.table.clear();
  }

  /** The kind of data in the last input, as messages name it. */
  get kind(): InputKind {
    return this.#kind;
  }

  /** Is the last input of a kind that other tools read? */
  get isForeign(): boolean {
    return !['bpftrace', 'folded', 'text'].includes(this.#kind);
  }

  /** Was there nothing in the inputs that could be used? */
  get isEmpty(): boolean {
    return this.inputs.every(({ format, entries, dump }) => entries === 0 && (format === 'perf' || dump?.program));
  }

  /** Why isEmpty. */
  get whyEmpty(): string {
    if (this.inputs.some(({ dump }) => dump?.program))
      return 'no thread of that process waited: those that ran left the CPU only when they ended';
    return this.inputs.length > 0
      ? 'the input has switches or wake-ups of threads, but no stack of a switch-out: record with --call-graph, and keep ip,sym in -F'
      : 'the input has no off-CPU time';
  }

  /** Each distinct entry of all inputs once. */
  entries(): EntryRows {
    this.#settlePerf();
    return this.stacks;
  }

  quality(): Quality {
    this.#settlePerf();
    return this.stacks.quality();
  }

  /** Makes folded stacks of all entries, in `table`. After that it can't read any more. */
  fold(options: FoldOptions): void {
    this.#settlePerf();
    this.stacks.fold(options);
  }

  #settlePerf(): void {
    const perf = this.#perf;
    this.#perf = undefined;
    if (this.#options.part) this.#settlePart(this.#options.part, perf);
    else if (perf) this.#settleWhole(perf);
  }

  #settleWhole(perf: PerfInputs): void {
    const waits = new Waits();
    const programs = this.inputs.flatMap(({ dump }) => dump?.program ?? []);
    for (const program of programs) waits.addAll(program.waits);
    if (waits.isEmpty && !programs.some(({ isStill }) => isStill)) {
      perf.settle(this.stacks);
      return;
    }
    // both tell of the same waits: the dump how long they were and on what, perf where in the program
    const whole = new WholeStacks(this.names, waits);
    perf.settle(whole);
    this.stacks.makeWhole(whole);
    this.#dropPerf();
  }

  #settlePart(part: Part, perf: PerfInputs | undefined): void {
    if (this.#isPartSettled) return;
    this.#isPartSettled = true;
    const programs = this.inputs.flatMap(({ dump }) => dump?.program ?? []);
    const waits = new Waits();
    for (const program of programs) waits.addAll(program.waits);
    perf?.settle(new StacksOfWaits(waits));
    for (const program of programs) addPart(program, part, this.stacks);
    this.#dropPerf();
  }

  /** What perf told is in the dump's facts. */
  #dropPerf(): void {
    const others = this.inputs.filter(({ format }) => format !== 'perf');
    this.inputs.splice(0, this.inputs.length, ...others);
  }

  #passStart(): void {
    const start = this.#start;
    this.#start = Buffer.alloc(0);
    this.#kind = sniff(start);
    if (isCertain(this.#kind) || REFUSED.has(this.#kind))
      throw new InputError(WHAT_TO_DO[this.#kind] ?? 'this is no text');
    this.#source = this.#open(formatOf(start, this.#kind));
    this.#source.write(start);
  }

  #open(format: Format): Source {
    const { table, names, stacks } = this;
    const skip = this.#skip;
    if (format === 'perf') {
      this.#perf ??= new PerfInputs(table, names, stacks, skip);
      const perf = this.#perf;
      this.#finish = () => {
        const facts = perf.factsOf(this.#name);
        if (typeof facts === 'string') return facts;
        this.inputs.push(facts);
        return undefined;
      };
      return perf;
    }
    if (format === 'bcc' || format === 'folded') {
      const isDeclared = this.#options.inputUnit !== undefined;
      const source =
        format === 'bcc' ? new BccText(table, names, skip) : new FoldedText(table, names, isDeclared, skip);
      this.#finish = () => {
        const told = source instanceof FoldedText ? source.unit : undefined;
        const unit = this.#options.inputUnit ?? told ?? 'us';
        const entries = source.addTo(stacks, unit);
        const { losses = noLosses(), said = [], cut = false } = source instanceof BccText ? source : {};
        if (entries === 0) return '';
        const none = { imitations: 0, broken: 0, dump: undefined, recording: undefined };
        this.#note({ format, unit, entries, losses, said, cut, ...none });
        return undefined;
      };
      return source;
    }
    return this.#openBpftrace(format);
  }

  #openBpftrace(format: 'bpftrace' | 'json'): Source {
    const { table, names, stacks } = this;
    let json: BpftraceJson | undefined;
    const text = new BpftraceText(table, names, (kind, line, quoted) => this.#skip(kind, json?.line ?? line, quoted));
    this.#finish = () => {
      const separator = json ? JSON_SEPARATOR : ', ';
      const dump = addDump(text, table, names, stacks, separator, this.#options);
      if (typeof dump === 'string') return withError(dump, text.losses);
      if (dump.program?.isCut) this.#skip('cut off before its end', table.linesRead, '');
      const entries = text.maps.get(dump.map)?.entries ?? 0;
      const { losses, said, cut, imitations, broken } = text;
      this.#note({
        format,
        unit: dump.unit,
        entries,
        losses,
        said,
        cut,
        imitations,
        broken,
        dump,
        recording: dump.program,
      });
      return undefined;
    };
    if (format === 'bpftrace') return text;
    const source = new BpftraceJson((lines) => text.write(Buffer.from(lines, 'latin1')), this.#skip);
    json = source;
    return {
      write: (block) => source.write(block),
      end() {
        source.end();
        text.end();
      },
    };
  }

  #note(facts: Omit<InputFacts, 'name'>): void {
    this.inputs.push({ name: this.#name, ...facts });
  }
}

/** The reason why nothing could be used, with bpftrace's own error behind it. */
function withError(why: string, { errors }: Losses): string {
  const [error] = errors;
  if (error === undefined) return why;
  return why === '' ? `bpftrace failed: "${error}"` : `${why}; bpftrace said "${error}"`;
}

/** Why an input gave nothing, by what it looks like. */
function whyNothing(kind: InputKind): string {
  if (kind === 'perf script') return 'this is the text of perf script; pipe it through perf-fold';
  if (kind === 'bpftrace')
    return 'no map of stacks in it: bpftrace was killed before it printed them, or they were empty';
  return WHAT_TO_DO[kind] ?? 'no map found; pipe the output of bpftrace or offcputime in';
}

/** Kinds that are no text at all, or hold no entry anywhere. */
const REFUSED: ReadonlySet<InputKind> = new Set<InputKind>(['binary', 'offwaketime', 'reasons']);

// {"type": "attached_probes", "data": {"probes": 1}}
const JSON_LINE = /^\{"type": ?"/m;
// Tracing off-CPU time (us) of all threads by user + kernel stack... Hit Ctrl-C to end.
//     -                two words (31958)
const BCC_LINE = /^(?:\^C)?Tracing .*(?:stack|off-CPU)|^ {4}- {16}.* \(-?\d+\)\r?$/m;

function formatOf(start: Buffer, kind: InputKind): Format {
  if (kind === 'perf script') return 'perf';
  const text = start.toString('latin1', 0, SNIFFED_BYTES);
  if (kind === 'text' && isOfScheduler(text)) return 'perf';
  if (JSON_LINE.test(text)) return 'json';
  if (kind === 'bpftrace') return 'bpftrace';
  if (BCC_LINE.test(text)) return 'bcc';
  if (kind === 'folded') return 'folded';
  // innermost frames first, and nothing before: an entry of bcc, its end not yet in sight
  return /^\s*\n? {4}[^ ]/.test(text) && !text.includes('@') ? 'bcc' : 'bpftrace';
}
