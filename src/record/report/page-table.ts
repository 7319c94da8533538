// A table of index.html. A click on a column's head sorts it; without scripts it keeps the order that it was written
// in.

import { escapeXml, shown } from '../../flamegraph/display.ts';

/** A column of text, or of numbers. */
export interface Column<T> {
  title: string;
  /** of a column of text; `name`: functions, in the font of code */
  kind?: 'name' | 'text';
  cell(row: T): string;
  /** the number to sort by; undefined: none, as for an unknown time */
  value?(row: T): number | undefined;
  /** are the rows given in its order? */
  isSorted?: boolean;
}

/** Escapes a text, so that no hostile name becomes markup. */
export function text(content: string): string {
  return escapeXml(shown(content));
}

/** A table as HTML; '' without rows. Lines of a cell stay lines. */
export function table<T>(caption: string, columns: readonly Column<T>[], rows: readonly T[]): string {
  return groupedTable(caption, columns, [{ title: '', rows }]);
}

/** A table of several groups, sorted within each. */
export function groupedTable<T>(
  caption: string,
  columns: readonly Column<T>[],
  groups: readonly { title: string; rows: readonly T[] }[],
): string {
  const filled = groups.filter(({ rows }) => rows.length > 0);
  if (filled.length === 0) return '';
  const head = columns.map(
    ({ title, kind, isSorted }) =>
      `<th scope="col"${classOf(kind)}${isSorted ? ' aria-sort="descending"' : ''}>${text(title)}</th>`,
  );
  const bodies = filled.map(({ title, rows }) => {
    const group =
      title === ''
        ? ''
        : `<tr class="group"><th colspan="${columns.length}" scope="rowgroup">${text(title)}</th></tr>\n`;
    return `<tbody>${group}${rows.map((row) => rowHtml(columns, row)).join('\n')}</tbody>`;
  });
  return `<div class="scroll" tabindex="0" role="region" aria-label="${text(caption)}"><table class="sorts"><caption>${text(caption)}</caption><thead><tr>${head.join('')}</tr></thead>
${bodies.join('\n')}
</table></div>`;
}

function rowHtml<T>(columns: readonly Column<T>[], row: T): string {
  const cells = columns.map(({ kind, cell, value }) => {
    const number = value?.(row);
    const sortedBy = number === undefined ? '' : ` data-value="${Number(number.toPrecision(6))}"`;
    return `<td${classOf(kind)}${sortedBy}>${cell(row).split('\n').map(text).join('<br>')}</td>`;
  });
  return `<tr>${cells.join('')}</tr>`;
}

function classOf(kind: string | undefined): string {
  return kind ? ` class="${kind}"` : '';
}

/**
 * Puts a button into each head. Numbers begin with the largest, texts with the first, and rows without a number come
 * last.
 */
export const SORT_SCRIPT = `for(const table of document.querySelectorAll('table.sorts')){
const heads=[...table.tHead.rows[0].cells];
heads.forEach((head,column)=>{
const button=document.createElement('button');
button.type='button';
button.append(...head.childNodes);
head.append(button);
button.addEventListener('click',()=>{
const cellOf=row=>row.cells[column];
const numbers=table.querySelector('td:nth-child('+(column+1)+')[data-value]')!==null;
const was=head.getAttribute('aria-sort');
const down=was?was==='ascending':numbers;
for(const other of heads)other.removeAttribute('aria-sort');
head.setAttribute('aria-sort',down?'descending':'ascending');
const least=down?-Infinity:Infinity;
const order=numbers?(a,b)=>(valueOf(a)-valueOf(b)||0):(a,b)=>cellOf(a).textContent.localeCompare(cellOf(b).textContent);
const valueOf=row=>{const text=cellOf(row).dataset.value;return text===undefined?least:Number(text)};
for(const body of table.tBodies){
const rows=[...body.rows].filter(row=>!row.classList.contains('group'));
body.append(...rows.sort((a,b)=>down?order(b,a):order(a,b)));
}
});
});
}
`;
