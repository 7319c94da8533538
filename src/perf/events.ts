// Events: a recording may hold several, and their weights have different units, so one is folded and the others counted.

import { InputError } from '../engine/errors.ts';

/** The input has samples, but none of the events that were asked for. */
export class NoSuchEvent extends InputError {}

/** One event of the input. */
export interface PerfEvent {
  /** as perf prints it, with modifiers; '' when perf printed none */
  name: string;
  samples: number;
  /** sum of the periods, where a sample without one weighs 1 */
  weight: number;
  /** taken: it is folded. perhaps: the user asked for its name, but with other modifiers. left: it is only counted. */
  use: 'taken' | 'perhaps' | 'left';
}

export class PerfEvents {
  readonly list: PerfEvent[] = [];
  readonly #wanted: readonly string[];

  /** `wanted`: the events to take; none takes the first. */
  constructor(wanted: readonly string[]) {
    this.#wanted = wanted;
  }

  /** Did perf print the event of any sample? */
  get haveNames(): boolean {
    return this.list.some(({ name }) => name !== '');
  }

  /** Has perf printed an event of this name? */
  has(name: string): boolean {
    return name !== '' && this.list.some((event) => event.name === name);
  }

  /** The event of this name, new or known; listed in order of appearance. */
  named(name: string): PerfEvent {
    const known = this.list.find((event) => event.name === name);
    if (known) return known;
    const event: PerfEvent = { name, samples: 0, weight: 0, use: this.#useOf(name) };
    this.list.push(event);
    return event;
  }

  #useOf(name: string): PerfEvent['use'] {
    const [first] = this.list;
    if (this.#wanted.length === 0) return !first || isSameOnAllCores(first.name, name) ? 'taken' : 'left';
    if (this.#wanted.includes(name)) return 'taken';
    return this.#wantedAs(name) === undefined ? 'left' : 'perhaps';
  }

  /** Which of the wanted names stands for this event, with modifiers or terms of its own. */
  #wantedAs(name: string): string | undefined {
    return namesWithoutModifiers(name).find((plain) => this.#wanted.includes(plain));
  }

  /** An exact name wins over the same one with modifiers. Call it when all input is read. */
  settle(): void {
    const exact = new Set(this.list.filter(({ use }) => use === 'taken').map(({ name }) => name));
    for (const event of this.list) {
      if (event.use === 'perhaps') event.use = exact.has(this.#wantedAs(event.name) ?? '') ? 'left' : 'taken';
    }
    const taken = this.taken();
    const isThere = (wanted: string): boolean =>
      taken.some(({ name }) => name === wanted || namesWithoutModifiers(name).includes(wanted));
    const missing = this.#wanted.filter((wanted) => !isThere(wanted));
    if (missing.length === 0 || this.list.length === 0) return;
    const found = this.list.map(describeEvent).join(', ');
    throw new NoSuchEvent(`no sample of event ${missing.join(', ')}; the input has ${found}`);
  }

  /** The events that are folded; then those that are not. */
  taken(): PerfEvent[] {
    return this.list.filter((event) => event.use === 'taken');
  }
  left(): PerfEvent[] {
    return this.list.filter((event) => event.use !== 'taken');
  }
}

//         ╭ modifiers          ╭ terms of the event, with modifiers behind
// cycles  :ppp       cpu-clock /freq=99/u     cpu_core/cycles /P
const MODIFIERS = /:[ukhGHIpPSDWeb]+$/;
// cpu_core/cycles/P      armv8_cortex_a53/cycles/      cpu/cycles,period=1000/u
const CORE_PMU = /^(?:cpu(?:_\w+)?|armv\d\w*|apple_\w+_pmu)\/([a-z][\w.-]*)(?:[,:][^/]*)?\/[a-zA-Z]*$/;
const TERMS = /\/[^/]*$/;

/** cycles:P → cycles, cpu_core/cycles/P → cycles, cpu/cycles,period=1000/u → cycles; a raw event keeps its terms. */
export function plainName(name: string): string {
  const [, term] = CORE_PMU.exec(name) ?? [];
  return term ?? name.replace(MODIFIERS, '');
}

/** `cpu_core/cycles/P` and `cpu_atom/cycles/P`: one event, which each of the two kinds of cores counts by itself. */
function isSameOnAllCores(a: string, b: string): boolean {
  return CORE_PMU.test(a) && CORE_PMU.test(b) && plainName(a) === plainName(b);
}

/** What people call the event: cycles:P → cycles; cpu-clock/freq=99/u → cpu-clock/freq=99/, cpu-clock/freq=99, cpu-clock. */
function namesWithoutModifiers(name: string): string[] {
  const plain = name.replace(MODIFIERS, '');
  const terms = plain.replace(TERMS, '');
  return [plain, plainName(name), `${terms}/`, terms, terms.replace(TERMS, '')];
}

/** `cpu-clock (12 samples)` */
export function describeEvent(event: PerfEvent): string {
  return `${event.name || 'without a name'} (${event.samples} ${event.samples === 1 ? 'sample' : 'samples'})`;
}
