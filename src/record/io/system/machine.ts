// The machine of the recording: what it has, what it lets us do, and the advice if that is not enough.

import { hostname, release } from 'node:os';
import { UsageError } from '../../../engine/errors.ts';
import { hasCpu, hasOffcpu } from '../../artifacts.ts';
import { adviceOn, isTracefsMounted, type MachineFacts, machineFindings, sudoSelf } from '../../doctor/doctor.ts';
import type { Settings } from '../../settings.ts';
import { asRoot } from '../../window/plan.ts';
import type { Registers } from '../../window/program-edits.ts';
import { bytesOf, namesIn, self, textOf } from './proc-files.ts';
import { answerOf, foldersWith, pathOf } from './run-sync.ts';

export function machineFacts(isSudo: boolean): MachineFacts {
  const status = textOf('/proc/self/status') ?? '';
  const memlock = /^Max locked memory\s+(\d+)/m.exec(textOf('/proc/self/limits') ?? '')?.[1];
  const perf = pathOf('perf');
  const paranoid = numberIn('/proc/sys/kernel/perf_event_paranoid');
  return {
    perf: versionOf('perf'),
    bpftrace: versionOf('bpftrace'),
    uid: self().uid,
    sudoSelf: sudoSelfHere(),
    sudo: isSudo ? answerOf(['sudo', '-n', 'true'])?.status === 0 : undefined,
    capabilities: BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`),
    perfCapabilities: (perf && answerOf(['getcap', perf])?.out) ?? '',
    paranoid,
    mayCount: (paranoid ?? 0) > 2 ? answerOf(['perf', 'stat', '-e', 'cpu-clock:u', 'true'])?.status === 0 : undefined,
    kptrRestrict: numberIn('/proc/sys/kernel/kptr_restrict'),
    tracefs: tracefs(),
    hasBtf: hasBtf(),
    hasCycles: hasCycles(),
    memlock: memlock === undefined ? undefined : Number(memlock),
    kernel: (textOf('/proc/sys/kernel/osrelease') ?? '').trim(),
  };
}

/** How to start flame-record by sudo on this machine. */
export function sudoSelfHere(): string {
  return sudoSelf(foldersWith('flame-record'));
}

/** Where tracefs may be mounted. */
export const TRACING = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'] as const;
const CALL_EVENT = 'sys_enter_fsync';

function tracefs(): MachineFacts['tracefs'] {
  if (TRACING.some((folder) => namesIn(`${folder}/events/sched`).includes('sched_switch'))) return 'readable';
  return isTracefsMounted(textOf('/proc/mounts') ?? '') ? 'mounted' : 'missing';
}

/** Are there tracepoints of system calls? Who may not look takes them to be there. */
export function hasCallEvents(): boolean {
  return (
    tracefs() !== 'readable' || TRACING.some((folder) => namesIn(`${folder}/events/syscalls`).includes(CALL_EVENT))
  );
}

function hasBtf(): boolean {
  return namesIn('/sys/kernel/btf').includes('vmlinux');
}

/** Does bpf/offcpu.bt know where this kernel keeps a thread's registers? Large pages make the kernel's stacks larger. */
export function registersHere(): Registers | undefined {
  if (!hasBtf()) return undefined;
  if (process.arch === 'x64') return 'x86-64';
  const hasSmallPages = answerOf(['getconf', 'PAGESIZE'])?.out.trim() !== '65536';
  return process.arch === 'arm64' && hasSmallPages ? 'arm64' : undefined;
}

/** Virtual machines mostly have no cycle counter. Counting needs fewer rights than recording. */
export function hasCycles(): boolean {
  const answer = answerOf(['perf', 'stat', '-x', ',', '-e', 'cycles', '--', 'true']);
  return answer !== undefined && /^\d+,/m.test(answer.err);
}

// ffffffff81000000 T _stext          zeros where the kernel hides it; other machines have other addresses
const KERNEL_FUNCTION = /^ffff[0-9a-f]{12} [tTwW] /m;
const LOOKED_AT_BYTES = 1 << 16;

/** May we read where the kernel's functions lie? The file begins with a few hundred places of data. */
export function hasKernelSymbols(): boolean {
  const read = bytesOf('/proc/kallsyms');
  for (let at = 0; at < LOOKED_AT_BYTES; ) {
    const bytes = read(at, LOOKED_AT_BYTES); // gives a page at most
    if (bytes.length === 0) return false;
    if (KERNEL_FUNCTION.test(bytes.toString('latin1'))) return true;
    at += bytes.length;
  }
  return false;
}

/** The first line of --version, or of what the program says instead; undefined: not installed. */
function versionOf(program: string): string | undefined {
  const answer = answerOf([program, '--version']);
  return answer && ((answer.out.trim() || answer.err.trim()).split('\n')[0] || program);
}

/** Does perf unwind DWARF by libunwind? Without a word on it it does. */
export function hasLibunwind(): boolean {
  return !/^\s*libunwind: \[ OFF \]/m.test(answerOf(['perf', 'version', '--build-options'])?.out ?? '');
}

/** Can bpftrace unwind by DWARF? It tells from 0.26 on. */
export function hasUnwinder(isSudo: boolean): boolean {
  return /^\s*dwunwind\b.*: yes$/m.test(answerOf([...asRoot(isSudo), 'bpftrace', '--info'])?.out ?? '');
}

function numberIn(path: string): number | undefined {
  const text = textOf(path);
  return text === undefined ? undefined : Number(text);
}

export type ProfilerName = 'perf' | 'bpftrace';

export interface Host {
  name: string;
  /** its release, as uname -r prints it */
  kernel: string;
}

export function hostHere(): Host {
  return { name: hostname(), kernel: release() };
}

/** The profilers that the mode needs: their versions, and a message for each that is not installed. */
export interface Profilers {
  versions: ReadonlyMap<ProfilerName, string>;
  missing: readonly string[];
}

/** Throws UsageError if none of the profilers is installed, or if --sudo is refused. */
export function installedProfilers({ mode, sudo }: Settings): Profilers {
  if (sudo && answerOf(['sudo', '-n', 'true'])?.status !== 0) {
    throw new UsageError(
      `--sudo: sudo is not installed, or asks for a password: ${sudoSelfHere()} ... runs all of it as root`,
    );
  }
  const wanted = [...(hasCpu(mode) ? (['perf'] as const) : []), ...(hasOffcpu(mode) ? (['bpftrace'] as const) : [])];
  const versions = new Map<ProfilerName, string>();
  const missing: string[] = [];
  for (const tool of wanted) {
    const version = versionOf(tool);
    if (version === undefined) missing.push(advised(`${tool} is not installed, or not on PATH`, tool, sudo));
    else versions.set(tool, version);
  }
  if (versions.size === 0) throw new UsageError(missing.join('; '));
  return { versions, missing };
}

/** The text with the doctor's advice behind it. */
export function advised(text: string, tool: ProfilerName, isSudo: boolean): string {
  const advice = adviceOn(machineFindings(machineFacts(isSudo)), tool);
  return advice === '' ? text : `${text}; mend it with: ${advice}`;
}
