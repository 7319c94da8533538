// index.html: the report as one self-contained page. It requests nothing, and a strict Content-Security-Policy allows it.

import { createHash } from 'node:crypto';
import { ownText } from '../../engine/own-data.ts';
import { grouped } from '../../stacks/amounts.ts';
import type { CallRow } from './calls.ts';
import type { ChangeRow, Changes } from './changes.ts';
import { changeText, foldedText, groupsOf, lengthText, unitText, unitTitle } from './changes-text.ts';
import type { LengthChange } from './lengths.ts';
import { PAGE_STYLE, partColour } from './page-style.ts';
import { type Column, groupedTable, SORT_SCRIPT, table, text } from './page-table.ts';
import type { FunctionRow, Functions, Report } from './report.ts';
import type { Split } from './split.ts';
import type { ThreadRow, Threads } from './threads.ts';
import type { Trust } from './trust.ts';
import { FIRST, heldShare, type WaitRow } from './waits.ts';
import {
  basisOfFunctions,
  basisOfWaits,
  codeText,
  endersOf,
  gradeText,
  hotText,
  hottestOf,
  idleText,
  NEAREST,
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

const MOST_WAITS = 30;

/** `svgs`: the texts of the pictures, by file name. */
export function pageHtml(report: Report, svgs: ReadonlyMap<string, string>): string {
  const pictures = report.pictures.flatMap((picture) => {
    const svg = svgs.get(picture.file)?.replace(/^<\?xml[^>]*\?>\n/, '');
    return svg === undefined ? [] : [{ ...picture, svg }];
  });
  const body = [
    headerHtml(report),
    '<main>',
    answers(report),
    section('Waits', waitsTable(report.waits) + callsTable(report.calls)),
    section('Functions', report.functions ? functionTables(report.functions) : ''),
    section('Threads', report.threads ? threadTables(report.threads) : ''),
    section('The workload', report.workload.length > 0 ? pre(report.workload.join('\n')) : ''),
    section('Pictures', pictures.map(pictureHtml).join('\n')),
    section(
      'How it was made',
      `<dl>${report.facts.map(([name, value]) => `<dt>${text(name)}</dt><dd>${text(value)}</dd>`).join('\n')}</dl>
<details><summary>Commands</summary>${pre(report.commands.join('\n'))}</details>`,
    ),
    '</main>',
  ].filter(Boolean);
  const styles = [
    PAGE_STYLE,
    ...pictures.map(({ svg }) => /<style><!\[CDATA\[(.*?)\]\]><\/style>/s.exec(svg)?.[1] ?? ''),
  ];
  const policy = `default-src 'none'; script-src '${ownText('viewer.generated.hash')}' ${hashOf(SORT_SCRIPT)}; style-src ${styles.map(hashOf).join(' ')}; img-src data: blob:`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${text(report.title)}</title><style>${PAGE_STYLE}</style></head>
<body>
${body.join('\n')}
<script>${SORT_SCRIPT}</script>
</body></html>
`;
}

function hashOf(content: string): string {
  return `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
}

/** A block of text in which only the ends of lines keep their meaning. */
function pre(content: string): string {
  const lines = content.trimEnd().split('\n').map(text);
  return `<pre tabindex="0">${lines.join('\n')}</pre>`;
}

function section(title: string, content: string): string {
  return content === '' ? '' : `<section id="${idOf(title)}"><h2>${text(title)}</h2>\n${content}</section>`;
}

function idOf(title: string): string {
  return title.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}

const MOST_PROCESSES = 2;

function headerHtml({ title, facts, warnings, functions, threads, waits }: Report): string {
  const links = [
    ...(waits.length > 0 ? ['Waits'] : []),
    ...(functions ? ['Functions'] : []),
    ...(threads ? ['Threads'] : []),
    ...['Pictures', 'How it was made'],
  ];
  const named = (what: RegExp): string[] =>
    facts.filter(([name]) => what.test(name)).map(([name, value]) => `${name}: ${value}`);
  const processes = named(/^process\b/);
  const rest = processes.length - MOST_PROCESSES;
  const about = [
    ...processes.slice(0, MOST_PROCESSES),
    ...(rest > 0 ? [`and ${rest} more ${rest === 1 ? 'process' : 'processes'}`] : []),
    ...named(/^(?:window|workload)\b/),
  ];
  return `<header><h1>${text(title)}</h1>
${about.map((line) => `<p class="about">${text(line)}</p>`).join('\n')}
<nav aria-label="Sections">${links.map((link) => `<a href="#${idOf(link)}">${link}</a>`).join('')}</nav>
${warnings.map((warning) => `<p class="warning">${text(warning)}</p>`).join('\n')}</header>`;
}

/** The first screen: where the time went, what to mend first, what changed, and how sure that is. */
function answers(report: Report): string {
  const { split, heldUp, waits, functions, trust, changes } = report;
  const hottest = functions && hottestOf(functions);
  const time = split ? splitHtml(split) : `<p>${text(onCpuText(report))}</p>`;
  const heldText = ranked(heldUp.slice(0, FIRST).map((row) => waitItem(row, report)));
  const changed = changes ? card(`What changed since ${changes.before}`, changesHtml(changes), 'wide') : '';
  const held =
    waits.length > 0 ? card('What holds it up', `${heldText}<p class="soft">${text(basisOfWaits(report))}</p>`) : '';
  const hot =
    hottest && functions
      ? card(
          hottest.title,
          `${ranked(hottest.rows.map(hotItem))}<p class="soft">${text(basisOfFunctions(functions))}</p>`,
        )
      : '';
  const trusted = card('How far to trust it', trustHtml(trust), changes ? `${trust.grade} wide` : trust.grade);
  // short cards stand below a table that is as wide as the page
  const columns = changes
    ? [held, hot, changed, trusted]
    : (held && hot ? [held, `${hot}\n${trusted}`] : [`${held}${hot}`, trusted]).map((cards) => `<div>${cards}</div>`);
  return `<div class="answers">${card('Where the time went', time, 'wide')}
${columns.filter(Boolean).join('\n')}</div>`;
}

function card(title: string, content: string, kind = ''): string {
  return `<section class="card ${kind}"><h2>${text(title)}</h2>\n${content}</section>`;
}

function splitHtml(split: Split): string {
  const { parts } = split;
  const scale = 1000;
  let x = 0;
  const rects = parts.map(({ letter, share, name }) => {
    const from = x;
    x += share * scale;
    return `<rect class="part-${letter}" fill="${partColour(letter)}" x="${from.toFixed(2)}" y="0" width="${(share * scale).toFixed(2)}" height="26"><title>${text(name)} ${shareText(share)}</title></rect>`;
  });
  const legend = parts.map(
    (part) =>
      `<li><svg viewBox="0 0 11 11" aria-hidden="true"><rect class="part-${part.letter}" fill="${partColour(part.letter)}" width="11" height="11" rx="2"/></svg><span>${text(part.name)}</span><b>${partText(part)}</b></li>`,
  );
  const words = parts.map(({ name, share }) => `${name} ${shareText(share)}`).join(', ');
  return `<svg class="bar" viewBox="0 0 ${scale} 26" preserveAspectRatio="none" role="img" aria-label="${text(words)}">${rects.join('')}</svg>
<ul class="legend">${legend.join('')}</ul>
<p class="soft">${splitBasis(split)}</p>`;
}

const SAID = 3;

/** Threads and the program's functions in one table. Other functions stand below it, folded away where the program's changed. */
function changesHtml(changes: Changes): string {
  const { unlike, workload, before } = changes;
  const amount = (title: string, of: (row: ChangeRow) => number, as = (value: number) => value.toFixed(1)) => ({
    title,
    cell: (row: ChangeRow) => as(of(row)),
    value: of,
  });
  const columns: Column<ChangeRow>[] = [
    amount('before', (row) => row.before),
    amount('after', (row) => row.after),
    amount('change', (row) => row.change, changeText),
    ...(changes.rows.some(({ mark }) => mark)
      ? [{ title: 'is', kind: 'text' as const, cell: ({ mark }: ChangeRow) => mark }]
      : []),
    { title: 'what', kind: 'name', cell: ({ name }) => name },
  ];
  const groups = groupsOf(changes);
  const isFirst = ({ kind }: (typeof groups)[number]): boolean => kind === 'time' || kind === 'wait' || kind === 'own';
  const first = groups.filter(isFirst);
  const others = groups.filter((group) => !isFirst(group));
  const isOpen = (kind: string): string =>
    kind === 'function' && !groups.some((group) => group.kind === 'own') ? ' open' : '';
  const unit = unitTitle(changes);
  const tables =
    groups.length === 0
      ? '<p>Nothing changed beyond what may be chance.</p>'
      : groupedTable(unit, columns, first) +
        others
          .map(
            ({ kind, title, rows }) =>
              `<details${isOpen(kind)}><summary>${text(title)} (${rows.length})</summary>${table(`Others, ${unitText(changes)}`, columns, rows)}</details>`,
          )
          .join('');
  const said = (name: string, lines: readonly string[]): string =>
    lines.length === 0
      ? ''
      : `<div><p class="soft">The workload of ${text(name)} said:</p>${pre(lines.slice(-SAID).join('\n'))}</div>`;
  return `${unlike.map((line) => `<p class="warning">The runs are unlike: ${text(line)}</p>`).join('')}${tables}
<p class="soft">${text(foldedText(changes))}</p>
${lengthsTable(changes.lengths)}
<div class="pair">${said(before, workload.before)}${said('this run', workload.after)}</div>`;
}

function lengthsTable(lengths: readonly LengthChange[]): string {
  const percentile = (title: string, of: (row: LengthChange) => [number, number]): Column<LengthChange> => ({
    title,
    cell: (row) => lengthText(...of(row)),
    value: (row) => of(row)[1] / of(row)[0],
  });
  const columns = [
    percentile('median', ({ before, after }) => [before.p50, after.p50]),
    percentile('99th percentile', ({ before, after }) => [before.p99, after.p99]),
    { title: 'reason', kind: 'text' as const, cell: ({ wait }: LengthChange) => wait.reason },
    { title: 'wait', kind: 'name' as const, cell: ({ wait }: LengthChange) => waitTitle(wait) },
  ];
  return table('Single waits that became twice as long, or half', columns, lengths);
}

function ranked(items: readonly string[]): string {
  return items.length === 0 ? '' : `<ol class="ranked">${items.join('')}</ol>`;
}

function waitItem(row: WaitRow, report: Report): string {
  const more = [row.reason, ...reasonWords(row), ...waitFacts(row, report)];
  return `<li><b>${shareText(heldShare(row))}</b><div><span class="name">${text(waitTitle(row))}</span>
<p class="soft">${text(more.join(' · '))}</p></div></li>`;
}

function hotItem({ share, row }: { share: number; row: FunctionRow }): string {
  return `<li><b>${shareText(share)}</b><div><span class="name">${text(row.name)}</span><p class="soft">${text(hotText(row))}</p></div></li>`;
}

function trustHtml(trust: Trust): string {
  const marks = { good: '✓', fair: '!', poor: '✗' };
  const points = trust.points.map(
    ({ text: words, level, mend }) =>
      `<li><span class="mark level-${level}" aria-hidden="true">${marks[level]}</span>${text(words)}${mend === undefined ? '' : ` <code>${text(mend)}</code>`}</li>`,
  );
  return `<p class="grade">${text(gradeText(trust))}</p><ul class="points">${points.join('')}</ul>`;
}

const ENDERS = 2;

/** A thread and its share, which stay on one line. */
function enderText({ name, share }: WaitRow['wakers'][number]): string {
  return `${name} ${(100 * share).toFixed(0)}\u00a0%`;
}

const KINDS: Record<WaitRow['kind'], string> = { wait: 'blocked', open: 'undecided', timer: 'timer', idle: 'idle' };

function waitsTable(waits: readonly WaitRow[]): string {
  const columns: Column<WaitRow>[] = [
    { title: 'share', cell: ({ share }) => shareText(share), value: ({ share }) => share, isSorted: true },
    { title: 'time', cell: ({ seconds }) => timeText(seconds), value: ({ seconds }) => seconds },
    { title: 'reason', kind: 'text', cell: ({ reason, kind }) => `${reason} ${KINDS[kind]}` },
    {
      title: 'function of the program, and on what',
      kind: 'name',
      cell: (row) => [whoWaits(row), onWhat(row).join(' · ')].filter(Boolean).join('\n'),
    },
    {
      title: 'waits',
      cell: ({ waits: count }) => (count === undefined ? '' : grouped(count)),
      value: ({ waits: count }) => count,
    },
    { title: 'median', cell: ({ p50 }) => timeText(p50), value: ({ p50 }) => p50 },
    { title: 'p99', cell: ({ p99 }) => timeText(p99), value: ({ p99 }) => p99 },
    { title: 'longest', cell: ({ longest }) => timeText(longest), value: ({ longest }) => longest },
    {
      title: 'queued',
      cell: ({ queuedSeconds }) => (queuedSeconds > 0 ? timeText(queuedSeconds) : ''),
      value: ({ queuedSeconds }) => queuedSeconds,
    },
    { title: 'ended by', kind: 'text', cell: (row) => endersOf(row).slice(0, ENDERS).map(enderText).join('\n') },
  ];
  const rest = waits.slice(MOST_WAITS);
  const more =
    rest.length === 0
      ? ''
      : `<p class="soft">${rest.length} smaller rows, ${secondsText(rest.reduce((sum, row) => sum + row.seconds, 0))} together, are in report.json.</p>`;
  return (
    table(
      "Off the CPU: for what, where, and who ended it. 100 % is all threads' time; queued: then for a CPU",
      columns,
      waits.slice(0, MOST_WAITS),
    ) + more
  );
}

function callsTable(calls: readonly CallRow[]): string {
  const time = (title: string, cell: (row: CallRow) => number | undefined): Column<CallRow> => ({
    title,
    cell: (row) => timeText(cell(row)),
    value: cell,
  });
  const columns: Column<CallRow>[] = [
    { ...time('time', ({ seconds }) => seconds), isSorted: true },
    { title: 'calls', cell: (row) => grouped(row.calls), value: (row) => row.calls },
    time('median', ({ p50 }) => p50),
    time('p99', ({ p99 }) => p99),
    time('longest', ({ longest }) => longest),
    { title: 'call', kind: 'text', cell: ({ name }) => name },
    { title: 'file', kind: 'name', cell: ({ object = '' }) => object },
  ];
  return table(`Calls of fsync and the like, start to end: ${ONE_CALL}`, columns, calls.slice(0, MOST_WAITS));
}

function functionTables(functions: Functions): string {
  const { own, bySelf, byTotal } = functions;
  const share = (title: string, cell: (row: FunctionRow) => number): Column<FunctionRow> => ({
    title,
    cell: (row) => shareText(cell(row)),
    value: cell,
  });
  const sorted = (column: Column<FunctionRow>): Column<FunctionRow> => ({ ...column, isSorted: true });
  const [self, total] = [share('self', (row) => row.self), share('total', (row) => row.total)];
  const nearest = share('nearest', (row) => row.nearest);
  const name: Column<FunctionRow> = { title: 'function', kind: 'name', cell: (row) => row.name };
  const object: Column<FunctionRow> = { title: 'object', kind: 'text', cell: (row) => row.object ?? '' };
  const ownTable = own
    ? `<p>${text(codeText(own))} is the program's own code: ${shareText(own.share)} of the time on the CPU runs it, or what it calls. <em>nearest</em> ${NEAREST}.</p>` +
      table(`Functions of ${codeText(own)}, by total`, [sorted(total), nearest, self, name, object], own.byTotal)
    : '';
  return (
    ownTable +
    `<div class="pair">${table('All functions, by self', [sorted(self), total, name, object], bySelf)}
${table('All functions, by total', [sorted(total), self, name, object], byTotal)}</div>
<p class="soft">${text(basisOfFunctions(functions))}</p>`
  );
}

function threadTables(threads: Threads): string {
  const { rows, idle } = threads;
  const columns: Column<ThreadRow>[] = [
    { title: 'thread', kind: 'text', cell: threadText },
    ...threadTimes(threads).map(({ title, of }) => ({ title, cell: (row: ThreadRow) => timeText(of(row)), value: of })),
    ...(threads.rows.some(({ wait }) => wait !== undefined)
      ? [{ title: 'mostly blocked in', kind: 'text' as const, cell: ({ wait = '' }: ThreadRow) => wait }]
      : []),
  ];
  const folded =
    idle.length === 0
      ? ''
      : `<details><summary>${text(idleText(idle))}</summary>${table('Idle threads', columns, idle)}</details>`;
  return table('Threads, the busiest first', columns, rows) + folded;
}

function pictureHtml({ title, file, folded, svg }: Report['pictures'][number] & { svg: string }): string {
  return `<figure id="${idOf(file)}"><figcaption>${text(title)} <span class="soft">${file}, ${folded}</span></figcaption>
${svg}</figure>`;
}
