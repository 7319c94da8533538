// How far to trust a run's data, in words, with the commands that mend it.

import type { OffcpuStats } from '../../offcpu/read/stats.ts';
import type { PerfStats } from '../../perf/stats.ts';
import { grouped } from '../../stacks/amounts.ts';
import { hasCpu } from '../artifacts.ts';
import type { OffcpuStacksChoice } from '../offcpu-stacks.ts';
import { causeText, type Identity, MOST_ERROR, ranNsOf } from '../render/identity.ts';
import { shellWord } from '../render/shell-words.ts';
import { eventText, isOfSwitches, mendOfCut } from '../render/summary.ts';
import type { Settings } from '../settings.ts';
import { mendOfCallers, mendOfOffcpuCallers, type TargetLanguage, unseenWaits } from '../target/language.ts';
import { hasFailed, type WorkloadEnd } from '../window/workload.ts';

export interface Trust {
  grade: 'good' | 'fair' | 'poor';
  points: TrustPoint[];
}

/** One thing to know of the data. */
export interface TrustPoint {
  what:
    | 'missing'
    | 'samples'
    | 'names'
    | 'callers'
    | 'depth'
    | 'loss'
    | 'short'
    | 'sum'
    | 'workload'
    | 'scope'
    | 'unseen';
  text: string;
  level: 'good' | 'fair' | 'poor';
  /** what to type, or to change */
  mend?: string | undefined;
}

export interface TrustFacts {
  settings: Settings;
  /** of the targets that live on */
  pids: readonly number[];
  /** of a part of the window, or of a target that ended before it: a longer recording would see no more */
  isShort: boolean;
  /** and is time off the CPU known of the whole window only? Then how bpftrace's stacks were found */
  sumsOf?: OffcpuStacksChoice['how'] | undefined;
  /** how perf unwound */
  callGraph: string;
  cpu: PerfStats | undefined;
  /** undefined: it has no stack, or was not recorded */
  offcpu: OffcpuStats | undefined;
  /** has the recording of time off the CPU failed? */
  hasOffcpuFailed: boolean;
  identity: Identity | undefined;
  /** of the threads' time, what waited for children to end; 0 to 1 */
  childrenShare: number;
  /** of the targets */
  languages: readonly TargetLanguage[];
  workload: WorkloadEnd | undefined;
  /** of the waits: `tokio:park` */
  meanings: readonly string[];
}

/** With fewer samples shares are rough. */
const FEW_SAMPLES = 100;
const SOME_SAMPLES = 400;
/** As measured: all cut stacks of a server that hashes ended in crypto/sha256.block. */
const IN_ASSEMBLER = ": Go's functions in assembler, as in crypto, keep no frame pointers";
/** Shares of weight: the page tells of the first and above, and warns of the second and above. */
const TOLD = 0.05;
const BAD = 0.25;

/** How far the reader may trust a run: its points, the worst of which is the grade. */
export function trustOf(facts: TrustFacts): Trust {
  const { cpu, offcpu, identity, settings } = facts;
  const points = [
    ...missingPoints(facts),
    ...workloadPoints(facts.workload),
    ...namesPoints(facts),
    ...(cpu ? pointsOfCpu(facts, cpu) : []),
    ...(cpu && identity ? shortPoints(identity, facts) : []),
    ...(offcpu ? pointsOfOffcpu(facts, offcpu) : []),
    ...(offcpu ? [...childrenPoints(facts), ...unseenPoints(facts)] : []),
    ...(identity ? [identityPoint(identity)] : []),
    ...(facts.sumsOf
      ? [
          {
            what: 'scope' as const,
            text: "A part of the window: bpftrace's off-CPU stacks are sums of all of it, and stand in its own report. Only switches that perf records, too, have times.",
            level: 'good' as const,
            // one with its own unwinder leaves the switches to perf where it follows children
            mend: `flame-record --mode both --off-cpu-stacks dwarf${facts.sumsOf === 'dw_ustack' ? ' --children' : ''}`,
          },
        ]
      : []),
    ...(settings.mode === 'cpu' && !facts.sumsOf
      ? [
          {
            what: 'scope' as const,
            text: 'Where it waited was not recorded.',
            level: 'good' as const,
            mend: 'flame-record --mode both',
          },
        ]
      : []),
  ];
  const has = (level: TrustPoint['level']): boolean => points.some((point) => point.level === level);
  return { grade: has('poor') ? 'poor' : has('fair') ? 'fair' : 'good', points };
}

/** What is wrong with the data, as lines for a terminal. The sum of its times has lines of its own. */
export function doubtLines({ points }: Trust): string[] {
  return points
    .filter(({ what, level }) => what === 'unseen' || (level !== 'good' && what !== 'sum'))
    .map(({ what, text, mend }) => {
      const kind = what === 'unseen' ? 'note' : 'warning';
      return `${kind}: ${text}${mend === undefined ? '' : ` ${mend}`}`;
    });
}

/** Nobody misses a sample by chance in a time that has so many. */
const EXPECTED_SAMPLES = 20;

/** A half that was asked for and is not there, though it would have something to tell. */
function missingPoints({ settings, cpu, identity, hasOffcpuFailed }: TrustFacts): TrustPoint[] {
  const missing = (text: string): TrustPoint => ({ what: 'missing', text, level: 'poor', mend: 'record it again' });
  if (hasOffcpuFailed) return [missing('Time off the CPU is missing, because its recording failed.')];
  const ranSeconds = identity ? ranNsOf(identity) / 1e9 : 0;
  return hasCpu(settings.mode) && !cpu && ranSeconds * settings.frequency > EXPECTED_SAMPLES
    ? [missing(`There is no sample of perf's, though the threads ran for ${ranSeconds.toFixed(2)} s.`)]
    : [];
}

function pointsOfCpu(facts: TrustFacts, stats: PerfStats): TrustPoint[] {
  const { settings, callGraph, languages, isShort } = facts;
  const { samples, weight, unresolvedWeight, truncatedWeight, losses, events } = stats;
  const names = events.filter(({ folded }) => folded).map(({ name }) => eventText(name));
  const error = 100 / Math.sqrt(Math.max(samples, 1));
  const points: TrustPoint[] = [
    {
      what: 'samples',
      text: `${samples} ${samples === 1 ? 'sample' : 'samples'} of ${names.join(', ')}: a share of 50 % is exact to ±${error.toFixed(1)} points.`,
      level: samples < FEW_SAMPLES ? 'poor' : samples < SOME_SAMPLES ? 'fair' : 'good',
      ...(samples < SOME_SAMPLES ? { mend: mendOfFew(settings, isShort) } : {}),
    },
  ];
  const ofTime = (part: number): number => share(part, weight);
  const isGo = languages.length > 0 && languages.every(({ language }) => language === 'Go');
  points.push(
    ...shareOf(
      'names',
      ofTime(unresolvedWeight),
      'the time on the CPU is in functions without a name',
      mendOfNames(facts),
    ),
    ...shareOf(
      'callers',
      ofTime(stats.cutWeight),
      `the stacks on the CPU have lost their outermost callers, so totals are too small${isGo ? IN_ASSEMBLER : ''}`,
      mendOfCallers(languages, mendOfCut(callGraph)),
      // nothing mends it, and shares of functions themselves are right
      isGo ? 'fair' : 'poor',
    ),
    ...shareOf(
      'depth',
      ofTime(truncatedWeight),
      'the stacks are deeper than perf records',
      'sysctl kernel.perf_event_max_stack=512',
      'fair',
    ),
  );
  if (losses.length > 0) {
    points.push({
      what: 'loss',
      text: `perf lost samples, and says: ${losses.join(' ')}`,
      level: 'fair',
      // the copies of the stack at each switch are the most that it writes
      mend: `flame-record ${facts.offcpu?.wholeWeight === undefined ? `--frequency ${Math.ceil(settings.frequency / 2)}` : '--off-cpu-stacks fp'}`,
    });
  }
  return points;
}

/** What runs in threads that end before perf's clock ticks is not among what runs hottest. */
function shortPoints({ short, threads }: Identity, { settings, callGraph }: TrustFacts): TrustPoint[] {
  const onCpuNs = threads.reduce((sum, thread) => sum + thread.onCpuNs - thread.recorderNs, 0);
  const wanted = (SAMPLES_A_THREAD * 1e9 * short.threads) / short.onCpuNs;
  // copies of the stack at more would be hundreds of megabytes a second
  const choices = callGraph.startsWith('dwarf') ? FREQUENCIES.slice(0, 1) : FREQUENCIES;
  const better = choices.find((one) => one >= wanted) ?? choices.at(-1);
  const whose =
    short.threads === 1
      ? "1 thread which ends or sleeps before perf's clock ticks: what it runs"
      : `${grouped(short.threads)} threads which end or sleep before perf's clock ticks: what they run`;
  return shareOf(
    'short',
    share(short.missedNs, onCpuNs),
    `the time on the CPU is that of ${whose} has too few samples`,
    better !== undefined && better > settings.frequency ? `flame-record --frequency ${better}` : undefined,
  );
}

const SAMPLES_A_THREAD = 3;
const FREQUENCIES = [999, 4999, 9999] as const;

/** Time without the workload is that of a program with nothing to do. */
function workloadPoints(workload: WorkloadEnd | undefined): TrustPoint[] {
  const { missed = 0, seconds, neededSeconds = 0 } = workload ?? {};
  if (!workload || missed <= TOLD) return [];
  const text =
    seconds === undefined
      ? 'The workload had ended before the window began: nothing of it was recorded.'
      : `The workload ended ${seconds.toFixed(1)} s into the window: ${percent(missed)} of it ran without.`;
  const mend = hasFailed(workload) ? undefined : `--workload, one that runs for ${Math.ceil(neededSeconds)} s`;
  return [{ what: 'workload', text, level: missed > BAD ? 'poor' : 'fair', mend }];
}

/** The options that runtimes need so that their functions have names. */
function namesPoints({ languages, pids }: TrustFacts): TrustPoint[] {
  const lacks = languages.flatMap(({ lacks: all }) => all.filter(({ what }) => what === 'names'));
  const byText = new Map(lacks.map((lack) => [lack.text, lack]));
  return Array.from(byText.values(), ({ text, mend }) => {
    return { what: 'names', text: `${text}.`, level: 'poor', mend: withPid(mend, pids) };
  });
}

/** A shell script's time is that of the programs it calls. */
function childrenPoints({ settings, childrenShare }: TrustFacts): TrustPoint[] {
  if (settings.followChildren || childrenShare <= TOLD) return [];
  const text = `${percent(childrenShare)} of the time waits for child processes, which are not recorded.`;
  return [{ what: 'unseen', text, level: 'good', mend: 'flame-record --children' }];
}

/** A command for one process, which is known if it is the only one. */
function withPid(mend: string, pids: readonly number[]): string {
  return pids.length === 1 ? mend.replace(/\bPID\b/, String(pids[0])) : mend;
}

function unseenPoints({ pids, languages, meanings }: TrustFacts): TrustPoint[] {
  return unseenWaits(languages, meanings).map(({ text, mend }) => ({
    what: 'unseen',
    text: `${text}.`,
    level: 'good',
    mend: mend && withPid(mend, pids),
  }));
}

function pointsOfOffcpu(facts: TrustFacts, stats: OffcpuStats): TrustPoint[] {
  const { languages, callGraph, settings } = facts;
  const { weight, lostWeight, unresolvedWeight, cutWeight, callerlessWeight, wholeWeight } = stats;
  const ofTime = (part: number): number => share(part, weight);
  // perf tells nothing of a child's first moments
  const hasAllSwitches = settings.offcpuStacks === 'dwarf' || (wholeWeight !== undefined && settings.followChildren);
  const ofSwitches = isOfSwitches(stats);
  return [
    ...shareOf(
      'loss',
      ofTime(lostWeight),
      'the time off the CPU has no stack',
      'flame-record --duration, a shorter one',
    ),
    ...shareOf(
      'names',
      ofTime(unresolvedWeight),
      'the time off the CPU is in functions without a name',
      mendOfNames(facts),
    ),
    ...shareOf(
      'callers',
      ofTime(cutWeight),
      'the time off the CPU has lost its outermost callers',
      hasAllSwitches && !ofSwitches
        ? undefined
        : mendOfOffcpuCallers(languages, ofSwitches ? mendOfCut(callGraph) : undefined),
      'fair',
    ),
    ...shareOf(
      'callers',
      ofTime(callerlessWeight),
      'the time off the CPU has lost the function that called libc: the one named may be its caller',
      wholeWeight === undefined ? mendOfOffcpuCallers(languages, undefined) : undefined,
      'fair',
    ),
  ];
}

/** What is wrong with a share of the weight, if it is large enough to tell. `worst`: the level of a large one. */
function shareOf(
  what: TrustPoint['what'],
  part: number,
  rest: string,
  mend: string | undefined,
  worst: 'fair' | 'poor' = 'poor',
): TrustPoint[] {
  const level = part > BAD ? worst : 'fair';
  return part > TOLD ? [{ what, text: `${percent(part)} of ${rest}.`, level, mend }] : [];
}

/** Undefined: the option that the runtime lacks is told above. The doctor examines processes that live. */
function mendOfNames(facts: TrustFacts): string | undefined {
  const { settings, pids } = facts;
  if (namesPoints(facts).length > 0) return undefined;
  // the backend has ended with its file; another one has the same binaries
  if (settings.sql) return `flame-record doctor --postgres ${shellWord(settings.sql.dsn)} --first`;
  return `flame-record doctor --pid ${pids[0] ?? 'PID, while it runs'}`;
}

function identityPoint(identity: Identity): TrustPoint {
  const { error, wrong, threads, lifeNs } = identity;
  const sum = `On-CPU, runnable, blocked and idle time add up to ${(100 * (1 + error)).toFixed(1)} % of ${(lifeNs / 1e9).toFixed(2)} s`;
  if (identity.cause) return { what: 'sum', text: `${sum}: ${causeText(identity)}.`, level: 'fair' };
  if (wrong.length === 0)
    return { what: 'sum', text: `${sum}.`, level: Math.abs(error) > MOST_ERROR ? 'fair' : 'good' };
  return { what: 'sum', text: `${sum}; those of ${wrong.length} of ${threads.length} threads do not.`, level: 'fair' };
}

function mendOfFew({ seconds, frequency }: Settings, isShort: boolean): string {
  if (isShort) return `flame-record --frequency ${10 * frequency + 9}`;
  return `flame-record --duration ${Math.max(30, Math.ceil(seconds) * 4)}`;
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

function percent(value: number): string {
  return `${(100 * value).toFixed(value < 0.1 ? 1 : 0)} %`;
}
