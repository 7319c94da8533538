// offcpu-classify as a function: dumps or folded stacks in; each stack with its reason, and the sums, out.

import { InputError } from '../../engine/errors.ts';
import type { StackTable } from '../../engine/stack-table.ts';
import { EntryList, type EntryRows, entriesOf } from '../entry-rows.ts';
import type { FrameLookup } from '../read/bpftrace/user-frames.ts';
import type { CallSum } from '../read/calls.ts';
import { OffcpuInput } from '../read/input.ts';
import type { InputFacts } from '../read/input-facts.ts';
import { OffcpuReader } from '../read/reader.ts';
import { NANOSECONDS, type Unit } from '../read/stacks.ts';
import { lossesOn, notesOn, uncoveredNotes } from '../read/stats.ts';
import { timesOf, windowOf } from '../read/window.ts';
import type { Reasons } from '../reason/reasons.ts';
import type { TimeSums } from '../thread-times.ts';
import { type Account, type AccountSettings, accountOf } from './account.ts';
import type { Run } from './comparison.ts';
import type { LengthLimits } from './lengths.ts';

export interface ClassifySettings extends AccountSettings {
  /** the wall time of the recording; undefined: as the inputs tell */
  windowNs: number | undefined;
  /** a new one for each run, because it learns from the run's stacks */
  reasons: Reasons;
  /** keep only waits within these limits; undefined: all */
  lengths?: LengthLimits | undefined;
}

/** What classify() reads: folded stacks, whose counts are in units of `unitNs`, and entries of the dumps `inputs`. */
export interface OffcpuStacksRead {
  folded: StackTable;
  unitNs: number;
  entries: EntryRows | undefined;
  inputs: readonly InputFacts[];
}

export interface Classified {
  account: Account;
  /** the wall time of the recording; undefined: not known */
  windowNs: number | undefined;
  /** what its threads did in that time; undefined: not known */
  times: TimeSums | undefined;
  /** of fsync, where the dumps tell */
  calls: CallSum[];
  /** false: a dump was recorded without the kernel's BTF */
  hasObjects: boolean;
}

/** Finds the reason of each stack that was read, of dumps and of folded text, once. Amounts are in nanoseconds. */
export function classify(
  { folded, unitNs, entries, inputs }: OffcpuStacksRead,
  settings: ClassifySettings,
): Classified {
  const { reasons, windowNs } = settings;
  // folded stacks beside them are of other times
  const dumps = folded.stackCount === 0 ? inputs : [];
  return {
    account: accountOf(folded, unitNs, entries, reasons, settings),
    windowNs: windowNs ?? windowOf(dumps),
    times: timesOf(dumps),
    calls: inputs.flatMap(({ dump }) => dump?.program?.calls.sums ?? []),
    hasObjects: inputs.every(({ dump }) => dump?.program?.hasObjects !== false),
  };
}

/** The run as compare() takes it. */
export function runOf(name: string, { account, windowNs, times }: Classified): Run {
  return { name, summary: account.tally.summary(), windowNs, times };
}

export interface OffcpuInputOptions {
  /** the bpftrace map to read; undefined: the reader chooses */
  map: string | undefined;
  /** the unit of the counts; undefined: as the input says, else us */
  inputUnit: Unit | undefined;
  /** names user frames of a dump; undefined: they keep theirs */
  lookup?: FrameLookup | undefined;
}

/** Takes inputs one after the other: begin, block …, end for each; then finish. */
export class OffcpuClassify {
  readonly #options: OffcpuInputOptions;
  readonly #read: OffcpuInput<OffcpuReader>;
  #input = '';

  /** Calls `onSkip` for each line that it can't use: why, its place as INPUT:LINE, its text (latin1). */
  constructor(options: OffcpuInputOptions, onSkip: (kind: string, place: string, text: string) => void) {
    this.#options = options;
    const skip = (kind: string, line: number, text: string): void => onSkip(kind, `${this.#input}:${line}`, text);
    const dumpOptions = { ...options, order: undefined, repeats: 'auto' } as const;
    const nameOptions = { tidy: true, demangle: true, keepHash: false };
    const open = (): OffcpuReader => new OffcpuReader({ ...dumpOptions, ...nameOptions }, skip);
    this.#read = new OffcpuInput(open, options.inputUnit !== undefined, skip);
  }

  begin(name: string): void {
    this.#input = name;
    this.#read.begin(name);
  }

  /** Throws InputError if the input is of a foreign kind. */
  block(bytes: Uint8Array): void {
    this.#read.block(bytes);
  }

  /** Gives the reason why nothing of the input could be used, behind its name. */
  end(): string | undefined {
    const why = this.#read.end();
    return why === undefined ? undefined : `${this.#input}: ${why}`;
  }

  /**
   * `isForeign`: is the last input of a foreign kind? `whyEmpty`: why there may be no entries. `losses`: what the
   * recording itself lacks. `notes`: other sentences that the user should read.
   */
  finish(
    settings: ClassifySettings,
  ): Classified & { isForeign: boolean; whyEmpty: string; losses: string[]; notes: string[] } {
    const { folded, dump, unit } = this.#read;
    const unitNs = NANOSECONDS[this.#options.inputUnit ?? unit ?? 'us'];
    const { lengths } = settings;
    const all = dump?.entries();
    const entries = lengths && all ? new EntryList([...lengths.keep(entriesOf(all))]) : all;
    if (lengths && (folded.stackCount > 0 || !lengths.hasLengths)) throw new InputError(NO_LENGTHS);
    const classified = classify({ folded, unitNs, entries, inputs: dump?.inputs ?? [] }, settings);
    return {
      ...classified,
      isForeign: dump?.isForeign === true,
      whyEmpty: dump?.whyEmpty ?? 'the input has no off-CPU time',
      losses: dump ? lossesOn(dump) : [],
      notes: [
        ...(dump ? [...notesOn(dump), ...uncoveredNotes(dump.inputs)] : []),
        ...(lengths ? lengthNotes(lengths) : []),
        ...unnamedNote(classified.account.unnamedShare),
      ],
    };
  }
}

const NO_LENGTHS =
  'the input does not tell how long single waits were: --min-us and --max-us need a dump of bpf/offcpu.bt, or the switches of perf';

function lengthNotes({ minNs, maxNs, leftOutNs, unknownNs }: LengthLimits): string[] {
  const limits = [
    ...(Number.isFinite(maxNs) ? [`below ${us(maxNs)}`] : []),
    ...(minNs >= 1 ? [`of ${us(minNs)} or more`] : []),
  ];
  const unknown = unknownNs > 0 ? `, ${us(unknownNs)} of it of unknown length` : '';
  return [`kept waits ${limits.reverse().join(' and ')}; left out ${us(leftOutNs)}${unknown}`];
}

function us(ns: number): string {
  return `${Math.round(ns / 1000)} us`;
}

/** From this share on, the table says little of who waited. */
const MUCH_UNNAMED = 0.5;

function unnamedNote(share: number): string[] {
  if (share < MUCH_UNNAMED) return [];
  return [
    `${(100 * share).toFixed(1)} % of the time has user stacks without names: the process had ended before its stacks were printed, or its libraries have few symbols; --maps FILE, a copy of /proc/PID/maps, names what their files tell`,
  ];
}
