// The fields of pprof's messages that a fold needs: https://github.com/google/pprof/blob/main/proto/profile.proto
// Fields that are unknown, or of another wire type than the schema's, are skipped, as protobuf asks for.

import { BinaryReader, WireType } from '@protobuf-ts/runtime';
import { InputError } from '../engine/errors.ts';

// A few compressed bytes can hold more messages than memory does. No profile comes near these limits.
const MOST_SAMPLES = 1 << 22;
/** strings, files, functions, places and the lines of places together */
const MOST_NAMES = 1 << 22;
/** of one sample or place */
const MOST_NUMBERS = 1 << 16;

/** Ids and places in the string table are unsigned 64-bit numbers, values signed ones. */
export interface ProfileMessage {
  types: ValueTypeMessage[];
  /** decoded anew each time: they are never in memory together */
  samples: Iterable<SampleMessage>;
  /** how many values the samples have */
  valueCounts: Set<number>;
  /** by key, a place in `strings`: how many samples have such a label */
  labels: Map<bigint, number>;
  labelledSamples: number;
  /** file name by id */
  mappings: Map<bigint, bigint>;
  locations: Map<bigint, LocationMessage>;
  /** name by id */
  functions: Map<bigint, bigint>;
  /** latin1: a character a byte */
  strings: string[];
  defaultType: bigint;
}

export interface ValueTypeMessage {
  type: bigint;
  unit: bigint;
}

export interface SampleMessage {
  /** leaf first */
  locations: bigint[];
  values: bigint[];
  /** keys of its labels */
  labels: Set<bigint>;
}

export interface LocationMessage {
  mapping: bigint;
  /** innermost first: several where functions were inlined */
  functions: bigint[];
}

/** Throws InputError for a message too large to hold, an error of any kind for bytes that are no such message. */
export function readProfile(bytes: Uint8Array): ProfileMessage {
  const profile: ProfileMessage = {
    types: [],
    samples: { [Symbol.iterator]: () => samplesIn(bytes) },
    valueCounts: new Set(),
    labels: new Map(),
    labelledSamples: 0,
    mappings: new Map(),
    locations: new Map(),
    functions: new Map(),
    strings: [],
    defaultType: 0n,
  };
  let samples = 0;
  let names = 0;
  eachField(bytes, (field, message) => {
    if (field === 1) profile.types.push(valueType(message.bytes()));
    else if (field === 2) {
      limit(++samples, MOST_SAMPLES, 'samples');
      const { values, labels } = sample(message.bytes());
      profile.valueCounts.add(values.length);
      for (const key of labels) profile.labels.set(key, (profile.labels.get(key) ?? 0) + 1);
      if (labels.size > 0) profile.labelledSamples++;
    } else if (field === 3) addNamed(profile.mappings, message.bytes(), 5);
    else if (field === 4) names += addLocation(profile.locations, message.bytes());
    else if (field === 5) addNamed(profile.functions, message.bytes(), 2, 3);
    else if (field === 6) profile.strings.push(latin1(message.bytes()));
    else if (field === 14) profile.defaultType = message.number();
    if (field !== 2) limit(++names, MOST_NAMES, 'names');
  });
  return profile;
}

function* samplesIn(bytes: Uint8Array): Generator<SampleMessage> {
  const reader = new BinaryReader(bytes, TEXT);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 2 && type === WireType.LengthDelimited) yield sample(reader.bytes());
    else reader.skip(type);
  }
}

function limit(number: number, most: number, what: string): void {
  if (number > most) throw new InputError(`the profile has more than ${most} ${what}: no profile is so large`);
}

/** One field, to be read at most once. */
interface Field {
  /** the last one counts; 0 if it is no number */
  number(): bigint;
  /** repeated numbers come packed or one by one */
  numbersTo(list: bigint[], isSigned: boolean): void;
  bytes(): Uint8Array;
}

/** Shared, because each reader would make its own and use none: names are read as bytes. */
const TEXT = new TextDecoder();

function eachField(bytes: Uint8Array, take: (field: number, value: Field) => void): void {
  const reader = new BinaryReader(bytes, TEXT);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    const from = reader.pos;
    take(field, {
      number: () => (type === WireType.Varint ? reader.uint64().toBigInt() : 0n),
      numbersTo(list, isSigned) {
        const next = (of: BinaryReader): bigint => (isSigned ? of.int64() : of.uint64()).toBigInt();
        limit(list.length, MOST_NUMBERS, 'numbers in a sample');
        if (type === WireType.Varint) list.push(next(reader));
        if (type !== WireType.LengthDelimited) return;
        const packed = new BinaryReader(reader.bytes(), TEXT);
        while (packed.pos < packed.len) {
          list.push(next(packed));
          limit(list.length, MOST_NUMBERS, 'numbers in a sample');
        }
      },
      bytes: () => (type === WireType.LengthDelimited ? reader.bytes() : NOTHING),
    });
    if (reader.pos === from) reader.skip(type);
  }
  if (reader.pos > reader.len) throw new RangeError('cut off in a field that was skipped');
}

const NOTHING = new Uint8Array(0);

function valueType(bytes: Uint8Array): ValueTypeMessage {
  const message = { type: 0n, unit: 0n };
  eachField(bytes, (field, value) => {
    if (field === 1) message.type = value.number();
    else if (field === 2) message.unit = value.number();
  });
  return message;
}

function sample(bytes: Uint8Array): SampleMessage {
  const message: SampleMessage = { locations: [], values: [], labels: new Set() };
  eachField(bytes, (field, value) => {
    if (field === 1) value.numbersTo(message.locations, false);
    else if (field === 2) value.numbersTo(message.values, true);
    else if (field === 3) message.labels.add(numberIn(value.bytes()));
  });
  return message;
}

/** A mapping or function: its id is field 1, its name that of `nameField`, else of `otherField`, the mangled one. */
function addNamed(names: Map<bigint, bigint>, bytes: Uint8Array, nameField: number, otherField?: number): void {
  let [id, name, other] = [0n, 0n, 0n];
  eachField(bytes, (field, value) => {
    if (field === 1) id = value.number();
    else if (field === nameField) name = value.number();
    else if (field === otherField) other = value.number();
  });
  names.set(id, name || other);
}

/** Gives the number of its lines. */
function addLocation(locations: Map<bigint, LocationMessage>, bytes: Uint8Array): number {
  let id = 0n;
  const message: LocationMessage = { mapping: 0n, functions: [] };
  eachField(bytes, (field, value) => {
    if (field === 1) id = value.number();
    else if (field === 2) message.mapping = value.number();
    else if (field === 4) {
      message.functions.push(numberIn(value.bytes()));
      limit(message.functions.length, MOST_NUMBERS, 'lines in a place');
    }
  });
  locations.set(id, message);
  return message.functions.length;
}

/** Field 1: the function of a line, the key of a label. */
function numberIn(bytes: Uint8Array): bigint {
  let number = 0n;
  eachField(bytes, (field, value) => {
    if (field === 1) number = value.number();
  });
  return number;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
