// What bcc's and libbpf-tools' offcputime print without -f: one entry after the other, innermost frame first, the
// kernel's before the user's. All lines start with blanks.
//
//     finish_task_switch.isra.0
//     entry_SYSCALL_64_after_hwframe
//     --                                         with -d
//     clock_nanosleep
//     -                two words (31958)
//         938082

import { Line, type StackTable, Stop } from '../../engine/stack-table.ts';
import { isLost, LOST, UNKNOWN } from '../../stacks/marks.ts';
import type { Subject } from '../entry.ts';
import { readFrame } from './bpftrace/frame.ts';
import type { BpftraceNames } from './bpftrace/names.ts';
import { noLosses, readNoise } from './bpftrace/noise.ts';
import type { OnSkip } from './bpftrace/text.ts';
import { addSplitStack } from './split-stack.ts';
import type { OffcpuStacks, Unit } from './stacks.ts';

// -                two words (31958)
// └── 16 wide ───┘ └ comm ─┘  └ tid, but of the process with -p
const THREAD = /^ {4}- {16}(.*) \((-?\d+)\)$/s;
//         938082
const VALUE = /^ {8,}(\d+)$/;
// #0  0xffffffff821facd8 __schedule+0x618     libbpf-tools, verbose
// └──────────┬─────────┘
const VERBOSE = /^ *#\d+ +(0x[0-9a-f]+) */;
// WARNING: 4 stack traces could not be displayed.
const NOT_DISPLAYED = /^WARNING: (\d+) stack traces? (?:lost|could not be displayed)/;
// Tracing off-CPU time (us) of all threads by user + kernel stack... Hit Ctrl-C to end.
const BANNER = /^(?:\^C)?Tracing /;
// WARN: Skipped an event with negative duration: pid:1, tgid:1, off-cpu:…
const NEGATIVE = /^WARN: Skipped an event with negative duration/;

export class BccText {
  readonly losses = noLosses();
  /** lines that are neither entries nor messages of bcc */
  readonly said: string[] = [];
  /** did the last line, a value, lack its newline? */
  cut = false;
  readonly #table: StackTable;
  readonly #names: BpftraceNames;
  readonly #skip: OnSkip;
  readonly #boundary: number;
  readonly #lost: number;
  readonly #subjects = new Map<number, Subject>();
  #subject = 0;
  /** a lost user stack, with which an entry's frames end */
  #lostUser = { depth: 0, line: 0 };

  constructor(table: StackTable, names: BpftraceNames, skip: OnSkip) {
    this.#table = table;
    this.#names = names;
    this.#skip = skip;
    this.#boundary = table.name('--');
    this.#lost = table.name(LOST);
  }

  write(block: Uint8Array): void {
    this.#table.write(block);
    this.#read();
  }

  end(): void {
    const isCut = this.#table.closeLine();
    this.#read();
    this.cut = isCut && this.#table.depth === 0 && this.#subject === 0;
    this.#breakEntry('cut off in the middle of an entry');
  }

  #read(): void {
    const table = this.#table;
    for (;;) {
      switch (table.scan()) {
        case Stop.more:
          return;
        case Stop.unknown:
          this.#readUnknown();
          break;
        case Stop.blank:
          // one follows each value: behind frames, it ends an entry that has none
          this.#breakEntry('an entry without its value');
          break;
        case Stop.control:
          this.#readOther(table.lineText().replace(/\r$/, ''));
          break;
        default:
          this.#pushLost();
      }
    }
  }

  #breakEntry(kind: string, line = this.#table.linesRead): void {
    const table = this.#table;
    this.#lostUser.depth = 0;
    if (table.depth > 0 || this.#subject !== 0) {
      const last = this.#names.nameOf(table.pop());
      this.#skip(kind, line, last === 0 ? '' : table.nameText(last));
    }
    this.#subject = 0;
    table.drop();
  }

  #readUnknown(): void {
    const table = this.#table;
    const text = table.lineText().replace(/\r$/, '');
    const value = VALUE.exec(text);
    if (value) {
      table.pass();
      if (this.#subject !== 0) table.end(Number(value[1]), this.#subject);
      else {
        table.drop();
        this.#skip('a value without its thread', table.linesRead, text);
      }
      this.#subject = 0;
      return;
    }
    const thread = THREAD.exec(text);
    if (thread) {
      table.pass();
      this.#splitGlued();
      this.#subject = this.#subjectOf(thread[1] as string, Number(thread[2]));
      return;
    }
    const word = this.#wordOf(text);
    table.define(word === this.#lost ? Line.ask : word);
    if (word === this.#lost) this.#pushLost();
  }

  #pushLost(): void {
    const table = this.#table;
    table.push(this.#lost);
    if (table.depth > 1) this.#lostUser = { depth: table.depth, line: table.linesRead };
  }

  /** Frames behind a lost user stack are those of the next entry, with no blank line between. */
  #splitGlued(): void {
    const table = this.#table;
    const { depth, line } = this.#lostUser;
    this.#lostUser.depth = 0;
    if (depth === 0 || table.depth === depth) return;
    const own: number[] = [];
    while (table.depth > depth) own.push(table.pop());
    this.#breakEntry('an entry without its value', line);
    for (const frame of own.reverse()) table.push(frame);
  }

  #wordOf(text: string): number {
    const name = text.replace(/^ +/, '');
    if (name === '--') return this.#boundary;
    if (isLost(name)) return this.#lost;
    if (name === UNKNOWN) return this.#names.word({ symbol: '', dso: '', isKernel: undefined, inlined: false });
    const verbose = VERBOSE.exec(text);
    if (!verbose) return this.#names.word(readFrame(text));
    return this.#names.word(readFrame(`\t${(verbose[1] as string).slice(2)} ${text.slice(verbose[0].length)}`));
  }

  #subjectOf(comm: string, tid: number): number {
    const id = this.#table.name(`\x01${tid} ${comm}`);
    if (!this.#subjects.has(id)) {
      this.#subjects.set(id, { kind: 'off-cpu', comm, pid: undefined, tid, state: undefined, waitEvent: undefined });
    }
    return id;
  }

  #readOther(text: string): void {
    const lost = NOT_DISPLAYED.exec(text);
    if (lost) this.losses.stacks += Number(lost[1]);
    else if (!NEGATIVE.test(text) && !BANNER.test(text) && !readNoise(text, this.losses)) this.said.push(text);
  }

  /** Adds the entries read to `stacks`, and gives how many there are. */
  addTo(stacks: OffcpuStacks, unit: Unit): number {
    let entries = 0;
    for (const { ids, weight, hits } of this.#table.stacks()) {
      const subject = this.#subjects.get(ids[0] as number) as Subject;
      addSplitStack(stacks, subject, unit, ids.subarray(1), this.#boundary, this.#names, weight);
      entries += hits;
    }
    return entries;
  }
}
