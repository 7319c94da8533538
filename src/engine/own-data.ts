// What the build makes that is no code: WebAssembly, rules, the viewer. Files beside the bundles, because V8 has to scan a
// text inside of a bundle at each start, whether it is needed or not.

import { readFileSync } from 'node:fs';

/** All of them: the build writes these beside this file, and copies them beside the bundles. */
export const OWN_DATA = [
  'engine.generated.wasm',
  'symbols.generated.wasm',
  'dwarf.generated.wasm',
  'rust.generated.wasm',
  'demangle.generated.wasm',
  'reasons.generated.json',
  'meanings.generated.json',
  'pg-wait-events.generated.tsv',
  'viewer.generated.js',
  'viewer.generated.hash',
] as const;
export type OwnData = (typeof OWN_DATA)[number];

/** Reads it anew each time. Throws the error of node:fs where an installation lacks it. */
export function ownData(file: OwnData): Buffer<ArrayBuffer> {
  return readFileSync(`${import.meta.dirname}/${file}`);
}

/** The same as text, which is ASCII. */
export function ownText(file: OwnData): string {
  return ownData(file).toString('latin1');
}
