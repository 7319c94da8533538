// V8's optimising compiler, which some launchers start without (scripts/code-cache.cjs): small inputs are through before it
// has won back what it takes, a third of all CPU time. Large ones switch it on.

const SMALL_BYTES = 2 << 20;

let left = process.execArgv.includes('--no-opt') ? SMALL_BYTES : Number.POSITIVE_INFINITY;

/** So many bytes were read, unpacked. Infinity: there is much to do whatever is read. */
export function optimizeFor(bytes: number): void {
  left -= bytes;
  if (left > 0) return;
  left = Number.POSITIVE_INFINITY;
  process.getBuiltinModule('node:v8').setFlagsFromString('--opt');
}
