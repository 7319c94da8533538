// The window of a dump of bpf/offcpu.bt, read while bpftrace prints it. flame-record cuts perf's samples to it.

import { FOOTER } from '../../offcpu/read/program.ts';
import { LAST_MAPS } from '../../offcpu/read/program-losses.ts';
import type { Window } from './plan.ts';

export interface DumpWindow extends Window {
  /** false: nobody switched, and there is nothing to fold */
  hasThreads: boolean;
  /** did bpftrace print it to its end? */
  isWhole: boolean;
  /** the processes that the program followed */
  pids: number[];
}

// @ours[4242]: 1
const OURS = /^@ours\[(\d+)\]: 1$/;

/** Give line() each line that bpftrace prints. */
export class DumpWatcher {
  #startNs = 0;
  #endNs = 0;
  #hasThreads = false;
  #isWhole = false;
  readonly #pids: number[] = [];

  line(text: string): void {
    if (text.startsWith('@thread[')) this.#hasThreads = true;
    else if (LAST_MAPS.some((name) => text.startsWith(`${name}: `))) this.#isWhole = true;
    else if (text.startsWith('@ours[')) this.#pids.push(Number(OURS.exec(text)?.[1] ?? 0));
    else if (text.startsWith('flamepipe')) this.#footer(text);
  }

  #footer(text: string): void {
    const [, , startNs, endNs] = FOOTER.exec(text) ?? [];
    if (startNs === undefined) return;
    this.#startNs = Number(startNs);
    this.#endNs = Number(endNs);
  }

  /** Undefined: bpftrace printed no footer, or measured nothing. */
  get window(): DumpWindow | undefined {
    if (this.#startNs === 0 || this.#endNs <= this.#startNs) return undefined;
    return {
      startNs: this.#startNs,
      endNs: this.#endNs,
      hasThreads: this.#hasThreads,
      isWhole: this.#isWhole,
      pids: this.#pids,
    };
  }
}

/** Why the dump of a bpftrace that ended well is not whole; undefined: it is. */
export function dumpFailure(dump: DumpWindow | undefined): string | undefined {
  if (!dump)
    return 'bpftrace printed no line that says when its window ended: the off-CPU half is missing; record it anew';
  return dump.isWhole ? undefined : 'bpftrace printed only a part of its dump: off-CPU time is missing; record it anew';
}
