// Which frames of a folded stack are the kernel's.

import { isThreadStart, kernelStart } from '../../stacks/known-frames.ts';
import { isLost, KERNEL_MARK, kindOfFrame, unmarked } from '../../stacks/marks.ts';
import type { KernelRules } from './kernel-rules.ts';

/** A folded stack taken apart; frames innermost first, without marks. */
export interface Parts {
  /** the root frame */
  comm: string | undefined;
  user: string[];
  kernel: string[];
  /** the mark that offcpu-fold or bcc put in place of the innermost frame: `[in-progress]`, `[lost]` … */
  note: Note | undefined;
}

export type Note = NonNullable<ReturnType<typeof kindOfFrame>> | 'lost';

/**
 * Takes a stack (root first) apart. The kernel's frames are the first of these that it has: those marked `_[k]`; those
 * behind a lone `-`, as `offcputime -df` prints it; those from a known entry into the kernel on; all, if it ends in the
 * scheduler. The root frame is the comm, unless `hasComm` says that this text has none.
 */
export function partsOf(frames: readonly string[], table: KernelRules, hasComm = true): Parts {
  const end = frames.length - 1;
  const note = noteOf(frames[end]);
  const size = note === undefined ? frames.length : end;
  const comm = hasComm && size > 0 ? frames[0] : undefined;
  const first = hasComm ? 1 : 0;
  const kernelAt = kernelFrom(frames, first, size, table);
  const userTo = frames[kernelAt - 1] === '-' ? kernelAt - 1 : kernelAt;
  return {
    comm,
    user: frames.slice(first, Math.max(first, userTo)).map(unmarked).reverse(),
    kernel: frames.slice(kernelAt, size).map(unmarked).reverse(),
    note,
  };
}

/** Is this root frame a function, not a comm? */
export function isRootFunction(frame: string, rules: KernelRules): boolean {
  return isThreadStart(frame) || rules.facts(frame).kernelPart === 'entry';
}

function noteOf(frame: string | undefined): Note | undefined {
  if (frame === undefined) return undefined;
  return kindOfFrame(frame) ?? (isLost(frame) ? 'lost' : undefined);
}

function kernelFrom(frames: readonly string[], first: number, size: number, table: KernelRules): number {
  if (size <= first) return size;
  if ((frames[size - 1] as string).endsWith(KERNEL_MARK)) {
    let from = size - 1;
    while (from > first && (frames[from - 1] as string).endsWith(KERNEL_MARK)) from--;
    return from;
  }
  const separator = frames.lastIndexOf('-', size - 1);
  if (separator > 0) return separator + 1;
  const entry = kernelStart(size, (at) => table.facts(frames[at] as string).kernelPart, first);
  if (entry >= 0) return entry;
  return table.facts(frames[size - 1] as string).isSwitch ? first : size;
}
