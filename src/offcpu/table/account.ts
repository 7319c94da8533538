// All stacks of a run with their reasons: the sums for the table, and the stacks as folded text.

import { StackTable } from '../../engine/stack-table.ts';
import { rootText } from '../../perf/names.ts';
import { frameText, isNameless } from '../../stacks/frame-name.ts';
import { isLost, kindFrame, LOST, TRUNCATED } from '../../stacks/marks.ts';
import { divided } from '../../stacks/rounding.ts';
import type { OffcpuEntry } from '../entry.ts';
import { isRootFunction, partsOf } from '../reason/folded-parts.ts';
import { type Decision, kindOf, type OffcpuStack, type Reasons } from '../reason/reasons.ts';
import type { Kind } from '../reason/rule-file.ts';
import { type NameLock, particularFrames, statementOf } from './particular-names.ts';
import { Tally } from './tally.ts';

export interface AccountSettings {
  /** name reasons by their full label */
  detail: boolean;
  /** put meanings behind reasons */
  meaning: boolean;
  /** the root frame of an entry: comm, or comm-PID */
  by: 'comm' | 'pid';
  /** leave out waiting for work and timers */
  busy: boolean;
  /** names locks, and puts a wait's object and waker as frames behind its reason; undefined: it gets none */
  particulars: NameLock | undefined;
  /** put the statement of a Postgres process at the root */
  statements: boolean;
}

/** A stack, and its line in folded text. */
interface Item {
  stack: OffcpuStack;
  /** undefined: the stack is of a folded text */
  entry: OffcpuEntry | undefined;
  /** root first; undefined for an entry, because few callers want its frames */
  frames: readonly string[] | undefined;
  /** its count in a folded text; undefined for an entry */
  weight: number | undefined;
}

/** Decides about all folded stacks, whose counts are in units of `unitNs`, and about all entries. */
export function accountOf(
  folded: StackTable,
  unitNs: number,
  entries: Iterable<OffcpuEntry>,
  reasons: Reasons,
  settings: AccountSettings,
): Account {
  const lines = [...itemsOfFolded(folded, unitNs, reasons)];
  const items = {
    *[Symbol.iterator]() {
      yield* lines;
      yield* itemsOfEntries(entries);
    },
  };
  return new Account(items, reasons, unitNs, settings);
}

interface Decided extends Item {
  decision: Decision;
}

function* itemsOfFolded(folded: StackTable, unitNs: number, reasons: Reasons): Generator<Item> {
  const names: string[] = [];
  const nameOf = (id: number): string => {
    names[id] ??= folded.nameText(id);
    return names[id];
  };
  let hasComm = true;
  for (const { ids } of folded.stacks()) hasComm &&= !isRootFunction(nameOf(ids[0] as number), reasons.table);
  for (const { ids, weight } of folded.stacks()) {
    const frames = Array.from(ids, nameOf);
    const { comm, user, kernel, note } = partsOf(frames, reasons.table, hasComm);
    const stack = {
      comm,
      user,
      kernel: note === 'lost' ? [] : kernel,
      state: note === 'preempted' ? 0 : undefined,
      isRunnable: note === 'runnable',
      waitEvent: undefined,
      ns: weight * unitNs,
      count: undefined,
      maxNs: undefined,
    };
    yield { stack, entry: undefined, frames, weight };
  }
}

function* itemsOfEntries(entries: Iterable<OffcpuEntry>): Generator<Item> {
  for (const entry of entries) {
    const stack = Object.assign(entry, { isRunnable: entry.kind === 'runnable' });
    yield { stack, entry, frames: undefined, weight: undefined };
  }
}

/** Root first. */
function framesOf({ kind, comm, pid, user, kernel }: OffcpuEntry, by: AccountSettings['by']): string[] {
  const leaf = kindFrame(kind);
  const frames = [...(comm === undefined ? [] : [rootText(by, comm, String(pid ?? ''), '')]), ...user.toReversed()];
  frames.push(...kernel.toReversed());
  if (user.length + kernel.length === 0) frames.push(LOST);
  if (leaf !== undefined) frames.push(leaf);
  return frames;
}

/** A distinct stack with its reason. */
export interface ReasonedStack {
  /** the statement, if the settings ask for it */
  roots: readonly string[];
  /** one frame, or two if the wait has a meaning to the program; then the particulars */
  reason: readonly string[];
  /** root first */
  frames: readonly string[];
  count: number;
  /** how many waits, as far as known */
  hits: number;
}

export class Account {
  readonly tally: Tally;
  /** the share of the time, 0 to 1, whose innermost user frame is an address or object without a name */
  readonly unnamedShare: number;
  /** A large dump has hundreds of thousands of items, so each walk makes them anew. */
  readonly #items: Iterable<Item>;
  /** one for each item, in their order */
  readonly #decisions: Decision[] = [];
  /** is all of it folded text, whose counts need not be whole? */
  readonly #isFolded: boolean;
  readonly #unitNs: number;
  readonly #settings: AccountSettings;

  /** Walks through the items here, and again in each method that gives their stacks. */
  constructor(items: Iterable<Item>, reasons: Reasons, unitNs: number, settings: AccountSettings) {
    this.tally = new Tally(settings.busy);
    this.#items = items;
    this.#unitNs = unitNs;
    this.#settings = settings;
    for (const { stack } of items) reasons.notice(stack);
    const queued: Decision[] = [];
    let [unnamed, all, isFolded] = [0, 0, true];
    for (const { stack, entry } of items) {
      isFolded &&= entry === undefined;
      const decision = reasons.decide(stack);
      this.#decisions.push(decision);
      this.tally.add(decision);
      if (stack.isRunnable) queued.push(reasons.decide({ ...stack, isRunnable: false }));
      all += stack.ns;
      if (isUnnamed(stack.user[0])) unnamed += stack.ns;
    }
    for (const decision of queued) this.tally.addQueued(decision);
    this.#isFolded = isFolded;
    this.unnamedShare = all > 0 ? unnamed / all : 0;
  }

  get isEmpty(): boolean {
    return this.#decisions.length === 0;
  }

  /** The stacks with their reason as root frame, their counts in units of `unitNs`. */
  folded(unitNs: number): StackTable {
    const table = new StackTable();
    const known = new Map<string, number>();
    const idOf = (frame: string): number => {
      let id = known.get(frame);
      if (id === undefined) {
        id = table.name(frame);
        known.set(frame, id);
      }
      return id;
    };
    const sums: number[] = [];
    const isAsRead = this.#isFolded && this.#unitNs === unitNs;
    for (const item of this.#counted()) {
      const ids = [...this.#rootsOf(item), ...this.#reasonOf(item), ...this.#framesOf(item)].map(idOf);
      const place = table.add(ids, 0, item.stack.count ?? 1);
      sums[place] = (sums[place] ?? 0) + (isAsRead ? (item.weight as number) : item.stack.ns);
    }
    table.weights.set(isAsRead ? sums : divided(sums, unitNs));
    return table;
  }

  /**
   * Each stack once for each of its reasons, counted in units of `unitNs`: whole numbers, unless the input had
   * fractions.
   */
  stacks(unitNs: number): ReasonedStack[] {
    const sums = new Map<string, ReasonedStack>();
    const isAsRead = this.#isFolded && this.#unitNs === unitNs;
    for (const item of this.#counted()) {
      const { stack, weight } = item;
      const [roots, reason, frames] = [this.#rootsOf(item), this.#reasonOf(item), this.#framesOf(item)];
      const key = [...roots, '', ...reason, '', ...frames].join(';');
      const sum = sums.get(key) ?? { roots, reason, frames, count: 0, hits: 0 };
      sums.set(key, sum);
      sum.count += isAsRead ? (weight as number) : stack.ns;
      sum.hits += stack.count ?? 1;
    }
    const stacks = [...sums.values()];
    if (isAsRead) return stacks;
    const counts = divided(
      stacks.map(({ count }) => count),
      unitNs,
    );
    return stacks.map((stack, i) => ({ ...stack, count: counts[i] as number }));
  }

  *#decided(): Generator<Decided> {
    let index = 0;
    for (const item of this.#items) yield Object.assign(item, { decision: this.#decisions[index++] as Decision });
  }

  *#counted(): Generator<Decided> {
    for (const item of this.#decided()) if (this.tally.counts(item.decision)) yield item;
  }

  #framesOf({ frames, entry }: Item): readonly string[] {
    return frames ?? (entry ? framesOf(entry, this.#settings.by) : []);
  }

  #rootsOf({ decision, entry }: Decided): string[] {
    return this.#settings.statements ? [statementFrame(decision, entry)] : [];
  }

  #reasonOf({ decision: { rule, meaning }, entry }: Decided): string[] {
    const { detail, particulars } = this.#settings;
    const reason = detail ? rule.label : `[${rule.bracket}]`;
    const behind = entry && particulars ? particularFrames(entry, rule.label, particulars) : [];
    return this.#settings.meaning && meaning ? [reason, meaning.label, ...behind] : [reason, ...behind];
  }

  /** The decision about each stack, as often as the input has it. */
  *decisions(): Generator<{ stack: OffcpuStack; entry: OffcpuEntry | undefined; decision: Decision }> {
    yield* this.#decided();
  }

  /** The entries of dumps that count. */
  *entries(): Generator<OffcpuEntry> {
    for (const { entry } of this.#counted()) if (entry) yield entry;
  }

  /** What decided, for each distinct stack and answer once. */
  explanations(): Iterable<Explanation> {
    const sums = new Map<string, Explanation>();
    for (const one of this.#explained()) {
      const key = [one.label, one.meaning, one.kind, one.frame, one.meaningFrame, one.stack].join('\0');
      const sum = sums.get(key);
      if (sum) sum.ns += one.ns;
      else sums.set(key, one);
    }
    return sums.values();
  }

  *#explained(): Generator<Explanation> {
    for (const item of this.#decided()) {
      const { decision } = item;
      const { rule, verdict, meaning, meaningBy, meaningPlace, ns } = decision;
      yield {
        ns,
        reason: `[${rule.bracket}]`,
        label: rule.label,
        kind: kindOf(decision),
        frame: verdict.frame,
        rule: rule.place,
        meaning: meaning?.label,
        meaningFrame: meaningBy,
        meaningRule: meaningPlace,
        stack: this.#framesOf(item).join(';'),
      };
    }
  }
}

function isUnnamed(frame = ''): boolean {
  return isNameless(frame) && !isLost(frame) && frame !== TRUNCATED;
}

const NO_STATEMENT = '[no statement]';

function statementFrame(decision: Decision, entry: OffcpuEntry | undefined): string {
  const statement = entry && statementOf(entry, kindOf(decision));
  return statement ? frameText(statement.text) : NO_STATEMENT;
}

/** What decided for one stack. */
export interface Explanation {
  ns: number;
  reason: string;
  label: string;
  kind: Kind;
  /** the frame that decided, and the rule: FILE:LINE */
  frame: string | undefined;
  rule: string;
  meaning: string | undefined;
  meaningFrame: string | undefined;
  meaningRule: string | undefined;
  /** root first */
  stack: string;
}
