// The report's sentences and numbers, the same in the page, in Markdown and on a terminal.

import { withoutAlike } from '../../offcpu/table/alike-wakers.ts';
import { isUnnamedLock } from '../../offcpu/table/particular-names.ts';
import { grouped } from '../../stacks/amounts.ts';
import { JIT } from '../../stacks/stable-name.ts';
import { type CallRow, callsOf, syncersOf } from './calls.ts';
import type { FunctionRow, Functions, OwnFunctions, Report } from './report.ts';
import type { Split, SplitPart } from './split.ts';
import type { ThreadRow, Threads } from './threads.ts';
import type { Trust } from './trust.ts';
import { FIRST, isLost, type WaitRow } from './waits.ts';

/** How many functions stand in a short table. */
export const TOP = 10;

/** `12.3 s`, `4.2 ms`, `15 µs` */
export function secondsText(seconds: number): string {
  if (seconds >= 0.9995) return `${grouped(Number(seconds.toPrecision(3)))} s`;
  if (seconds >= 0.9995e-3) return `${Number((seconds * 1e3).toPrecision(3))} ms`;
  return `${Number((seconds * 1e6).toPrecision(2))} µs`;
}

/** '' for a time that is not known. */
export function timeText(seconds: number | undefined): string {
  return seconds === undefined ? '' : secondsText(seconds);
}

/** `12.3 %` */
export function shareText(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Of all time, and how much: `48.2 % (8.68 s)` */
export function partText({ share, seconds }: SplitPart): string {
  return `${shareText(share)} (${secondsText(seconds)})`;
}

/** `100 % is 24.1 s: 3 threads over the window.` */
export function splitBasis({ seconds, threads }: Split): string {
  return `100 % is ${secondsText(seconds)}: ${threads} ${threads === 1 ? 'thread' : 'threads'} over the window.`;
}

/** Who waits, and for what: `lookup waits for lock at 0x4c92a8` */
export function waitTitle(row: WaitRow): string {
  const { object, alike = 0, reason, meaning, kind } = row;
  // [eventpoll] is what the kernel calls any such file; an address tells less than the server's word for the lock
  const named = object === undefined || object.startsWith('[') ? undefined : object;
  const isAddress = named !== undefined && isUnnamedLock(named);
  const what =
    isAddress && meaning !== undefined ? `${meaning} (${named})` : (named ?? meaning ?? WHAT[reason] ?? row.text);
  const [idles, waits] =
    waiterText(row) === undefined && row.threads.length > 1 ? ['idle', 'wait'] : ['idles', 'waits'];
  return `${whoWaits(row)} ${kind === 'open' ? `${idles} or ${waits} for` : `${waits} for`} ${what}${alike > 0 ? ` and ${alike} more` : ''}`;
}

const MOST_THREADS = 2;

/** The function that waits, else the threads, those with the longest waits first: `threads order-0, order-1 and 2 more` */
export function whoWaits(row: WaitRow): string {
  const { threads } = row;
  const [first = 'without a name', ...others] = threads.slice(0, MOST_THREADS);
  const rest = threads.length > MOST_THREADS ? ` and ${threads.length - MOST_THREADS} more` : '';
  const names = others.length === 0 ? `thread ${first}` : `threads ${[first, ...others].join(', ')}${rest}`;
  return waiterText(row) ?? names;
}

/** What the reason of a wait is, unless its title says so. */
export function reasonWords(row: WaitRow): string[] {
  const words = row.meaning ?? row.text;
  return waitTitle(row).includes(words) ? [] : [words];
}

// of these, two waits of one function differ in what the kernel did
const MANIFOLD: ReadonlySet<string> = new Set(['[disk-io]', '[lock]', '[memory]', '[process]']);

/** What the kernel waited for, if the title tells no more than the reason does. */
export function kernelsWords(row: WaitRow): string[] {
  return MANIFOLD.has(row.reason) && onWhat(row).length === 0 ? [row.text] : [];
}

/** The function that waits, as far as it is known; undefined: nothing is. */
function waiterText({ function: name, isCaller, unnamedIn }: WaitRow): string | undefined {
  if (name !== undefined) return isCaller ? `a function called by ${name}` : name;
  return unnamedIn === undefined ? undefined : `code of ${unnamedIn} without a name`;
}

/** The statement of a wait, its object, its meaning, as far as they are known. */
export function onWhat({ statement, object, meaning }: WaitRow): string[] {
  return [...new Set([statement, object, meaning])].filter((text) => text !== undefined && text !== '') as string[];
}

/** What a wait is for, by its reason, if its object is not known. */
const WHAT: Readonly<Record<string, string>> = {
  '[futex]': 'a lock or condition',
  '[lock]': 'a lock of the kernel',
  '[fsync]': 'data to reach the disk',
  '[disk-io]': 'the disk',
  '[epoll]': 'any event',
  '[net-recv]': 'data from a peer',
  '[net-send]': 'a peer to take data',
  '[pipe]': 'a pipe',
  '[process]': 'another process',
  '[memory]': 'memory',
  '[other]': 'an unknown reason',
};

/**
 * `4.60 s in 1,512 waits, median 3.1 ms, 99th percentile 4.9 ms, longest 5.2 ms, then 15 ms for a CPU`,
 * `8.01 s in 1 wait, longest 435 ms, and 1 that had not ended, 7.57 s`, `7.57 s in 1 wait that had not ended`
 */
function waitLengths({ seconds, waits, unended, p50, p99, longest, queuedSeconds }: WaitRow): string {
  const counted = (count: number): string => ` in ${grouped(count)} ${count === 1 ? 'wait' : 'waits'}`;
  const alone = unended && `${counted(unended.waits)} that had not ended`;
  const parts = [
    `${secondsText(seconds)}${waits === undefined ? (alone ?? '') : counted(waits)}`,
    ...percentiles(p50, p99, longest),
    ...(waits !== undefined && unended
      ? [`and ${grouped(unended.waits)} that had not ended, ${secondsText(unended.seconds)}`]
      : []),
    ...(queuedSeconds > 0 ? [`then ${secondsText(queuedSeconds)} for a CPU`] : []),
  ];
  return parts.join(', ');
}

/** `1,247 calls of fdatasync by all callers, median 785 µs, 99th percentile 2.1 ms, longest 20 ms` */
function callText({ name, calls, p50, p99, longest }: CallRow, file: string | undefined, isShared: boolean): string {
  const on = file === undefined ? '' : ` on ${file}`;
  const by = isShared ? ' by all callers' : '';
  const count = `${grouped(calls)} ${calls === 1 ? 'call' : 'calls'} of ${name}${on}${by}`;
  return [count, ...percentiles(p50, p99, longest)].join(', ');
}

function percentiles(p50: number | undefined, p99: number | undefined, longest: number | undefined): string[] {
  return [
    ...(p50 === undefined ? [] : [`median ${secondsText(p50)}`]),
    ...(p99 === undefined ? [] : [`99th percentile ${secondsText(p99)}`]),
    ...(longest === undefined ? [] : [`longest ${secondsText(longest)}`]),
  ];
}

/** What the first screen says of a wait below its title: the statement, lengths, calls of fsync, who ended it. */
export function waitFacts(row: WaitRow, { calls, waits }: Report): string[] {
  const { statement } = row;
  const isShared = syncersOf(waits, row) > 1;
  return [
    ...(statement === undefined ? [] : [`in ${statement}`]),
    waitLengths(row),
    ...callsOf(calls, row).map((call) => callText(call, row.alike === undefined ? undefined : row.object, isShared)),
    wakersText(row),
  ].filter(Boolean);
}

/** Why calls have a table beside that of waits. */
export const ONE_CALL = 'one call waits several times, for pages, the journal, the disk';

const MOST_WAKERS = 3;
const LEAST_WAKER = 0.05;

/** Who ended these waits, most of them first; many of one kind are one, and chance is nobody. */
export function endersOf({ wakers }: WaitRow): WaitRow['wakers'] {
  return withoutAlike(wakers, MOST_WAKERS, 'share')
    .filter(({ share }) => share >= LEAST_WAKER)
    .slice(0, MOST_WAKERS);
}

/** `ended by thread rebuild (98 %)`, `ended by apache2 22811 and 8 more (97 %)`; '' if nobody knows. */
function wakersText(row: WaitRow): string {
  const shown = endersOf(row);
  if (shown.length === 0) return '';
  return `ended by ${shown.map(({ name, share }) => `${name} (${(100 * share).toFixed(0)} %)`).join(', ')}`;
}

/** What the first screen says of functions. */
export interface Hottest {
  title: string;
  /** are they the target's own, and their shares with what is done for them? */
  isOwn: boolean;
  rows: { share: number; row: FunctionRow }[];
}

/**
 * The hottest functions: the target's own, as far as any has a name; else all. The title tells of more in own code without
 * names, or, where no own function has one, in any, or the first row would seem to be the hottest.
 */
export function hottestOf({ own, bySelf, unnamed }: Functions, most: number = FIRST): Hottest {
  const isOwn = own !== undefined && own.hottest.length > 0;
  const rows = (isOwn ? own.hottest : bySelf)
    .slice(0, most)
    .map((row) => ({ row, share: isOwn ? row.nearest : row.self }));
  const first = rows[0]?.share ?? 0;
  const isRival = ({ name, share }: (typeof unnamed)[number]): boolean =>
    own?.objects.some((object) => name === `[${object}]`) || (!isOwn && share > first);
  const nameless = unnamed.filter(isRival);
  const share = nameless.reduce((sum, one) => sum + one.share, 0);
  const objects = nameless.map(({ name }) => name).join(', ');
  const beside = share > first ? `, beside ${shareText(share)} in code of ${objects} without names` : '';
  return { isOwn, title: `What runs hottest${isOwn ? ` in ${codeText(own)}` : ''}${beside}`, rows };
}

const MOST_UNNAMED = 5;

/** `13.5 % is in code whose functions have no names: [postgres] 13.5 %.`; '' if none is. */
function unnamedText({ own, unnamed }: Functions): string {
  const sum = unnamed.reduce((all, { share }) => all + share, 0);
  const objects = unnamed.slice(0, MOST_UNNAMED).map(({ name, share }) => `${name} ${shareText(share)}`);
  if (unnamed.length > MOST_UNNAMED) objects.push('…');
  const isAll = own?.hottest.length === 0 ? ` No function of ${codeText(own)} has a name.` : '';
  return `${sum === 0 ? '' : `${shareText(sum)} is in code whose functions have no names: ${objects.join(', ')}.`}${isAll}`.trim();
}

/** The shares of a hot function. */
export function hotText({ self, nearest, total }: FunctionRow): string {
  const rest = nearest - self;
  const others = rest > 0.0005 ? `, ${shareText(rest)} in libraries and the kernel for it` : '';
  return `${shareText(self)} itself${others}; ${shareText(total)} with all that it calls`;
}

// py::crunch:/srv/app.py     JS:renderPage /srv/a.js:5:20     long Shop.crunch     $shop:page/2     $'Elixir.Shop':page/2     $global::apply_fun_shared
const COMPILED: readonly (readonly [language: string, name: RegExp])[] = [
  ['Python', /^py::/],
  ['JavaScript', /^JS:/],
  ['Erlang', /^\$(?:[\w.]+|'[^']+'):/],
  ['Java', /^[\w$.]+(?:\[\])* [\w$.]+\.[\w$<>]+$/],
];

/** The files of the target's own code; of what a compiler made in memory the languages, if its functions tell. */
export function codeText({ objects, hottest }: Pick<OwnFunctions, 'objects' | 'hottest'>): string {
  const compiled = hottest.filter(({ object }) => object === JIT);
  const languages = compiled.map(({ name }) => COMPILED.find(([, pattern]) => pattern.test(name))?.[0] ?? JIT);
  const told = languages.length === 0 || languages.includes(JIT) ? [JIT] : [...new Set(languages)].sort();
  return objects.flatMap((object) => (object === JIT ? told : object)).join(', ');
}

const GRADES: Record<Trust['grade'], string> = {
  good: 'Good: the shares can be relied on.',
  fair: 'Fair: read the notes before you rely on small shares.',
  poor: 'Poor: mend what is named here first, then record again.',
};

export function gradeText({ grade }: Trust): string {
  return GRADES[grade];
}

/** The times of threads, as far as any is known. */
export function threadTimes({ rows }: Threads): ThreadTime[] {
  return THREAD_TIMES.filter(({ of }) => rows.some((row) => of(row) !== undefined));
}

interface ThreadTime {
  title: string;
  of(row: ThreadRow): number | undefined;
}

const THREAD_TIMES: readonly ThreadTime[] = [
  { title: 'lived', of: ({ seconds }) => seconds },
  { title: 'on CPU', of: ({ onCpu }) => onCpu },
  { title: 'for a CPU', of: ({ runnable }) => runnable },
  { title: 'blocked', of: ({ blocked }) => blocked },
  { title: 'undecided', of: ({ undecided }) => undecided },
  { title: 'idle, timers', of: ({ idle }) => idle },
];

/** `rebuild 17523`; perf may not print a thread's id. */
export function threadText({ name, tid }: ThreadRow): string {
  return tid < 0 ? name : `${name} ${tid}`;
}

/** `12 idle threads (tokio-runtime-w, GC) with 120 s between them are left out` */
export function idleText(idle: readonly ThreadRow[]): string {
  const names = [...new Set(idle.map(({ name }) => name))];
  const seconds = secondsText(idle.reduce((sum, thread) => sum + (thread.seconds ?? 0), 0));
  const count = idle.length === 1 ? '1 idle thread' : `${idle.length} idle threads`;
  const shown = names.slice(0, 5).join(', ') + (names.length > 5 ? ', …' : '');
  return `${count} (${shown}), ${seconds} together`;
}

/** A smaller share of the time is no queue. */
const LEAST_QUEUE = 0.05;

/** What is to say beside the waits that hold the program up: that the lack of CPUs does more, or that nothing does; else ''. */
function besideText({ split, heldUp }: Report): string {
  const queue = split?.parts.find(({ letter }) => letter === 'u');
  const held = heldUp.reduce((sum, { share }) => sum + share, 0);
  if (queue && queue.share >= Math.max(held, LEAST_QUEUE))
    return `Threads that could run waited ${secondsText(queue.seconds)} for a CPU, longer than for all else.`;
  return heldUp.length === 0 ? 'Nothing: no thread that works waited for anything.' : '';
}

/** What the first screen says of time on the CPU, if waits were not recorded. */
export function onCpuText({ onCpuSeconds, offcpuMissing }: Report): string {
  if (onCpuSeconds === undefined || offcpuMissing === undefined) return '';
  return `${secondsText(onCpuSeconds)} on the CPU; ${OFF_CPU_MISSING[offcpuMissing]}.`;
}

const OFF_CPU_MISSING: Record<NonNullable<Report['offcpuMissing']>, string> = {
  sums: 'time off it is known only of the whole window',
  unasked: 'time off it was not recorded, which --mode both does',
  failed: 'time off it is missing, because its recording failed',
};

/** Sums of parts differ from the whole by less. */
const LEAST_SECONDS = 1e-6;

const MOST_SLEEPERS = 3;
const LEAST_SLEEPER = 0.1;

/**
 * ` (retry 12 s, work 5 s)`: functions of the program that sleep between other work. A loop that tries again does, and a beat
 * that keeps time: nobody sees which. '' if none has a name, or each sleeps for a small part only.
 */
function sleepersText(waits: readonly WaitRow[]): string {
  const all = waits.filter(({ kind }) => kind === 'timer').reduce((sum, { seconds }) => sum + seconds, 0);
  const byName = new Map<string, number>();
  for (const { kind, isOwn, function: name, busySeconds } of waits)
    if (kind === 'timer' && isOwn && name !== undefined) byName.set(name, (byName.get(name) ?? 0) + busySeconds);
  const shown = [...byName]
    .filter(([, seconds]) => seconds > 0 && seconds >= LEAST_SLEEPER * all)
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_SLEEPERS)
    .map(([name, seconds]) => `${name} ${secondsText(seconds)}`);
  return shown.length === 0 ? '' : ` (${shown.join(', ')})`;
}

/** Explains the shares of waits, and tells the time of those that hold nothing up. */
export function basisOfWaits(report: Report): string {
  const { heldUp, waits } = report;
  const sum = (kind: WaitRow['kind']): number =>
    waits.filter((row) => row.kind === kind).reduce((all, { seconds }) => all + seconds, 0);
  const ofChildren = waits.reduce((all, { childSeconds }) => all + childSeconds, 0);
  const lost = waits.filter(isLost).reduce((all, { seconds }) => all + seconds, 0);
  const waitsOnly = waits
    .filter((row) => !isLost(row))
    .filter(({ kind }) => kind === 'wait' || kind === 'open')
    .reduce((all, { seconds, busySeconds, childSeconds }) => all + seconds - busySeconds - childSeconds, 0);
  const parts = [
    ...(sum('timer') > 0 ? [`${secondsText(sum('timer'))} of sleeping by timer${sleepersText(waits)}`] : []),
    ...(sum('idle') > 0 ? [`${secondsText(sum('idle'))} of waiting for work`] : []),
    ...(ofChildren > 0 ? [`${secondsText(ofChildren)} of waiting for recorded children`] : []),
    ...(lost > 0 ? [`${secondsText(lost)} off the CPU whose stacks were lost`] : []),
    ...(waitsOnly > LEAST_SECONDS ? [`${secondsText(waitsOnly)} of threads that do nothing but wait`] : []),
  ];
  return [
    besideText(report),
    ...(heldUp.length > 0 ? ["Shares are of all threads' time, with that for a CPU behind a wait."] : []),
    ...(parts.length > 0 ? [`Not among these: ${parts.join(', ')}.`] : []),
  ]
    .filter(Boolean)
    .join(' ');
}

/** What the shares of functions are of, and which parts of the time are in none of the table, or in none at all. */
export function basisOfFunctions(functions: Functions): string {
  const { samples, seconds } = functions;
  const count = `${grouped(samples)} ${samples === 1 ? 'sample' : 'samples'}`;
  const basis = `Shares are of the time on the CPU: ${count}, ${secondsText(seconds)}.`;
  return [basis, apartText(functions), unnamedText(functions)].filter(Boolean).join(' ');
}

/** A smaller share of the time needs no words. */
const LEAST_APART = 0.05;
const MOST_APART = 3;

/** `80 % is neither in go nor called by it: crypto/sha256.block 79.1 %, …`; '' if hardly any is. */
function apartText({ own }: Functions): string {
  if (own === undefined || own.hottest.length === 0 || 1 - own.share < LEAST_APART) return '';
  const rows = own.apart.slice(0, MOST_APART).map(({ name, share }) => `${name} ${shareText(share)}`);
  if (own.apart.length > MOST_APART) rows.push('…');
  return `${shareText(1 - own.share)} is neither in ${codeText(own)} nor seen to be called by it: ${rows.join(', ')}.`;
}

/** Explains the column `nearest`. */
export const NEAREST = 'counts a function with what libraries and the kernel do for it';
