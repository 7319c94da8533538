// Reading for offcpu-classify: one run from its inputs, be it the one in question or an earlier one.

import { readInputs, type Sink, type Surroundings, telling } from '../../cli/inputs.ts';
import type { Report } from '../../cli/report.ts';
import { OffcpuInput } from '../../offcpu/read/input.ts';
import { OffcpuReader } from '../../offcpu/read/reader.ts';
import { NANOSECONDS, type Unit } from '../../offcpu/read/stacks.ts';
import { notesOn } from '../../offcpu/read/stats.ts';
import { timesOf, windowOf } from '../../offcpu/read/window.ts';
import type { Reasons } from '../../offcpu/reason/reasons.ts';
import { type Account, type AccountSettings, accountOf } from '../../offcpu/table/account.ts';
import type { TimeSums } from '../../offcpu/thread-times.ts';

export interface RunSettings extends AccountSettings {
  map: string | undefined;
  'input-unit': 'auto' | Unit;
  /** seconds, where the input does not tell */
  window: number | undefined;
  /** a new one for each run: it learns from the run's stacks */
  reasons: Reasons;
}

export interface ReadRun {
  account: Account;
  /** the wall time of the recording; undefined: not known */
  windowNs: number | undefined;
  /** what its threads did in that time; undefined: not known */
  times: TimeSums | undefined;
  /** is it certainly none of our inputs? */
  isForeign: boolean;
  /** what the user should know of it */
  notes: string[];
}

/** Reads all operands. `around` may take the blocks first. */
export async function readRun(
  operands: readonly string[],
  settings: RunSettings,
  report: Report,
  surroundings: Surroundings,
  around: (sink: Sink) => Sink = (sink) => sink,
): Promise<ReadRun> {
  const { map, reasons, window } = settings;
  const inputUnit = settings['input-unit'] === 'auto' ? undefined : settings['input-unit'];
  let input = '';
  const onSkip = (what: string, line: number, text: string): void => report.skip(what, `${input}:${line}`, text);
  const dumpOptions = { map, order: undefined, inputUnit, repeats: 'auto' } as const;
  const nameOptions = { tidy: true, demangle: true, keepHash: false };
  const read = new OffcpuInput(() => new OffcpuReader({ ...dumpOptions, ...nameOptions }, onSkip), onSkip);
  const sink = around({
    begin(name) {
      input = name;
      read.begin(name);
    },
    block: (bytes) => read.block(bytes),
    end() {
      const why = read.end();
      if (why !== undefined) sink.fail(`${input}: ${why}`);
    },
    ...telling(report),
  });
  await readInputs(operands, sink, surroundings);
  const { folded, dump } = read;
  const dumps = folded.stackCount === 0 ? (dump?.inputs ?? []) : [];
  return {
    account: accountOf(folded, NANOSECONDS[inputUnit ?? read.unit ?? 'us'], dump?.entries() ?? [], reasons, settings),
    windowNs: window === undefined ? windowOf(dumps) : window * 1e9,
    times: timesOf(dumps),
    isForeign: dump?.isForeign === true,
    notes: dump ? notesOn(dump) : [],
  };
}
