// Which frames of a folded stack are the kernel's.

import { isThreadStart, type KernelPart, kernelStart } from '../../stacks/known-frames.ts';
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

/** What a frame tells of its place, whatever stack it is in. */
export interface FoldedFrame {
  hasKernelMark: boolean;
  isSeparator: boolean;
  isSwitch: boolean;
  kernelPart: KernelPart;
  note: Note | undefined;
}

/** The same object for all frames that tell nothing, which most do. */
export function foldedFrame(text: string, rules: KernelRules): FoldedFrame {
  const frame: FoldedFrame = {
    hasKernelMark: text.endsWith(KERNEL_MARK),
    isSeparator: text === '-',
    ...rules.placeOf(text),
    note: kindOfFrame(text) ?? (isLost(text) ? 'lost' : undefined),
  };
  const tells = frame.hasKernelMark || frame.isSeparator || frame.isSwitch || frame.note !== undefined;
  return tells || frame.kernelPart !== undefined ? frame : TELLS_NOTHING;
}

/** Of a frame that tells nothing of its place. */
export const TELLS_NOTHING: FoldedFrame = {
  hasKernelMark: false,
  isSeparator: false,
  isSwitch: false,
  kernelPart: undefined,
  note: undefined,
};

/** Where the parts of a stack lie: indices of its frames, root first. */
export interface Places {
  userFrom: number;
  userTo: number;
  kernelFrom: number;
  kernelTo: number;
}

/**
 * Takes a stack of so many frames apart. The kernel's frames are the first of these that it has: those marked `_[k]`;
 * those behind a lone `-`, as `offcputime -df` prints it; those from a known entry into the kernel on; all, if it ends
 * in the scheduler. The root frame is the comm, unless `hasComm` says that this text has none.
 */
export function placesOf(depth: number, frameAt: (index: number) => FoldedFrame, hasComm: boolean): Places {
  const size = depth > 0 && frameAt(depth - 1).note !== undefined ? depth - 1 : depth;
  const first = hasComm ? 1 : 0;
  const at = kernelFrom(size, frameAt, first);
  const userTo = at > 0 && frameAt(at - 1).isSeparator ? at - 1 : at;
  return { userFrom: first, userTo: Math.max(first, userTo), kernelFrom: at, kernelTo: size };
}

/** The parts of a stack, root first. */
export function partsOf(frames: readonly string[], rules: KernelRules, hasComm = true): Parts {
  const known = frames.map((frame) => foldedFrame(frame, rules));
  const {
    userFrom,
    userTo,
    kernelFrom: from,
    kernelTo,
  } = placesOf(frames.length, (i) => known[i] as FoldedFrame, hasComm);
  const names = (start: number, end: number): string[] => frames.slice(start, end).map(unmarked).reverse();
  const note = known.at(-1)?.note;
  return {
    comm: hasComm && kernelTo > 0 ? frames[0] : undefined,
    user: names(userFrom, userTo),
    kernel: names(from, kernelTo),
    note,
  };
}

/** Is this root frame a function, not a comm? */
export function isRootFunction(frame: string, rules: KernelRules): boolean {
  return isThreadStart(frame) || rules.kernelPart(frame) === 'entry';
}

function kernelFrom(size: number, frameAt: (index: number) => FoldedFrame, first: number): number {
  if (size <= first) return size;
  if (frameAt(size - 1).hasKernelMark) {
    let from = size - 1;
    while (from > first && frameAt(from - 1).hasKernelMark) from--;
    return from;
  }
  for (let at = size - 1; at > 0; at--) if (frameAt(at).isSeparator) return at + 1;
  const entry = kernelStart(size, (at) => frameAt(at).kernelPart, first);
  if (entry >= 0) return entry;
  return frameAt(size - 1).isSwitch ? first : size;
}
