// The waits of a run: their reason, their function of the program, the lock or file, their length, and who ended them.

import { letterOfMeaning, WAITS, waitBit } from '../../flamegraph/colours/waits.ts';
import type { OffcpuEntry, Waker } from '../../offcpu/entry.ts';
import { type Decision, kindOf } from '../../offcpu/reason/reasons.ts';
import type { Kind } from '../../offcpu/reason/rule-file.ts';
import { addLengths, type Bucket, quantile } from '../../offcpu/table/lengths.ts';
import {
  alikeObject,
  enderOf,
  type NameLock,
  objectOf,
  statementOf,
  wakerName,
} from '../../offcpu/table/particular-names.ts';
import { isNameless } from '../../stacks/frame-name.ts';
import { HIDDEN } from '../../stacks/marks.ts';
import { nameText } from '../../stacks/name-text.ts';
import { stableName } from '../../stacks/stable-name.ts';
import type { OffcpuProfile } from '../render/offcpu-profile.ts';
import type { OwnCode } from '../target/own-code.ts';

/** A stack off the CPU, with the decision about it. */
export interface Waited {
  kind: Kind;
  /** `[futex]` */
  reason: string;
  /** what the reason is, in words */
  text: string;
  meaning: string | undefined;
  /** the letter of its group's colours; see flamegraph/colours/waits.ts */
  letter: string;
  group: string;
  decision: Decision;
  ns: number;
  /** undefined: a thread that slept through the window */
  entry: OffcpuEntry | undefined;
}

const OTHER = WAITS.find(({ letter }) => letter === 'o') as (typeof WAITS)[number];

/** Each distinct wait with its reason. A thread that was woken counts to what it had waited for. */
export function* waitedOf({ classified, reasons }: OffcpuProfile): Generator<Waited> {
  for (const { stack, entry, ns, decision: decided } of classified.account.decisions()) {
    // woken threads wait for the CPU because of what they had waited for
    const decision = stack.isRunnable ? reasons.decide({ ...stack, isRunnable: false }) : decided;
    const { rule, meaning } = decision;
    const reason = `[${rule.bracket}]`;
    const family = familyOf(reason, meaning?.label ?? '');
    yield {
      kind: stack.isRunnable ? 'cpu' : kindOf(decision),
      ...{ reason, text: rule.text, meaning: meaning?.label },
      ...{ letter: family.letter, group: family.meaning, decision, ns, entry },
    };
  }
}

function familyOf(reason: string, meaning: string): (typeof WAITS)[number] {
  const byMeaning = letterOfMeaning(meaning);
  const own = WAITS.find(({ letter, bits }) => (byMeaning ? letter === byMeaning : bits === waitBit(reason)));
  return own ?? OTHER;
}

/** Times in seconds. Texts UTF-8. */
export interface WaitRow {
  /** `open`: perhaps it waits for work */
  kind: 'wait' | 'open' | 'timer' | 'idle';
  reason: string;
  text: string;
  meaning?: string;
  letter: string;
  /** the nearest function of the program; undefined: none has a name */
  function?: string;
  /** is it only known that this function called the one that waits? */
  isCaller?: true;
  /** the object of the target's own code that waits, where none of its functions in the stack has a name: `[app]` */
  unnamedIn?: string;
  /** the name of its threads without their numbers, where nothing else tells who waits: `worker-` */
  pool?: string;
  /** does the target's own code wait? */
  isOwn: boolean;
  /** the lock, file or peer */
  object?: string;
  /** how many more of these, whose names differ in numbers alone, are in the row */
  alike?: number;
  /** of Postgres, without constants */
  statement?: string;
  seconds: number;
  /** the part of it of threads that do more than wait, `childSeconds` apart */
  busySeconds: number;
  /** the part of it that waits for a process to end which is recorded, too: what that one does is in other rows */
  childSeconds: number;
  /** the share of all threads' time */
  share: number;
  /** from the wake-up to the CPU: on top of `seconds`; and its share of all threads' time */
  queuedSeconds: number;
  queuedShare: number;
  /** those that ended; `p50`, `p99` and `longest` are theirs */
  waits?: number;
  /** those that the end of the window cut, as far as they say more than the others; their time is in `seconds` */
  unended?: { waits: number; seconds: number };
  p50?: number;
  p99?: number;
  longest?: number;
  /** who ended the waits, and how much of the time, the most first */
  wakers: { name: string; share: number }[];
  threads: string[];
}

type Derived = 'wakers' | 'threads' | 'share' | 'queuedShare' | 'waits' | 'unended' | 'longest' | 'object';
interface Sum extends Omit<WaitRow, Derived> {
  waits: number;
  unended: { waits: number; seconds: number };
  longest: number;
  wakers: Map<string, number>;
  comms: Map<string, number>;
  objects: Map<string, number>;
  buckets: Map<number, Bucket>;
}

export interface WaitSettings {
  code: OwnCode;
  /** is the function neither libc's nor a runtime's? */
  isOfProgram(name: string): boolean;
  /** of all threads */
  lifeSeconds: number;
  nameLock: NameLock;
  /** ids of threads that do nothing but wait */
  idle: ReadonlySet<number>;
  /** is the thread of this id recorded, too? undefined: one that nobody knows, as of a wait that lasts */
  isRecorded(tid: number | undefined): boolean;
}

const CHILD_WAITS: ReadonlySet<string> = new Set(['process/wait', 'process/vfork']);

/** Is it a wait for a child of the process? */
export function isForChild({ rule }: Decision): boolean {
  return CHILD_WAITS.has(rule.label);
}

// order-0     http-nio-8080-e     GC_Thread#3
const NUMBERS = /\d+/g;

export interface WaitRows {
  rows: WaitRow[];
  /** files and clients whose names differ in numbers alone are one */
  alike: WaitRow[];
}

/** The longest first; without threads that slept through the window. */
export function waitRows(
  all: Iterable<Waited>,
  { code, isOfProgram, lifeSeconds, nameLock, idle, isRecorded }: WaitSettings,
): WaitRows {
  const sums = new Map<string, Sum>();
  const sumsAlike = new Map<string, Sum>();
  for (const waited of all) {
    const { decision, entry, reason, text, letter, meaning } = waited;
    const kind = kindOf(decision);
    if (entry === undefined || kind === 'cpu' || kind === 'excluded') continue;
    const own = entry.user.filter(code.isOwn);
    const frame = own.find((name) => !isNameless(name)) ?? entry.user.find(isOfProgram);
    const place = frame && stableName(frame);
    const unnamedIn = place === undefined && own[0] !== undefined ? stableName(own[0]) : undefined;
    const isCaller = frame !== undefined && isBehindHidden(entry.user, frame, isOfProgram);
    const found = objectOf(entry, decision, nameLock);
    const object = found && nameText(found);
    const statement = statementOf(entry, kind)?.text;
    const pool = (place ?? unnamedIn) === undefined ? entry.comm?.replace(NUMBERS, '') : undefined;
    const keys = [decision.rule.label, meaning, place, isCaller, unnamedIn, pool, statement];
    const made = (): Sum => ({
      ...{
        kind,
        reason,
        text,
        letter,
        isOwn: place === undefined ? unnamedIn !== undefined : code.isOwn(place),
        seconds: 0,
        busySeconds: 0,
        childSeconds: 0,
        queuedSeconds: 0,
        waits: 0,
        longest: 0,
        unended: { waits: 0, seconds: 0 },
      },
      ...(meaning === undefined ? {} : { meaning: nameText(meaning) }),
      ...(place === undefined ? {} : { function: nameText(place) }),
      ...(isCaller ? { isCaller } : {}),
      ...(unnamedIn === undefined ? {} : { unnamedIn: nameText(unnamedIn) }),
      ...(pool === undefined ? {} : { pool: nameText(pool) }),
      ...(statement === undefined ? {} : { statement: nameText(statement) }),
      ...{ wakers: new Map(), comms: new Map(), objects: new Map(), buckets: new Map() },
    });
    const waker = enderOf(entry.particulars, decision.rule.label);
    const wakersOwn = waker?.stack?.find(isOfProgram);
    const part =
      isForChild(decision) && isRecorded(waker?.tid)
        ? 'childSeconds'
        : idle.has(entry.tid ?? -1)
          ? undefined
          : 'busySeconds';
    const targets = [[sums, object] as const, [sumsAlike, object && alikeObject(object)] as const];
    for (const [into, name] of targets) {
      const key = [...keys, name].join('\0');
      const sum = into.get(key) ?? made();
      into.set(key, sum);
      addTo(sum, entry, waker, wakersOwn);
      if (object !== undefined) sum.objects.set(object, (sum.objects.get(object) ?? 0) + entry.ns);
      if (entry.kind !== 'runnable' && part) sum[part] += entry.ns / 1e9;
    }
  }
  const rowsOf = (all: ReadonlyMap<string, Sum>): WaitRow[] =>
    Array.from(all.values(), (sum) => rowOf(sum, lifeSeconds)).sort((a, b) => b.seconds - a.seconds);
  return { rows: rowsOf(sums), alike: rowsOf(sumsAlike) };
}

/** Does a hidden function stand between the wait and the first known one of the program, which is this frame? */
function isBehindHidden(user: readonly string[], frame: string, isOfProgram: (name: string) => boolean): boolean {
  const hidden = user.indexOf(HIDDEN);
  return hidden >= 0 && hidden < user.indexOf(frame) && user.find(isOfProgram) === frame;
}

function addTo(sum: Sum, entry: OffcpuEntry, waker: Waker | undefined, wakersOwn: string | undefined): void {
  const { kind, ns, count = 0, maxNs = 0, comm, pid, particulars } = entry;
  const seconds = ns / 1e9;
  if (kind === 'runnable') {
    sum.queuedSeconds += seconds;
    return;
  }
  sum.seconds += seconds;
  if (kind === 'in-progress') {
    sum.unended.waits++;
    sum.unended.seconds += seconds;
  } else {
    sum.waits += count;
    sum.longest = Math.max(sum.longest, maxNs / 1e9);
  }
  if (comm !== undefined) sum.comms.set(comm, (sum.comms.get(comm) ?? 0) + ns);
  addLengths(sum.buckets, particulars?.lengthLog2, ns, count);
  if (!waker) return;
  const name = `${wakerName(waker, pid)}${wakersOwn === undefined ? '' : ` in ${wakersOwn}`}`;
  sum.wakers.set(name, (sum.wakers.get(name) ?? 0) + seconds);
}

function rowOf(
  { wakers, comms, objects, buckets, waits, longest, unended, ...sum }: Sum,
  lifeSeconds: number,
): WaitRow {
  const [p50, p99] = [0.5, 0.99].map((share) => quantile(buckets, share));
  const [object] = largest(objects)[0] ?? [];
  return {
    ...sum,
    ...(object === undefined ? {} : { object }),
    ...(objects.size > 1 ? { alike: objects.size - 1 } : {}),
    share: lifeSeconds > 0 ? sum.seconds / lifeSeconds : 0,
    queuedShare: lifeSeconds > 0 ? sum.queuedSeconds / lifeSeconds : 0,
    ...(waits > 0 ? { waits, longest } : {}),
    ...(isTold(unended, sum.seconds, longest) ? { unended } : {}),
    ...(p50 === undefined || p99 === undefined ? {} : { p50: p50 / 1e9, p99: p99 / 1e9 }),
    wakers: largest(wakers).map(([name, seconds]) => ({ name: nameText(name), share: seconds / (sum.seconds || 1) })),
    threads: largest(comms).map(([comm]) => nameText(comm)),
  };
}

/** A part of the time that the lengths of the others would hide, or one that is longer than these. */
function isTold(unended: Sum['unended'], seconds: number, longest: number): boolean {
  const { waits, seconds: cut } = unended;
  return waits > 0 && (cut >= LEAST_UNENDED * seconds || cut / waits > longest);
}

const LEAST_UNENDED = 0.05;

function largest(sums: ReadonlyMap<string, number>): [string, number][] {
  return [...sums].sort(([, a], [, b]) => b - a);
}

/** A smaller share is shown as 0.0 %. */
const LEAST = 0.0005;

/** The share of a wait with the time for a CPU that followed: on a busy machine short waits cost more than they last. */
export function heldShare({ share, queuedShare }: WaitRow): number {
  return share + queuedShare;
}

/** Did the recorder lose the stacks, which tell what it waited for? */
export function isLost({ reason }: Pick<WaitRow, 'reason'>): boolean {
  return reason === '[no-stack]';
}

/** How many waits and functions stand on the first screen. */
export const FIRST = 3;

/**
 * The waits that hold the program up, or may, by the time until the thread ran on. Those by intent, such as sleeping,
 * those of idle threads, those of nobody knows what, and those for children that are recorded themselves do not. The
 * largest that does for certain is among the first, however many may.
 */
export function heldUp(rows: readonly WaitRow[]): WaitRow[] {
  const held = ({ busySeconds, queuedSeconds }: WaitRow): number => busySeconds + queuedSeconds;
  const sorted = rows
    .filter(({ kind, busySeconds }) => (kind === 'wait' || kind === 'open') && busySeconds > 0)
    .filter((row) => heldShare(row) >= LEAST && !isLost(row))
    .sort((a, b) => held(b) - held(a));
  const certain = sorted.findIndex(({ kind }) => kind === 'wait');
  if (certain >= FIRST) sorted.splice(FIRST - 1, 0, ...sorted.splice(certain, 1));
  return sorted;
}
