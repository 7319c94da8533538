// Stacks without a certain header: of `perf script -F ip,sym,dso`, of `-F comm,ip,sym`, whose lines are headers only
// because frames follow, or of a recording that lost its start. Only the end of the input tells whether they count.

import type { StackTable } from '../engine/stack-table.ts';
import { UNKNOWN } from '../stacks/marks.ts';
import type { EngineTally, Sum } from './engine-tally.ts';
import type { PerfEvents } from './events.ts';
import { type LooseHeader, readLooseHeader } from './loose-header.ts';
import type { PerfRoots } from './roots.ts';

/** Endless garbage may have endless lines of this kind. */
const MOST_EMPTY = 1 << 16;

interface Place {
  /** in the order of appearance */
  number: number;
  place: string;
  /** the input ends with this line, so that its frames may be missing */
  isCut: boolean;
}

interface EventSum extends Sum {
  event: string;
}

/** A line that may be the header of the stack behind it. */
export interface PendingLine {
  text: string;
  /** of the line, as HeaderShapes has it, and what the engine knows lines like it by; 0: none */
  shape: number;
  plan: number;
}

export class HeadlessStacks {
  /** the line of the first */
  line = 0;
  readonly #table: StackTable;
  readonly #engine: EngineTally;
  readonly #roots: PerfRoots;
  readonly #usesPeriod: boolean;
  readonly #onRest: (place: string, text: string) => void;
  readonly #counts: (event: string) => boolean;
  /** by event ('': none known) */
  readonly #sums = new Map<string, EventSum>();
  /** by the shape of their line */
  readonly #headers = new Map<number, LooseHeader>();
  /** the forms of the lines that stacks follow: the event and which fields they have */
  readonly #forms = new Set<string>();
  /** lines that no stack follows, each with its places in the inputs */
  readonly #empty = new Map<string, { header: LooseHeader | undefined; places: Place[] }>();
  #emptyCount = 0;
  /** samples with an empty callchain */
  empty = 0;
  /** by the whole line but its period */
  readonly #targets = new Map<string, { sum: EventSum; root: number; own: number }>();

  /** `counts` tells at the end whether such stacks of an event count; `onRest` hears of lines that are no headers. */
  constructor(
    table: StackTable,
    engine: EngineTally,
    roots: PerfRoots,
    usesPeriod: boolean,
    counts: (event: string) => boolean,
    onRest: (place: string, text: string) => void,
  ) {
    this.#onRest = onRest;
    this.#table = table;
    this.#engine = engine;
    this.#roots = roots;
    this.#usesPeriod = usesPeriod;
    this.#counts = counts;
  }

  get isEmpty(): boolean {
    return this.#sums.size === 0;
  }

  /** Does the line name one of these events? Then it is a header beside those that have more fields. */
  isOf(line: PendingLine | undefined, events: PerfEvents): boolean {
    const header = line && this.#headerOf(line.text, line.shape);
    return header !== undefined && header.eventFrom >= 0 && events.has(eventOf(line?.text ?? '', header));
  }

  /**
   * Ends the stack being read; `pending` is the line before it. `apart`: each of its frames is a sample without
   * callchain. Gives how many such samples there were.
   */
  add(pending: PendingLine | undefined, apart: boolean): number {
    const table = this.#table;
    const { text, shape = 0, plan = 0 } = pending ?? {};
    const header = text === undefined ? undefined : this.#headerOf(text, shape);
    const target = this.#targetOf(text ?? '', header);
    if (header) this.#forms.add(formOf(text as string, header));
    const period = this.#periodOf(text ?? '', header);
    const frames: number[] = [];
    if (!header && apart) while (table.depth > 0) frames.push(table.pop());
    const stacks = Math.max(1, frames.length);
    target.sum.samples += stacks;
    target.sum.weight += stacks * period;
    this.line ||= table.linesRead;
    if (header) this.#engine.remember(plan, 'waits', target.root, target.sum);
    if (frames.length === 0) table.end(period, target.root);
    for (const frame of frames) {
      table.push(frame);
      table.end(period, target.root);
    }
    return frames.length > 0 ? stacks : 0;
  }

  /**
   * Keeps a line that no stack follows: maybe the header of a sample with an empty callchain. False: there are too
   * many.
   */
  addEmpty(text: string, shape: number, place: string, isCut: boolean): boolean {
    if (this.#emptyCount === MOST_EMPTY) return false;
    const header = this.#headerOf(text, shape);
    const known = this.#empty.get(text) ?? { header, places: [] };
    known.places.push({ number: this.#emptyCount++, place, isCut });
    this.#empty.set(text, known);
    return true;
  }

  /**
   * Counts these lines as samples, where `mayCount` and others of their form have stacks. Tells `onRest` of the others.
   */
  settleEmpty(mayCount: boolean): void {
    const others: (Place & { text: string })[] = [];
    for (const [text, { header, places: all }] of this.#empty) {
      const isForm = mayCount && header !== undefined && this.#forms.has(formOf(text, header));
      for (const place of all) if (!isForm || place.isCut) others.push({ ...place, text });
      const samples = isForm ? all.filter(({ isCut }) => !isCut).length : 0;
      if (samples > 0 && header) this.#countEmpty(text, header, samples);
    }
    this.#empty.clear();
    for (const { place, text } of others.sort((a, b) => a.number - b.number)) this.#onRest(place, text);
  }

  #countEmpty(text: string, header: LooseHeader, samples: number): void {
    const { sum, root, own } = this.#targetOf(text, header);
    const weight = samples * this.#periodOf(text, header);
    sum.samples += samples;
    sum.weight += weight;
    this.empty += samples;
    if (own === 0) this.#table.push(this.#table.name(UNKNOWN));
    this.#table.end(weight, root);
  }

  #periodOf(text: string, header: LooseHeader | undefined): number {
    const [from = 0, to = 0] = header?.numbers.period ?? [];
    return to > 0 && this.#usesPeriod ? Number(text.slice(from, to)) : 1;
  }

  /**
   * At the end of all inputs: adds these stacks to their events; where other headers are certain, only to those that
   * they name, and keeps the others. Gives how many samples belong to events that count.
   */
  settle(events: PerfEvents, haveHeaders: boolean): number {
    const settled = [...this.#sums.values()].filter(({ event }) => !haveHeaders || events.has(event));
    for (const { event: name, samples, weight } of settled) {
      this.#sums.delete(name);
      const event = events.named(name);
      event.samples += samples;
      event.weight += weight;
    }
    events.settle();
    let samples = 0;
    for (const sum of settled) if (events.named(sum.event).use === 'taken') samples += sum.samples;
    return samples;
  }

  #headerOf(text: string, shape: number): LooseHeader | undefined {
    const known = shape === 0 ? undefined : this.#headers.get(shape);
    if (known) return known;
    const header = readLooseHeader(text);
    if (shape !== 0 && header && !header.dependsOnDigits) this.#headers.set(shape, header);
    return header;
  }

  /** `own`: the root frame that the header gives; 0: none. `root` stands for it until all is read. */
  #targetOf(text: string, header: LooseHeader | undefined): { sum: EventSum; root: number; own: number } {
    const [from = 0, to = 0] = header?.numbers.period ?? [];
    const key = to > 0 ? `${text.slice(0, from)}\0${text.slice(to)}` : text;
    const known = this.#targets.get(key);
    if (known) return known;
    const event = header ? eventOf(text, header) : '';
    const sum = this.#sums.get(event) ?? { event, samples: 0, weight: 0 };
    this.#sums.set(event, sum);
    const own = header ? this.#roots.of(header, Buffer.from(text, 'latin1'), '') : 0;
    const target = { sum, root: this.#roots.ifHeadless(event, own, () => this.#counts(event)), own };
    this.#targets.set(key, target);
    return target;
  }
}

function eventOf(text: string, { eventFrom, eventTo }: LooseHeader): string {
  return eventFrom < 0 ? '' : text.slice(eventFrom, eventTo);
}

/** The event and which fields the line has; without an event, the whole line with each digit as 0. */
function formOf(text: string, { eventFrom, eventTo, commFrom, commTo, tidFrom, numbers }: LooseHeader): string {
  if (eventFrom < 0) return text.replace(/\d/g, '0');
  return `${text.slice(eventFrom, eventTo)} ${commTo > commFrom} ${tidFrom >= 0} ${numbers.period !== undefined}`;
}
