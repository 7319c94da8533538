// Settings: what the user asked for, checked before flame-record starts anything.

import { UsageError } from '../engine/errors.ts';
import { checkedCallGraph, MOST_STACK_BYTES } from './call-graph.ts';
import type { OffcpuStacksWish } from './offcpu-stacks.ts';

export const MODES = ['cpu', 'offcpu', 'both'] as const;
export type Mode = (typeof MODES)[number];
/** What is recorded of those who end waits. */
export const WAKERS = ['threads', 'stacks'] as const;

/** A file to run in a session of its own: how to connect, and what to run. */
export interface SqlSource {
  dsn: string;
  file: string;
}

/** The settings of a run; times in seconds. */
export interface Settings {
  mode: Mode;
  seconds: number;
  warmupSeconds: number;
  /** samples a second */
  frequency: number;
  /** perf's --call-graph: fp, dwarf,SIZE or lbr; undefined: as suits the target */
  callGraph: string | undefined;
  /** perf's --call-graph in the run to compare with; undefined: there is none, or it has no samples */
  callGraphBefore: string | undefined;
  /** user stacks off the CPU; and what `auto` may take for them, in percent of a CPU */
  offcpuStacks: OffcpuStacksWish;
  maxOverhead: number;
  /** inlined functions as frames of their own, by the objects' debug information */
  inline: boolean;
  /** record those of a Postgres server? undefined: if possible */
  waitEvents: boolean | undefined;
  /** record the statements of a Postgres server, with each switch? */
  statements: boolean;
  /** record the stacks of threads that end waits, too? */
  wakerStacks: boolean;
  /** record processes that the targets fork off CPU, too? perf always follows them */
  followChildren: boolean;
  /** run the profilers with sudo? */
  sudo: boolean;
  label: string;
  outDir: string;
  title: string | undefined;
  /** the label of an earlier run */
  compare: string | undefined;
  /** the folder below which binaries are looked up; undefined: the root */
  symfs: string | undefined;
  /** a file to run in a session of its own, whose backend is profiled */
  sql: SqlSource | undefined;
  /** a shell line */
  workload: string | undefined;
  /** the program to start and profile, with its arguments */
  command: readonly string[] | undefined;
}

/** The options of flame-record that make the settings, by name. */
export interface SettingOptions {
  mode: Mode;
  duration: number;
  warmup: number | undefined;
  frequency: number;
  'call-graph': string;
  'off-cpu-stacks': OffcpuStacksWish;
  'max-overhead': number;
  'no-inline': boolean;
  'wait-events': boolean;
  'no-wait-events': boolean;
  statements: boolean;
  wakers: (typeof WAKERS)[number];
  children: boolean;
  sudo: boolean;
  label: string | undefined;
  'out-dir': string;
  title: string | undefined;
  compare: string | undefined;
  symfs: string | undefined;
  workload: string | undefined;
  postgres: string | undefined;
  sql: string | undefined;
}

const WARMUP_SECONDS = 2;
const LONGEST_LABEL = 100;
// baseline, 2024-06-01_12.30, fsync=off       the first character is no dot and no dash
const LABEL = /^[\p{L}\p{N}_][\p{L}\p{N}_.,+=@-]*$/u;

/** `now` names a run without --label. Throws UsageError for options that mean nothing, or contradict each other. */
export function settingsOf(options: SettingOptions, command: readonly string[], now: Date): Settings {
  const label = options.label ?? labelOf(now);
  const isAuto = options['call-graph'] === 'auto';
  const callGraph = isAuto ? undefined : checkedCallGraph(options['call-graph']);
  if (!(options.duration > 0)) throw new UsageError(`--duration takes seconds above 0, not "${options.duration}"`);
  checkLabel('--label', label);
  checkLabel('--compare', options.compare ?? label);
  if (options.compare === label)
    throw new UsageError(`--compare ${label}: that is this run's own label; name it anew with --label`);
  if (callGraph === undefined && !isAuto) {
    throw new UsageError(
      `--call-graph takes auto, fp, lbr, dwarf or dwarf,SIZE (a multiple of 8, at most ${MOST_STACK_BYTES}), not "${options['call-graph']}"`,
    );
  }
  const isDwarf = options['off-cpu-stacks'] === 'dwarf';
  if (isDwarf && options.mode === 'cpu') throw new UsageError('--off-cpu-stacks dwarf needs --mode both or offcpu');
  if (isDwarf && options.mode === 'offcpu' && command.length > 0)
    throw new UsageError(
      '--off-cpu-stacks dwarf needs --mode both for a COMMAND: bpftrace unwinds only programs that run already',
    );
  if (isDwarf && options.mode === 'both' && callGraph === 'lbr')
    throw new UsageError('--off-cpu-stacks dwarf goes with --call-graph fp or dwarf, not lbr');
  if (options['wait-events'] && options['no-wait-events'])
    throw new UsageError('choose one of --wait-events, --no-wait-events');
  if (options.statements && options.postgres === undefined)
    throw new UsageError('--statements needs --postgres DSN: a session of its own shows where the server keeps them');
  if (options.statements && options.mode === 'cpu') throw new UsageError('--statements needs --mode offcpu or both');
  if (options.wakers === 'stacks' && options.mode === 'cpu')
    throw new UsageError('--wakers stacks needs --mode offcpu or both');
  if (options.workload?.trim() === '') throw new UsageError('--workload takes a shell line, not ""');
  if (options.workload?.includes('\0')) throw new UsageError('--workload holds a NUL');
  if (options['out-dir'] === '') throw new UsageError('--out-dir takes a folder, not ""');
  return {
    mode: options.mode,
    seconds: options.duration,
    warmupSeconds: options.warmup ?? (options.workload === undefined ? 0 : WARMUP_SECONDS),
    frequency: options.frequency,
    callGraph,
    callGraphBefore: undefined,
    offcpuStacks: options['off-cpu-stacks'],
    maxOverhead: options['max-overhead'],
    inline: !options['no-inline'],
    waitEvents: options['wait-events'] ? true : options['no-wait-events'] ? false : undefined,
    statements: options.statements,
    wakerStacks: options.wakers === 'stacks',
    followChildren: options.children,
    sudo: options.sudo,
    label,
    outDir: options['out-dir'],
    title: options.title,
    compare: options.compare,
    symfs: options.symfs,
    sql: options.sql === undefined ? undefined : { dsn: options.postgres ?? '', file: options.sql },
    workload: options.workload,
    command: command.length > 0 ? command : undefined,
  };
}

/** Throws UsageError if the label can't name a folder. */
export function checkLabel(option: string, label: string): void {
  if (LABEL.test(label) && !label.includes('..') && label.length <= LONGEST_LABEL) return;
  throw new UsageError(
    `${option} names a folder: letters, digits and ._,+=@- (no "..", at most ${LONGEST_LABEL}), not ${JSON.stringify(label)}`,
  );
}

/** 20240601-123005, in local time */
export function labelOf(now: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  return `${day}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
}
