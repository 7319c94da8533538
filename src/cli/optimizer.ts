// V8's optimising compiler, which tools hold where there is little to do: there it wins back nothing of what it takes, a third of
// all CPU time.

/** The launcher's way to V8's flags (scripts/code-cache.cjs), which does nothing from Node 24 on. */
declare const setV8Flag: ((flag: string) => void) | undefined;

/** `--no-opt` changes others with it, and from Node 22 on V8's code caches would be void for good. */
const HELD = '--max-optimized-bytecode-size=0';
/** V8's own value */
const RELEASED = '--max-optimized-bytecode-size=61440';

let state: 'free' | 'held' | 'needed' = 'free';

/**
 * There is little to do, until optimize() says otherwise. `modules` are what the rest needs of Node: it loads them first, because
 * V8 takes Node's code caches under its usual flags only.
 */
export function holdOptimizer(...modules: string[]): void {
  if (state !== 'free' || typeof setV8Flag !== 'function') return;
  for (const module of modules) process.getBuiltinModule(module);
  state = 'held';
  setV8Flag(HELD);
}

/** There is much to do, whatever holdOptimizer() is told later. */
export function optimize(): void {
  if (state === 'held') setV8Flag?.(RELEASED);
  state = 'needed';
}
