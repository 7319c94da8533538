// The window of a dump of bpf/offcpu.bt, which is needed before it is folded.

import type { Window } from './plan.ts';

export interface DumpWindow extends Window {
  /** false: nobody switched, and there is nothing to fold */
  hasThreads: boolean;
  /** was it printed to its end? */
  isWhole: boolean;
}

// flamepipe offcpu end pid 4242 start_ns 4435305347608 end_ns 4438836079481
const FOOTER = /^flamepipe offcpu end pid \d+ start_ns (\d+) end_ns (\d+)$/m;
const THREAD = /^@thread\[/m;
/** The last thing that is printed. */
const END = /^@threads: /m;

/** Undefined: the dump has no footer or no window; offcpu-fold tells the user why. */
export function dumpWindow(text: string): DumpWindow | undefined {
  const [, startNs = 0, endNs = 0] = Array.from(FOOTER.exec(text) ?? [], Number);
  if (startNs === 0 || endNs <= startNs) return undefined;
  return { startNs, endNs, hasThreads: THREAD.test(text), isWhole: END.test(text) };
}
