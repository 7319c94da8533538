// Artifacts: what a run leaves in OUT/LABEL, by name.

import { join } from 'node:path';
import { BUILD_IDS_FILE } from '../symbols/build-ids.ts';
import type { Mode } from './settings.ts';

export const ARTIFACTS = {
  run: 'run.json',
  recording: 'recording.json',
  page: 'index.html',
  reportText: 'report.md',
  reportJson: 'report.json',
  workloadLog: 'workload.log',
  sqlLog: 'sql.log',
  sqlErrors: 'sql.errors.log',
  perfData: 'perf.data',
  kallsyms: 'kallsyms',
  buildIds: BUILD_IDS_FILE,
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

export interface RunFolders {
  final: string;
  /** hidden, beside it: the run grows there, and a rename ends it, because both lie on one file system */
  temporary: string;
  /** where the recording of a run stays that could not be finished */
  spare: string;
}

export function runFolders(outDir: string, label: string, pid: number): RunFolders {
  return {
    final: join(outDir, label),
    temporary: join(outDir, `.${label}.${pid}.tmp`),
    spare: join(outDir, `${label}.${pid}`),
  };
}

/** The path of an artifact in a run's folder. */
export function artifactIn(folder: string, artifact: Artifact): string {
  return join(folder, ARTIFACTS[artifact]);
}

/** The file of what a target had mapped: copies of its /proc/PID/maps, in one. */
export function mapsFile(folder: string, pid: number): string {
  return join(folder, `${pid}.maps`);
}

/** The process whose maps a file of that name holds; undefined: it is another file. */
export function pidOfMaps(name: string): number | undefined {
  const [, pid] = /^(\d+)\.maps$/.exec(name) ?? [];
  return pid === undefined ? undefined : Number(pid);
}

/** The copy of a target's perf-PID.map, in which a compiler within it named what it made. */
export function perfMapFile(folder: string, pid: number): string {
  return join(folder, `perf-${pid}.map`);
}

/** The folder of the files that the targets had mapped, as perf looks for them by their build-ids. */
export function objectsFolder(folder: string): string {
  return join(folder, 'objects');
}

const FIRST_DIGITS = 2;

export function objectFile(folder: string, buildId: string): string {
  return join(objectsFolder(folder), '.build-id', buildId.slice(0, FIRST_DIGITS), buildId.slice(FIRST_DIGITS));
}

/** A half of a run, which one profiler records. */
export type Half = 'cpu' | 'offcpu';

export function halvesOf(mode: Mode): Half[] {
  return mode === 'both' ? ['cpu', 'offcpu'] : [mode];
}

export function hasCpu(mode: Mode): boolean {
  return mode !== 'offcpu';
}

export function hasOffcpu(mode: Mode): boolean {
  return mode !== 'cpu';
}
