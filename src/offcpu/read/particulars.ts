// The particulars of a wait in a dump of bpf/offcpu.bt, format 2 to 4: numbers in its keys, and maps that say what
// these stand for. docs/offcpu-dump.md describes them.

import type { StackWord } from '../../symbols/stack-walk.ts';
import { FIRST_PORT_OF_CLIENTS, type Particulars, type Statement, type WaitObject, type Waker } from '../entry.ts';
import type { KeyMeaning } from './bpftrace/keys.ts';
import type { BpftraceText } from './bpftrace/text.ts';
import { statementsOf } from './statements.ts';

/** The numbers of a key, or of the value of @open. */
export type ParticularNumbers = Pick<KeyMeaning, 'call' | 'object' | 'caller' | 'length' | 'waker' | 'statement'>;

/** Numbers of system calls, as bpf/offcpu.bt has them. */
interface Calls {
  futex: ReadonlySet<number>;
  poll: ReadonlySet<number>;
  /** those whose first argument is a file */
  file: ReadonlySet<number>;
}
const X86_64: Calls = {
  futex: new Set([202, 449, 455]),
  poll: new Set([7, 271]),
  file: new Set([
    ...[0, 1, 16, 17, 18, 19, 20, 42, 43, 44, 45, 46, 47, 72, 73, 74, 75, 77, 217, 232, 277, 281, 285, 288, 295, 296],
    ...[297, 298, 299, 306, 307, 327, 328, 441],
  ]),
};
const ARM64: Calls = {
  futex: new Set([98, 449, 455]),
  poll: new Set([73]),
  file: new Set([
    ...[22, 25, 29, 32, 46, 47, 61, 63, 64, 65, 66, 67, 68, 69, 70, 71, 82, 83, 84, 202, 203, 206, 207, 211, 212, 242],
    ...[243, 267, 269, 286, 287, 441],
  ]),
};
/** From this format of the dump on, callers are words of the stack. */
const WITH_WORDS = 4;
/** How the dump's header says that its system calls are arm64's. */
const OF_ARM64 = 2;
const WITHOUT_BTF = 0;
const NO_THREAD = { tid: undefined, pid: undefined, comm: undefined };
/** An epoll set: it does not tell which of its files a thread waits for. */
const EVENT_POLL = '[eventpoll]';
const FileType = { mask: 0xf000, fifo: 0x1000, socket: 0xc000 } as const;
const Family = { unix: 1, ipv4: 2, ipv6: 10 } as const;
/** The waker's number where an interrupt or the kernel itself ended the wait; and where a timer did. */
const INTERRUPT = -1;
const TIMER = -2;

// (33188, 21335, 9, d, journal.log)     mode, pid, fd, folder, name
const FILE = /^\((\d+), ?(\d+), ?(\d+), ?(.*), ?(.*)\)$/s;
// (2, 127.0.0.1, 15833, 46412)          family, address, port in network order, own port
const PEER = /^\((\d+), ?(.*), ?(\d+), ?(\d+)\)$/s;
// (21335, keepreg)                      pid, comm
const TASK = /^\((\d+), ?(.*)\)$/s;
// (35768201108994304, 0, 0, 0)          words of the stack: address << 8 | place
// (sync_one, 1)
const NAME = /^\((.*), ?\d+\)$/s;

/** A waker's number is its thread's, which has 22 bits, plus so much times that of its stack. */
export const WAKER_STACK = 2 ** 22;

/** The thread of a waker's number; negative numbers are no threads. */
export function tidOfWaker(waker: number): number {
  return waker < 0 ? waker : waker % WAKER_STACK;
}

/** By the waker's number, the names of its user frames, innermost first. */
export type WakerStacks = ReadonlyMap<number, readonly string[]>;

export class ParticularsReader {
  readonly #text: BpftraceText;
  readonly #calls: Calls;
  readonly #hasWords: boolean;
  readonly #hasWakers: boolean;
  readonly #known = new Map<string, Particulars>();
  #statements: Map<string, Statement> | undefined;
  /** of those who ended waits, where they were recorded */
  wakerStacks: WakerStacks = new Map();
  /** names that threads took after their first turn, by tid */
  readonly #laterNames = new Map<number, string>();

  /** `objects` is the number behind that word in the header, `format` the dump's. */
  constructor(text: BpftraceText, objects: number, format: number) {
    this.#text = text;
    this.#hasWords = format >= WITH_WORDS;
    this.#hasWakers = objects !== WITHOUT_BTF;
    this.#calls = objects === OF_ARM64 ? ARM64 : X86_64;
  }

  /** The same object for the same particulars. */
  of({ call, object, length, waker, statement }: ParticularNumbers): Particulars {
    const key = [call, object, length, waker, statement].join();
    let known = this.#known.get(key);
    if (known === undefined) {
      known = {
        object: this.objectOf(call, object),
        waker: this.#wakerOf(waker),
        lengthLog2: length,
        statement: this.#statementOf(statement),
        ...(this.#statements?.size ? { hasStatements: true } : {}),
      };
      this.#known.set(key, known);
    }
    return known;
  }

  /** Learns from keys that bear the threads' own names which have another than at their first switch, as those of Java. */
  learnNames(keys: Iterable<Pick<KeyMeaning, 'tid' | 'comm'>>): void {
    for (const { tid, comm } of keys)
      if (tid !== undefined && comm !== undefined && comm !== this.#taskOf(tid)[2]) this.#laterNames.set(tid, comm);
  }

  #statementOf(number: number | undefined): Statement | undefined {
    this.#statements ??= statementsOf(this.#values('@text'), this.#values('@query'));
    return number ? this.#statements.get(String(number)) : undefined;
  }

  /** What a key's `caller` stands for: words of the waiting thread's stack, the innermost first. */
  wordsOf(caller: number | undefined): StackWord[] {
    if (!caller) return [];
    if (!this.#hasWords) return [{ slot: undefined, address: caller }];
    const numbers = (this.#value('@callers', caller)?.match(/\d+/g) ?? []).map(BigInt);
    return numbers
      .filter((word) => word > 0)
      .map((word) => ({ slot: Number(word & 0xffn), address: Number(word >> 8n) }))
      .sort((a, b) => a.slot - b.slot);
  }

  /** The function at this address, as bpftrace names it; undefined: none. */
  callerName(caller: number | undefined): string | undefined {
    const name = NAME.exec(this.#value('@name', caller) ?? '')?.[1];
    return name === undefined || name.startsWith('0x') ? undefined : name;
  }

  /** What a call waits on; `object` is the key's number. */
  objectOf(call: number | undefined, object: number | undefined): WaitObject | undefined {
    if (call === undefined || !object) return undefined;
    if (this.#calls.futex.has(call)) return { kind: 'lock', address: object };
    return this.#calls.file.has(call) || this.#calls.poll.has(call) ? this.#fileOf(object) : undefined;
  }

  #fileOf(object: number): WaitObject | undefined {
    const [, modeText, , , folder = '', name = ''] = FILE.exec(this.#value('@file', object) ?? '') ?? [];
    if (modeText === undefined || name === EVENT_POLL) return undefined;
    const type = Number(modeText) & FileType.mask;
    if (type === FileType.socket) return { kind: 'socket', protocol: name.toLowerCase(), ...this.#peerOf(object) };
    if (type === FileType.fifo && name === '') return { kind: 'file', name: 'pipe', folder: undefined };
    return { kind: 'file', name, folder: folder === '/' || folder === name ? undefined : folder };
  }

  #peerOf(object: number): { peer: string | undefined; isOfClient?: true } {
    const [, family, address = '', port = 0, ownPort = 0] = PEER.exec(this.#value('@peer', object) ?? '') ?? [];
    if (family === undefined) {
      const pid = this.#value('@peerpid', object);
      return { peer: pid === undefined || pid === '0' ? undefined : `pid ${pid}` };
    }
    if (Number(port) === 0) return { peer: undefined };
    const swapped = ((Number(port) & 0xff) << 8) | (Number(port) >> 8);
    const isOfClient = swapped >= FIRST_PORT_OF_CLIENTS && Number(ownPort) < FIRST_PORT_OF_CLIENTS;
    const peer = Number(family) === Family.ipv6 ? `[${address}]:${swapped}` : `${address}:${swapped}`;
    return { peer, ...(isOfClient && { isOfClient }) };
  }

  #wakerOf(waker: number | undefined): Waker | undefined {
    if (waker === undefined || waker === 0 || !this.#hasWakers) return undefined;
    if (waker === INTERRUPT) return NO_THREAD;
    if (waker === TIMER) return { ...NO_THREAD, isTimer: true };
    const tid = tidOfWaker(waker);
    const comm = this.commOf(tid);
    const pid = this.processOf(tid);
    const stack = this.wakerStacks.get(waker);
    return { tid, pid, comm, ...(stack && { stack }) };
  }

  /** The name of a thread, its last one where it took another; undefined: the dump does not tell. */
  commOf(tid: number | undefined): string | undefined {
    return tid === undefined ? undefined : (this.#laterNames.get(tid) ?? this.#taskOf(tid)[2]);
  }

  /** The process of a thread; undefined: the dump does not tell. */
  processOf(tid: number): number | undefined {
    const [, pid] = this.#taskOf(tid);
    return pid === undefined ? undefined : Number(pid);
  }

  #taskOf(tid: number): readonly string[] {
    return TASK.exec(this.#value('@task', tid) ?? '') ?? [];
  }

  #value(map: string, key: number | undefined): string | undefined {
    const value = key === undefined ? undefined : this.#text.maps.get(map)?.threads.get(String(key))?.[0];
    return typeof value === 'string' ? value : undefined;
  }

  #values(map: string): Map<string, string> {
    const values = [...(this.#text.maps.get(map)?.threads ?? [])].map(([key, [value]]) => [key, value] as const);
    return new Map(values.filter((pair): pair is [string, string] => typeof pair[1] === 'string'));
  }
}
