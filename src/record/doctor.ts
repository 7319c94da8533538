// The doctor: from what was probed to what is wrong, each with the one command that mends it. Changes nothing.

import type { ElfFacts } from './elf.ts';

export interface MachineFacts {
  /** first lines of --version; undefined: not installed */
  perf: string | undefined;
  bpftrace: string | undefined;
  uid: number;
  /** effective, as in /proc/self/status */
  capabilities: bigint;
  paranoid: number | undefined;
  kptrRestrict: number | undefined;
  hasTracefs: boolean;
  hasBtf: boolean;
  hasCycles: boolean;
  /** bytes; undefined: unlimited */
  memlock: number | undefined;
  kernel: string;
}

export interface ObjectFacts {
  path: string;
  isMain: boolean;
  /** undefined: not to be read as ELF */
  elf: ElfFacts | undefined;
  hasDebugFile: boolean;
}

export interface TargetFacts {
  pid: number;
  command: string;
  root: string;
  isForeignNamespace: boolean;
  objects: ObjectFacts[];
}

export interface Finding {
  level: 'ok' | 'note' | 'fault';
  text: string;
  /** a command line, or lines for a configuration file */
  mend?: string;
}

const CAPABILITIES = { sys_admin: 21n, sys_ptrace: 19n, perfmon: 38n, bpf: 39n, syslog: 34n } as const;
const MEMLOCK_UNCHARGED = [5, 11] as const;
const MEMLOCK_ENOUGH = 64 << 20;
const PERF_CONTROL = [5, 10] as const;
const BPFTRACE_LEAST = [0, 17] as const;

export function machineFindings(facts: MachineFacts): Finding[] {
  return [perfFinding(facts), ...rightsFindings(facts), bpftraceFinding(facts), ...kernelFindings(facts)];
}

function perfFinding({ perf, kernel }: MachineFacts): Finding {
  if (perf === undefined) {
    return { level: 'fault', text: 'perf is not installed', mend: 'apt-get install linux-perf' };
  }
  if (isOlder(perf, PERF_CONTROL)) {
    return {
      level: 'fault',
      text: `${perf}: too old, flame-record needs perf 5.10 (--control)`,
      mend: 'apt-get install linux-perf',
    };
  }
  return { level: 'ok', text: `${perf} on Linux ${kernel}` };
}

function rightsFindings({ uid, capabilities, paranoid }: MachineFacts): Finding[] {
  const has = (name: keyof typeof CAPABILITIES): boolean => ((capabilities >> CAPABILITIES[name]) & 1n) === 1n;
  if (uid === 0 && has('sys_admin'))
    return [{ level: 'ok', text: 'runs as root: perf and bpftrace may do all they need' }];
  const said = `perf_event_paranoid is ${paranoid ?? 'not to be read'}`;
  if (has('perfmon') || has('sys_admin') || (paranoid !== undefined && paranoid < 2))
    return [{ level: 'ok', text: `${said}: perf may record kernel and user stacks` }];
  const mend = 'sudo setcap cap_perfmon,cap_sys_ptrace,cap_syslog+ep "$(readlink -f "$(command -v perf)")"';
  return paranoid === 2
    ? [{ level: 'note', text: `${said}: perf may record user stacks of own processes, no kernel frames`, mend }]
    : [{ level: 'fault', text: `${said}: perf may not record`, mend }];
}

function bpftraceFinding({ bpftrace, uid, capabilities }: MachineFacts): Finding {
  if (bpftrace === undefined) {
    return {
      level: 'fault',
      text: 'bpftrace is not installed: no off-CPU recording',
      mend: 'apt-get install bpftrace',
    };
  }
  if (isOlder(bpftrace, BPFTRACE_LEAST)) {
    return { level: 'fault', text: `${bpftrace}: too old, flame-record needs 0.17`, mend: 'apt-get install bpftrace' };
  }
  const isAllowed = uid === 0 || ((capabilities >> CAPABILITIES.bpf) & 1n) === 1n;
  return isAllowed
    ? { level: 'ok', text: bpftrace }
    : { level: 'fault', text: `${bpftrace}: only root may run it`, mend: 'sudo flame-record ...' };
}

function kernelFindings(facts: MachineFacts): Finding[] {
  const findings: Finding[] = [];
  const { kptrRestrict, hasTracefs, hasBtf, hasCycles, memlock, kernel } = facts;
  if (hasTracefs) findings.push({ level: 'ok', text: 'tracefs is mounted, with sched_switch' });
  else
    findings.push({
      level: 'fault',
      text: 'tracefs is not mounted: bpftrace finds no tracepoints',
      mend: 'sudo mount -t tracefs tracefs /sys/kernel/tracing',
    });
  if ((kptrRestrict ?? 0) > 0 && facts.uid !== 0)
    findings.push({
      level: 'note',
      text: `kptr_restrict is ${kptrRestrict}: kernel frames have no names`,
      mend: 'sudo sysctl kernel.kptr_restrict=0',
    });
  if (!hasBtf)
    findings.push({
      level: 'note',
      text: 'the kernel has no BTF (/sys/kernel/btf/vmlinux); bpf/offcpu.bt does without',
    });
  if (!hasCycles)
    findings.push({ level: 'note', text: 'no cycle counter (a virtual machine?): samples come from cpu-clock' });
  if (memlock !== undefined && memlock < MEMLOCK_ENOUGH && isOlder(kernel, MEMLOCK_UNCHARGED)) {
    findings.push({
      level: 'note',
      text: `at most ${memlock} bytes of locked memory: bpftrace may fail`,
      mend: 'ulimit -l unlimited',
    });
  }
  return findings;
}

const CARGO_LINES = 'Cargo.toml: [profile.release] strip = "none", debug = "line-tables-only"';

/** Of the target: its root, its executable, and what it has mapped. */
export function targetFindings({ pid, command, root, isForeignNamespace, objects }: TargetFacts): Finding[] {
  const findings: Finding[] = [{ level: 'ok', text: `target ${pid}: ${command}` }];
  if (isForeignNamespace)
    findings.push({ level: 'ok', text: 'in a container: perf and bpftrace enter its mount namespace for symbols' });
  else if (root !== '/')
    findings.push({ level: 'ok', text: `its root is ${root}: binaries are found by their full paths` });
  for (const { path, isMain, elf, hasDebugFile } of objects) {
    if (!elf) findings.push({ level: 'note', text: `${path}: not to be read as ELF` });
    else findings.push(objectFinding(path, isMain, elf, hasDebugFile));
  }
  return findings;
}

function objectFinding(path: string, isMain: boolean, elf: ElfFacts, hasDebugFile: boolean): Finding {
  const has = [
    elf.hasSymbols ? '.symtab' : 'no .symtab',
    elf.hasLines ? '.debug_line' : 'no .debug_line',
    ...(elf.framePointers === undefined ? [] : [elf.framePointers ? 'frame pointers' : 'no frame pointers']),
    ...(hasDebugFile ? ['a debug file by build-id'] : []),
  ];
  const text = `${path}: ${has.join(', ')}`;
  if (elf.hasSymbols || hasDebugFile) return { level: 'ok', text };
  const mend = /\.so(?:\.|$)/.test(path) || isMain ? `find-dbgsym-packages ${path}` : CARGO_LINES;
  return {
    level: isMain ? 'fault' : 'note',
    text,
    mend: isMain ? `${mend}    (your own Rust program: ${CARGO_LINES})` : mend,
  };
}

const MARKS = { ok: 'ok   ', note: 'note ', fault: 'FAULT' } as const;

/** A line a finding, its remedy below. */
export function findingLines(findings: readonly Finding[]): string {
  return findings
    .map(({ level, text, mend }) => `${MARKS[level]}  ${text}\n${mend === undefined ? '' : `       > ${mend}\n`}`)
    .join('');
}

/** What the doctor would say to a profiler's failure; '' if nothing. */
export function adviceOn(findings: readonly Finding[], tool: 'perf' | 'bpftrace'): string {
  const fault = findings.find(
    ({ level, text }) => level === 'fault' && (text.startsWith(tool) || text.includes(`${tool} `)),
  );
  return fault?.mend ?? '';
}

/** Is the version in `bpftrace v0.17.0`, `perf version 6.1.192`, `6.18.44-fc` older? No version: no. */
function isOlder(text: string, [major, minor]: readonly [number, number]): boolean {
  const [, a, b] = /(\d+)\.(\d+)/.exec(text) ?? [];
  if (a === undefined || b === undefined) return false;
  return Number(a) < major || (Number(a) === major && Number(b) < minor);
}
