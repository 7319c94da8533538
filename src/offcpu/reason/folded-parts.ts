// Which frames of a folded stack are the kernel's.

import { unmarked } from '../../stacks/marks.ts';
import type { KernelRules } from './kernel-rules.ts';

/** A folded stack taken apart; frames innermost first, without marks. */
export interface Parts {
  /** the root frame */
  comm: string | undefined;
  user: string[];
  kernel: string[];
  /** what offcpu-fold and bcc put in the place of the innermost frame: `[in-progress]`, `[lost]` … */
  note: Note | undefined;
}

const NOTES = {
  '[runnable]': 'runnable',
  '[preempted]': 'preempted',
  '[in-progress]': 'in-progress',
  '[lost]': 'lost',
  '[Missed Kernel Stack]': 'lost',
} as const;
export type Note = (typeof NOTES)[keyof typeof NOTES];

const KERNEL_MARK = '_[k]';

/**
 * Takes a stack (root first) apart. The kernel's frames are those marked `_[k]`; else those behind a lone `-`, as
 * `offcputime -df` prints it; else those from a known entry into the kernel on; else all. The root frame is the comm,
 * unless `hasComm` says that this text has none.
 */
export function partsOf(frames: readonly string[], table: KernelRules, hasComm = true): Parts {
  const end = frames.length - 1;
  const note = noteOf(frames[end]);
  const size = note === undefined ? frames.length : end;
  const comm = hasComm && size > 0 ? frames[0] : undefined;
  const first = hasComm ? 1 : 0;
  const kernelFrom = kernelStart(frames, first, size, table);
  const userTo = frames[kernelFrom - 1] === '-' ? kernelFrom - 1 : kernelFrom;
  return {
    comm,
    user: frames.slice(first, Math.max(first, userTo)).map(unmarked).reverse(),
    kernel: frames.slice(kernelFrom, size).map(unmarked).reverse(),
    note,
  };
}

/** The outermost functions of threads: where they are root frames, there are no comms. */
const THREAD_STARTS = new Set([
  '_start',
  '__libc_start_main',
  '__libc_start_call_main',
  'start_thread',
  'clone',
  '__clone',
  'clone3',
  '__clone3',
]);

/** Is this root frame a function, not a comm? */
export function isThreadStart(frame: string, table: KernelRules): boolean {
  return THREAD_STARTS.has(unmarked(frame)) || table.facts(frame).isEntry;
}

function noteOf(frame: string | undefined): Note | undefined {
  return frame === undefined ? undefined : (NOTES as Record<string, Note>)[frame];
}

function kernelStart(frames: readonly string[], first: number, size: number, table: KernelRules): number {
  if (size <= first) return size;
  if ((frames[size - 1] as string).endsWith(KERNEL_MARK)) {
    let from = size - 1;
    while (from > first && (frames[from - 1] as string).endsWith(KERNEL_MARK)) from--;
    return from;
  }
  const separator = frames.lastIndexOf('-', size - 1);
  if (separator > 0) return separator + 1;
  for (let i = first; i < size; i++) if (table.facts(frames[i] as string).isEntry) return i;
  return table.facts(frames[size - 1] as string).isSwitch ? first : size;
}
