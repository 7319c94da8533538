// report.md: the report for issues, pull requests and language models, in at most 2,000 words.

import { shown } from '../../flamegraph/display.ts';
import { grouped } from '../../stacks/amounts.ts';
import type { CallRow } from './calls.ts';
import type { ChangeRow, Changes } from './changes.ts';
import { changeText, foldedText, groupsOf, lengthText, unitTitle } from './changes-text.ts';
import type { LengthChange } from './lengths.ts';
import type { FunctionRow, Functions, Report } from './report.ts';
import type { Split } from './split.ts';
import type { ThreadRow, Threads } from './threads.ts';
import type { Trust } from './trust.ts';
import { FIRST, heldShare, type WaitRow } from './waits.ts';
import {
  basisOfFunctions,
  basisOfWaits,
  codeText,
  gradeText,
  hotText,
  hottestOf,
  idleText,
  ONE_CALL,
  onCpuText,
  onWhat,
  partText,
  reasonWords,
  secondsText,
  shareText,
  splitBasis,
  threadText,
  threadTimes,
  timeText,
  waitFacts,
  waitTitle,
  whoWaits,
} from './words.ts';

const MOST_WORDS = 2000;
/** How many rows tables have, as many as the words allow. */
const MOST_ROWS = [10, 6, 4, 2] as const;
const NAME_COLUMNS = 120;

export function reportMarkdown(report: Report): string {
  let text = '';
  for (const most of MOST_ROWS) {
    text = markdownOf(report, most);
    if (text.split(/\s+/).length <= MOST_WORDS) break;
  }
  return text;
}

function markdownOf(report: Report, most: number): string {
  const { title, facts, warnings, split, heldUp, waits, calls, functions, threads, trust, workload, changes } = report;
  const hottest = functions && hottestOf(functions);
  const parts = [
    `# ${plain(title)}`,
    ...warnings.map((warning) => `> ${plain(warning)}`),
    part('Where the time went', split ? splitText(split) : plain(onCpuText(report))),
    part(
      'What holds it up',
      [
        heldUp
          .slice(0, FIRST)
          .map((row) => waitText(row, report))
          .join('\n'),
        plain(basisOfWaits(report)),
      ]
        .filter(Boolean)
        .join('\n\n'),
    ),
    hottest ? part(hottest.title, hottestText(functions)) : '',
    changes ? part(`What changed since ${changes.before}`, changesTable(changes, most)) : '',
    part('How far to trust it', trustText(trust)),
    part('Waits', [waitsTable(waits.slice(0, most)), callsTable(calls.slice(0, most))].filter(Boolean).join('\n\n')),
    part('Functions', functions ? functionTables(functions, most) : ''),
    part('Threads', threads ? threadsTable(threads, most) : ''),
    part('The workload said last', workload.length > 0 ? block(workload.join('\n')) : ''),
    part('How it was made', facts.map(([name, value]) => `- ${plain(name)}: ${plain(value)}`).join('\n')),
  ];
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}

function part(title: string, content: string): string {
  return content === '' ? '' : `## ${plain(title)}\n\n${content}`;
}

/** No name becomes markup. */
function plain(text: string): string {
  return shown(text).replace(/[|<>*_`\\[\]]/g, '\\$&');
}

function code(text: string, most = NAME_COLUMNS): string {
  const short = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  return `\`${shown(short).replace(/[`|]/g, "'")}\``;
}

function block(text: string): string {
  const lines = text.trimEnd().split('\n').map(shown);
  return `\`\`\`\n${lines.join('\n').replaceAll('```', "'''")}\n\`\`\``;
}

function splitText(split: Split): string {
  return [...split.parts.map((one) => `- ${one.name}: ${partText(one)}`), '', splitBasis(split)].join('\n');
}

function waitText(row: WaitRow, report: Report): string {
  const more = [...reasonWords(row), row.text, ...waitFacts(row, report)];
  const words = [...new Set(more)].map(plain);
  return `- **${shareText(heldShare(row))}** ${code(waitTitle(row))} ${plain(row.reason)}: ${words.join('; ')}`;
}

function hottestText(functions: Functions): string {
  const { rows } = hottestOf(functions);
  const items = rows.map(({ share, row }) => `- **${shareText(share)}** ${code(row.name)}: ${hotText(row)}`);
  return [...items, ...(items.length > 0 ? [''] : []), plain(basisOfFunctions(functions))].join('\n');
}

function trustText(trust: Trust): string {
  const points = trust.points.map(
    ({ text, mend }) => `- ${plain(text)}${mend === undefined ? '' : ` ${code(mend, mend.length)}`}`,
  );
  return [gradeText(trust), '', ...points].join('\n');
}

function table(titles: readonly string[], rows: readonly (readonly string[])[], texts: number): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const ruler = `|${titles.map((_, i) => (i < titles.length - texts ? '---:' : '---')).join('|')}|`;
  return [line(titles), ruler, ...rows.map(line)].join('\n');
}

function lengthCells({ wait, before, after }: LengthChange): string[] {
  return [lengthText(before.p50, after.p50), lengthText(before.p99, after.p99), code(waitTitle(wait))];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function changesTable(changes: Changes, most: number): string {
  const { unlike, rows, lengths, workload, before } = changes;
  const cells = (row: ChangeRow): string[] => [
    ...[row.before.toFixed(1), row.after.toFixed(1), changeText(row.change), row.mark],
    row.kind === 'time' || row.kind === 'unnamed' ? plain(row.name) : code(row.name),
  ];
  const titles = ['before', 'after', 'change', 'is', 'what'];
  const groups = groupsOf(changes).map(({ title, rows: all }) => {
    const rest = all.length - most;
    const more = rest > 0 ? `\n\n${rest} more in report.json.` : '';
    return `${capital(title)}:\n\n${table(titles, all.slice(0, most).map(cells), 2)}${more}`;
  });
  const said = (name: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [`The workload of ${plain(name)} said:`, block(lines.slice(-FIRST).join('\n'))];
  const parts = [
    ...unlike.map((line) => `> The runs are unlike: ${plain(line)}`),
    rows.length === 0 ? 'Nothing changed beyond what may be chance.' : `${unitTitle(changes)}.`,
    ...groups,
    foldedText(changes),
    lengths.length === 0
      ? ''
      : `Single waits:\n\n${table(['median', '99th percentile', 'wait'], lengths.slice(0, most).map(lengthCells), 1)}`,
    ...said(before, workload.before),
    ...said('this run', workload.after),
  ];
  return parts.filter(Boolean).join('\n\n');
}

function waitsTable(waits: readonly WaitRow[]): string {
  const rows = waits.map((row) => {
    const { share, waits: count, p50, p99, longest, reason } = row;
    return [
      ...[shareText(share), secondsText(row.seconds), count === undefined ? '' : grouped(count)],
      ...[p50, p99, longest].map(timeText),
      ...[plain(reason), code(whoWaits(row))],
      plain(onWhat(row).join(', ')),
    ];
  });
  return table(['share', 'time', 'waits', 'median', 'p99', 'longest', 'reason', 'function', 'on'], rows, 3);
}

function callsTable(calls: readonly CallRow[]): string {
  const rows = calls.map(({ name, object = '', seconds, calls: count, p50, p99, longest }) => [
    ...[secondsText(seconds), grouped(count)],
    ...[p50, p99, longest].map(timeText),
    ...[code(name), plain(object)],
  ]);
  const titles = ['time', 'calls', 'median', 'p99', 'longest', 'call', 'file'];
  return rows.length === 0 ? '' : `Calls, start to end: ${ONE_CALL}.\n\n${table(titles, rows, 2)}`;
}

function functionTables({ own, bySelf }: Functions, most: number): string {
  const cells = ({ self, nearest, total, name }: FunctionRow): string[] =>
    [total, nearest, self].map(shareText).concat(code(name));
  const ownText = own
    ? `Of ${plain(codeText(own))}, by total (nearest: with libraries and the kernel):\n\n${table(['total', 'nearest', 'self', 'function'], own.byTotal.slice(0, most).map(cells), 1)}\n\n`
    : '';
  const rows = bySelf.slice(0, most).map(({ self, total, name }) => [shareText(self), shareText(total), code(name)]);
  return `${ownText}All, by self:\n\n${table(['self', 'total', 'function'], rows, 1)}`;
}

function threadsTable(threads: Threads, most: number): string {
  const { rows, idle } = threads;
  const times = threadTimes(threads);
  const hasWaits = rows.some(({ wait }) => wait !== undefined);
  const line = (row: ThreadRow): string[] => [
    ...times.map(({ of }) => timeText(of(row))),
    ...[plain(threadText(row)), ...(hasWaits ? [plain(row.wait ?? '')] : [])],
  ];
  const titles = [...times.map(({ title }) => title), 'thread', ...(hasWaits ? ['mostly in'] : [])];
  const rest = rows.length - most;
  const folded = [
    ...(rest > 0 ? [`${rest} less busy ${rest === 1 ? 'thread is' : 'threads are'} in report.json.`] : []),
    ...(idle.length === 0 ? [] : [`${plain(idleText(idle))}: left out.`]),
  ];
  return [table(titles, rows.slice(0, most).map(line), hasWaits ? 2 : 1), ...folded].join('\n\n');
}
