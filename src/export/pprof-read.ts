// Profiles of pprof → stacks in the table.

import { InputError } from '../engine/errors.ts';
import type { StackTable } from '../engine/stack-table.ts';
import { frameText, objectFrame } from '../stacks/frame-name.ts';
import { markOf } from '../stacks/marks.ts';
import { sniff, WHAT_TO_DO } from '../stacks/sniff.ts';
import { type SymbolOptions, symbolFrame } from '../symbols/symbol-frame.ts';
import { type LocationMessage, type ProfileMessage, readProfile } from './pprof-message.ts';

/** `cpu` in `nanoseconds`, `samples` in `count`, `inuse_space` in `bytes`; latin1. */
export interface SampleType {
  type: string;
  unit: string;
}

export interface Pprof {
  types: SampleType[];
  /** the place among them of the one that is shown first */
  main: number;
  /** keys of the samples' labels, latin1, the most frequent first; no stack has them */
  labels: string[];
  profile: ProfileMessage;
}

/** A deeper stack, or more frames in all, would take minutes and all memory to fold. */
const MOST_FRAMES_OF_A_STACK = 1 << 16;
const MOST_FRAMES = 2 ** 30;

/** Reads a whole profile. Throws InputError when the bytes are none, or one that is cut off or contradicts itself. */
export function readPprof(bytes: Buffer): Pprof {
  const profile = profileIn(bytes);
  const types = profile.types.map(({ type, unit }) => ({
    type: textAt(profile, type),
    unit: textAt(profile, unit),
  }));
  for (const values of profile.valueCounts) {
    if (values === types.length) continue;
    throw new InputError(
      `the profile is damaged: it has ${count(types.length, 'sample type')}, but a sample of ${count(values, 'value')}`,
    );
  }
  for (const name of [...profile.functions.values(), ...profile.mappings.values()]) textAt(profile, name);
  const shown = textAt(profile, profile.defaultType);
  const named = types.findIndex(({ type }) => type !== '' && type === shown);
  const labels = [...profile.labels].sort(([, a], [, b]) => b - a).map(([key]) => textAt(profile, key));
  return { types, main: named < 0 ? types.length - 1 : named, labels, profile };
}

function profileIn(bytes: Buffer): ProfileMessage {
  try {
    const profile = readProfile(bytes);
    if (profile.strings[0] === '' && profile.types.length > 0) return profile;
  } catch (error) {
    if (error instanceof InputError) throw error;
    // what the decoder says of it tells nobody anything
  }
  throw new InputError(otherKind(bytes) ?? 'this is not a pprof profile, or not all of one');
}

// of gperftools: four machine words 0, 3, 0, microseconds between samples
const OLD_BINARY = /^\0{8}(?:\x03\0{15}|\0{7}\x03\0{8})/;

/** What these bytes are instead, and what to do with them. */
function otherKind(bytes: Buffer): string | undefined {
  const start = bytes.toString('latin1', 0, 64);
  if (OLD_BINARY.test(start)) {
    return 'this is a profile of gperftools, without names: convert it, pprof -proto PROGRAM FILE > cpu.pb.gz';
  }
  const kind = sniff(bytes);
  if (kind === 'perf script') return 'this is the text of perf script; use perf-fold';
  return kind === 'binary' || kind === 'text' || kind === 'pprof' ? undefined : WHAT_TO_DO[kind];
}

function textAt({ strings }: ProfileMessage, index: bigint): string {
  const text = strings[Number(index)];
  if (text !== undefined) return text;
  throw new InputError(`the profile is damaged: it has ${strings.length} strings, and asks for number ${index}`);
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

const MOST_LABELS = 5;

/** left out the labels of 40 samples (thread, request): go tool pprof -tagroot KEY shows them; latin1 */
export function labelsText({ labels, profile: { labelledSamples } }: Pprof): string {
  const rest = labels.length > MOST_LABELS ? ', …' : '';
  const keys = labels.slice(0, MOST_LABELS).join(', ');
  const samples = `${labelledSamples} ${labelledSamples === 1 ? 'sample' : 'samples'}`;
  return `left out the labels of ${samples} (${keys}${rest}): go tool pprof -tagroot KEY shows them`;
}

/** How a value becomes a count: times `ns`, divided by `per`. */
export interface Scale {
  ns: number;
  per: number;
}

/**
 * Adds one value of each sample to the table, scaled. Names frames as perf-fold does; a place without a name shows its
 * file: `[libc.so.6]`. Leaves out samples with a value below zero, because such a profile is a difference, and gives
 * their number.
 */
export function foldPprof(
  { profile }: Pprof,
  index: number,
  scale: Scale,
  table: StackTable,
  options: SymbolOptions,
): number {
  const framesOf = frames(profile, table, options);
  const unknown = table.name(frameText(''));
  let negative = 0;
  let all = 0;
  for (const { locations, values } of profile.samples) {
    const weight = scaled(values[index] ?? 0n, scale);
    if (weight < 0) {
      negative++;
      continue;
    }
    const ids: number[] = [];
    for (const id of locations) {
      ids.push(...(framesOf.get(id) ?? [unknown]));
      if (ids.length > MOST_FRAMES_OF_A_STACK || all + ids.length > MOST_FRAMES)
        throw new InputError('the profile has more frames than can be folded: no profile is so large');
    }
    all += ids.length;
    ids.reverse();
    table.add(ids.length > 0 ? ids : [unknown], weight, 1);
  }
  return negative;
}

function scaled(value: bigint, { ns, per }: Scale): number {
  const product = value * BigInt(ns);
  return product % BigInt(per) === 0n ? Number(product / BigInt(per)) : Number(product) / per;
}

/** By location: the names of its frames, innermost first. */
function frames(profile: ProfileMessage, table: StackTable, options: SymbolOptions): Map<bigint, number[]> {
  const namesOf = ({ mapping, functions }: LocationMessage): string[] => {
    const file = textAt(profile, profile.mappings.get(mapping) ?? 0n);
    if (functions.length === 0) return [objectFrame(file)];
    return functions.map((id) => {
      const name = textAt(profile, profile.functions.get(id) ?? 0n);
      return `${symbolFrame(name, options)}${markOf(file)}`;
    });
  };
  return new Map(
    Array.from(profile.locations, ([id, location]) => [id, namesOf(location).map((name) => table.name(name))]),
  );
}
