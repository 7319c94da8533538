// The compact form of a picture's stacks, put together: the engine packs them (src/engine/wasm/pack.as.ts), and unpack.ts
// reads them.

/**
 * The parts of the form, one behind the other; not joined, because large ones would not fit twice. `columns`: the
 * engine's; `extra`: ASCII for whoever reads it, behind the rest.
 */
export function packedParts(columns: readonly Uint8Array[][], extra = ''): Uint8Array[] {
  const all = [...columns, [Buffer.from(`${extra}\n`)]];
  const sizes = all.map((pieces) => pieces.reduce((sum, { length }) => sum + length, 0));
  return [Uint8Array.from(sizes.flatMap(number)), ...all.flat()];
}

/** Seven bits a byte, least first; the top bit says that more follow. */
function number(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}
