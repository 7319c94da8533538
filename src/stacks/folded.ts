// Folded text: `root;caller;leaf COUNT`, or `root;caller;leaf BEFORE AFTER` for a comparison of two recordings.

import { InputError } from '../engine/errors.ts';
import { StackTable } from '../engine/stack-table.ts';
import { UNKNOWN } from './marks.ts';
import { isMetadata, unitIn } from './metadata.ts';
import {
  beginsWithSample,
  type InputKind,
  isCertain,
  isEnough,
  sniff,
  WHAT_TO_DO,
  WHAT_TO_DO_WITH_SVG,
} from './sniff.ts';

/** What was read. In a comparison a stack's weight is its count after, its hits are its count before. */
export interface Folded {
  table: StackTable;
  isDifferential: boolean;
}

/** Hears of each line that can't be used: why, its number in its input from 1, its text (latin1). */
export type OnBadLine = (kind: string, line: number, text: string) => void;

/** The kinds of bad lines, each with what to do about it. */
export const BAD_LINES: Readonly<Record<string, string>> = {
  'no count': 'a folded line ends in a blank and its count: `root;caller;leaf 42`',
  'count below zero': 'a comparison is written as two counts a line, BEFORE AFTER, as fold-diff prints them',
  'count with an exponent': 'write counts as plain digits: 1000, not 1e3',
  'count above 2^53': 'such counts are not exact: write them in a larger unit',
  'no stack before the count': 'a folded line starts with its frames: `root;caller;leaf 42`',
};

/** What an input may be instead, and what to do with it. */
const FOREIGN: Partial<Record<InputKind, string>> = {
  reasons: WHAT_TO_DO.reasons,
  JSON: WHAT_TO_DO.JSON,
  'perf.data': 'this is perf.data; pipe `perf script -i FILE | perf-fold` in',
  'perf script': 'this is the text of perf script; fold it first: `perf-fold FILE`',
  'perf report': 'this is the text of perf report; pipe `perf script | perf-fold` in',
  bpftrace: "this is bpftrace's output; fold it first: `offcpu-fold FILE`",
  svg: WHAT_TO_DO_WITH_SVG,
  pprof: 'this is a profile of pprof; fold it first: `pprof-fold FILE`',
  binary: 'this is binary data, not folded text',
};
/** Those besides that no folded text can look like. */
const NEVER_FOLDED: ReadonlySet<InputKind> = new Set(['svg', 'binary']);

/** Thrown by block() and end() when this input is something else; the message says what. Other inputs may follow. */
export class ForeignInput extends InputError {}

/** What one input turned out to be. */
export interface FoldedFacts {
  lines: number;
  /** does each of its lines end in two numbers? */
  isPairs: boolean;
  /** what lines `# unit: us` in it say, each unit once */
  units: string[];
}

const HASH = 35;

/** Reads folded text of one input or several: begin, block …, end for each, then finish. */
export class FoldedReader {
  /** What was read so far. */
  readonly table = new StackTable();
  readonly #onBad: OnBadLine;
  #start: Buffer | undefined;
  #kind: InputKind = 'empty';
  #badOfInput = 0;
  #bad = 0;
  #units: string[] = [];
  #metadataLines = 0;

  /** With `inOrder` the table also keeps the lines in the order of the input, which flame charts need. */
  constructor(onBad: OnBadLine, inOrder = false) {
    this.#onBad = onBad;
    if (inOrder) this.table.keepInputOrder();
  }

  /** The next input begins; its stacks get these root frames (latin1). */
  begin(roots: readonly string[] = []): void {
    this.table.restartLineNumbers();
    this.table.beginFolded(roots);
    this.#units = [];
    this.#metadataLines = 0;
    this.#start = Buffer.alloc(0);
    this.#badOfInput = 0;
  }

  /** Takes a block of the input, cut anywhere. */
  block(bytes: Uint8Array): void {
    if (this.#start === undefined) {
      this.table.write(bytes);
      this.#scan();
      return;
    }
    this.#start = Buffer.concat([this.#start, bytes]);
    if (isEnough(this.#start)) this.#passStart();
  }

  end(): void {
    if (this.#start !== undefined) this.#passStart();
    if (this.table.closeLine()) this.#scan();
    this.#bad += this.#badOfInput;
  }

  /** Reads the first bytes of an input, once there are enough of them to tell its kind. */
  #passStart(): void {
    const start = this.#start as Buffer;
    this.#start = undefined;
    this.#kind = sniff(start);
    const isForeign = isCertain(this.#kind) || NEVER_FOLDED.has(this.#kind);
    if (isForeign || (this.#kind === 'perf script' && beginsWithSample(start)))
      throw new ForeignInput(FOREIGN[this.#kind] ?? WHAT_TO_DO[this.#kind]);
    this.table.write(start);
    this.#scan();
  }

  #scan(): void {
    const table = this.table;
    while (table.scanFolded()) {
      const text = table.lineText();
      if (isMetadata(text)) {
        const unit = unitIn(text);
        if (unit !== undefined) this.#units.push(unit);
        this.#metadataLines++;
        continue;
      }
      if (this.#badOfInput + this.#metadataLines === table.linesRead - 1) {
        const foreign = FOREIGN[this.#kind];
        if (foreign !== undefined) {
          table.skipLines();
          table.closeLine();
          table.skipLines();
          throw new ForeignInput(foreign);
        }
      }
      this.#badOfInput++;
      this.#onBad(badKind(text), table.linesRead, text);
    }
  }

  /** What the present input has turned out to be. */
  get facts(): FoldedFacts {
    const [all, pairs] = this.table.foldedLines;
    return { lines: all, isPairs: all > 0 && all === pairs, units: [...new Set(this.#units)] };
  }

  /** Was no folded line read at all? */
  get isEmpty(): boolean {
    return this.table.stackCount === 0;
  }

  /**
   * Ends the reading. `oneCount`: each line has one count, even if all end in two numbers. Throws InputError when
   * nothing was read, or a sum is no longer exact.
   */
  finish(oneCount = false): Folded {
    const table = this.table;
    if (this.isEmpty) {
      if (this.#bad > 0) throw new InputError('no line is folded text, `root;caller;leaf COUNT`');
      throw new InputError('the input is empty; did the command before the pipe fail?');
    }
    table.checkExact();
    table.endReading();
    const isDifferential = !oneCount && hasTwoCounts(table);
    return { table: isDifferential ? splitCounts(table) : table, isDifferential };
  }
}

// a;b 7 9    The engine takes the last number only: stack `a`, `b 7` with weight 9.
//   └┬┘└ before
//    name, which may be empty: `a; 7 9`, and ` 7 9` for a stack that is not known
const NAME_AND_COUNT = /^(|.*[^ \t])[ \t]+(\d+(?:\.\d+)?)$/s;

/**
 * Does every line end in two numbers? If not, such digits belong to a name: `FS Broker 5858`. With `counts`, looks only
 * at the stacks whose count there is not 0.
 */
export function hasTwoCounts(table: StackTable, counts?: Float64Array): boolean {
  const known = new Uint8Array(table.nameCount + 1); // 1 ends in a number, 2 does not
  let index = 0;
  for (const { ids } of table.stacks()) {
    if (counts && !counts[index++]) continue;
    const leaf = ids[ids.length - 1] as number;
    if (known[leaf] === 0) {
      known[leaf] = NAME_AND_COUNT.test(table.nameText(leaf)) ? 1 : 2;
    }
    if (known[leaf] === 2) return false;
  }
  return true;
}

/**
 * Renames frames where a reader would take lines for something else. That is a root frame that makes metadata of its
 * line. And if *each* line would seem to end in two counts, it is all names that end in a number. `_` replaces the
 * blank that misleads. Gives a new name as an example, latin1; undefined: no name misleads.
 */
export function guardLines(table: StackTable): string | undefined {
  if (table.stackCount === 0) return undefined;
  const safe = new Map<number, string>();
  const isPairs = hasTwoCounts(table);
  const roots = table.lastNameWith(HASH, table.nameCount) > 0 ? rootsOf(table) : new Uint8Array(0);
  const next = (last: number): number => (isPairs ? last : table.lastNameWith(HASH, last));
  for (let id = next(table.nameCount); id > 0; id = next(id - 1)) {
    const text = table.nameText(id);
    if (isPairs && NAME_AND_COUNT.test(text)) safe.set(id, text.replace(NAME_AND_COUNT, '$1_$2'));
    else if (text.charCodeAt(0) === HASH && makesMetadata(text, roots[id] as number))
      safe.set(
        id,
        `#_${text
          .slice(1)
          .trimStart()
          .replace(/:(?=\s|$)/, ':_')}`,
      );
  }
  if (safe.size === 0) return undefined;
  const renamed = new Map([...safe].map(([id, text]) => [id, table.name(text)]));
  table.rewrite((ids) => ids.map((id) => renamed.get(id) ?? id));
  return [...safe.values()].at(-1);
}

const ALONE = 1;
const CALLER = 2;

/** By name id, whether it is the root frame of stacks: ALONE, as CALLER, or both. */
function rootsOf(table: StackTable): Uint8Array {
  const roots = new Uint8Array(table.nameCount + 1);
  const { words } = table;
  table.forEachAt((from, to) => {
    const root = words[from] as number;
    if (to > from) roots[root] = (roots[root] as number) | (to - from > 1 ? CALLER : ALONE);
    return undefined;
  });
  return roots;
}

/** Does a root frame turn the line of such stacks into metadata? */
function makesMetadata(root: string, how: number): boolean {
  return ((how & ALONE) > 0 && isMetadata(`${root} 1`)) || ((how & CALLER) > 0 && isMetadata(`${root};x 1`));
}

/** The same stacks with the first number taken off the leaf; it was read as often as the stack has hits. */
function splitCounts(table: StackTable): StackTable {
  const split = new StackTable();
  const renamed = new Uint32Array(table.nameCount + 1);
  for (const { ids, weight, hits } of table.stacks()) {
    const own = Array.from(ids.subarray(0, -1), (id) => (renamed[id] ||= split.name(table.nameText(id))));
    const [, name = '', before = '0'] = NAME_AND_COUNT.exec(table.nameText(ids[ids.length - 1] as number)) ?? [];
    own.push(split.name(name === '' && ids.length === 1 ? UNKNOWN : name));
    split.add(own, weight, Number(before) * hits);
  }
  split.checkExact();
  return split;
}

function badKind(text: string): string {
  const line = text.trimEnd();
  if (/(?:^|[ \t])-\d+(?:\.\d+)?$/.test(line)) return 'count below zero';
  if (/[ \t]\d+(?:\.\d+)?[eE][+-]?\d+$/.test(line)) return 'count with an exponent';
  if (/^[ \t]*\d+(?:\.\d+)?$/.test(line)) return 'no stack before the count';
  if (/[ \t]\d+(?:\.\d+)?$/.test(line)) return 'count above 2^53';
  return 'no count';
}
