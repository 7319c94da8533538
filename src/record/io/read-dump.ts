// Reads what bpftrace printed.

import { readInputs } from '../../cli/inputs.ts';
import type { Report } from '../../cli/report.ts';
import { UsageError } from '../../engine/errors.ts';
import { type FoldOffcpuOptions, OffcpuFold } from '../../offcpu/read/fold-offcpu.ts';
import { UNIT } from '../offcpu-profile.ts';

/** The dump, read to its end. What can't be used of it goes to the report. Throws UsageError where nothing can. */
export async function readDump(
  file: string,
  options: Pick<FoldOffcpuOptions, 'by' | 'lookup'>,
  report: Report,
): Promise<OffcpuFold> {
  const fold = new OffcpuFold({ ...options, unit: UNIT }, (kind, place, text) => report.skip(kind, place, text));
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
