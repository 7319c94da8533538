// The table of reasons for people, as text and as Markdown. Texts are latin1, in and out.

/** One row, with the finer rows it consists of. */
export interface ReasonRow {
  name: string;
  ns: number;
  /** undefined: the input does not tell */
  count: number | undefined;
  maxNs: number | undefined;
  parts: readonly ReasonRow[];
}

/** What is to be shown; offcpu/tally.ts makes it. All times in nanoseconds. */
export interface ReasonTable {
  ns: number;
  /** reasons → labels → meanings */
  rows: readonly ReasonRow[];
  kinds: Readonly<Record<'wait' | 'idle' | 'timer' | 'cpu' | 'open' | 'lost', number>>;
  excluded: readonly { name: string; ns: number }[];
  leftOutNs: number;
  other: readonly { name: string; label: string; ns: number }[];
}

export interface TableSettings {
  /** a row a label instead of a row a reason */
  detail: boolean;
  /** meanings as rows below */
  meaning: boolean;
  /** columns for count, mean and longest */
  wide: boolean;
}

/** A row as it is printed. */
interface Line extends Omit<ReasonRow, 'parts'> {
  level: number;
}

const OTHERS_SHOWN = 5;
const INDENT = 2;
/** From this share on lost stacks get a note. */
const MUCH_LOST = 0.01;

/** The kinds, and what is printed for them. */
export const KINDS = [
  ['wait', 'blocked'],
  ['idle', 'waiting for work'],
  ['timer', 'timers'],
  ['cpu', 'not scheduled'],
  ['open', 'undecided'],
  ['lost', 'not recorded'],
] as const;

/**
 * The table for a terminal:
 *
 *     [epoll]       1201654 us   70.1%
 *     [other]        344596 us   20.1%
 *       zz_wait (ioctl)   344596 us   20.1%       its innermost functions, and in which system call
 */
export function formatTable(table: ReasonTable, settings: TableSettings): string {
  const lines = linesOf(table, settings);
  const names = Math.max(10, ...lines.map(({ name, level }) => name.length + INDENT * level));
  const numbers = Math.max(10, ...lines.map(({ ns }) => usOf(ns).length));
  const rows = lines.map(({ name, level, ns, count, maxNs }) => {
    const row = `  ${`${' '.repeat(INDENT * level)}${name}`.padEnd(names)} ${usOf(ns).padStart(numbers)} us ${percent(ns, table.ns).padStart(7)}`;
    if (!settings.wide) return row;
    const wide = [count?.toString(), mean(ns, count), usOf(maxNs)].map((text) => (text ?? '-').padStart(numbers));
    return `${row} ${wide.join(' ')}`;
  });
  if (settings.wide) {
    const titles = ['count', 'mean us', 'max us'].map((title) => title.padStart(numbers));
    rows.unshift(`  ${' '.repeat(names)} ${' '.repeat(numbers)}    ${' '.repeat(7)} ${titles.join(' ')}`);
  }
  const notes = notesOf(table);
  return [...rows, ...(notes.length > 0 ? ['', ...notes.map((note) => `  ${note}`)] : []), ''].join('\n');
}

/** Sentences below the table: how the time counts, and what is not in it. */
export function notesOf(table: ReasonTable): string[] {
  const kinds = KINDS.filter(([kind]) => table.kinds[kind] > 0);
  const all = kinds.reduce((sum, [kind]) => sum + table.kinds[kind], 0);
  const notes: string[] = [];
  if (kinds.length > 0) {
    notes.push(kinds.map(([kind, words]) => `${words} ${percent(table.kinds[kind], all)}`).join(', '));
  }
  if (table.leftOutNs > 0) notes.push(`shares are without waiting for work and timers: ${usOf(table.leftOutNs)} us`);
  if (table.kinds.lost > MUCH_LOST * all) {
    notes.push('stacks were lost: record with BPFTRACE_CACHE_USER_SYMBOLS=1, and for less time');
  }
  for (const { name, ns } of table.excluded) notes.push(`left out: ${usOf(ns)} us of ${name}, which is no waiting`);
  return notes;
}

export function formatMarkdown(table: ReasonTable, settings: TableSettings): string {
  const wide = settings.wide ? ['count', 'mean (us)', 'max (us)'] : [];
  const titles = ['reason', 'time (us)', 'share', ...wide];
  const rows = linesOf(table, settings).map(({ name, level, ns, count, maxNs }) => {
    const cells = [
      usOf(ns),
      percent(ns, table.ns),
      ...(settings.wide ? [`${count ?? ''}`, mean(ns, count), usOf(maxNs)] : []),
    ];
    return `| ${'&nbsp;&nbsp;'.repeat(level)}${name.replaceAll('|', '\\|')} | ${cells.map((cell) => cell ?? '').join(' | ')} |`;
  });
  const ruler = `|---|${titles
    .slice(1)
    .map(() => '---:|')
    .join('')}`;
  const notes = notesOf(table).map((note) => `- ${note}`);
  return `${[`| ${titles.join(' | ')} |`, ruler, ...rows, '', ...notes].join('\n')}\n`;
}

function linesOf({ rows, other }: ReasonTable, { detail, meaning }: TableSettings): Line[] {
  const tops = detail ? byTime(rows.flatMap(({ parts }) => parts)) : rows;
  return tops.flatMap((row) => {
    const below = detail ? row.parts : merged(row.parts.flatMap(({ parts }) => parts));
    const unknown = other.filter(({ label }) => row.name === '[other]' || row.name === label);
    return [
      { ...row, level: 0 },
      ...(meaning ? below.map((part) => ({ ...part, level: 1 })) : []),
      ...unknown.slice(0, OTHERS_SHOWN).map(({ name, label, ns }) => ({
        name: detail ? name : `${name} (${label.slice('other/'.length)})`,
        ns,
        count: undefined,
        maxNs: undefined,
        level: 1,
      })),
    ];
  });
}

/** Rows of one name as one: `IO:DataFileRead` is below several labels of [disk-io]. */
function merged(rows: readonly ReasonRow[]): ReasonRow[] {
  const sums = new Map<string, ReasonRow>();
  for (const row of rows) {
    const sum = sums.get(row.name);
    sums.set(row.name, sum === undefined ? row : plus(sum, row));
  }
  return byTime([...sums.values()]);
}

function plus(a: ReasonRow, b: ReasonRow): ReasonRow {
  return {
    ...a,
    ns: a.ns + b.ns,
    count: a.count === undefined || b.count === undefined ? undefined : a.count + b.count,
    maxNs: a.maxNs === undefined || b.maxNs === undefined ? undefined : Math.max(a.maxNs, b.maxNs),
  };
}

function byTime(rows: ReasonRow[]): ReasonRow[] {
  return rows.sort((a, b) => b.ns - a.ns || (a.name < b.name ? -1 : 1));
}

/** Whole microseconds. */
export function usOf(ns: number): string;
export function usOf(ns: number | undefined): string | undefined;
export function usOf(ns: number | undefined): string | undefined {
  return ns === undefined ? undefined : Math.round(ns / 1000).toFixed(0);
}

/** The mean in microseconds. */
export function mean(ns: number, count: number | undefined): string | undefined {
  return count === undefined || count === 0 ? undefined : usOf(ns / count);
}

function percent(part: number, whole: number): string {
  return `${(whole > 0 ? (100 * part) / whole : 0).toFixed(1)}%`;
}
