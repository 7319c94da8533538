// The statements of a dump. Texts that differ in constants only, and in where those let them be cut off, are one.

import type { Statement } from '../entry.ts';
import { DOTS, isOfTransaction, normalStatement } from './statement.ts';

// select 'a'\x0a from t\x00     bytes that are not printable
const ESCAPE = /\\x([0-9a-f]{2})/g;
/** In place of a query's id, in dumps of earlier versions: its text had several. */
const SEVERAL_QUERIES = '1';

/** By the number of its text, from the values of the maps @text and @query: the same object for the same statement. */
export function statementsOf(
  texts: ReadonlyMap<string, string>,
  queries: ReadonlyMap<string, string>,
): Map<string, Statement> {
  const read = [...texts].map(([number, bytes]) => {
    const { text, isCut } = textOf(bytes);
    // END and COMMIT have ids of their own, but are one
    return { number, text, isCut, queryId: isOfTransaction(text) ? undefined : idOf(queries.get(number)) };
  });
  const named = read.filter(({ text }) => text !== '');
  const begun = begunAlike(
    named.filter(({ isCut, queryId }) => isCut && queryId === undefined).map(({ text }) => text),
  );
  const ofQuery = new Map<string, string>();
  const idsOf = new Map<string, Set<string>>();
  for (const { text, queryId } of named) {
    if (queryId === undefined) continue;
    if (text.length > (ofQuery.get(queryId)?.length ?? 0)) ofQuery.set(queryId, text);
    idsOf.set(text, (idsOf.get(text) ?? new Set()).add(queryId));
  }
  const known = new Map<string, Statement>();
  const statements = new Map<string, Statement>();
  for (const { number, text: own, isCut, queryId: told } of named) {
    // the server knows an id only when it has parsed the text: before, it is the text's, if that has one alone
    const ids = idsOf.get(own);
    const queryId = told ?? (ids?.size === 1 ? [...ids][0] : undefined);
    const text = queryId === undefined ? ((isCut ? begun.get(own) : undefined) ?? own) : (ofQuery.get(queryId) ?? own);
    const key = `${queryId ?? ''} ${text}`;
    const statement = known.get(key) ?? {
      text,
      queryId,
      ...(ids && ids.size > 1 ? { sharesText: true as const } : {}),
    };
    known.set(key, statement);
    statements.set(number, statement);
  }
  return statements;
}

function textOf(bytes: string): { text: string; isCut: boolean } {
  const whole = bytes.replace(ESCAPE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const end = whole.indexOf('\0');
  const text = normalStatement(end < 0 ? whole : whole.slice(0, end), end < 0);
  return { text, isCut: end < 0 && text.endsWith(DOTS) };
}

/** As the server has it: signed. */
function idOf(query: string | undefined): string | undefined {
  const isKnown = query !== undefined && query !== '0' && query !== SEVERAL_QUERIES;
  return isKnown ? BigInt.asIntN(64, BigInt(query)).toString() : undefined;
}

/**
 * Of texts that were cut off, the longer constants left less: each of a chain, in which every one goes on where the one
 * before was cut, is the shortest. One that two different texts go on from may be either, and stays what it is.
 */
function begunAlike(texts: readonly string[]): Map<string, string> {
  const sorted = [...new Set(texts)].map((text) => text.slice(0, -DOTS.length)).sort();
  const names = new Map<string, string>();
  let from = 0;
  while (from < sorted.length) {
    const shortest = sorted[from] as string;
    let to = from + 1;
    while (to < sorted.length && goesOn(sorted[to] as string, sorted[to - 1] as string)) to++;
    const isFork = sorted.slice(to).some((text) => goesOn(text, shortest));
    if (isFork) to = from + 1;
    for (const text of sorted.slice(from, to)) names.set(text + DOTS, shortest + DOTS);
    from = to;
  }
  return names;
}

/** Is it the other text, both without dots, and more? */
export function goesOn(text: string, start: string): boolean {
  return text.startsWith(start) && !/^\w\w/.test(start.slice(-1) + text.charAt(start.length));
}
