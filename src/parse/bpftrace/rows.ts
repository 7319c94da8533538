// The stacks of one map, as they lie in the table: the frames of its keys, and the texts between them apart.

import type { StackTable } from '../../fold/stack-table.ts';
import { NO_STACK, type Run, runOf } from '../offcpu/shape.ts';
import type { KeyMeaning, KeyTexts } from './keys.ts';
import type { BpftraceMap } from './map.ts';
import type { BpftraceNames } from './names.ts';
import { type BpftraceText, MARK, TUPLE } from './text.ts';

/** One stack of a map. */
export interface Row {
  /** which combination of texts */
  texts: number;
  /** of name ids; gone with the next row */
  user: Run;
  kernel: Run;
  weight: number;
  tuple: readonly number[] | undefined;
}

export class MapRows {
  /** the distinct combinations of texts */
  readonly keys: KeyTexts[] = [];
  readonly #map: BpftraceMap;
  readonly #text: BpftraceText;
  readonly #table: StackTable;
  readonly #names: BpftraceNames;
  readonly #weights: Float64Array;
  /** which combination, by index of the table's stacks */
  readonly #keyOf: Int32Array;
  readonly #found = new Found();

  /** `weights` are by index of the table's stacks. The table must not change as long as rows are read. */
  constructor(map: BpftraceMap, text: BpftraceText, table: StackTable, names: BpftraceNames, weights: Float64Array) {
    this.#map = map;
    this.#text = text;
    this.#table = table;
    this.#names = names;
    this.#weights = weights;
    this.#keyOf = new Int32Array(text.rows.length);
    this.#readKeys();
  }

  #readKeys(): void {
    const votes: number[][] = [];
    const entries: number[] = [];
    const byMarks = new Map<string, number>();
    const found = this.#found;
    let index = -1;
    for (const { ids } of this.#table.stacks()) {
      index++;
      if (this.#text.rows[index] !== this.#map) continue;
      findStacks(ids, found);
      const marks = found.marks();
      let key = byMarks.get(marks);
      if (key === undefined) {
        key = votes.length;
        votes.push(Array(found.count).fill(0));
        entries.push(0);
        byMarks.set(marks, key);
      }
      entries[key] = (entries[key] as number) + 1;
      const own = votes[key] as number[];
      for (let i = 0; i < found.count && (entries[key] as number) < ENOUGH; i++) {
        if (isKernelStack(ids, found.from(i), found.to(i), this.#names)) own[i] = (own[i] as number) + 1;
      }
      this.#keyOf[index] = key;
    }
    for (const [marks, key] of byMarks) {
      const texts = textsOf(marks, this.#text.markTexts);
      this.keys.push({ texts, kernelVotes: votes[key] as number[], entries: entries[key] as number });
    }
  }

  /**
   * Hands out each stack of the map; what `visit` gives takes its place in the table, null nothing. All other stacks of
   * the table are dropped. `meanings` are those of `keys`.
   */
  take(meanings: readonly KeyMeaning[], visit: (row: Row) => Uint32Array | null): void {
    const row: Row = { texts: 0, user: NO_STACK, kernel: NO_STACK, weight: 0, tuple: undefined };
    const user: Run = { ids: NO_STACK.ids, from: 0, to: 0 };
    const kernel: Run = { ids: NO_STACK.ids, from: 0, to: 0 };
    const found = this.#found;
    let index = -1;
    this.#table.rewrite((ids) => {
      index++;
      if (this.#text.rows[index] !== this.#map) return null;
      findStacks(ids, found);
      row.texts = this.#keyOf[index] as number;
      const meaning = meanings[row.texts] as KeyMeaning;
      row.user = this.#runAt(ids, meaning.user, user);
      row.kernel = this.#runAt(ids, meaning.kernel, kernel);
      row.weight = this.#weights[index] as number;
      row.tuple = (ids[1] as number) >= TUPLE ? this.#map.tuples[(ids[1] as number) - TUPLE] : undefined;
      return visit(row);
    });
  }

  #runAt(ids: Uint32Array, i: number, run: Run): Run {
    if (i < 0) return NO_STACK;
    run.ids = ids;
    run.from = this.#found.from(i);
    run.to = this.#found.to(i);
    return nameRun(run, this.#names);
  }
}

/** Where the stacks of a key lie in a stack of the table, and what stands around them: from the key's end to its start. */
class Found {
  count = 0;
  readonly #places: number[] = [];
  /** marks, and STACK for each stack */
  readonly #around: number[] = [];
  #size = 0;
  #changed = true;
  #text = '';

  clear(): void {
    this.count = 0;
    this.#size = 0;
  }
  addStack(from: number, to: number): void {
    this.#places[2 * this.count] = from;
    this.#places[2 * this.count + 1] = to;
    this.count++;
    this.addMark(STACK);
  }
  addMark(mark: number): void {
    if (this.#around[this.#size] !== mark) this.#changed = true;
    this.#around[this.#size++] = mark;
  }
  /** Of the stack with this number in the order of the key. */
  from(i: number): number {
    return this.#places[2 * (this.count - 1 - i)] as number;
  }
  to(i: number): number {
    return this.#places[2 * (this.count - 1 - i) + 1] as number;
  }
  /** What stands around the stacks, as text: marks and STACK. Mostly that of the stack before. */
  marks(): string {
    if (this.#changed || this.#around.length !== this.#size) {
      this.#around.length = this.#size;
      this.#text = this.#around.join(' ');
      this.#changed = false;
    }
    return this.#text;
  }
}

const STACK = -1;

function findStacks(ids: Uint32Array, found: Found): void {
  found.clear();
  // outermost stands the map, then perhaps a tuple, then the key from its end to its start
  let start = (ids[1] as number) >= TUPLE ? 2 : 1;
  const end = ids.length;
  for (let i = start; i < end; i++) {
    const id = ids[i] as number;
    if (id < MARK) continue;
    if (i > start) found.addStack(start, i);
    found.addMark(id - MARK);
    start = i + 1;
  }
}

/** The texts around the stacks, first to last; lines that follow each other belong together. */
function textsOf(marks: string, markTexts: readonly string[]): string[] {
  const texts: string[][] = [[]];
  for (const mark of marks.split(' ').map(Number)) {
    if (mark === STACK) texts.push([]);
    else texts.at(-1)?.push(markTexts[mark] as string);
  }
  return texts.reverse().map((lines) => lines.reverse().join('\n'));
}

/** So many entries of the same texts tell which stack is the kernel's. */
const ENOUGH = 1000;
/** Frames looked at from either end of a stack to tell whether it is of the kernel. */
const TELLING = 4;
/** bpftrace's own limit, and the kernel's: a stack of just that depth has lost its root. */
const MAX_STACK = 127;

export function isKernelStack(ids: Uint32Array, from: number, to: number, names: BpftraceNames): boolean {
  for (let i = from; i < to; i++) {
    if (i === from + TELLING && i < to - TELLING) i = to - TELLING;
    if (names.isKernel(ids[i] as number)) return true;
  }
  return false;
}

/** The names of a stack's frames; one that may have lost its root says so. The ids given are overwritten. */
export function nameRun(run: Run, names: BpftraceNames): Run {
  const { ids, from, to } = run;
  let depth = to - from;
  if (!names.isPlain) {
    for (let i = from; i < to; i++) {
      const word = ids[i] as number;
      if (names.isInlined(word)) depth--;
      ids[i] = names.nameOf(word);
    }
  }
  return depth === MAX_STACK ? runOf(Uint32Array.of(names.truncated, ...ids.subarray(from, to))) : run;
}
