// Room in V8's heap: whoever makes millions of objects asks here, because Node ends without a message when it is full.

/** Objects between two looks. */
const ROUND = 1 << 12;

let left = ROUND;
let look: () => void = () => {};

/** From now on `look` is called for every few thousand objects; it throws when the heap is full. */
export function watchHeap(throwIfFull: () => void): void {
  look = throwIfFull;
}

/** Call it for each object of which an input may have millions. */
export function makeRoom(): void {
  if (--left > 0) return;
  left = ROUND;
  look();
}
