// The limits of --fail-over, as the user wrote them.

import { latin1 } from '../../cli/latin1.ts';
import { UsageError } from '../../engine/errors.ts';
import type { Reasons } from '../../offcpu/reason/reasons.ts';
import { type Limit, parseLimit } from '../../stacks/diff/limit.ts';

/** Throws UsageError if one is no limit, names nothing that `reasons` know, or is for a change without a baseline. */
export function limitsOf(texts: readonly string[], hasBaseline: boolean, reasons: Reasons): Limit[] {
  const limits = texts.map((text) => parseLimit(latin1(text)));
  for (const { name, isChange, text } of limits) {
    const bare = name.replace(/^\[(.*)\]$/, '$1');
    if (!reasons.knows(bare)) throw new UsageError(`--fail-over ${text}: no reason and no meaning is called "${bare}"`);
    if (isChange && !hasBaseline) throw new UsageError(`--fail-over ${text} needs a --baseline`);
  }
  return limits;
}
