// Folded text of off-CPU time, as bcc's `offcputime -f` and offcpu-fold print it.
//
// two words;start_thread;worker;clock_nanosleep;-;entry_SYSCALL_64_after_hwframe;…;schedule 938082
// └─ comm ┘ └──────────── user ────────────────┘ └ with -d

import type { StackTable } from '../../engine/stack-table.ts';
import { isLost, KERNEL_MARK, kindOfFrame, LOST } from '../../stacks/marks.ts';
import { isMetadata, unitIn } from '../../stacks/metadata.ts';
import type { Subject } from '../entry.ts';
import type { BpftraceNames } from './bpftrace/names.ts';
import type { OnSkip } from './bpftrace/text.ts';
import { addSplitStack } from './split-stack.ts';
import { type OffcpuStacks, timeUnitOf, type Unit } from './stacks.ts';

export class FoldedText {
  /** the unit of its counts, if a line says it */
  unit: Unit | undefined;
  readonly #table: StackTable;
  readonly #names: BpftraceNames;
  readonly #isDeclared: boolean;
  readonly #skip: OnSkip;

  /** `isDeclared`: the user says the unit. */
  constructor(table: StackTable, names: BpftraceNames, isDeclared: boolean, skip: OnSkip) {
    this.#table = table;
    this.#isDeclared = isDeclared;
    this.#names = names;
    this.#skip = skip;
  }

  /** Throws InputError if its counts are no time. */
  write(block: Uint8Array): void {
    this.#table.write(block);
    this.#read();
  }

  end(): void {
    this.#table.closeLine();
    this.#read();
  }

  #read(): void {
    const table = this.#table;
    while (table.scanFolded()) {
      const text = table.lineText();
      const unit = unitIn(text);
      if (unit !== undefined && !this.#isDeclared) this.unit = timeUnitOf(unit);
      else if (!isMetadata(text)) this.#skip('not a folded line', table.linesRead, text);
    }
  }

  /** Adds the entries read to `stacks`, and gives how many there are. */
  addTo(stacks: OffcpuStacks, unit: Unit): number {
    const table = this.#table;
    const words: number[] = [];
    const subjects = new Map<string, Subject>();
    const boundary = table.name('-');
    const read = Array.from(table.stacks(), ({ ids, weight }) => ({ ids: ids.slice(), weight }));
    for (const { ids, weight } of read) {
      const kind = ids.length > 1 ? kindOfFrame(table.nameText(ids[ids.length - 1] as number)) : undefined;
      const end = kind === undefined ? ids.length : ids.length - 1;
      const key = `${ids[0]} ${kind}`;
      let subject = subjects.get(key);
      if (!subject) {
        const comm = table.nameText(ids[0] as number);
        subject = {
          kind: kind ?? 'off-cpu',
          comm,
          pid: undefined,
          tid: undefined,
          state: undefined,
          waitEvent: undefined,
        };
        subjects.set(key, subject);
      }
      const stack = ids.subarray(1, end).map((id) => (words[id] ??= this.#wordOf(id)));
      addSplitStack(stacks, subject, unit, stack, boundary, this.#names, weight);
    }
    return read.length;
  }

  #wordOf(id: number): number {
    const text = this.#table.nameText(id);
    if (text === '-') return id;
    if (isLost(text)) return this.#table.name(LOST);
    const isKernel = text.endsWith(KERNEL_MARK) ? true : undefined;
    const symbol = isKernel ? text.slice(0, -KERNEL_MARK.length) : text;
    return this.#names.word({ symbol, dso: '', isKernel, inlined: false });
  }
}
