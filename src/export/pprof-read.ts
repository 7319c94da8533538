// pprof's profile.proto, unpacked: https://github.com/google/pprof/blob/main/proto/profile.proto

import { type Location, Profile } from 'pprof-format';
import { InputError } from '../engine/errors.ts';
import type { StackTable } from '../engine/stack-table.ts';
import { markOf } from '../stacks/marks.ts';

/** `cpu` in `nanoseconds`, `samples` in `count`, `inuse_space` in `bytes`. */
export interface SampleType {
  type: string;
  unit: string;
}

export interface Pprof {
  types: SampleType[];
  /** the place among them of the one that is shown first */
  main: number;
  profile: Profile;
}

/** Reads a whole profile. Throws InputError when it is none, or one that was cut off. */
export function readPprof(bytes: Buffer): Pprof {
  const none = new InputError('this is no profile of pprof, or not all of it');
  if (!isMessage(bytes)) throw none;
  const profile = Profile.decode(bytes);
  const { strings } = profile.stringTable;
  if (strings[0] !== '' || profile.sampleType.length === 0) throw none;
  const types = profile.sampleType.map(({ type, unit }) => ({
    type: strings[Number(type)] ?? '',
    unit: strings[Number(unit)] ?? '',
  }));
  const named = types.findIndex(({ type }) => type !== '' && type === strings[Number(profile.defaultSampleType)]);
  return { types, main: named < 0 ? types.length - 1 : named, profile };
}

const LENGTHS: Record<number, number> = { 1: 8, 5: 4 };

/** Are the bytes fields of a protobuf message, one behind the other, up to the end? */
function isMessage(bytes: Buffer): boolean {
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let scale = 1; at < bytes.length; scale *= 128) {
      const byte = bytes[at++] as number;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    return Number.NaN;
  };
  while (at < bytes.length) {
    const tag = number();
    const kind = tag & 7;
    const size = kind === 0 || kind === 2 ? number() : LENGTHS[kind];
    if (size === undefined || Number.isNaN(size) || tag < 8) return false;
    if (kind !== 0) at += size;
    if (at > bytes.length) return false;
  }
  return bytes.length > 0;
}

/** How a value becomes a count: times `ns`, divided by `per`. */
export interface Scale {
  ns: number;
  per: number;
}

/**
 * Adds one value of each sample to the table, scaled. A frame keeps its name; of a place without one, its file is known:
 * `[libc.so.6]`. Gives the number of samples with a value below zero, which are left out: such a profile is a difference.
 */
export function foldPprof({ profile }: Pprof, index: number, scale: Scale, table: StackTable): number {
  const framesOf = frames(profile, table);
  const unknown = table.name('[unknown]');
  let negative = 0;
  for (const { locationId, value } of profile.sample) {
    const count = scaled(value[index] ?? 0, scale);
    if (count < 0) {
      negative++;
      continue;
    }
    const ids = locationId.flatMap((id) => framesOf.get(Number(id)) ?? unknown).reverse();
    table.add(ids.length > 0 ? ids : [unknown], count, 1);
  }
  return negative;
}

/** The decoder gives an int64 of more than four bytes as an unsigned bigint. */
function scaled(value: number | bigint, { ns, per }: Scale): number {
  const product = BigInt.asIntN(64, BigInt(value)) * BigInt(ns);
  return product % BigInt(per) === 0n ? Number(product / BigInt(per)) : Number(product) / per;
}

/** By location: the names of its frames, innermost first; there are several where functions were inlined. */
function frames(profile: Profile, table: StackTable): Map<number, number[]> {
  const { strings } = profile.stringTable;
  const files = new Map(profile.mapping.map(({ id, filename }) => [Number(id), strings[Number(filename)] ?? '']));
  const functions = new Map(profile.function.map(({ id, name }) => [Number(id), strings[Number(name)] ?? '']));
  const namesOf = ({ line, mappingId }: Location): string[] => {
    const file = files.get(Number(mappingId)) ?? '';
    if (line.length === 0) return [unresolved(file)];
    return line.map(({ functionId }) => `${functions.get(Number(functionId)) ?? '[unknown]'}${markOf(file)}`);
  };
  return new Map(
    profile.location.map((location) => [
      Number(location.id),
      namesOf(location).map((name) => table.name(Buffer.from(foldable(name)).toString('latin1'))),
    ]),
  );
}

/** `/lib/libc.so.6` → `[libc.so.6]` */
function unresolved(file: string): string {
  const name = file.slice(file.lastIndexOf('/') + 1);
  return name === '' ? '[unknown]' : name.startsWith('[') ? name : `[${name}]`;
}

/** A name that can stand in folded text. */
function foldable(name: string): string {
  return name.replaceAll(';', ':').replace(/[\n\r]/g, ' ');
}
