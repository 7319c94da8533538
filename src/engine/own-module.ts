// Our WebAssembly, compiled.

import { type OwnData, ownData } from './own-data.ts';

type Compile = (bytes: Buffer<ArrayBuffer>) => WebAssembly.Module;

let compile: Compile = (bytes) => new WebAssembly.Module(bytes);

/** From now on `other` compiles it. */
export function compileBy(other: Compile): void {
  compile = other;
}

/** Compiles it anew each time. Throws the error of node:fs where an installation lacks it. */
export function ownModule(file: OwnData): WebAssembly.Module {
  return compile(ownData(file));
}
