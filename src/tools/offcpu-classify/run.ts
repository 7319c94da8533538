// Reads one run of offcpu-classify from its inputs: the one in question, or an earlier one.

import { readInputs, type Sink, type Surroundings, telling } from '../../cli/inputs.ts';
import type { Report } from '../../cli/report.ts';
import type { Unit } from '../../offcpu/read/stacks.ts';
import type { Reasons } from '../../offcpu/reason/reasons.ts';
import type { AccountSettings } from '../../offcpu/table/account.ts';
import { OffcpuClassify } from '../../offcpu/table/classify-offcpu.ts';

export interface RunSettings extends AccountSettings {
  map: string | undefined;
  'input-unit': 'auto' | Unit;
  /** seconds; undefined: as the input says */
  window: number | undefined;
  reasons: Reasons;
}

export type ReadRun = ReturnType<OffcpuClassify['finish']>;

/** Reads all operands. `around` wraps the sink, to see the blocks first. */
export async function readRun(
  operands: readonly string[],
  settings: RunSettings,
  report: Report,
  surroundings: Surroundings,
  around: (sink: Sink) => Sink = (sink) => sink,
): Promise<ReadRun> {
  const { map, window } = settings;
  const inputUnit = settings['input-unit'] === 'auto' ? undefined : settings['input-unit'];
  const read = new OffcpuClassify({ map, inputUnit }, (kind, place, text) => report.skip(kind, place, text));
  const sink = around({
    begin: (name) => read.begin(name),
    block: (bytes) => read.block(bytes),
    end() {
      const why = read.end();
      if (why !== undefined) sink.fail(why);
    },
    ...telling(report),
  });
  await readInputs(operands, sink, surroundings);
  return read.finish({ ...settings, windowNs: window === undefined ? undefined : window * 1e9 });
}
