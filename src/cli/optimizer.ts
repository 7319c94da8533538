// V8's optimising compilers, which take more than they win back where there is little to do: a third of all CPU time.

/** The launcher's way to V8's flags (scripts/code-cache.cjs): does it work here? Never from Node 24 on. */
declare const setV8Flag: ((flag: string) => boolean) | undefined;

function setFlag(flag: string): boolean {
  return typeof setV8Flag === 'function' && setV8Flag(flag);
}

/** `--no-opt` changes others with it, and from Node 22 on V8's code caches would be void for good. */
const HELD = '--max-optimized-bytecode-size=0';
/** V8's own value */
const RELEASED = '--max-optimized-bytecode-size=61440';

let state: 'free' | 'held' | 'needed' = 'free';

/**
 * There is little for JavaScript to do, until optimize() says otherwise. `modules` are what the rest needs of Node: it loads them
 * first, because V8 takes Node's code caches under its usual flags only.
 */
export function holdOptimizer(...modules: string[]): void {
  if (state !== 'free') return;
  for (const module of modules) process.getBuiltinModule(module);
  state = setFlag(HELD) ? 'held' : 'needed';
}

/** There is much to do, whatever holdOptimizer() is told later. */
export function optimize(): void {
  if (state === 'held') setFlag(RELEASED);
  state = 'needed';
}

/** What V8 11 lets a function of WebAssembly do before it optimises it, and what we let it. V8 12 has 13 million of its own. */
const BUDGET = '--wasm-tiering-budget=1800000';
const LARGE_BUDGET = '--wasm-tiering-budget=30000000';

/** Compiles WebAssembly whose functions V8 optimises late. */
export function compilePatiently(bytes: Buffer<ArrayBuffer>): WebAssembly.Module {
  const isLarge = process.versions.v8.startsWith('11.') && setFlag(LARGE_BUDGET);
  try {
    return new WebAssembly.Module(bytes);
  } finally {
    if (isLarge) setFlag(BUDGET);
  }
}
