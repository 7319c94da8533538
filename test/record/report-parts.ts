// Recordings as the rendering hands them to the report.

import { Buffer } from 'node:buffer';
import { OffcpuFold } from '../../src/offcpu/read/fold-offcpu.ts';
import { PerfFold } from '../../src/perf/fold-perf.ts';
import { type CpuProfile, cpuProfileOf } from '../../src/record/render/cpu-profile.ts';
import { identityOf } from '../../src/record/render/identity.ts';
import { type OffcpuProfile, offcpuProfileOf, UNIT } from '../../src/record/render/offcpu-profile.ts';
import type { ReportParts } from '../../src/record/report/report.ts';
import { ownCodeOf } from '../../src/record/target/own-code.ts';
import { SETTINGS } from './plan-settings.ts';

/** comm, tid, frames leaf first as `name object`, how often */
export type Samples = readonly (readonly [string, number, readonly string[], number])[];

export function cpuOf(samples: Samples): CpuProfile {
  const fold = new PerfFold({ by: 'tid', count: 'samples' }, () => {});
  fold.begin('');
  for (const [comm, tid, frames, count] of samples) {
    const lines = frames.map((frame) => frame.replace(/^(.*) (\S+)$/, '\t 1 $1 ($2)\n')).join('');
    fold.block(Buffer.from(`${comm} 7/${tid} 1.5: 1 cpu-clock: \n${lines}\n`.repeat(count)));
  }
  fold.end();
  const folded = fold.finish();
  if (!('table' in folded)) throw new Error(folded.why);
  return cpuProfileOf(folded, 'comm');
}

/** `dump`: what bpf/offcpu.bt printed; `asleep`: ids of threads that slept throughout. */
export function offcpuOf(dump: string, seconds: number, asleep: readonly number[] = []): OffcpuProfile {
  const fold = new OffcpuFold({ unit: UNIT }, () => {});
  fold.begin('dump');
  fold.block(Buffer.from(dump));
  fold.end();
  const tasks = asleep.map((tid) => ({ pid: 7, tid, comm: 'sleeper', state: 'S', stack: '' }));
  const none = { by: 'comm' as const, tasks, tidsAtStart: new Set(asleep), postgresVersion: undefined };
  const nameLock = (): undefined => undefined;
  return offcpuProfileOf({ dump: fold, windowNs: seconds * 1e9, nameLock, objects: new Map(), ...none });
}

export function partsOf(cpu: CpuProfile | undefined, offcpu: OffcpuProfile | undefined, seconds = 10): ReportParts {
  const isOfProgram = (name: string): boolean => offcpu?.reasons.table.isOfProgram(name) ?? !name.startsWith('[');
  return {
    ...{
      settings: { ...SETTINGS, mode: cpu && offcpu ? 'both' : offcpu ? 'offcpu' : 'cpu' },
      title: 'a run',
      facts: [],
      warnings: [],
      pids: [7],
      callGraph: 'fp',
      isShort: false,
      sumsOf: undefined,
      cpu,
      offcpu,
      isOfProgram,
    },
    identity: offcpu && identityOf(offcpu.threads, offcpu.asleep, seconds * 1e9, undefined),
    code: ownCodeOf({
      executables: ['/opt/app'],
      followsChildren: false,
      objects: cpu?.objects ?? new Map(),
      isGo: false,
      isOfProgram,
    }),
    ...{
      nameLock: () => undefined,
      objects: new Map(),
      comms: new Map(),
      languages: [],
      workload: undefined,
      comparison: undefined,
      commands: [],
      pictures: [],
    },
  };
}
