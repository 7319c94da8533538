// The samples that are folded: which headers begin one, its weight and its root frame, and the counts of all. The frames
// between begin() and end() lie in the table.

import type { StackTable } from '../engine/stack-table.ts';
import { TRUNCATED, UNKNOWN } from '../stacks/marks.ts';
import { type PerfEvent, PerfEvents } from './events.ts';
import { MAX_STACK } from './frame.ts';
import { type Header, isWithin } from './header.ts';
import type { PerfRoots } from './roots.ts';

/** Which samples count, and what for. */
export interface SampleOptions {
  /** the events to fold; none takes the first */
  event: readonly string[];
  count: 'period' | 'samples';
  /** seconds from the first sample, or perf's own time when that is at least the first sample's; undefined: no limit */
  from: number | undefined;
  to: number | undefined;
}

export class Samples {
  readonly events: PerfEvents;
  /** samples folded; those of them without any frame; samples of the event outside --from and --to */
  folded = 0;
  empty = 0;
  outside = 0;
  /** samples without callchain, whose one frame stands on the header's line */
  singles = 0;
  /** weight of stacks cut at perf's depth limit */
  truncatedWeight = 0;
  /** perf's time of the first and last sample, seconds; NaN when it printed none */
  firstTime = Number.NaN;
  lastTime = Number.NaN;
  /** the name id of the frame that stands for lost callers */
  readonly truncated: number;
  readonly #table: StackTable;
  readonly #options: SampleOptions;
  readonly #roots: PerfRoots;
  /** by the table's key of its name */
  readonly #eventOf: PerfEvent[] = [];
  // of the sample being read
  #root = 0;
  #weight = 0;

  constructor(table: StackTable, options: SampleOptions, roots: PerfRoots) {
    this.#table = table;
    this.#options = options;
    this.#roots = roots;
    this.events = new PerfEvents(options.event);
    this.truncated = table.name(TRUNCATED);
  }

  /** Begins the sample of the header at `from`; `prefix`: its comm's first line, if that has two. False: leave it out. */
  begin(header: Header, from: number, prefix: string): boolean {
    const event = this.#eventAt(header);
    const weight = Number.isNaN(header.period) ? 1 : header.period;
    if (Number.isNaN(this.firstTime)) this.firstTime = header.time;
    this.lastTime = header.time;
    event.samples++;
    event.weight += weight;
    if (event.use === 'left') return false;
    if (!isWithin(header.time, this.firstTime, this.#options)) {
      this.outside++;
      return false;
    }
    const roots = this.#roots;
    this.#weight = this.#options.count === 'samples' ? 1 : weight;
    this.#root = prefix === '' ? roots.at(header, from) : roots.of(header, this.#table.bytes, prefix);
    if (event.use === 'perhaps') this.#root = roots.ifTaken(this.#root, event);
    return true;
  }

  end(): void {
    const table = this.#table;
    this.folded++;
    if (this.#root === 0 && table.depth === 0) {
      table.push(table.name(UNKNOWN));
      this.empty++;
    }
    const frames = table.end(this.#weight, this.#root, MAX_STACK, this.truncated);
    if (frames < 0) this.truncatedWeight += this.#weight;
    if (frames === 0) this.empty++;
  }

  #eventAt({ eventFrom, eventTo, eventKey }: Header): PerfEvent {
    if (eventFrom < 0) return this.events.named('');
    const key = eventKey || this.#table.key(eventFrom, eventTo);
    this.#eventOf[key] ??= this.events.named(this.#table.text(eventFrom, eventTo));
    return this.#eventOf[key];
  }
}
