// V8's heap. When it is full, Node ends with SIGABRT and pages about V8. So the tool stops before that, with a message.

import { InputError } from '../engine/errors.ts';

/** The share of the heap that may be in use; what is made until the next look must fit into the rest. */
const MOST = 0.9;

/**
 * What V8 calls its limit has room for young objects in it, which old ones cannot use: three times 16 MiB, from
 * version 13 on (Node 24) three times 64 MiB.
 */
const YOUNG_BYTES = 3 * (Number.parseInt(process.versions.v8, 10) < 13 ? 16 << 20 : 64 << 20);

/** A heap this small is not looked at, because node:v8, which knows the limit, takes 7 ms to load. */
const ALWAYS_FREE = 16 << 20;

/** Throws InputError when the heap is full, whatever is collected. */
export function throwIfFull(): void {
  if (!isFull()) return;
  collect();
  if (isFull()) {
    throw new InputError(
      'out of memory: fold less at once, or allow a larger heap, as NODE_OPTIONS=--max-old-space-size=8192 does (MiB)',
    );
  }
}

function isFull(): boolean {
  if (process.memoryUsage().heapUsed < ALWAYS_FREE) return false;
  const { used_heap_size: used, heap_size_limit: limit } = process.getBuiltinModule('node:v8').getHeapStatistics();
  return used > MOST * (limit - YOUNG_BYTES);
}

/** What is used may be garbage that V8 has not looked at yet. */
function collect(): void {
  process.getBuiltinModule('node:v8').setFlagsFromString('--expose-gc');
  const gc: () => void = process.getBuiltinModule('node:vm').runInNewContext('gc');
  gc();
}
