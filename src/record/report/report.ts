// The report: what a run found, as one value. The page, report.md and report.json all show it.

import type { NameLock } from '../../offcpu/table/particular-names.ts';
import { isNameless } from '../../stacks/frame-name.ts';
import { nameText } from '../../stacks/name-text.ts';
import { hasOffcpu } from '../artifacts.ts';
import type { OffcpuStacksChoice } from '../offcpu-stacks.ts';
import type { Comparison } from '../render/comparison.ts';
import type { CpuProfile } from '../render/cpu-profile.ts';
import type { Identity } from '../render/identity.ts';
import type { OffcpuProfile } from '../render/offcpu-profile.ts';
import { apartOf, functionShares, type Rank, topOf, unnamedOf } from '../render/top-functions.ts';
import type { Settings } from '../settings.ts';
import type { TargetLanguage } from '../target/language.ts';
import type { OwnCode } from '../target/own-code.ts';
import type { WorkloadEnd } from '../window/workload.ts';
import { type CallRow, callRows } from './calls.ts';
import { type Changes, changesOf } from './changes.ts';
import { type Split, splitOf } from './split.ts';
import { retiredThreads, type Threads, threadsOf, threadsOfSamples } from './threads.ts';
import { type Trust, trustOf } from './trust.ts';
import { heldUp, isForChild, type Waited, type WaitRow, waitedOf, waitRows } from './waits.ts';

/** Texts are UTF-8, times seconds, shares 0 to 1. */
export interface Report {
  format: 'flamepipe report';
  version: 1;
  title: string;
  /** facts about the recording, each with its name */
  facts: (readonly [string, string])[];
  /** what is wrong or partial */
  warnings: readonly string[];
  /** undefined: off-CPU time was not recorded */
  split: Split | undefined;
  /**
   * Why there is no off-CPU time. `sums`: this is a part of the window, and its stacks are sums of all of it; `unasked`:
   * the mode has none; `failed`: so did its recording. Undefined: there is some.
   */
  offcpuMissing: 'sums' | 'unasked' | 'failed' | undefined;
  /** on-CPU time alone; undefined: there is a split, or no such time */
  onCpuSeconds: number | undefined;
  /** what holds the program up, the longest first; then all waits */
  heldUp: WaitRow[];
  waits: WaitRow[];
  /** of fsync: how long whole calls took, which wait several times; the longest time first */
  calls: CallRow[];
  functions: Functions | undefined;
  threads: Threads | undefined;
  trust: Trust;
  /** what the workload said last */
  workload: readonly string[];
  /** since an earlier run */
  changes: Changes | undefined;
  commands: readonly string[];
  /** file names */
  pictures: readonly PictureFile[];
}

export interface PictureFile {
  title: string;
  file: string;
  folded: string;
}

export interface FunctionRow {
  name: string;
  /** the file name of the object; undefined: not known */
  object?: string;
  self: number;
  /** the function itself, and what libraries and the kernel do for it */
  nearest: number;
  total: number;
}

export interface Functions {
  /** all that perf took */
  samples: number;
  /** of time on the CPU that they stand for */
  seconds: number;
  /** of the target's own code; undefined: perf saw none of it */
  own: OwnFunctions | undefined;
  bySelf: FunctionRow[];
  byTotal: FunctionRow[];
  /** objects whose functions have no names, and the time spent in these: `[postgres]` */
  unnamed: { name: string; share: number }[];
}

export interface OwnFunctions {
  objects: readonly string[];
  /** of the time on the CPU that runs them, or what they call */
  share: number;
  /** the rest of that time, by the innermost function; the largest first */
  apart: { name: string; share: number }[];
  hottest: FunctionRow[];
  byTotal: FunctionRow[];
  /** all with more than a trace of time, because a later run may lack them */
  names: string[];
}

/** Functions with a smaller share in total have no more than a trace. */
const TRACE = 0.001;

export interface ReportParts {
  settings: Settings;
  title: string;
  facts: Report['facts'];
  warnings: readonly string[];
  /** of the targets that live on */
  pids: readonly number[];
  /** how perf unwound */
  callGraph: string;
  /** of a part of the window, or of a target that ended before it: a longer recording would see no more */
  isShort: boolean;
  /** and is time off the CPU known of the whole window only? Then how bpftrace's stacks were found */
  sumsOf: OffcpuStacksChoice['how'] | undefined;
  cpu: CpuProfile | undefined;
  offcpu: OffcpuProfile | undefined;
  identity: Identity | undefined;
  code: OwnCode;
  /** is the function neither libc's nor a runtime's? */
  isOfProgram(name: string): boolean;
  nameLock: NameLock;
  /** by thread id, latin1 */
  comms: ReadonlyMap<number, string>;
  /** of the targets */
  languages: readonly TargetLanguage[];
  workload: WorkloadEnd | undefined;
  /** with an earlier run */
  comparison: Comparison | undefined;
  commands: readonly string[];
  pictures: readonly PictureFile[];
}

const TOP = 20;

/** What report.json, report.md and the page of a run say: pure, of what was rendered. */
export function reportOf(parts: ReportParts): Report {
  const { settings, cpu, offcpu, identity, code, comms, isOfProgram, nameLock, workload, comparison } = parts;
  const waited = offcpu ? [...waitedOf(offcpu)] : [];
  const threads = identity
    ? threadsOf(identity, waited, comms, new Set(offcpu?.asleep))
    : cpu && threadsOfSamples(cpu, settings.frequency);
  const said = workload?.lastLines ?? [];
  const idle = new Set(threads && [...threads.idle.map(({ tid }) => tid), ...retiredThreads(threads, waited)]);
  const lifeSeconds = (identity?.lifeNs ?? 0) / 1e9;
  const recorded = new Set(identity?.threads.map(({ tid }) => tid));
  const isRecorded = (tid: number | undefined): boolean => settings.followChildren || recorded.has(tid ?? -1);
  const { rows: waits, alike } = waitRows(waited, { code, isOfProgram, lifeSeconds, nameLock, idle, isRecorded });
  const whyMissing = parts.sumsOf ? 'sums' : hasOffcpu(settings.mode) ? 'failed' : 'unasked';
  const offcpuMissing = offcpu ? undefined : whyMissing;
  const trust = trustOf({
    ...{ settings, callGraph: parts.callGraph, pids: parts.pids, isShort: parts.isShort, languages: parts.languages },
    ...{ sumsOf: parts.sumsOf, hasOffcpuFailed: offcpuMissing === 'failed' },
    meanings: waits.flatMap(({ meaning }) => meaning ?? []),
    workload,
    ...{ cpu: cpu?.stats, offcpu: offcpu?.stats, identity },
    childrenShare: identity && identity.lifeNs > 0 ? childrenNs(waited) / identity.lifeNs : 0,
  });
  return {
    ...{ format: 'flamepipe report', version: 1, title: parts.title, facts: parts.facts, warnings: parts.warnings },
    offcpuMissing,
    split: identity && splitOf(identity, waited),
    onCpuSeconds: identity || !cpu ? undefined : cpu.stats.weight / settings.frequency,
    heldUp: heldUp(alike),
    waits,
    calls: callRows(offcpu?.calls ?? []),
    functions: cpu && functionsOf(cpu, code, settings.frequency),
    threads,
    trust,
    changes: comparison && changesOf(comparison, code, waits, said, trust.points),
    ...{ workload: said, commands: parts.commands, pictures: parts.pictures },
  };
}

function childrenNs(waited: readonly Waited[]): number {
  const ofChildren = waited.filter(({ decision }) => isForChild(decision));
  return ofChildren.reduce((sum, { ns }) => sum + ns, 0);
}

function functionsOf({ byRoot, objects, stats }: CpuProfile, code: OwnCode, frequency: number): Functions {
  const shares = functionShares(byRoot, code);
  const rows = (all: typeof shares, by: Rank): FunctionRow[] =>
    topOf(all, TOP, by).map(({ name, self, own, total, isOwn }) => {
      const object = isOwn ? code.objectOf(name) : objects.get(name)?.[0]?.replace(/^.*\//, '');
      return {
        name: nameText(name),
        ...(object === undefined ? {} : { object: nameText(object) }),
        ...{ self, nearest: own, total },
      };
    });
  const own = shares.filter(({ isOwn }) => isOwn);
  const share = own.reduce((sum, one) => sum + one.own, 0);
  const ownRows = {
    objects: code.objects.map(nameText),
    share,
    apart: apartOf(shares)
      .slice(0, TOP)
      .map(({ name, apart }) => ({ name: nameText(name), share: apart })),
    hottest: rows(own, 'own'),
    byTotal: rows(own, 'total'),
    names: own.filter(({ name, total }) => total >= TRACE && !isNameless(name)).map(({ name }) => nameText(name)),
  };
  return {
    ...{ samples: stats.samples, seconds: stats.weight / frequency },
    own: own.length > 0 ? ownRows : undefined,
    ...{ bySelf: rows(shares, 'self'), byTotal: rows(shares, 'total') },
    unnamed: unnamedOf(shares).map(({ name, self }) => ({ name: nameText(name), share: self })),
  };
}
