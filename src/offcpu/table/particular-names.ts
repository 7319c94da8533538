// The names of a wait's particulars, in the table of --where and as frames. Latin1.

import { commFrame, frameText, isNameless } from '../../stacks/frame-name.ts';
import type { DataName } from '../../symbols/data-names.ts';
import {
  FIRST_PORT_OF_CLIENTS,
  type OffcpuEntry,
  type Particulars,
  type Statement,
  type Subject,
  type WaitObject,
  type Waker,
} from '../entry.ts';
import type { Decision } from '../reason/reasons.ts';
import type { Kind } from '../reason/rule-file.ts';
import { isLwlock } from '../reason/wait-event.ts';

/** The variable at an address of a process, or where it lies; undefined: not known. */
export type NameLock = (address: number, pid: number | undefined) => DataName | undefined;

/**
 * `lock registry_lock`, `heap condition 0x55e1c0`, `data/journal.log`, `tcp 127.0.0.1:5432`. `futex` is what a word of memory
 * is to those who wait for it.
 */
export function objectName(
  object: WaitObject,
  pid: number | undefined,
  nameLock: NameLock,
  futex: Futex = 'lock',
): string {
  if (object.kind === 'lock') {
    const { symbol, place } = nameLock(object.address, pid) ?? {};
    const address = `0x${object.address.toString(16)}`;
    if (symbol !== undefined) return `${futex} ${symbol}`;
    return place === undefined ? `${futex} at ${address}` : `${place} ${futex} ${address}`;
  }
  if (object.kind === 'file') return object.folder === undefined ? object.name : `${object.folder}/${object.name}`;
  return object.peer === undefined ? `${object.protocol} socket` : `${object.protocol} ${object.peer}`;
}

/**
 * What a wait was on, as objectName() names it; undefined: not known. A thread that parks waits on a word of its own,
 * which says nothing of the lock that it wants. Of Postgres' LWLocks the meaning, a wait event, names the lock.
 * `user` are the entry's frames; without them a condition of glibc has two addresses.
 */
export function objectOf(
  { particulars, pid, waitEvent = 0, user = [] }: Subject & Partial<Pick<OffcpuEntry, 'user'>>,
  { isParked, meaning }: Pick<Decision, 'isParked' | 'meaning'>,
  nameLock: NameLock,
): string | undefined {
  const object = particulars?.object;
  if (object?.kind === 'lock') {
    if (isLwlock(waitEvent)) return meaning?.label;
    if (isParked) return undefined;
    const [futex, calls] = FUTEXES.find(([, names]) => user.some((name) => names.test(name))) ?? [];
    if (futex !== 'condition') return objectName(object, pid, nameLock, futex);
    const within = user.slice(
      0,
      user.findIndex((name) => calls?.test(name)),
    );
    return objectName(conditionAt(object), pid, nameLock, isOfMutex(within) ? 'lock' : futex);
  }
  return object && objectName(object, pid, nameLock);
}

/**
 * May the functions that the call for a condition calls, innermost first, wait for the condition's mutex, which it takes before
 * it returns? Where libc has no symbols two or more of them do.
 */
function isOfMutex(within: readonly string[]): boolean {
  return within.some((name) => OF_MUTEX.test(name)) || within.filter(isNameless).length > 1;
}

// __lll_lock_wait     __pthread_mutex_cond_lock
const OF_MUTEX = /^_*(?:GI_+)?(?:lll_|pthread_mutex_)/;

type Futex = 'lock' | 'condition' | 'semaphore' | 'barrier';

/** Calls of libc that wait for something else than a lock. */
const FUTEXES: readonly (readonly [Futex, RegExp])[] = [
  // pthread_cond_wait     ___pthread_cond_clockwait     __pthread_cond_wait_common
  ['condition', /^_*pthread_cond_(?:wait|timedwait|clockwait)/],
  // sem_wait     __new_sem_wait_slow64.constprop.0
  ['semaphore', /^_*(?:new_)?sem_(?:wait|timedwait|clockwait)/],
  ['barrier', /^_*pthread_barrier_wait/],
];

/** In glibc two groups take turns to wait for a condition. Each has a word of four bytes, side by side. */
function conditionAt(word: Extract<WaitObject, { kind: 'lock' }>): WaitObject {
  return { ...word, address: word.address - (word.address % 8) };
}

/** A commit that no statement asked for, as of a background worker: it has no text. */
const COMMIT: Statement = { text: 'commit', queryId: undefined };
const COMMITS: ReadonlySet<string> = new Set([
  'CommitTransaction',
  'RecordTransactionCommit',
  'CommitTransactionCommand',
]);

/**
 * What a Postgres process executed while it waited, where the recording tells statements. A server that waits for work
 * executes none, though it still shows the last one.
 */
export function statementOf({ user, particulars }: OffcpuEntry, kind: Kind): Statement | undefined {
  if (kind === 'idle' || !particulars) return undefined;
  const { statement, hasStatements } = particulars;
  return statement ?? (hasStatements && user.some((name) => COMMITS.has(name)) ? COMMIT : undefined);
}

/** `thread rebuild` in the same process, `postgres 13517` in another; `timer` and `interrupt` for wakers without a tid. */
export function wakerName({ tid, pid, comm, isTimer }: Waker, ofPid: number | undefined): string {
  if (tid === undefined) return isTimer ? 'timer' : 'interrupt';
  if (pid !== undefined && ofPid !== undefined && pid !== ofPid) return `${comm ?? 'process'} ${pid}`;
  return `thread ${comm ?? tid}`;
}

/**
 * Who ended a wait with this reason; undefined: not known, or a device. Disks and timers wake in the context of any
 * thread that they find on their CPU, perhaps in a system call, so that thread is not the waker.
 */
export function enderOf(particulars: Particulars | undefined, label: string): Waker | undefined {
  const waker = ENDED_BY_DEVICES.test(label) ? undefined : particulars?.waker;
  const isInterrupt = waker?.tid === undefined && !waker?.isTimer;
  return isInterrupt && ENDED_BY_THREADS.test(label) ? undefined : waker;
}

const ENDED_BY_DEVICES = /^(?:disk|sleep|memory)\//;
// no interrupt lets go of a lock, though a timer ends a wait for one; bpf/offcpu.bt knows no process that it does not record
const ENDED_BY_THREADS = /^(?:process\/vfork$|lock\/)/;

/**
 * The frames behind the reason of a wait: its object, and the thread that ended it, with its stack,
 * innermost first, where that was recorded. Addresses, process ids and ports of clients differ from run to run, so frames
 * leave them out.
 */
export function particularFrames(subject: Subject, decision: Decision, nameLock: NameLock): string[] {
  const { kind, particulars } = subject;
  if (!particulars || kind === 'runnable' || kind === 'preempted') return [];
  const object = objectOf(subject, decision, nameLock);
  const frames = object === undefined ? [] : [frameText(stableObject(object))];
  const waker = enderOf(particulars, decision.rule.label);
  if (waker?.comm !== undefined) frames.push(`<- ${commFrame(waker.comm)}_[w]`);
  for (const name of waker?.stack ?? []) frames.push(`${frameText(name)}_[w]`);
  return frames;
}

/** The name without what differs from run to run: addresses, and the ports of clients. */
export function stableObject(name: string): string {
  const [, lock] = LOCK_AT.exec(name) ?? [];
  if (lock !== undefined) return lock;
  const [, peer, port] = PEER.exec(name) ?? [];
  return peer !== undefined && Number(port) >= FIRST_PORT_OF_CLIENTS ? peer : name;
}

/**
 * The name that files, clients, and locks which a program makes as it runs share with those that differ in numbers alone.
 * Another lock that the program was built with is another object, and so is another server.
 */
export function alikeObject(name: string): string {
  const [, lock] = LOCK_AT.exec(name) ?? [];
  if (lock !== undefined) return MADE_LOCK.test(lock) ? lock : name;
  const port = PEER.exec(name)?.[2];
  const isServer = port !== undefined && Number(port) < FIRST_PORT_OF_CLIENTS;
  return isServer || ADDRESS.test(name) ? name : name.replace(NUMBERS, '');
}

/** Has the lock no name but its address? */
export function isUnnamedLock(name: string): boolean {
  return LOCK_AT.test(name);
}

// lock at 0x559835e42140     heap condition 0x559835e42140
const LOCK_AT = /^(.*\b(?:lock|condition|semaphore|barrier))(?: at)? 0x[0-9a-f]+$/;
/** In each connection, request or call. */
const MADE_LOCK = /^(?:heap|stack|memory) (?:lock|condition|semaphore|barrier)$/;
// Python:Lock (heap lock 0x7f756c000b70)
const ADDRESS = /0x[0-9a-f]+/;
// root/journal.12
const NUMBERS = /\d+/g;
// tcp 127.0.0.1:40210     tcp [::1]:40210
const PEER = /^(\S+ \S+):(\d+)$/;
