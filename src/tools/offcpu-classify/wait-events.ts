// The names of Postgres' wait events in a run of offcpu-classify, and what to say of those that have none.

import { decodeWaitEvent, isNumbered } from '../../offcpu/reason/wait-event.ts';

export class WaitEventNames {
  readonly #version: number | undefined;
  #hasNumbers = false;

  /** `version`: the server's major one; undefined: not known. */
  constructor(version: number | undefined) {
    this.#version = version;
  }

  /** As decodeWaitEvent(). */
  name(event: number): string | undefined {
    const name = decodeWaitEvent(this.#version, event);
    this.#hasNumbers ||= name !== undefined && isNumbered(name);
    return name;
  }

  /** What the names so far leave open. */
  get notes(): string[] {
    if (!this.#hasNumbers) return [];
    return [
      this.#version === undefined
        ? 'wait events with a number have other names in other versions of Postgres: give yours, --pg-version N'
        : `wait events with a number are none of Postgres ${this.#version}: is --pg-version right?`,
    ];
  }
}
