// Rust's names made readable by a WebAssembly of our own (wasm/rust.as.ts), because the demangler of all names is fifty
// times its size: V8 took 50 ms to compile what it needs for a program's names, most of which are Rust's.

import { ownModule } from '../../engine/own-module.ts';

interface Reader {
  memory: { buffer: ArrayBuffer };
  inputAt(): number;
  longest(): number;
  outputAt(): number;
  readRustName(size: number): number;
}

let reader: Reader | undefined;
let bytes = Buffer.alloc(0);
let [input, longest, output] = [0, 0, 0];

/**
 * The readable form of a mangled name, latin1, without hash and disambiguators: `core::ops::function::FnOnce::call_once` for
 * `_ZN4core3ops8function6FnOnce9call_once17h05af221e174051e9E`. Undefined: it is not Rust's, or a rare part is in it.
 */
export function readRustName(name: string): string | undefined {
  if (reader === undefined) {
    const module = ownModule('rust.generated.wasm');
    reader = new WebAssembly.Instance(module).exports as unknown as Reader;
    bytes = Buffer.from(reader.memory.buffer);
    [input, longest, output] = [reader.inputAt(), reader.longest(), reader.outputAt()];
  }
  if (name.length > longest) return undefined;
  bytes.write(name, input, 'latin1');
  const size = reader.readRustName(name.length);
  return size === 0 ? undefined : bytes.toString('latin1', output, output + size);
}
