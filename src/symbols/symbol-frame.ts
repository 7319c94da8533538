// The name of a function in a folded stack, whichever profiler printed it.

import { frameText, tidyName } from '../stacks/frame-name.ts';
import { demangle } from './demangle.ts';

export interface SymbolOptions {
  /** cut argument lists */
  tidy: boolean;
  demangle: boolean;
  /** keep the hash of Rust's legacy mangling */
  keepHash: boolean;
}

/**
 * The last function of the C compiler's start-up code. It runs for nanoseconds and tells no size, so what seems to be in
 * it is the code behind it, whose functions have no symbols: that of GHC, or of a file that was stripped in part.
 */
export const FRAME_DUMMY = 'frame_dummy';

/** The frame of a symbol (latin1), without a mark; `[unknown]` for an empty one. */
export function symbolFrame(symbol: string, options: SymbolOptions): string {
  const readable = options.demangle ? demangle(symbol, { keepHash: options.keepHash }) : symbol;
  return frameText(options.tidy ? tidyName(readable) : readable);
}
