// The shape of an off-CPU entry as a folded stack: root frame; user frames; kernel frames; a frame for its kind.

import type { StackTable } from '../../engine/stack-table.ts';
import { rootText } from '../../perf/names.ts';
import { kindFrame, LOST } from '../../stacks/marks.ts';
import type { Subject } from '../entry.ts';
import { copySpan, type Ends, type IdSpan } from './bpftrace/id-span.ts';
import type { BpftraceNames } from './bpftrace/names.ts';

export interface ShapeOptions {
  by: 'comm' | 'pid' | 'tid' | 'none';
  /** `_[k]` behind kernel frames */
  markKernel: boolean;
  /** frames a stack may have behind its root frame; undefined: no limit */
  maxDepth: number | undefined;
}

export class OffcpuShape {
  readonly #table: StackTable;
  readonly #names: BpftraceNames;
  readonly #options: ShapeOptions;
  readonly #lost: number;
  #ids = new Uint32Array(1024);

  constructor(table: StackTable, names: BpftraceNames, options: ShapeOptions) {
    this.#table = table;
    this.#names = names;
    this.#options = options;
    this.#lost = table.name(LOST);
  }

  endsOf(subject: Subject): Ends {
    const leaf = kindFrame(subject.kind);
    return {
      root: this.#rootOf(subject),
      leaf: leaf === undefined ? 0 : this.#table.name(leaf),
      needsKernel: subject.state !== undefined,
    };
  }

  #rootOf({ comm, pid, tid }: Subject): number {
    const { by } = this.#options;
    if (by === 'none') return 0;
    const isKnown = comm !== undefined || (by !== 'comm' && (pid !== undefined || (by === 'tid' && tid !== undefined)));
    return isKnown ? this.#table.name(rootText(by, comm ?? '', String(pid ?? ''), String(tid ?? ''))) : 0;
  }

  /** Do frames themselves change, or go? If not, only the ends around them are new. */
  get changesFrames(): boolean {
    return this.#options.markKernel || this.#options.maxDepth !== undefined;
  }

  /** Adds an entry's stack to the table. */
  add(ends: Ends, user: IdSpan, kernel: IdSpan, weight: number, hits: number): void {
    this.#table.add(this.#idsOf(ends, user, kernel), weight, hits);
  }

  /** The name ids, root first, as a view that the next call overwrites. It reads the spans before it makes names. */
  #idsOf({ root, leaf, needsKernel }: Ends, user: IdSpan, kernel: IdSpan): Uint32Array {
    const { markKernel, maxDepth } = this.#options;
    const kernelDepth = kernel.to - kernel.from;
    const depth = user.to - user.from + kernelDepth;
    if (depth + 4 > this.#ids.length) this.#ids = new Uint32Array(depth * 2);
    const ids = this.#ids;
    let size = 0;
    if (root !== 0) ids[size++] = root;
    size = copySpan(kernel, ids, copySpan(user, ids, size));
    if (markKernel) for (let i = size - kernelDepth; i < size; i++) ids[i] = this.#names.marked(ids[i] as number);
    if (kernelDepth === 0 && (depth === 0 || needsKernel)) ids[size++] = this.#lost;
    const most = (maxDepth ?? Number.POSITIVE_INFINITY) + (root === 0 ? 0 : 1);
    if (size > most) {
      ids[most] = this.#names.truncated;
      size = most + 1;
    }
    if (leaf !== 0) ids[size++] = leaf;
    return ids.subarray(0, size);
  }
}
