// The threads of a dump of bpf/offcpu.bt: their times, and when they lived.

import type { ThreadTimes } from '../thread-times.ts';
import type { BpftraceText } from './bpftrace/text.ts';
import { numbersOf } from './program-losses.ts';

/** A thread in the window. Times are nanoseconds of the dump's clock. */
export interface Life {
  tid: number;
  pid: number | undefined;
  comm: string | undefined;
  startNs: number;
  endNs: number;
  /** off the CPU from its start on, nobody knows where */
  beforeNs: number;
  /** as in ThreadTimes */
  recorderNs: number;
}

/** Of all threads that switched. One that has no open interval has died. */
export function* livesOf(
  text: BpftraceText,
  endNs: number,
): Generator<Pick<Life, 'tid' | 'startNs' | 'endNs' | 'beforeNs' | 'recorderNs'>> {
  for (const [id, [value]] of text.maps.get('@thread')?.threads ?? []) {
    const [first = 0, last = 0, beforeNs = 0, , , , , recorderNs = 0] = numbersOf(value);
    const isAlive = text.maps.get('@open')?.threads.has(id) === true;
    if (first < endNs) yield { tid: Number(id), startNs: first, endNs: isAlive ? endNs : last, beforeNs, recorderNs };
  }
}

/** The times of each thread, up to its last switch-out. */
export function threadsOf(text: BpftraceText, endNs: number): Map<number, ThreadTimes> {
  const threads = new Map<number, ThreadTimes>();
  for (const [id, [value]] of text.maps.get('@thread')?.threads ?? []) {
    const [
      first = 0,
      last = 0,
      beforeNs = 0,
      onCpuNs = 0,
      blockedNs = 0,
      runnableNs = 0,
      switches = 0,
      recorderNs = 0,
    ] = numbersOf(value);
    const tid = Number(id);
    if (first < endNs) {
      threads.set(tid, {
        ...{
          tid,
          lifeNs: last - first,
          onCpuNs,
          recorderNs,
          switches,
          runnableNs,
          blockedNs,
          inProgressNs: 0,
          beforeNs,
        },
      });
    }
  }
  return threads;
}
