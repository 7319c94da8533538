// speedscope's own format: https://www.speedscope.app/file-format-schema.json

import type { Folded } from '../stacks/folded.ts';
import { totalOf } from '../stacks/total.ts';
import type { CountMeaning, CountUnit } from './meaning.ts';
import { type Name, namesOf, sidesOf } from './recording.ts';

/** What speedscope calls a unit. */
const SPEEDSCOPE_UNITS: Record<CountUnit, string> = {
  samples: 'none',
  cycles: 'none',
  ns: 'nanoseconds',
  us: 'microseconds',
  ms: 'milliseconds',
  s: 'seconds',
};

/**
 * The file, in pieces; of a comparison two profiles, before and after. A profile has only the stacks seen on its side.
 */
export function* formatSpeedscope(recording: Folded, meaning: CountMeaning): Generator<string> {
  const { name, unit, periodNs } = meaning;
  const sides = sidesOf(recording);
  const head = {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    name,
    exporter: 'flamepipe fold-export',
    activeProfileIndex: sides.length - 1,
    shared: { frames: namesOf(recording.table).slice(1).map(frameOf) },
  };
  yield `${JSON.stringify(head).slice(0, -1)},"profiles":[`;
  const factor = periodNs ?? 1;
  for (const [i, side] of sides.entries()) {
    const weights: number[] = [];
    yield `${i === 0 ? '' : ','}{"type":"sampled","samples":[`;
    for (const stack of recording.table.sorted()) {
      const weight = side.countOf(stack) * factor;
      if (weight === 0) continue;
      yield `${weights.length === 0 ? '' : ','}[${stack.ids.map((id) => id - 1).join()}]`;
      weights.push(weight);
    }
    const rest = {
      weights,
      name: side.name === '' ? name : `${name}, ${side.name}`,
      unit: periodNs === undefined ? SPEEDSCOPE_UNITS[unit] : 'nanoseconds',
      startValue: 0,
      endValue: totalOf(Float64Array.from(weights)),
    };
    yield `],${JSON.stringify(rest).slice(1)}`;
  }
  yield ']}\n';
}

/** speedscope colours by file. */
function frameOf({ text, origin }: Name): { name: string; file?: string } {
  return origin === undefined ? { name: text } : { name: text, file: origin };
}
