// All stacks of a run with their reasons: the sums for the table, and the stacks as folded text.

import { InputError } from '../../engine/errors.ts';
import { INEXACT, StackTable } from '../../engine/stack-table.ts';
import { frameText } from '../../stacks/frame-name.ts';
import { isLost, TRUNCATED } from '../../stacks/marks.ts';
import { divided } from '../../stacks/rounding.ts';
import type { OffcpuEntry } from '../entry.ts';
import type { EntryRows } from '../entry-rows.ts';
import { type Decision, kindOf, type OffcpuStack, type Reasons } from '../reason/reasons.ts';
import type { Kind } from '../reason/rule-file.ts';
import { ItemLines } from './item-lines.ts';
import { EntryItems, FoldedItems, framesOf, type Item, type Items } from './items.ts';
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

/** Decides about all folded stacks, whose counts are in units of `unitNs`, and about all entries. */
export function accountOf(
  folded: StackTable,
  unitNs: number,
  entries: EntryRows | undefined,
  reasons: Reasons,
  settings: AccountSettings,
): Account {
  // an empty table may be the entries' own, which folded() fills
  const sources: Items[] = folded.stackCount > 0 ? [new FoldedItems(folded, unitNs, reasons)] : [];
  if (entries) sources.push(new EntryItems(entries, reasons, settings.by));
  return new Account(sources, reasons, unitNs, settings);
}

interface Decided {
  item: Item;
  decision: Decision;
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
  /** the share of the time, 0 to 1, of whose user frames none has a name */
  readonly unnamedShare: number;
  /** are sums of nanoseconds exact? */
  readonly isExact: boolean;
  readonly #sources: readonly Items[];
  /** one for each item, in their order */
  readonly #decisions: Decision[] = [];
  /** is all of it folded text, whose counts need not be whole? */
  readonly #isFolded: boolean;
  readonly #unitNs: number;
  readonly #settings: AccountSettings;

  /** Walks through the items here, and again in each method that gives their stacks. */
  constructor(sources: readonly Items[], reasons: Reasons, unitNs: number, settings: AccountSettings) {
    this.tally = new Tally(settings.busy);
    this.#sources = sources;
    this.#unitNs = unitNs;
    this.#settings = settings;
    for (const source of sources) for (const item of source) reasons.notice(source.stackOf(item));
    const queued: { decision: Decision; ns: number }[] = [];
    let [unnamed, all, isFolded] = [0, 0, true];
    for (const source of sources) {
      for (const item of source) {
        const { row, ns } = item;
        isFolded &&= row === undefined;
        const stack = source.stackOf(item);
        const decision = reasons.decide(stack);
        this.#decisions.push(decision);
        this.tally.add(decision, item);
        if (stack.isRunnable) queued.push({ decision: reasons.decide({ ...stack, isRunnable: false }), ns });
        all += ns;
        // of a stripped libc the innermost function often has none: those of its callers are enough
        const { user } = stack;
        if (user.length > 0 && user.every(({ hasName, frame }) => !hasName && isPlace(frame))) unnamed += ns;
      }
    }
    for (const { decision, ns } of queued) this.tally.addQueued(decision, ns);
    this.#isFolded = isFolded;
    this.isExact = all <= Number.MAX_SAFE_INTEGER;
    this.unnamedShare = all > 0 ? unnamed / all : 0;
  }

  get isEmpty(): boolean {
    return this.#decisions.length === 0;
  }

  /** The stacks with their reason as root frame, their counts in units of `unitNs`. Throws InputError if one is no longer exact. */
  folded(unitNs: number): StackTable {
    // a dump's names lie in the memory that its entries have left
    const table = this.#sources.findLast(({ names }) => names.stackCount === 0)?.names ?? new StackTable();
    const lines = new ItemLines(table);
    const sums: number[] = [];
    const isAsRead = this.#isFolded && this.#unitNs === unitNs;
    for (const decided of this.#counted()) {
      const { item } = decided;
      const place = lines.add([...this.#rootsOf(decided), ...this.#reasonOf(decided)], item);
      sums[place] = (sums[place] ?? 0) + (isAsRead ? (item.weight as number) : item.ns);
    }
    if (sums.some((sum) => sum > Number.MAX_SAFE_INTEGER)) throw new InputError(INEXACT);
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
    for (const decided of this.#counted()) {
      const { ns, count, weight } = decided.item;
      const [roots, reason, frames] = [this.#rootsOf(decided), this.#reasonOf(decided), framesOf(decided.item)];
      const key = [...roots, '', ...reason, '', ...frames].join(';');
      const sum = sums.get(key) ?? { roots, reason, frames, count: 0, hits: 0 };
      sums.set(key, sum);
      sum.count += isAsRead ? (weight as number) : ns;
      sum.hits += count ?? 1;
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
    for (const source of this.#sources) {
      for (const item of source) yield { item, decision: this.#decisions[index++] as Decision };
    }
  }

  *#counted(): Generator<Decided> {
    for (const decided of this.#decided()) if (this.tally.counts(decided.decision)) yield decided;
  }

  #rootsOf({ item, decision }: Decided): string[] {
    return this.#settings.statements ? [statementFrame(decision, item.source.entryOf(item))] : [];
  }

  #reasonOf({ decision, item: { row } }: Decided): string[] {
    const { detail, particulars } = this.#settings;
    const { rule, meaning } = decision;
    const reason = detail ? rule.label : `[${rule.bracket}]`;
    const behind = row && particulars ? particularFrames(row.subject, decision, particulars) : [];
    if (!this.#settings.meaning || !meaning || behind[0] === meaning.label) return [reason, ...behind];
    return [reason, meaning.label, ...behind];
  }

  /** The decision about each stack, as often as the input has it. */
  *decisions(): Generator<{ stack: OffcpuStack; entry: OffcpuEntry | undefined; ns: number; decision: Decision }> {
    for (const { item, decision } of this.#decided()) {
      const { source, ns } = item;
      yield { stack: source.stackOf(item), entry: source.entryOf(item), ns, decision };
    }
  }

  /** The entries of dumps that count. */
  *entries(): Generator<OffcpuEntry> {
    for (const { item } of this.#counted()) {
      const entry = item.source.entryOf(item);
      if (entry) yield entry;
    }
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
    for (const { item, decision } of this.#decided()) {
      const { rule, verdict, meaning, meaningBy, meaningPlace } = decision;
      yield {
        ns: item.ns,
        reason: `[${rule.bracket}]`,
        label: rule.label,
        kind: kindOf(decision),
        frame: verdict.frame,
        rule: rule.place,
        meaning: meaning?.label,
        meaningFrame: meaningBy,
        meaningRule: meaningPlace,
        stack: framesOf(item).join(';'),
      };
    }
  }
}

/** Of a frame without a name: is it an address or an object, not a mark? */
function isPlace(frame: string): boolean {
  return !isLost(frame) && frame !== TRUNCATED;
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
