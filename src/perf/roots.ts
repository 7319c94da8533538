// Root frames of samples: their names; and provisional ones, of samples that count or not as the end of input will
// tell.

import type { StackTable } from '../engine/stack-table.ts';
import { TRUNCATED } from '../stacks/marks.ts';
import type { PerfEvent } from './events.ts';
import type { Header } from './header.ts';
import { rootText } from './names.ts';

/** What a root frame is made of, as perf printed it, latin1; '' where it did not. */
export interface RootParts {
  comm: string;
  pid: string;
  tid: string;
}

/** A root frame that stands for another until all is read. */
interface Provisional {
  root: number;
  counts: () => boolean;
}

export class PerfRoots {
  /** by name id */
  readonly parts = new Map<number, RootParts>();
  readonly #table: StackTable;
  readonly #by: 'comm' | 'pid' | 'tid' | 'none';
  /** by the table's key of the comm, or of comm, pid and tid */
  readonly #known: number[] = [];
  readonly #provisional = new Map<number, Provisional>();
  readonly #ofEvent = new Map<string, number>();

  constructor(table: StackTable, by: 'comm' | 'pid' | 'tid' | 'none') {
    this.#table = table;
    this.#by = by;
  }

  /** The root of a sample whose header lies in the table's bytes from `from` on; 0 for none. */
  at(header: Header, from: number): number {
    if (this.#by === 'none') return 0;
    // no comm at all, as in `perf script -F tid,ip,sym`; an empty one leaves a blank
    if (header.commTo === header.commFrom && header.commFrom === from && this.#table.bytes[from] !== 32) return 0;
    const byComm = this.#by === 'comm' || header.tidFrom < 0;
    const key = (byComm && header.commKey) || this.#table.key(header.commFrom, byComm ? header.commTo : header.tidTo);
    const known = this.#known[key];
    if (known !== undefined) return known;
    const root = this.of(header, this.#table.bytes, '');
    this.#known[key] = root;
    return root;
  }

  /** The same for a header in other bytes, or one whose comm begins on the line before with `prefix`. */
  of(header: Header, bytes: Buffer, prefix: string): number {
    if (this.#by === 'none') return 0;
    const text = (from: number, to: number): string => (from < 0 ? '' : bytes.toString('latin1', from, to));
    const comm = prefix + text(header.commFrom, header.commTo);
    if (comm === '' && header.tidFrom < 0) return 0;
    const pid = text(header.pidFrom, header.pidTo);
    const tid = text(header.tidFrom, header.tidTo);
    const root = this.#table.name(rootText(this.#by, comm, pid, tid));
    if (!this.parts.has(root)) this.parts.set(root, { comm, pid, tid });
    return root;
  }

  /** A provisional root of a sample that counts only if its event does in the end. */
  ifTaken(root: number, event: PerfEvent): number {
    return this.#provisionally(`${event.name}\0${root}`, root, () => event.use === 'taken');
  }

  /** A provisional root of a stack without header: `counts` will tell whether such stacks of this event count. */
  ifHeadless(event: string, root: number, counts: () => boolean): number {
    return this.#provisionally(`\0${event}\0${root}`, root, counts);
  }

  #provisionally(key: string, root: number, counts: () => boolean): number {
    let id = this.#ofEvent.get(key);
    if (id === undefined) {
      id = this.#table.name(`\0${key}`);
      this.#ofEvent.set(key, id);
      this.#provisional.set(id, { root, counts });
    }
    return id;
  }

  /**
   * At the end of all inputs: gives stacks their true roots, drops those that don't count, cuts them to `maxDepth`
   * frames.
   */
  settle(maxDepth: number | undefined): void {
    if (this.#provisional.size === 0 && maxDepth === undefined) return;
    const cut = this.#table.name(TRUNCATED);
    const most = (maxDepth ?? Number.POSITIVE_INFINITY) + (this.#by === 'none' ? 0 : 1);
    this.#table.rewrite((ids) => {
      const provisional = this.#provisional.get(ids[0] as number);
      let kept: ArrayLike<number> & Iterable<number> = ids;
      if (provisional) {
        if (!provisional.counts()) return null;
        kept = provisional.root === 0 ? ids.subarray(1) : [provisional.root, ...ids.subarray(1)];
      }
      return kept.length > most ? [...[...kept].slice(0, most), cut] : kept;
    });
  }
}
