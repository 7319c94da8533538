// The targets of a run, and with --children all their descendants, as /proc lists them from time to time.

import type { Process } from '../../target/proc-pid.ts';
import { numbersIn, textOf } from '../system/proc-files.ts';
import { statOf } from '../system/processes.ts';

/** /proc counts in hundredths, on every machine. */
const TICKS_A_SECOND = 100;
/** COMMAND has forked its workers by then. A younger process may end soon, and perf 6.1 spins when one has ended. */
const YOUNG_SECONDS = 0.1;
const SETTLED_SECONDS = 0.5;

export class Family {
  readonly #targets: readonly Process[];
  readonly #isFollowed: boolean;
  /** targets and descendants, as of the last look */
  members: readonly Process[];

  /** `isFollowed`: the descendants, too. */
  constructor(targets: readonly Process[], isFollowed: boolean) {
    this.#targets = targets;
    this.#isFollowed = isFollowed;
    this.members = targets;
  }

  /** The members as of now. */
  look(): readonly Process[] {
    if (this.#isFollowed) this.members = [...this.#targets, ...descendantsOf(this.#targets)];
    return this.members;
  }

  /**
   * The descendants that perf should record: those that have lived for a while, because they will probably go on
   * living. perf refuses all processes if one of them has ended. So from attempt 2 on, they must have lived longer.
   */
  forPerf(attempt: number): number[] {
    const living = this.look().slice(this.#targets.length);
    const age = attempt === 1 ? YOUNG_SECONDS : SETTLED_SECONDS;
    const latest = (Number.parseFloat(textOf('/proc/uptime') ?? '') - age) * TICKS_A_SECOND;
    return living.filter(({ startTicks }) => Number(startTicks) <= latest).map(({ pid }) => pid);
  }
}

/** All descendants of the targets, without this process, its own children, zombies, and the targets. */
function descendantsOf(targets: readonly Process[]): Process[] {
  const ofParent = new Map<number, Process[]>();
  for (const pid of numbersIn('/proc')) {
    const found = statOf(pid);
    if (!found || found.pid === process.pid || found.state === 'Z' || found.isKernelThread) continue;
    ofParent.set(found.parent, [...(ofParent.get(found.parent) ?? []), found]);
  }
  const known = new Set(targets.map(({ pid }) => pid));
  const descendants: Process[] = [];
  for (let parents: readonly Process[] = targets; parents.length > 0; ) {
    parents = parents.flatMap(({ pid }) => ofParent.get(pid) ?? []).filter(({ pid }) => !known.has(pid));
    for (const { pid } of parents) known.add(pid);
    descendants.push(...parents);
  }
  return descendants;
}
