// flame-record doctor: probes the machine and a target, and says what is missing. Changes nothing.

import { answerOf } from '../cli/asked.ts';
import { bytesOf, namesIn, rootOf, self, textOf } from '../cli/proc-files.ts';
import { Status, UsageError } from '../cli/report.ts';
import type { World } from '../cli/run.ts';
import { hasCpu, hasOffcpu } from '../record/artifacts.ts';
import {
  adviceOn,
  findingLines,
  type MachineFacts,
  machineFindings,
  type ObjectFacts,
  targetFindings,
} from '../record/doctor.ts';
import { debugFileOf, elfFacts } from '../record/elf.ts';
import { mappedFiles } from '../record/maps.ts';
import type { Process } from '../record/proc-pid.ts';
import type { Settings } from '../record/settings.ts';
import { type Choice, findTargets, hasCycles } from './record-target.ts';

/** 0: nothing is in the way; 1: something is. */
export async function diagnose(choice: Choice, { output }: World): Promise<number> {
  const { pids, pattern, container, postgres } = choice;
  const isAsked = pids.length > 0 || (pattern ?? container ?? postgres) !== undefined;
  const targets = isAsked ? findTargets(choice, true) : [];
  const findings = [...machineFindings(machineFacts()), ...targets.flatMap((target) => findingsOn(target))];
  await output([Buffer.from(findingLines(findings), 'latin1')]);
  return findings.some(({ level }) => level === 'fault') ? Status.skipped : Status.ok;
}

export function machineFacts(): MachineFacts {
  const status = textOf('/proc/self/status') ?? '';
  const limits = textOf('/proc/self/limits') ?? '';
  const memlock = /^Max locked memory\s+(\d+)/m.exec(limits)?.[1];
  return {
    perf: versionOf('perf'),
    bpftrace: versionOf('bpftrace'),
    uid: self().uid,
    capabilities: BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`),
    paranoid: numberIn('/proc/sys/kernel/perf_event_paranoid'),
    kptrRestrict: numberIn('/proc/sys/kernel/kptr_restrict'),
    hasTracefs: ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'].some((folder) =>
      namesIn(`${folder}/events/sched`).includes('sched_switch'),
    ),
    hasBtf: namesIn('/sys/kernel/btf').includes('vmlinux'),
    hasCycles: hasCycles(),
    memlock: memlock === undefined ? undefined : Number(memlock),
    kernel: (textOf('/proc/sys/kernel/osrelease') ?? '').trim(),
  };
}

export interface Missing {
  tool: 'perf' | 'bpftrace';
  text: string;
}

/** The profilers that are not installed. Throws UsageError if no other is left. */
export function missingTools({ mode }: Settings): Missing[] {
  const wanted = [...(hasCpu(mode) ? (['perf'] as const) : []), ...(hasOffcpu(mode) ? (['bpftrace'] as const) : [])];
  const missing = wanted
    .filter((tool) => versionOf(tool) === undefined)
    .map((tool) => ({ tool, text: advised(`${tool} is not installed, or not on PATH`, tool) }));
  if (missing.length === wanted.length) throw new UsageError(missing.map(({ text }) => text).join('; '));
  return missing;
}

/** With what the doctor would say. */
export function advised(text: string, tool: Missing['tool']): string {
  const advice = adviceOn(machineFindings(machineFacts()), tool);
  return advice === '' ? text : `${text}; mend it with: ${advice}`;
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

function findingsOn({ pid, command }: Process): ReturnType<typeof targetFindings> {
  const { isForeignNamespace } = rootOf(pid);
  // a container's paths are its own; those of a chroot are told as they are seen from here
  const seen = (path: string): string => (isForeignNamespace ? `/proc/${pid}/root${path}` : path);
  const openable = (path: string): string => (bytesOf(seen(path))(0, 1).length > 0 ? seen(path) : path);
  const objects = mappedFiles(textOf(`/proc/${pid}/maps`) ?? '').map((path, i): ObjectFacts => {
    const elf = elfFacts(bytesOf(openable(path)));
    const debugFile = elf?.buildId === undefined ? undefined : debugFileOf(elf.buildId);
    const hasDebugFile = debugFile !== undefined && bytesOf(debugFile)(0, 1).length > 0;
    return { path, isMain: i === 0, elf, hasDebugFile };
  });
  return targetFindings({ command, objects, ...rootOf(pid) });
}
