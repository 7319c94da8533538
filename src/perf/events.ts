// Events: a recording may hold several, and their weights have different units, so one is folded and the others counted.

import { InputError } from '../engine/errors.ts';

/** One event of the input. */
export interface PerfEvent {
  /** as perf prints it, with modifiers; '' when perf printed none */
  name: string;
  samples: number;
  /** sum of the periods, where a sample without one weighs 1 */
  weight: number;
  /** taken: it is the one. perhaps: its name is the one asked for, but for modifiers. */
  use: 'taken' | 'perhaps' | 'left';
}

export class PerfEvents {
  readonly list: PerfEvent[] = [];
  readonly #wanted: string | undefined;

  /** `wanted`: the event to take; undefined takes the first. */
  constructor(wanted: string | undefined) {
    this.#wanted = wanted;
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
    if (this.#wanted === undefined) return this.list.length === 0 ? 'taken' : 'left';
    if (name === this.#wanted) return 'taken';
    return namesWithoutModifiers(name).includes(this.#wanted) ? 'perhaps' : 'left';
  }

  /** An exact name wins over the same one with modifiers. Call it when all input is read. */
  settle(): void {
    const exact = this.list.some((event) => event.use === 'taken');
    for (const event of this.list) if (event.use === 'perhaps') event.use = exact ? 'left' : 'taken';
    const wanted = this.#wanted;
    if (wanted === undefined || this.list.length === 0 || this.list.some((event) => event.use === 'taken')) return;
    throw new InputError(`no sample of event ${wanted}; the input has ${this.list.map(describeEvent).join(', ')}`);
  }

  /** The names that are folded, and the events that are not. */
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
const CORE_PMU = /^(?:cpu(?:_\w+)?|armv\d\w*|apple_\w+_pmu)\/([a-z][\w.-]*)(?:,[^/]*)?\/[a-zA-Z]*$/;
const TERMS = /\/[^/]*$/;

/** cycles:P → cycles, cpu_core/cycles/P → cycles, cpu/cycles,period=1000/u → cycles; a raw event keeps its terms. */
export function plainName(name: string): string {
  const [, term] = CORE_PMU.exec(name) ?? [];
  return term ?? name.replace(MODIFIERS, '');
}

/** What people call the event: cycles:P → cycles; cpu-clock/freq=99/u → cpu-clock/freq=99/, cpu-clock/freq=99, cpu-clock. */
function namesWithoutModifiers(name: string): string[] {
  const plain = name.replace(MODIFIERS, '');
  const terms = plain.replace(TERMS, '');
  return [plain, `${terms}/`, terms, terms.replace(TERMS, '')];
}

/** `cpu-clock (12 samples)` */
export function describeEvent(event: PerfEvent): string {
  return `${event.name || 'without a name'} (${event.samples} ${event.samples === 1 ? 'sample' : 'samples'})`;
}
