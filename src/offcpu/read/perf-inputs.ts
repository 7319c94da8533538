// The texts of `perf script` among the inputs. One may tell of switch-outs, and another of the wake-ups that follow
// them. So their entries are complete only when all are read.

import { StackTable } from '../../engine/stack-table.ts';
import { spanOf } from './bpftrace/id-span.ts';
import type { BpftraceNames } from './bpftrace/names.ts';
import { noLosses } from './bpftrace/noise.ts';
import type { OnSkip } from './bpftrace/text.ts';
import type { InputFacts } from './input-facts.ts';
import type { PerfRecording } from './perf/recording.ts';
import { PerfSwitches } from './perf/switches.ts';
import { type EntrySink, settlePerf } from './perf-entries.ts';
import type { OffcpuStacks } from './stacks.ts';

export class PerfInputs {
  readonly #table: StackTable;
  readonly #switches: PerfSwitches;
  readonly #recordings: PerfRecording[] = [];
  readonly #facts: InputFacts[] = [];
  #isOpen = false;

  constructor(table: StackTable, names: BpftraceNames, stacks: OffcpuStacks, skip: OnSkip) {
    this.#table = table;
    this.#switches = new PerfSwitches(table, names, skip, new StackTable(), ({ comm, pid, tid, user, kernel, ns }) => {
      const kind = user.length + kernel.length === 0 ? 'lost' : 'off-cpu';
      const subject = { kind, comm, pid, tid, state: undefined, waitEvent: undefined } as const;
      stacks.add(subject, 'ns', spanOf(user), spanOf(kernel), ns, undefined, undefined);
    });
  }

  write(block: Uint8Array): void {
    if (!this.#isOpen) this.#switches.begin();
    this.#isOpen = true;
    this.#switches.write(block);
  }

  end(): void {
    this.#isOpen = false;
    this.#recordings.push(this.#switches.end());
  }

  /** What the input that has just ended is, or the reason why it is of no use. */
  factsOf(name: string): InputFacts | string {
    const recording = this.#recordings.at(-1) as PerfRecording;
    const { switches, sums, lostEvents, lacking } = recording;
    const why = whyUseless(recording);
    if (why !== undefined) {
      this.#recordings.pop();
      return why;
    }
    const facts: InputFacts = {
      ...{ name, format: 'perf', unit: 'ns', entries: switches + sums, losses: noLosses(), said: [], cut: false },
      ...{
        imitations: 0,
        broken: 0,
        dump: undefined,
        perf: { lostEvents, lacking, times: undefined },
        recording: undefined,
      },
    };
    this.#facts.push(facts);
    return facts;
  }

  /** Adds the entries of all to `stacks`, and says in the facts what became of the threads. */
  settle(stacks: EntrySink): void {
    const times = settlePerf(this.#recordings, this.#switches, this.#table, stacks);
    const any = times.find((one) => one !== undefined);
    this.#facts.forEach((facts, i) => {
      facts.recording = times[i] ?? any;
      if (facts.perf) facts.perf.times = times[i];
    });
  }
}

/** In the order of `perf script -F`. */
const FIELDS = ['tid', 'time', 'period', 'trace'] as const;
/** Text of perf is in the order of its times, but for a few events. */
const MOST_BACKWARDS = 0.2;

function whyUseless({ switches, sums, others, lacking, backwards }: PerfRecording): string | undefined {
  if (others > 0 && backwards > MOST_BACKWARDS * others) {
    return "perf's scheduler events, with times that are no times: print it without --deltatime";
  }
  if (switches + sums + others > 0) return undefined;
  const missing = FIELDS.filter((field) => lacking.has(field));
  if (missing.length === 0) return 'this is the text of perf script, of time on the CPU; fold it with perf-fold';
  return `perf's off-CPU events without ${missing.join(', ')}: print them, perf script -F comm,pid,tid,time,period,event,trace,ip,sym,dso`;
}
