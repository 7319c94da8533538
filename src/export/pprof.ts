// pprof's profile.proto, gzip'd: https://github.com/google/pprof/blob/main/proto/profile.proto

import { gzipSync } from 'node:zlib';
import { emptyTableToken, Profile, type SampleInput, StringTable, type ValueTypeInput } from 'pprof-format';
import type { Folded } from '../stacks/folded.ts';
import { type CountMeaning, UNITS } from './meaning.ts';
import { multiplied, namesOf, sidesOf } from './recording.ts';

/** A sample type: how it is called, and its values, from the counts of one side. */
interface Column {
  type: string;
  unit: 'count' | 'nanoseconds';
  side: ReturnType<typeof sidesOf>[number];
  factor: number;
}

/**
 * `samples/count`, with a period also `cpu/nanoseconds`; time is always nanoseconds. In a comparison all of them twice,
 * as `before_cpu` and `after_cpu`.
 */
export function columnsOf(recording: Folded, { unit, type, periodNs }: CountMeaning): Column[] {
  const ns = UNITS[unit] ?? periodNs;
  return sidesOf(recording).flatMap((side) => {
    const named = (name: string): string => (side.name === '' ? name : `${side.name}_${name}`);
    const counts = { type: named(unit), unit: 'count', side, factor: 1 } as const;
    const time = ns === undefined ? [] : [{ type: named(type), unit: 'nanoseconds', side, factor: ns } as const];
    return UNITS[unit] === undefined ? [counts, ...time] : time;
  });
}

/** The profile, gzip'd. Counts must be rounded. Throws InputError where 64 bits can't hold a value. */
export function formatPprof(recording: Folded, meaning: CountMeaning): Buffer {
  return gzipSync(Buffer.concat([...messages(recording, meaning)]));
}

const SAMPLES_A_MESSAGE = 1000;

/** Parts of one message: protobuf joins what is written one after the other. So no two copies of it are ever held. */
function* messages(recording: Folded, meaning: CountMeaning): Generator<Uint8Array> {
  const { table } = recording;
  const columns = columnsOf(recording, meaning);
  let batch: SampleInput[] = [];
  const samples = (): Uint8Array =>
    new Profile({ sample: batch, stringTable: new StringTable(emptyTableToken) }).encode();
  for (const stack of table.sorted()) {
    batch.push({
      locationId: Array.from(stack.ids).reverse(), // leaf first
      value: columns.map(({ side, factor }) => multiplied(side.countOf(stack), factor)),
    });
    if (batch.length < SAMPLES_A_MESSAGE) continue;
    yield samples();
    batch = [];
  }
  yield samples();
  yield tables(recording, meaning, columns).encode();
}

/** All but the samples. A name is a function and a location with the same id. */
function tables({ table }: Folded, meaning: CountMeaning, columns: readonly Column[]): Profile {
  const strings = new StringTable();
  const names = namesOf(table).slice(1);
  const origins = new Map<string | undefined, number>([[undefined, 1]]);
  for (const { origin } of names) if (!origins.has(origin)) origins.set(origin, origins.size + 1);
  const valueType = (type: string, unit: string): ValueTypeInput => ({
    type: strings.dedup(type),
    unit: strings.dedup(unit),
  });
  const { periodNs, startNs, durationNs } = meaning;
  return new Profile({
    sampleType: columns.map(({ type, unit }) => valueType(type, unit)),
    defaultSampleType: strings.dedup((columns.at(-1) as Column).type),
    mapping: [...origins].map(([origin, id]) => ({
      id,
      filename: strings.dedup(origin ?? meaning.name),
      hasFunctions: true,
    })),
    location: names.map(({ origin }, i) => ({
      id: i + 1,
      mappingId: origins.get(origin) as number,
      line: [{ functionId: i + 1 }],
    })),
    function: names.map(({ text }, i) => ({ id: i + 1, name: strings.dedup(text), systemName: strings.dedup(text) })),
    stringTable: strings,
    timeNanos: startNs ?? 0,
    durationNanos: durationNs ?? 0,
    ...(periodNs === undefined ? {} : { periodType: valueType(meaning.type, 'nanoseconds'), period: periodNs }),
  });
}
