// `perf script` text of scheduler events → the events of each thread, and its stacks. A user makes two recordings: the
// target's switch-outs with stacks, and the machine's wake-ups and switch-ins (docs/off-cpu.md). Also reads
// offcpu-time, the sums of `perf record --off-cpu`.

import { Line, type StackTable, Stop } from '../../../engine/stack-table.ts';
import { isKernel, MAX_STACK, NO_ADDRESS, type PerfFrame, readFrameLine, withoutReturn } from '../../../perf/frame.ts';
import { COMM_BYTES, CUT_LINE } from '../../../perf/header.ts';
import { isPerfNoise } from '../../../perf/noise.ts';
import { PerfObjects } from '../../../perf/objects.ts';
import { isUnindentedFrame } from '../../../perf/sample-body.ts';
import type { Expansion } from '../../../symbols/symbolizer.ts';
import type { BpftraceNames } from '../bpftrace/names.ts';
import type { OnSkip } from '../bpftrace/text.ts';
import { continued, type EventHeader, readEventHeader } from './event-header.ts';
import { PREEMPTED, type SchedulerEvent } from './events.ts';
import { newRecording, type PerfRecording } from './recording.ts';
import { Happened, NONE, SOMEBODY, ThreadEvents } from './thread-events.ts';

/** The stack of a switch-out: ids of names, root first. */
export interface PerfStack {
  comm: string;
  user: Uint32Array;
  kernel: Uint32Array;
}

/** A sample of offcpu-time: the whole time that a thread waited with this stack. */
export interface PerfSum extends PerfStack {
  pid: number | undefined;
  tid: number | undefined;
  ns: number;
}

const NO_LINE = 'not a line of perf script';

export class PerfSwitches {
  /** by tid, as the events' headers have them */
  readonly pids = new Map<number, number>();
  readonly comms = new Map<number, string>();
  readonly #table: StackTable;
  readonly #names: BpftraceNames;
  readonly #skip: OnSkip;
  readonly #onSum: (sum: PerfSum) => void;
  /** id of the comm, number of user frames, user frames, kernel frames */
  readonly #rows: StackTable;
  readonly #commNames: string[] = [];
  readonly #commIds = new Map<string, number>();
  /** names user frames by their files; undefined: they keep perf's names */
  readonly #objects: PerfObjects | undefined;
  /** by the id that stands for a frame: its functions, the name that perf prints, its object */
  readonly #found = new Map<number, { functions: Expansion; printed: number; dso: string }>();
  /** the first event's second: nanoseconds since then are exact as doubles */
  #baseSeconds: number | undefined;
  #recording = newRecording();
  #event: SchedulerEvent = { kind: 'other' };
  #time = 0;
  /** 0: not known */
  #tid = 0;
  #comm = '';
  /** is there an id in the header? of the input's switches: is it the thread's? */
  #hasTid = true;
  #haveTids = true;
  /** is the line being read the input's last, without newline? */
  #isLastLine = false;
  /** an event whose text is not complete; a line that is no other, and may begin the comm of the next header */
  #split: EventHeader | undefined;
  #before: { text: string; line: number } | undefined;

  constructor(table: StackTable, names: BpftraceNames, skip: OnSkip, rows: StackTable, onSum: (sum: PerfSum) => void) {
    this.#table = table;
    this.#names = names;
    this.#rows = rows;
    this.#skip = skip;
    this.#onSum = onSum;
    const lookup = names.userFrames?.lookup;
    this.#objects = lookup && new PerfObjects({ ...lookup, compiled: lookup.mappings, inline: true });
  }

  /** Where the times of events begin, in nanoseconds of perf's clock. */
  get baseNs(): number {
    return (this.#baseSeconds ?? 0) * 1e9;
  }

  begin(): void {
    this.#recording = newRecording();
    this.#event = { kind: 'other' };
    this.#haveTids = true;
  }

  write(block: Uint8Array): void {
    this.#table.write(block);
    this.#read();
  }

  end(): PerfRecording {
    this.#isLastLine = this.#table.closeLine();
    this.#read();
    this.#isLastLine = false;
    this.#endSample();
    return this.#recording;
  }

  /** The stacks by the numbers that events have. */
  stacks(): PerfStack[] {
    return Array.from(this.#rows.stacks(), ({ ids }) => {
      const kernelFrom = 2 + (ids[1] as number);
      const comm = this.#commNames[ids[0] as number] as string;
      return { comm, user: this.#named(ids.subarray(2, kernelFrom)), kernel: ids.slice(kernelFrom) };
    });
  }

  /** A user stack with the functions of its frames, as their files name them. */
  #named(user: Uint32Array): Uint32Array {
    const words: number[] = [];
    user.forEach((id, i) => {
      const found = this.#found.get(id);
      const frames = found && (i === user.length - 1 ? found.functions.exact : found.functions.caller);
      if (found && frames) words.push(...(this.#names.userFrames?.named(frames, found.printed, found.dso) ?? []));
      else words.push(id);
    });
    return Uint32Array.from(words);
  }

  #read(): void {
    const table = this.#table;
    for (;;) {
      switch (table.scan()) {
        case Stop.more:
          return;
        case Stop.blank:
          this.#endSample();
          break;
        case Stop.control:
          if (!this.#readHeader(false)) this.#readOther(withoutReturn(table.lineText()));
          break;
        case Stop.unknown:
          if (!this.#readHeader(true)) this.#readFrame(table.lineText());
          break;
        default:
      }
    }
  }

  #readHeader(isUnknown: boolean): boolean {
    const table = this.#table;
    const header = readEventHeader(table, isUnknown);
    if (!header) return false;
    const text = this.#isLastLine ? table.lineText().trimStart() : '';
    if (isUnknown) table.pass();
    const before = this.#before;
    if (before?.line === table.linesRead - 1 && before.text.length + header.comm.length < COMM_BYTES) {
      header.comm = `${before.text}\n${header.comm}`;
      this.#before = undefined;
    }
    this.#endSample();
    if (this.#isLastLine) {
      this.#skip(CUT_LINE, table.linesRead, text);
      return true;
    }
    // perf makes up the births of what ran before the recording
    if (header.rest.includes('PERF_RECORD_') && Number(header.time?.seconds) === 0) return true;
    this.#takeTime(header);
    this.#takeEvent(header);
    return true;
  }

  #takeEvent(header: EventHeader): void {
    this.#split = header.event.kind === 'bare' ? header : undefined;
    if (this.#split) return;
    this.#takeThread(header);
    this.#event = header.event;
    this.#readEvent(header.time !== undefined);
  }

  #takeTime({ time }: EventHeader): void {
    if (!time) return;
    this.#baseSeconds ??= Number(time.seconds);
    const now = (Number(time.seconds) - this.#baseSeconds) * 1e9 + Number(time.fraction.padEnd(9, '0'));
    if (now < this.#time) this.#recording.backwards++;
    this.#time = now;
  }

  /** A switch says itself who was switched out: headers may lack it, or have the pid there, or one of a container. */
  #takeThread({ comm, pid, tid, event }: EventHeader): void {
    const prev = event.kind === 'switch' && event.prev > 0 ? event.prev : undefined;
    const isOther = prev !== undefined && prev !== tid && tid !== -1;
    if (isOther) this.#haveTids = false;
    this.#hasTid = tid !== undefined;
    this.#tid = isOther ? prev : (tid ?? 0);
    this.#comm = event.kind === 'switch' && (isOther || comm === '') ? event.prevComm : comm;
    if (this.#tid <= 0) return;
    if (this.#comm !== '') this.comms.set(this.#tid, this.#comm);
    if (pid !== undefined && pid > 0) this.pids.set(this.#tid, pid);
  }

  #lack(field: 'tid' | 'time' | 'period' | 'trace'): void {
    const { lacking } = this.#recording;
    lacking.set(field, (lacking.get(field) ?? 0) + 1);
    this.#event = { kind: 'other' };
  }

  /** Reads what an event says before its stack comes. */
  #readEvent(hasTime: boolean): void {
    const event = this.#event;
    const recording = this.#recording;
    const tid = this.#tid;
    if (event.kind === 'off') {
      if (Number.isNaN(event.ns)) this.#lack('period');
    } else if (event.kind === 'lost') recording.lostEvents += event.events;
    else if (!hasTime) {
      if (event.kind !== 'other' && event.kind !== 'record') this.#lack('time');
    } else {
      switch (event.kind) {
        case 'switch':
          recording.others++;
          if (event.next > 0) this.#add(event.next, Happened.next, NONE, 0);
          break;
        case 'wakeup':
          recording.others++;
          if (event.wakee > 0)
            this.#add(event.wakee, Happened.woken, this.#hasTid && this.#haveTids ? Math.max(tid, 0) : SOMEBODY, 0);
          break;
        case 'in':
          if (tid > 0) this.#addOwn(Happened.in, NONE, 0);
          else if (tid === 0) this.#lack('tid');
          break;
        case 'out':
          if (tid > 0) this.#addOwn(Happened.out, NONE, event.isPreempted ? PREEMPTED : NONE);
          else if (tid === 0) this.#lack('tid');
          break;
        case 'born':
        case 'died':
          this.pids.set(event.tid, event.pid);
          this.#add(event.tid, event.kind === 'born' ? Happened.born : Happened.died, NONE, 0);
          break;
        case 'record':
          break; // any process of the machine may get a name
        default:
          this.#widen();
      }
    }
  }

  #add(tid: number, what: number, which: number, state: number): void {
    const { threads } = this.#recording;
    const events = threads.get(tid) ?? new ThreadEvents();
    threads.set(tid, events);
    events.add(this.#time, what, which, state);
  }

  #addOwn(what: number, which: number, state: number): void {
    this.#recording.own.add(this.#tid);
    this.#recording.others++;
    this.#add(this.#tid, what, which, state);
    this.#widen();
  }

  #widen(): void {
    const recording = this.#recording;
    recording.startNs = Math.min(recording.startNs, this.#time);
    recording.endNs = Math.max(recording.endNs, this.#time);
  }

  /** Ends a sample, whose frames are complete. A switch without frames says nothing of who was switched out. */
  #endSample(): void {
    const table = this.#table;
    if (this.#split) this.#lack('trace');
    this.#split = undefined;
    this.#tellBefore();
    const event = this.#event;
    this.#event = { kind: 'other' };
    if (event.kind === 'switch' && table.depth > 0 && this.#tid > 0) {
      this.#recording.switches++;
      this.#addOwn(Happened.switched, this.#rowOf(), event.state);
    } else if (event.kind === 'off') {
      this.#recording.sums++;
      this.#addSum(event.ns);
    }
    table.drop();
  }

  #rowOf(): number {
    const { user, kernel } = this.#popStack();
    const comm = this.comms.get(this.#tid) ?? '';
    let commId = this.#commIds.get(comm);
    if (commId === undefined) {
      commId = this.#commNames.push(comm) - 1;
      this.#commIds.set(comm, commId);
    }
    return this.#rows.add([commId, user.length, ...user, ...kernel], 1, 1);
  }

  #addSum(ns: number): void {
    const { user, kernel } = this.#popStack();
    const tid = this.#tid > 0 ? this.#tid : undefined;
    const stack = { user: this.#named(Uint32Array.from(user)), kernel: Uint32Array.from(kernel) };
    this.#onSum({ comm: this.#comm, pid: this.pids.get(this.#tid), tid, ...stack, ns });
  }

  /** Takes the frames that were read off the table, root first. */
  #popStack(): { user: number[]; kernel: number[] } {
    const table = this.#table;
    const names = this.#names;
    const ids: number[] = [];
    let kernelFrom = -1;
    const depth = table.depth;
    for (let left = depth; left > 0; left--) {
      const word = table.pop();
      if (kernelFrom < 0 && names.isKernel(word) === true) kernelFrom = ids.length;
      ids.push(names.nameOf(word));
    }
    if (depth === MAX_STACK) {
      ids.unshift(names.truncated);
      if (kernelFrom > 0) kernelFrom++;
    }
    const from = kernelFrom < 0 ? ids.length : kernelFrom;
    return { user: ids.slice(0, from), kernel: ids.slice(from) };
  }

  #readFrame(text: string): void {
    const table = this.#table;
    const line = readFrameLine(text);
    if (this.#isLastLine && (line?.kind !== 'frame' || line.dso === '')) {
      table.pass();
      if (table.depth > 0) table.push(this.#names.truncated);
      this.#skip(CUT_LINE, table.linesRead, text);
    } else if (line?.kind === 'frame') {
      table.define(this.#wordOf(line));
    } else if (line) {
      table.define(Line.ignore);
    } else {
      table.pass();
      if (text.trim() !== '') this.#skip(NO_LINE, table.linesRead, text);
    }
  }

  #wordOf(printed: PerfFrame): number {
    const frame = this.#objects?.named(printed, this.#pid) ?? printed;
    const { address, symbol, dso, inlined } = frame;
    if (address === NO_ADDRESS && symbol === '') return this.#names.truncated;
    return this.#foundOr(this.#names.word({ symbol, dso, inlined, isKernel: isKernel(frame) }), frame);
  }

  /** The id that stands for a frame whose file tells its functions; else the word. */
  #foundOr(word: number, frame: PerfFrame): number {
    const functions = this.#objects?.at(frame, this.#pid);
    if (!functions) return word;
    const { address, dso } = frame;
    const id = this.#table.name(`\0p${address}\0${dso}`);
    if (this.#found.has(id)) return id;
    this.#found.set(id, { functions, printed: this.#names.nameOf(word), dso });
    return id;
  }

  get #pid(): number {
    return this.pids.get(this.#tid) ?? this.#tid;
  }

  #readOther(text: string): void {
    if (this.#split) {
      this.#takeEvent(continued(this.#split, text));
      return;
    }
    // as pasted, without its blanks
    const frame = isUnindentedFrame(text) ? readFrameLine(text) : undefined;
    if (frame?.kind === 'frame' && !(this.#isLastLine && frame.dso === '')) {
      this.#table.push(this.#wordOf(frame));
      return;
    }
    if (isPerfNoise(text)) return;
    this.#tellBefore();
    if (this.#isLastLine) this.#skip(CUT_LINE, this.#table.linesRead, text);
    else this.#before = { text, line: this.#table.linesRead };
  }

  /** The line before was no part of a comm. */
  #tellBefore(): void {
    const before = this.#before;
    this.#before = undefined;
    if (before) this.#skip(NO_LINE, before.line, before.text);
  }
}
