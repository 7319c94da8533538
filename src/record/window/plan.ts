// The plan: from settings to the command lines that record. Those who run them decide nothing more.

import { artifactIn, hasCpu, hasOffcpu, objectsFolder } from '../artifacts.ts';
import { type CallGraph, switchArgsOf } from '../call-graph.ts';
import type { OffcpuStacksChoice } from '../offcpu-stacks.ts';
import type { Settings } from '../settings.ts';
import { type StatementPlaces, statementArguments } from '../target/statements.ts';
import type { WaitEvents } from '../target/wait-events.ts';
import { programEdits, type Registers } from './program-edits.ts';

/** Facts about target and machine that the plan depends on. */
export interface Environment {
  /** of the targets; empty: the target is yet to start */
  pids: readonly number[];
  /** does the target begin with the window? Until then it is a shell */
  isHeld?: boolean;
  /** with --children: their descendants that lived when the profilers attached */
  family?: readonly number[] | undefined;
  /** the run's folder while the run goes on */
  folder: string;
  /** bpf/offcpu.bt */
  program: string;
  /** the machine for which its lines that need BTF can run here; undefined: none of them can */
  registers: Registers | undefined;
  /** has it tracepoints of system calls? */
  hasCallEvents: boolean;
  /** has bpftrace dw_ustack(), and can it be used for these targets? */
  canUnwind: boolean;
  /** is there a setpriv that knows --pdeathsig? */
  hasSetpriv: boolean;
  /** has this machine a cycle counter? */
  hasCycles: boolean;
  /** may we read where the kernel's functions lie? */
  hasKernelSymbols: boolean;
  /** how perf unwinds */
  callGraph: CallGraph;
  /** do frame pointers lead nowhere in this target? */
  isBare?: boolean;
  /** who finds user stacks off the CPU */
  offcpuStacks: OffcpuStacksChoice;
  symfs: string | undefined;
  /** has the run kept files of which other builds stand in their places now? */
  hasOldBuilds?: boolean;
  /** a tree of all files, with those that the run has kept in their places; undefined: there is none, or needs none */
  oldRoot?: string | undefined;
  /** does the target see another root than we do, within our mount namespace? */
  isChrooted: boolean;
  /** of a Postgres server, recorded with each switch; a text: why not; undefined: no such server */
  waitEvents?: WaitEvents | string | undefined;
  /** commands that make runtimes tell the names of their functions when the window ends */
  asks?: readonly (readonly string[])[];
  /** where the server keeps its statements; undefined: they are not recorded */
  statements?: StatementPlaces | undefined;
  /** the command of a filter of this package */
  tool(name: string): readonly string[];
}

/** A command to start, with what it needs besides its arguments. */
export interface ProfilerCommand {
  argv: readonly string[];
  /** its stdout and stderr */
  output: string;
  errors: string;
  /** lines on stdout that say: recording has begun, has ended */
  begins?: RegExp;
  ends?: RegExp;
}

/** A pipe of commands, whose last one writes into a file. */
export interface Step {
  /** what a person reads */
  what: string;
  stages: readonly (readonly string[])[];
  output: string;
}

const UNSTARTED = 'PID';
const STATEMENT_NUMBERS = 6;
const MAP_KEYS = '65536';
/** How many processes bpf/offcpu.bt takes as operands. */
const OPERAND_PIDS = 9;
/** What a profiler may need besides the window: to attach, and to print. */
const GRACE_SECONDS = 660;

export function eventOf({ hasCycles }: Environment): 'cycles' | 'cpu-clock' {
  return hasCycles ? 'cycles' : 'cpu-clock';
}

/** What a person should know of this environment. */
export function notesOn({ mode }: Settings, environment: Environment): string[] {
  const { waitEvents } = environment;
  const notes = hasCpu(mode) && !environment.hasCycles ? ['no cycle counter here: sampling cpu-clock'] : [];
  if (hasCpu(mode)) notes.push(callGraphText(environment.callGraph));
  if (hasOffcpu(mode)) notes.push(...registersNotes(environment));
  if (typeof waitEvents === 'string') notes.push(`no wait events: ${waitEvents}`);
  if (typeof waitEvents === 'object') notes.push(`a server of Postgres ${waitEvents.version}: its wait events, too`);
  if (environment.statements) notes.push(statementsNote(environment.statements));
  return [...notes, ...chrootNotes({ mode }, environment)];
}

function registersNotes({ registers }: Environment): string[] {
  if (registers === 'x86-64') return [];
  if (registers === 'arm64')
    return ['arm64: nobody has tried yet whether locks, files, callers and wakers are right here'];
  return ['no BTF of this kernel: locks, files, callers and wakers are missing; times, stacks and reasons are right'];
}

function statementsNote({ query }: StatementPlaces): string {
  const ids = query === 0 ? ', without query ids' : '';
  return `its statements, too${ids}: offcpu.raw holds them with their constants, no other file does`;
}

export function callGraphText({ how, why }: CallGraph): string {
  return `call graph: ${how} (${why})`;
}

export function offcpuStacksText({ how, why }: OffcpuStacksChoice): string {
  return `stacks off the CPU: ${how} (${why})`;
}

/** What a target in a chroot lacks: bpftrace opens /proc/PID/root/PATH, where PATH already begins with that root. */
export function chrootNotes({ mode }: Pick<Settings, 'mode'>, { isChrooted }: Environment): string[] {
  return isChrooted && hasOffcpu(mode)
    ? ['the target lives in a chroot: bpftrace finds no names for its user frames; perf does']
    : [];
}

/**
 * The words before a profiler's command: sudo if the user wants it, and a program that ends the profiler should
 * flame-record be killed. setpriv does so at once. timeout does it later: below sudo, whose own death nobody notices,
 * and without a setpriv that can.
 */
function guard({ sudo, seconds }: Settings, { hasSetpriv }: Environment): string[] {
  if (hasSetpriv && !sudo) return ['setpriv', '--pdeathsig', 'KILL'];
  const most = String(Math.ceil(seconds) + GRACE_SECONDS);
  return [...asRoot(sudo), 'timeout', '--foreground', '--signal=INT', most];
}

/** sudo must not ask for a password: it has no terminal. */
export function asRoot(sudo: boolean): string[] {
  return sudo ? ['sudo', '-n'] : [];
}

/** perf, started disabled: it records from `enable` to `disable` on its stdin, and answers on its stdout. */
export function perfCommand(settings: Settings, environment: Environment): ProfilerCommand | undefined {
  if (!hasCpu(settings.mode)) return undefined;
  const argv = [
    ...guard(settings, environment),
    ...samplingArgv(settings, environment, artifactIn(environment.folder, 'perfData'), hasSwitches(environment)),
    ...['--delay=-1', '--control=fd:0,1'],
  ];
  const log = artifactIn(environment.folder, 'perfLog');
  return { argv, output: log, errors: log };
}

/** What perf records of each switch, with its stack. */
export const SWITCH_EVENT = 'sched:sched_switch';

/** Does perf record the switches, too, with their stacks? */
export function hasSwitches({ offcpuStacks }: Environment): boolean {
  return offcpuStacks.how === 'dwarf';
}

/** The perf record that samples the target into `output`. */
function samplingArgv(
  { frequency }: Settings,
  environment: Environment,
  output: string,
  withSwitches = false,
): string[] {
  const event = eventOf(environment);
  // -F would leave out most switches; a buffer of 16 MiB lost none up to 5,000 switches a second. With -z perf 6.1
  // writes what it can't read where stacks compress badly (64 KiB a record).
  const events = withSwitches
    ? [
        '-m',
        '16M',
        '-e',
        `${event}/freq=${frequency}/`,
        ...switchArgsOf(environment.callGraph, SWITCH_EVENT),
        '--switch-events',
      ]
    : ['-e', event, '-F', String(frequency)];
  return [
    ...['perf', 'record', ...events],
    ...['--call-graph', environment.callGraph.how],
    // the clock of bpftrace's nsecs and of Node: the windows can be compared
    ...['-k', 'CLOCK_MONOTONIC'],
    // perf 6.1 unwinds libc by the lower of two places, and that of the shell that waits may be it
    ...(environment.isHeld ? ['--synth=task'] : []),
    // rendering follows at once: no copies of the target's binaries in ~/.debug
    ...['--no-buildid-cache', '-o', output, '-p', [...pidsOf(environment), ...(environment.family ?? [])].join(',')],
  ];
}

/** A short recording and its text, which only show how deep stacks go. */
export function trialArgvs(
  settings: Settings,
  environment: Environment,
  data: string,
  seconds: number,
): { record: string[]; script: string[] } {
  return {
    record: [
      ...guard(settings, environment),
      ...samplingArgv(settings, environment, data),
      ...['--', 'sleep', String(seconds)],
    ],
    script: [
      ...asRoot(settings.sudo),
      ...['perf', 'script', '-i', data, '-F', FIELDS],
      ...['--no-inline', '--no-demangle', '--kallsyms', '/dev/null'],
    ],
  };
}

/**
 * A copy of the kernel's symbols, made before the window. perf would read them after it, which takes most of the time
 * that a small recording needs. And with the copy perf can read the recording after the next boot. Undefined: perf
 * reads them.
 */
export function kernelSymbolsStep({ mode }: Settings, { folder, hasKernelSymbols }: Environment): Step | undefined {
  if (!hasKernelSymbols || !hasCpu(mode)) return undefined;
  return {
    what: "copying the kernel's symbols",
    stages: [['cat', '/proc/kallsyms']],
    output: artifactIn(folder, 'kallsyms'),
  };
}

export function bpftraceCommand(settings: Settings, environment: Environment): ProfilerCommand | undefined {
  if (!hasOffcpu(settings.mode)) return undefined;
  const variables = [
    namesItself(settings)
      ? 'BPFTRACE_NO_USER_SYMBOLS=1' // if a process ends while bpftrace looks for its names, it dies, and with it all sums
      : 'BPFTRACE_CACHE_USER_SYMBOLS=1', // without it stacks were lost, and large programs took minutes to print
    `BPFTRACE_MAP_KEYS_MAX=${MAP_KEYS}`, // up to 0.19
    `BPFTRACE_MAX_MAP_KEYS=${MAP_KEYS}`, // from 0.20
  ];
  const program = programStep(environment)?.output ?? environment.program;
  return {
    argv: [
      ...[...guard(settings, environment), 'env', ...variables],
      ...['bpftrace', ...unwindingOf(environment), program, ...operandsOf(settings, environment)],
    ],
    output: artifactIn(environment.folder, 'offcpuRaw'),
    errors: artifactIn(environment.folder, 'bpftraceLog'),
    begins: /^flamepipe offcpu begins$/,
    ends: /^flamepipe offcpu end /,
  };
}

/** Do the maps that the recording keeps name all user frames? Those of wakers may be of any process. */
function namesItself({ inline, wakerStacks, symfs }: Settings): boolean {
  return inline && !wakerStacks && symfs === undefined;
}

/** bpftrace reads the tables of these processes before it begins. */
function unwindingOf(environment: Environment): string[] {
  if (environment.offcpuStacks.how !== 'dw_ustack') return [];
  return pidsOf(environment).flatMap((pid) => ['--dwarf-pid', String(pid)]);
}

/** The operands of bpf/offcpu.bt, as its head lists them, without zeros at the end. */
function operandsOf({ followChildren, wakerStacks }: Settings, environment: Environment): string[] {
  const { waitEvents, statements } = environment;
  const [first, ...others] = pidsOf(environment).slice(0, OPERAND_PIDS).map(String);
  const address = typeof waitEvents === 'object' ? `0x${waitEvents.address.toString(16)}` : '0';
  const none = Array.from({ length: OPERAND_PIDS - 1 - others.length }, () => '0');
  const last = statements ? statementArguments(statements) : Array.from({ length: STATEMENT_NUMBERS }, () => '0');
  const waits = hasSwitches(environment) ? '1' : '0';
  const operands = [
    first ?? UNSTARTED,
    address,
    followChildren ? '1' : '0',
    ...others,
    ...none,
    ...last,
    waits,
    wakerStacks ? '1' : '0',
  ];
  return operands.slice(0, operands.findLastIndex((operand) => operand !== '0') + 1);
}

/** bpf/offcpu.bt as it suits these processes and this kernel; undefined: it runs unchanged. */
export function programStep(environment: Environment): Step | undefined {
  const { pids, folder, program, offcpuStacks } = environment;
  const more = pids.slice(OPERAND_PIDS);
  const edits = programEdits({ ...environment, more, unwinds: offcpuStacks.how === 'dw_ustack' });
  if (edits.length === 0) return undefined;
  return {
    what: 'writing the program for these processes and this kernel',
    stages: [['sed', ...edits.flatMap((edit) => ['-e', edit]), program]],
    output: artifactIn(folder, 'program'),
  };
}

/** `sh -c` is for --workload only. */
export function workloadArgv({ workload }: Settings): string[] | undefined {
  return workload === undefined ? undefined : ['sh', '-c', workload];
}

function pidsOf({ pids }: Environment): readonly (number | string)[] {
  return pids.length > 0 ? pids : [UNSTARTED];
}

/** The span of time that both profilers cover, in seconds of CLOCK_MONOTONIC. */
export interface Window {
  startNs: number;
  endNs: number;
}

/**
 * The perfs whose texts, one behind the other, are the text of the window's samples; without a window, of the whole
 * recording. `cutsNs` are the times between two of them, so that several perfs unwind at once. `pids` are the processes
 * of the dump; undefined: there is none.
 */
export function scriptSlices(
  settings: Settings,
  environment: Environment,
  window: Window | undefined,
  cutsNs: readonly number[],
  pids: readonly number[] | undefined,
): string[][] {
  const starts = [window?.startNs, ...cutsNs.map((ns) => ns + 1)];
  const ends = [...cutsNs, window?.endNs];
  return starts.map((startNs, i) => scriptArgv(settings, environment, { startNs, endNs: ends[i], pids }));
}

/** Limits of samples: two bounds, both inclusive, and the processes of the dump. Undefined: no such limit. */
export interface Limits {
  startNs: number | undefined;
  endNs: number | undefined;
  pids: readonly number[] | undefined;
}

const FIELDS = 'comm,pid,tid,time,period,event,ip,sym,dso';

/** The perf script whose text has the samples within the limits. */
export function scriptArgv(settings: Settings, environment: Environment, { startNs, endNs, pids }: Limits): string[] {
  const { folder, hasKernelSymbols, symfs: ownRoot, oldRoot: symfs = ownRoot } = environment;
  const switches = hasSwitches(environment);
  const isBounded = startNs !== undefined || endNs !== undefined;
  const time = [startNs, endNs].map((ns) => (ns === undefined ? '' : secondsOf(ns))).join();
  return [
    ...asRoot(settings.sudo),
    'perf',
    ...(environment.hasOldBuilds ? ['--buildid-dir', objectsFolder(folder)] : []),
    ...[
      'script',
      '-i',
      artifactIn(folder, 'perfData'),
      '-F',
      FIELDS.replace('event', switches ? 'event,trace' : 'event'),
    ],
    ...(switches ? ['--ns', '--show-switch-events', '--show-lost-events'] : []),
    '--no-inline',
    // where objects lie in memory: so perf-fold finds inlined functions in a second, and perf in minutes
    ...(settings.inline ? ['--show-mmap-events'] : []),
    // which process a child has its maps from
    ...(settings.inline && settings.followChildren ? ['--show-task-events'] : []),
    // perf would demangle all symbols of an object when it meets the first; perf-fold demangles those in the samples
    '--no-demangle',
    ...(isBounded ? ['--time', time] : []),
    ...processLimit(settings, environment, pids),
    ...(symfs === undefined ? [] : ['--symfs', symfs]),
    // none of its own where perf-fold has them; with --symfs perf does not find the running kernel's by itself
    ...(hasKernelSymbols
      ? ['--kallsyms', switches ? artifactIn(folder, 'kallsyms') : '/dev/null']
      : symfs === undefined
        ? []
        : ['--kallsyms', '/proc/kallsyms']),
  ];
}

/**
 * perf always follows new children, and bpftrace only with --children. Then its dump lists all whose parents were
 * alive; perf may know others, which were forked while both attached. So both are cut to the same processes.
 */
function processLimit({ mode, followChildren }: Settings, environment: Environment, pids: Limits['pids']): string[] {
  if (!hasOffcpu(mode)) return [];
  const limit = followChildren ? (pids ?? []) : pidsOf(environment);
  return limit.length > 0 ? ['--pid', limit.join(',')] : [];
}

/** A perf takes as long to start as to read this much of a recording. */
const SLICE_BYTES = 16 << 20;
/** perf's text of a recording is up to four times as long: short callchains by frame pointers. */
export const TEXT_TO_DATA = 8;

/** Where to cut a recording of `bytes` so that `cpus` can work on it; none where that would take longer. */
export function cutsOf({ startNs, endNs }: Window, bytes: number, cpus: number): number[] {
  const count = Math.max(1, Math.min(cpus, Math.floor(bytes / SLICE_BYTES)));
  return Array.from({ length: count - 1 }, (_, i) => Math.round(startNs + ((i + 1) * (endNs - startNs)) / count));
}

/** Every digit: 6713.482334085 */
function secondsOf(ns: number): string {
  return `${Math.floor(ns / 1e9)}.${String(ns % 1e9).padStart(9, '0')}`;
}
