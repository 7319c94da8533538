// The machine that is recorded on: what it has, what it lets us do, and what to say where that is not enough.

import { answerOf, pathOf } from '../../cli/asked.ts';
import { namesIn, self, textOf } from '../../cli/proc-files.ts';
import { UsageError } from '../../cli/report.ts';
import { hasCpu, hasOffcpu } from '../../record/artifacts.ts';
import { adviceOn, type MachineFacts, machineFindings } from '../../record/doctor.ts';
import type { Settings } from '../../record/settings.ts';

export function machineFacts(isSudo: boolean): MachineFacts {
  const status = textOf('/proc/self/status') ?? '';
  const memlock = /^Max locked memory\s+(\d+)/m.exec(textOf('/proc/self/limits') ?? '')?.[1];
  const perf = pathOf('perf');
  return {
    perf: versionOf('perf'),
    bpftrace: versionOf('bpftrace'),
    uid: self().uid,
    sudo: isSudo ? answerOf(['sudo', '-n', 'true'])?.status === 0 : undefined,
    capabilities: BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`),
    perfCapabilities: (perf && answerOf(['getcap', perf])?.out) ?? '',
    paranoid: numberIn('/proc/sys/kernel/perf_event_paranoid'),
    kptrRestrict: numberIn('/proc/sys/kernel/kptr_restrict'),
    tracefs: tracefs(),
    hasBtf: namesIn('/sys/kernel/btf').includes('vmlinux'),
    hasCycles: hasCycles(),
    memlock: memlock === undefined ? undefined : Number(memlock),
    kernel: (textOf('/proc/sys/kernel/osrelease') ?? '').trim(),
  };
}

function tracefs(): MachineFacts['tracefs'] {
  const folders = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'];
  if (folders.some((folder) => namesIn(`${folder}/events/sched`).includes('sched_switch'))) return 'readable';
  return /^tracefs \S+ tracefs /m.test(textOf('/proc/mounts') ?? '') ? 'mounted' : 'missing';
}

/** Virtual machines mostly have no cycle counter. Counting needs fewer rights than recording. */
export function hasCycles(): boolean {
  const answer = answerOf(['perf', 'stat', '-x', ',', '-e', 'cycles', '--', 'true']);
  return answer !== undefined && /^\d+,/m.test(answer.err);
}

/** The first line of --version; undefined: not installed. */
export function versionOf(program: string): string | undefined {
  const answer = answerOf([program, '--version']);
  return answer && (answer.out.trim().split('\n')[0] || program);
}

function numberIn(path: string): number | undefined {
  const text = textOf(path);
  return text === undefined ? undefined : Number(text);
}

export interface Missing {
  tool: 'perf' | 'bpftrace';
  text: string;
}

/** The profilers that are not installed. Throws UsageError if no other is left, or sudo asked for and refused. */
export function missingTools({ mode, sudo }: Settings): Missing[] {
  if (sudo && answerOf(['sudo', '-n', 'true'])?.status !== 0) {
    throw new UsageError(
      '--sudo: sudo is not there or asks for a password: sudo flame-record ... runs all of it as root',
    );
  }
  const wanted = [...(hasCpu(mode) ? (['perf'] as const) : []), ...(hasOffcpu(mode) ? (['bpftrace'] as const) : [])];
  const missing = wanted
    .filter((tool) => versionOf(tool) === undefined)
    .map((tool) => ({ tool, text: advised(`${tool} is not installed, or not on PATH`, tool, sudo) }));
  if (missing.length === wanted.length) throw new UsageError(missing.map(({ text }) => text).join('; '));
  return missing;
}

/** With what the doctor would say. */
export function advised(text: string, tool: Missing['tool'], isSudo: boolean): string {
  const advice = adviceOn(machineFindings(machineFacts(isSudo)), tool);
  return advice === '' ? text : `${text}; mend it with: ${advice}`;
}
