// pprof's profile.proto, gzip'd: https://github.com/google/pprof/blob/main/proto/profile.proto

import { gzipSync } from 'node:zlib';
import {
  emptyTableToken,
  type FunctionInput,
  type LocationInput,
  Profile,
  type ProfileInput,
  type SampleInput,
  StringTable,
  type ValueTypeInput,
} from 'pprof-format';
import type { StackTable } from '../engine/stack-table.ts';
import type { Folded } from '../stacks/folded.ts';
import { originOf, unmarked } from '../stacks/marks.ts';
import { type CountMeaning, UNITS } from './meaning.ts';
import { multiplied, readableName, sidesOf } from './recording.ts';

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

/** Samples, locations or functions: protobuf joins messages that are written one after the other. */
const A_MESSAGE = 1000;

type Part = Omit<ProfileInput, 'stringTable'>;

/** Parts of one message, so that few objects live at a time. The last has the strings of all. */
function* messages(recording: Folded, meaning: CountMeaning): Generator<Uint8Array> {
  const { table } = recording;
  const columns = columnsOf(recording, meaning);
  const encoded = (part: Part): Uint8Array =>
    new Profile({ ...part, stringTable: new StringTable(emptyTableToken) }).encode();
  for (const sample of batches(samplesOf(table, columns))) yield encoded({ sample });

  const strings = new StringTable();
  const valueType = (type: string, unit: string): ValueTypeInput => ({
    type: strings.dedup(type),
    unit: strings.dedup(unit),
  });
  const { origins, ofName } = originsOf(table);
  const { periodNs, startNs, durationNs } = meaning;
  const sampleType = columns.map(({ type, unit }) => valueType(type, unit));
  const defaultSampleType = strings.dedup((columns.at(-1) as Column).type);
  const mapping = [...origins].map(([origin, id]) => ({
    id,
    filename: strings.dedup(origin ?? meaning.name),
    hasFunctions: true,
  }));
  yield encoded({ sampleType, mapping });
  for (const location of batches(locationsOf(ofName))) yield encoded({ location });
  for (const functions of batches(functionsOf(table, strings))) yield encoded({ function: functions });
  yield new Profile({
    defaultSampleType,
    stringTable: strings,
    timeNanos: startNs ?? 0,
    durationNanos: durationNs ?? 0,
    ...(periodNs === undefined ? {} : { periodType: valueType(meaning.type, 'nanoseconds'), period: periodNs }),
  }).encode();
}

function* batches<T>(all: Iterable<T>): Generator<T[]> {
  let batch: T[] = [];
  for (const one of all) {
    batch.push(one);
    if (batch.length < A_MESSAGE) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

function* samplesOf(table: StackTable, columns: readonly Column[]): Generator<SampleInput> {
  for (const stack of table.sorted()) {
    yield {
      locationId: Array.from(stack.ids).reverse(), // leaf first
      value: columns.map(({ side, factor }) => multiplied(side.countOf(stack), factor)),
    };
  }
}

interface Origins {
  /** what the marks of names say, each with a number from 1; undefined is the first */
  origins: ReadonlyMap<string | undefined, number>;
  /** by name id */
  ofName: Uint32Array;
}

function originsOf(table: StackTable): Origins {
  const origins = new Map<string | undefined, number>([[undefined, 1]]);
  const ofName = new Uint32Array(table.nameCount + 1);
  for (let id = 1; id < ofName.length; id++) {
    const origin = originOf(table.nameText(id));
    const number = origins.get(origin) ?? origins.size + 1;
    origins.set(origin, number);
    ofName[id] = number;
  }
  return { origins, ofName };
}

/** A name is a function and a location with the same id. */
function* locationsOf(mappings: Uint32Array): Generator<LocationInput> {
  for (let id = 1; id < mappings.length; id++) {
    yield { id, mappingId: mappings[id] as number, line: [{ functionId: id }] };
  }
}

function* functionsOf(table: StackTable, strings: StringTable): Generator<FunctionInput> {
  for (let id = 1; id <= table.nameCount; id++) {
    const name = strings.dedup(unmarked(readableName(table.nameText(id))));
    yield { id, name, systemName: name };
  }
}
