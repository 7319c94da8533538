// The workload while it runs: a shell line in a process group of its own.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Window } from '../../window/plan.ts';
import { type WorkloadEnd, type WorkloadFacts, workloadEndOf } from '../../window/workload.ts';
import { type Child, endGroup } from '../system/children.ts';
import { textOf } from '../system/proc-files.ts';

/** After SIGINT load generators print what they measured, which may take this long. */
const SUMMARY_MS = 10_000;
/** Programs that the shell left in the background ignore SIGINT, so they get less time. */
const BACKGROUND_MS = 200;
const LOOK_MS = 20;

export class Workload {
  readonly #child: Child;
  readonly #log: string;
  readonly #startedNs = Number(process.hrtime.bigint());
  #endedNs: number | undefined;

  constructor(child: Child, log: string) {
    this.#child = child;
    this.#log = log;
    child.ended.then(() => {
      this.#endedNs ??= Number(process.hrtime.bigint());
    });
  }

  /** How it ended before the window; undefined: it runs, or some of its group do. */
  async early(): Promise<WorkloadEnd | undefined> {
    if (!this.#child.hasEnded || this.#child.isGroupAlive) return undefined;
    const ending = await this.#child.ended;
    return this.#endOf(ending, this.#endedNs, undefined);
  }

  /** Ends what still runs: SIGINT, time to print a summary, then SIGTERM and SIGKILL. */
  async end(window: Window): Promise<WorkloadEnd> {
    const isLeft = this.#child.isGroupAlive;
    const endedNs = isLeft ? undefined : this.#endedNs;
    if (isLeft) await this.#interrupt();
    await endGroup(this.#child);
    return this.#endOf(await this.#child.ended, endedNs, window);
  }

  #endOf(ending: WorkloadFacts['ending'], endedNs: number | undefined, window: Window | undefined): WorkloadEnd {
    return workloadEndOf({ ending, startedNs: this.#startedNs, endedNs, window, log: this.#said() });
  }

  async #interrupt(): Promise<void> {
    this.#child.signalGroup('SIGINT');
    let left = SUMMARY_MS;
    for (; left > 0 && this.#child.isGroupAlive; left -= LOOK_MS) {
      if (this.#child.hasEnded) left = Math.min(left, BACKGROUND_MS);
      await sleep(LOOK_MS);
    }
  }

  #said(): string {
    return textOf(this.#log) ?? '';
  }
}
