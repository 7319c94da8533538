// Reads one run of offcpu-classify from its inputs: the one in question, or an earlier one.

import { messagesTo, readInputs, type Sink, type Surroundings } from '../../cli/inputs.ts';
import { holdOptimizer, optimize } from '../../cli/optimizer.ts';
import type { Report } from '../../cli/report.ts';
import type { FrameLookup } from '../../offcpu/read/bpftrace/user-frames.ts';
import type { Unit } from '../../offcpu/read/stacks.ts';
import type { Reasons } from '../../offcpu/reason/reasons.ts';
import type { AccountSettings } from '../../offcpu/table/account.ts';
import { type CallPlace, callPlacesOf } from '../../offcpu/table/calls.ts';
import { OffcpuClassify, runOf } from '../../offcpu/table/classify-offcpu.ts';
import type { Run } from '../../offcpu/table/comparison.ts';
import { LengthLimits } from '../../offcpu/table/lengths.ts';
import type { NameLock } from '../../offcpu/table/particular-names.ts';
import { placesOf, type ReasonPlaces } from '../../offcpu/table/where.ts';
import { rowsOfPlaces } from '../../offcpu/table/where-rows.ts';

/** A run of so much is through sooner than V8 has optimised what decides its entries. */
const SMALL_BYTES = 2 << 20;

export interface RunSettings extends AccountSettings {
  map: string | undefined;
  'input-unit': 'auto' | Unit;
  /** seconds; undefined: as the input says */
  window: number | undefined;
  reasons: Reasons;
  /** names user frames of a dump; undefined: they keep theirs */
  lookup?: FrameLookup | undefined;
  /** tell whose waits they are, too */
  where: boolean;
  nameLock: NameLock;
  /** lengths of waits to keep; undefined: no limit */
  'min-us': number | undefined;
  'max-us': number | undefined;
}

export interface ReadRun extends ReturnType<OffcpuClassify['finish']> {
  /** whose waits they were; undefined: nobody asked */
  places: ReasonPlaces[] | undefined;
  callPlaces: CallPlace[];
}

/** The run as compare() takes it. */
export function comparable(name: string, read: ReadRun): Run {
  return { ...runOf(name, read), where: read.places && rowsOfPlaces(read.places) };
}

/** Reads all operands. `around` wraps the sink, to see the blocks first. */
export async function readRun(
  operands: readonly string[],
  settings: RunSettings,
  report: Report,
  surroundings: Surroundings,
  around: (sink: Sink) => Sink = (sink) => sink,
): Promise<ReadRun> {
  const { map, window, lookup } = settings;
  const inputUnit = settings['input-unit'] === 'auto' ? undefined : settings['input-unit'];
  const read = new OffcpuClassify({ map, inputUnit, lookup }, (kind, place, text) => report.skip(kind, place, text));
  let left = SMALL_BYTES;
  const sink = around({
    begin: (name) => read.begin(name),
    block(bytes) {
      left -= bytes.length;
      if (left < 0) optimize();
      else holdOptimizer();
      read.block(bytes);
    },
    end() {
      const why = read.end();
      if (why !== undefined) sink.fail(why);
    },
    ...messagesTo(report),
  });
  await readInputs(operands, sink, surroundings);
  const [minNs, maxNs] = [settings['min-us'], settings['max-us']].map((us) =>
    us === undefined ? undefined : us * 1000,
  );
  const lengths = minNs === undefined && maxNs === undefined ? undefined : new LengthLimits(minNs, maxNs);
  const windowNs = window === undefined ? undefined : window * 1e9;
  const finished = read.finish({ ...settings, lengths, windowNs });
  const places = settings.where
    ? placesOf(finished.account.entries(), settings.reasons, {
        ...settings,
        objects: settings.lookup?.objects,
      })
    : undefined;
  const callPlaces = settings.where ? callPlacesOf(finished.calls, settings.nameLock) : [];
  return { ...finished, places, callPlaces };
}
