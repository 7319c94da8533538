// Artifacts: what a run leaves in OUT/LABEL, by name.

import { join } from 'node:path';
import type { Mode } from './settings.ts';

export const ARTIFACTS = {
  run: 'run.json',
  page: 'index.html',
  workloadLog: 'workload.log',
  sqlLog: 'sql.log',
  sqlErrors: 'sql.errors.log',
  perfData: 'perf.data',
  kallsyms: 'kallsyms',
  perfLog: 'perf.log',
  renderLog: 'render.log',
  cpuThreads: 'cpu.threads.folded',
  cpuStats: 'cpu.stats.json',
  cpu: 'cpu.folded',
  cpuSvg: 'cpu.svg',
  bpftraceLog: 'bpftrace.log',
  program: 'offcpu.bt',
  offcpuRaw: 'offcpu.raw',
  sleepers: 'offcpu.sleepers.folded',
  offcpuStats: 'offcpu.stats.json',
  offcpu: 'offcpu.folded',
  offcpuSvg: 'offcpu.svg',
  reasons: 'offcpu.reasons.folded',
  reasonsTable: 'offcpu.reasons.txt',
  reasonsJson: 'offcpu.reasons.json',
  reasonsSvg: 'offcpu.reasons.svg',
  wall: 'wall.folded',
  wallSvg: 'wall.svg',
  comparison: 'compare.txt',
  cpuDiff: 'cpu.diff.svg',
  offcpuDiff: 'offcpu.diff.svg',
} as const;

export type Artifact = keyof typeof ARTIFACTS;

/** The run's folder, and the hidden one beside it in which it is made: same file system, so a rename is enough. */
export function runFolders(outDir: string, label: string, pid: number): { final: string; temporary: string } {
  return { final: join(outDir, label), temporary: join(outDir, `.${label}.${pid}.tmp`) };
}

/** The path of an artifact in a run's folder. */
export function artifactIn(folder: string, artifact: Artifact): string {
  return join(folder, ARTIFACTS[artifact]);
}

export function hasCpu(mode: Mode): boolean {
  return mode !== 'offcpu';
}

export function hasOffcpu(mode: Mode): boolean {
  return mode !== 'cpu';
}
