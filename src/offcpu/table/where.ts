// Whose wait is it? Per reason: the function of the program that waited, on which lock, file or peer, and who ended it.

import { HIDDEN } from '../../stacks/marks.ts';
import { LIBRARY_SOURCE } from '../../symbols/library-source.ts';
import type { OffcpuEntry, Statement, Waker } from '../entry.ts';
import { kindOf, type Reasons } from '../reason/reasons.ts';
import { addLengths, type Bucket } from './lengths.ts';
import { enderOf, type NameLock, objectOf, statementOf, wakerName } from './particular-names.ts';

/** Times are nanoseconds. */
export interface Place {
  /** the innermost function of the stack that is no library's; undefined: none has a name */
  function: string | undefined;
  /** where that one is hidden, the innermost one known to have called it; undefined: none is known */
  caller: string | undefined;
  object: string | undefined;
  /** the statement of a Postgres process; undefined: not recorded, or the wait was for the next one */
  statement: Statement | undefined;
  ns: number;
  /** from the wake-up to the CPU: not part of `ns` */
  queuedNs: number;
  waits: number;
  /** the longest single wait */
  maxNs: number;
  /** waits by length; empty where the dump does not know it */
  buckets: Map<number, Bucket>;
  /** who ended the waits, the most first; no waker has waits whose waker is unknown */
  wakers: PlaceWaker[];
}

export interface PlaceWaker {
  /** `thread rebuild` */
  name: string;
  /** the innermost function of its stack that is no library's; undefined: no stack was recorded, or none has a name */
  function: string | undefined;
  /** of the place's `ns` */
  ns: number;
  /** its stacks, innermost frame first; none where they were not recorded */
  stacks: { frames: readonly string[]; ns: number }[];
}

export interface ReasonPlaces {
  /** `[futex]` */
  reason: string;
  /** `Lock:tuple`; undefined: none is known, or the settings do not ask */
  meaning: string | undefined;
  ns: number;
  queuedNs: number;
  waits: number;
  /** the widest first */
  places: Place[];
}

interface Sum extends Omit<Place, 'wakers'> {
  wakers: Map<string, WakerSum>;
}

interface WakerSum extends Omit<PlaceWaker, 'stacks'> {
  stacks: Map<string, PlaceWaker['stacks'][number]>;
}

export interface PlaceSettings {
  nameLock: NameLock;
  /** the objects that a frame was found in, by its name, latin1; undefined: nobody looked at files */
  objects?: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  /** split reasons by what the wait means to the program */
  meaning: boolean;
}

/** All waits of the entries, by reason, function, object and statement. The widest first. */
export function placesOf(
  entries: Iterable<OffcpuEntry>,
  reasons: Reasons,
  { nameLock, objects, meaning: hasMeanings }: PlaceSettings,
): ReasonPlaces[] {
  const byReason = new Map<string, { head: Pick<ReasonPlaces, 'reason' | 'meaning'>; sums: Map<string, Sum> }>();
  for (const entry of entries) {
    // woken threads wait for the CPU because of what they had waited for
    const user = entry.user.map((frame) => reasons.frameOf(frame));
    const decision = reasons.decide({ ...entry, user, isRunnable: false });
    const { rule } = decision;
    if (rule.kind === 'cpu' || rule.kind === 'excluded') continue;
    const head = { reason: `[${rule.bracket}]`, meaning: hasMeanings ? decision.meaning?.label : undefined };
    const title = titleOf(head);
    const ofReason = byReason.get(title) ?? { head, sums: new Map<string, Sum>() };
    byReason.set(title, ofReason);
    const waker = enderOf(entry.particulars, rule.label);
    addTo(ofReason.sums, entry, {
      ...ownFunction(entry.user, reasons, objects),
      object: objectOf(entry, decision, nameLock),
      statement: statementOf(entry, kindOf(decision)),
      waker,
      wakersOwn: waker?.stack && ownFunction(waker.stack, reasons, objects).own,
    });
  }
  const rows = Array.from(byReason.values(), ({ head, sums }) => {
    const places = Array.from(sums.values(), placeOf).sort(byTime);
    const all = (member: 'ns' | 'queuedNs' | 'waits'): number => places.reduce((sum, place) => sum + place[member], 0);
    return { ...head, ns: all('ns'), queuedNs: all('queuedNs'), waits: all('waits'), places };
  });
  return rows.sort(byTime);
}

// /usr/lib/x86_64-linux-gnu/libc.so.6     /lib/libpthread-2.31.so     /lib64/ld-linux-x86-64.so.2     /lib/ld-musl-x86_64.so.1
const LIBC_FILE =
  /\/(?:lib(?:c|pthread|resolv|rt|dl|anl|nss_\w+)|ld(?:-linux|-musl)?[\w-]*)(?:-[\d.]+)?\.so(?:\.\d+)*$/;

/** Is this the file of libc, of a part of it, or of the dynamic linker? */
export function isLibc(path: string): boolean {
  return LIBC_FILE.test(path);
}

// /usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so     /opt/jdk-21/lib/libnet.so
const JVM_FILE = /\/lib(?:jvm|java|nio|jli)\.so$|\/(?:jvm|jdk|jre)[^/]*\/.*\/lib\w+\.so$/;

/** Is this libc, the JVM's or JDK's, or where the sources of libraries lie that are compiled into programs? */
export function isLibrary(object: string): boolean {
  return object === LIBRARY_SOURCE || isLibc(object) || JVM_FILE.test(object);
}

// py::fight:/srv/app.py      of the program; not Python's own: py::run:/usr/lib/python3.12/threading.py  py::f:<frozen os>
const OF_SCRIPT = /^py::(?!.*:(?:<frozen |.*\/lib(?:64)?\/python\d))/;

/** The innermost function that is no library's. One behind a hidden function need not be the one that waits. */
function ownFunction(
  user: readonly string[],
  { table }: Reasons,
  objects: PlaceSettings['objects'],
): Pick<OfPlace, 'own' | 'caller'> {
  const isLibrarys = (frame: string): boolean => {
    const found = objects?.get(frame);
    return found !== undefined && [...found].every(isLibrary);
  };
  const isScript = user.some((frame) => OF_SCRIPT.test(frame));
  const isOwn = (frame: string): boolean => {
    if (isScript && table.isOfInterpreter(frame)) return OF_SCRIPT.test(frame);
    return table.isOfProgram(frame) && !isLibrarys(frame);
  };
  const at = user.findIndex((frame) => frame === HIDDEN || isOwn(frame));
  if (user[at] !== HIDDEN) return { own: user[at], caller: undefined };
  return { own: undefined, caller: user.slice(at).find(isOwn) };
}

/** `[epoll] Lock:tuple` */
export function titleOf({ reason, meaning }: Pick<ReasonPlaces, 'reason' | 'meaning'>): string {
  return meaning === undefined ? reason : `${reason} ${meaning}`;
}

interface OfPlace {
  own: string | undefined;
  caller: string | undefined;
  object: string | undefined;
  statement: Statement | undefined;
  waker: Waker | undefined;
  wakersOwn: string | undefined;
}

function addTo(sums: Map<string, Sum>, entry: OffcpuEntry, of: OfPlace): void {
  const { own, caller, object, statement, waker, wakersOwn } = of;
  const { kind, pid, ns, count = 0, maxNs = 0, particulars } = entry;
  const key = [own, caller, object, statement?.queryId, statement?.text].join('\0');
  const sum = sums.get(key) ?? newSum(of);
  sums.set(key, sum);
  if (kind === 'runnable') {
    sum.queuedNs += ns;
    return;
  }
  sum.ns += ns;
  sum.waits += count;
  sum.maxNs = Math.max(sum.maxNs, maxNs);
  addLengths(sum.buckets, particulars?.lengthLog2, ns, count);
  if (waker) addWaker(sum.wakers, waker, wakerName(waker, pid), wakersOwn, ns);
}

function addWaker(
  sums: Map<string, WakerSum>,
  { stack }: Waker,
  name: string,
  own: string | undefined,
  ns: number,
): void {
  const key = `${name}\0${own ?? ''}`;
  const sum = sums.get(key) ?? { name, function: own, ns: 0, stacks: new Map() };
  sums.set(key, sum);
  sum.ns += ns;
  if (stack === undefined) return;
  const text = stack.join(';');
  const same = sum.stacks.get(text) ?? { frames: stack, ns: 0 };
  sum.stacks.set(text, same);
  same.ns += ns;
}

function newSum({ own, caller, object, statement }: OfPlace): Sum {
  const none = { ns: 0, queuedNs: 0, waits: 0, maxNs: 0 };
  return { function: own, caller, object, statement, ...none, buckets: new Map(), wakers: new Map() };
}

function placeOf({ wakers, ...sum }: Sum): Place {
  const found = Array.from(wakers.values(), (waker) => ({
    ...waker,
    stacks: [...waker.stacks.values()].sort(byTime),
  }));
  return { ...sum, wakers: found.sort(byTime) };
}

function byTime(a: { ns: number }, b: { ns: number }): number {
  return b.ns - a.ns;
}
