// Reads what bpftrace printed.

import { readInputs } from '../../cli/inputs.ts';
import type { Report } from '../../cli/report.ts';
import { UsageError } from '../../engine/errors.ts';
import { type FoldOffcpuOptions, OffcpuFold } from '../../offcpu/read/fold-offcpu.ts';
import { UNIT } from '../offcpu-profile.ts';

/** The reader of a run's dump. What it can't use goes to the report of the step that reads. */
export function dumpFold(options: Pick<FoldOffcpuOptions, 'by' | 'lookup'>, report: () => Report): OffcpuFold {
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
  await readInputs([file], sink, { stop: new AbortController().signal, stdin: undefined });
  if (fold.isEmpty) throw new UsageError(why ?? 'nothing was read');
  return fold;
}
