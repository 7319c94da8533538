// Prepares the demangler: gecko-profiler-demangle, the crates rustc-demangle and cpp_demangle as WebAssembly.

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const CUSTOM_SECTION = 0;
const MEMORY_SECTION = 5;

// cpp_demangle has no limit of its own: `_Z1fSt4pairIiiES_IS0_S0_ES_IS1_S1_E…` doubles its output every 10
// characters, and 235 of them took 6 s and 1 GB. A full memory is a trap instead, and the name stays mangled.
const MAX_PAGES = 256; // of 64 KiB

/** Writes the .wasm file at `target`, its memory limited. */
export function writeDemangleWasm(target: string): void {
  const source = createRequire(import.meta.url).resolve('gecko-profiler-demangle/index_bg.wasm');
  writeFileSync(target, limitMemory(readFileSync(source)));
}

/** The same module without custom sections, its one memory limited to MAX_PAGES. */
function limitMemory(wasm: Buffer): Buffer {
  const parts = [wasm.subarray(0, 8)];
  for (let at = 8; at < wasm.length; ) {
    const start = at;
    const id = wasm[at++];
    const [size, body] = readNumber(wasm, at);
    at = body + size;
    if (id === MEMORY_SECTION) parts.push(memorySection(wasm.subarray(body, at)));
    else if (id !== CUSTOM_SECTION) parts.push(wasm.subarray(start, at));
  }
  return Buffer.concat(parts);
}

function memorySection(body: Buffer): Buffer {
  const [count, flags] = body;
  if (count !== 1 || flags !== 0) throw new Error('demangle-wasm: expected one memory without a maximum');
  const limited = Buffer.from([1, 1, ...body.subarray(2), ...numberBytes(MAX_PAGES)]);
  return Buffer.from([MEMORY_SECTION, limited.length, ...limited]);
}

/** An unsigned LEB128 number at `at`, and where it ends. */
function readNumber(bytes: Buffer, at: number): [value: number, end: number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++] ?? 0;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at];
  }
}

function numberBytes(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...numberBytes(value >>> 7)];
}
