// The samples that are folded: which headers begin one, its weight and its root frame, and the counts of all. The frames
// between begin() and end() lie in the table.

import type { StackTable } from '../engine/stack-table.ts';
import { TRUNCATED, UNKNOWN } from '../stacks/marks.ts';
import { EngineTally } from './engine-tally.ts';
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
  /** the sample being read, and those that the engine counts by itself */
  readonly engine: EngineTally;

  /** `byTask`: each thread has a root of its own. */
  constructor(table: StackTable, options: SampleOptions, roots: PerfRoots, byTask: boolean) {
    this.#table = table;
    this.#options = options;
    this.#roots = roots;
    this.events = new PerfEvents(options.event);
    this.truncated = table.name(TRUNCATED);
    this.engine = new EngineTally(table);
    table.perf.countSamples({
      byTask,
      byPeriod: options.count === 'period',
      depthLimit: MAX_STACK,
      cut: this.truncated,
      unknown: table.name(UNKNOWN),
      from: options.from,
      to: options.to,
    });
  }

  /**
   * Begins the sample of the header at `from`; `prefix`: its comm's first line, if that has two. Samples of the same `plan`
   * (0: none) are the engine's from then on. False: leave this one out.
   */
  begin(header: Header, from: number, prefix: string, plan: number): boolean {
    const { engine } = this;
    const event = this.#eventAt(header);
    const weight = Number.isNaN(header.period) ? 1 : header.period;
    if (Number.isNaN(this.firstTime)) this.firstTime = header.time;
    this.lastTime = header.time;
    event.samples++;
    event.weight += weight;
    if (event.use === 'left') {
      engine.remember(plan, 'left', 0, event);
      return false;
    }
    if (!isWithin(header.time, this.firstTime, this.#options)) {
      this.outside++;
      engine.remember(plan, 'outside', 0, event);
      return false;
    }
    const roots = this.#roots;
    let root = prefix === '' ? roots.at(header, from) : roots.of(header, this.#table.bytes, prefix);
    if (event.use === 'perhaps') root = roots.ifTaken(root, event);
    engine.open.weight = this.#options.count === 'samples' ? 1 : weight;
    engine.open.root = root;
    if (prefix === '') engine.remember(plan, 'folded', root, event);
    return true;
  }

  /** Scans on, and lets the engine count the samples that say nothing new. Gives what the table stopped at. */
  scan(mayWait: boolean): number {
    return this.engine.scan({ first: this.firstTime, last: this.lastTime }, mayWait, (counts) => {
      this.firstTime = counts.first;
      this.lastTime = counts.last;
      this.folded += counts.folded;
      this.empty += counts.empty;
      this.truncatedWeight += counts.cutWeight;
      this.outside += counts.outside;
      this.singles += counts.singles;
    });
  }

  /** Had all samples so far a line of their own for each frame? */
  get haveCallchains(): boolean {
    return this.folded > 0 && this.singles === 0;
  }

  end(): void {
    const table = this.#table;
    const { root, weight } = this.engine.open;
    this.folded++;
    if (root === 0 && table.depth === 0) {
      table.push(table.name(UNKNOWN));
      this.empty++;
    }
    if (table.isSingle) this.singles++;
    const frames = table.end(weight, root, MAX_STACK, this.truncated);
    if (frames < 0) this.truncatedWeight += weight;
    if (frames === 0) this.empty++;
  }

  #eventAt({ eventFrom, eventTo, eventKey }: Header): PerfEvent {
    if (eventFrom < 0) return this.events.named('');
    const key = eventKey || this.#table.key(eventFrom, eventTo);
    this.#eventOf[key] ??= this.events.named(this.#table.text(eventFrom, eventTo));
    return this.#eventOf[key];
  }
}
