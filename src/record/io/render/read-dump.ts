// Reads what bpftrace printed.

import { readInputs } from '../../../cli/inputs.ts';
import type { Report } from '../../../cli/report.ts';
import { Stop } from '../../../cli/stop.ts';
import { UsageError } from '../../../engine/errors.ts';
import { type FoldOffcpuOptions, OffcpuFold } from '../../../offcpu/read/fold-offcpu.ts';
import { UNIT } from '../../render/offcpu-profile.ts';
import type { Ending } from '../system/children.ts';
import type { Source } from '../system/source.ts';
import { checkEndings } from './render-steps.ts';

/** The reader of a run's dump. What it can't use goes to the report of the step that reads. */
export function dumpFold(options: Pick<FoldOffcpuOptions, 'by' | 'lookup' | 'part'>, report: () => Report): OffcpuFold {
  return new OffcpuFold({ ...options, unit: UNIT }, (kind, place, text) => report().skip(kind, place, text));
}

/** Reads the dump to its end. Throws UsageError if nothing of it can be used. */
export async function readDump(file: string, fold: OffcpuFold, report: Report): Promise<OffcpuFold> {
  let why: string | undefined;
  const sink = {
    begin: (name: string) => fold.begin(name),
    block: (bytes: Uint8Array) => fold.block(bytes),
    end() {
      why = fold.end();
    },
    cut: (message: string) => report.cutInput(message),
    fail(message: string) {
      why = message;
    },
  };
  await readInputs([file], sink, { stop: new Stop(), stdin: undefined });
  if (fold.isEmpty && why !== undefined) throw new UsageError(why);
  return fold;
}

/** Reads the switches that perf recorded. Throws ProgramFailed if perf script failed. */
export async function readSwitches(source: Source, fold: OffcpuFold): Promise<void> {
  let endings: Ending[] = [];
  try {
    fold.begin('perf');
    for await (const block of source.text) fold.block(block);
    fold.end();
  } finally {
    endings = await source.end();
  }
  checkEndings(endings);
}
