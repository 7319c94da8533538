// When the threads of a dump of bpf/offcpu.bt lived.

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
}

/** Of all threads that switched. One that has no open interval has died. */
export function* livesOf(
  text: BpftraceText,
  endNs: number,
): Generator<Pick<Life, 'tid' | 'startNs' | 'endNs' | 'beforeNs'>> {
  for (const [id, [value]] of text.maps.get('@thread')?.threads ?? []) {
    const [first = 0, last = 0, beforeNs = 0] = numbersOf(value);
    const isAlive = text.maps.get('@open')?.threads.has(id) === true;
    if (first < endNs) yield { tid: Number(id), startNs: first, endNs: isAlive ? endNs : last, beforeNs };
  }
}
