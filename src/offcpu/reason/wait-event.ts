// The names of Postgres' wait events, from the number a server holds in its memory: class << 24 | event.

import { ownText } from '../../engine/own-data.ts';

/** The server's major version if nobody tells it. */
export const DEFAULT_VERSION = 15;

const LWLOCK = 1;
const EXTENSION = 7;
const CLASS = 2 ** 24;

/** Is it a wait for an LWLock? Each process waits for one on its own semaphore. */
export function isLwlock(waitEvent: number): boolean {
  return Math.trunc(waitEvent / CLASS) === LWLOCK;
}

/** By major version, then by the number; read when the first event comes. */
const tables = new Map<number, Map<number, string>>();

/**
 * The server's name for this wait, such as `Lock:transactionid`; undefined for 0 (no wait), and for unknown numbers.
 * `version` is the major one, 13 to 18. Extensions number lightweight locks and waits of their own above the server's.
 */
export function decodeWaitEvent(version: number, waitEvent: number): string | undefined {
  const table = tableOf(version);
  const known = table.get(waitEvent);
  if (known !== undefined || table.size === 0) return known;
  if (Math.trunc(waitEvent / CLASS) === EXTENSION) return 'Extension:Extension';
  const lwlocks = [...table.keys()].filter(isLwlock);
  return isLwlock(waitEvent) && waitEvent > Math.max(...lwlocks) ? 'LWLock:extension' : undefined;
}

function tableOf(version: number): Map<number, string> {
  let table = tables.get(version);
  if (table) return table;
  table = new Map();
  for (const line of ownText('pg-wait-events.generated.tsv').split('\n')) {
    //  13-18	1	8	LWLock	WALWrite
    const [versions = '', kind, event, className, name] = line.split('\t');
    const [from, to] = versions.split('-').map(Number);
    if (name === undefined || from === undefined || to === undefined || version < from || version > to) continue;
    table.set(Number(kind) * CLASS + Number(event), `${className}:${name}`);
  }
  tables.set(version, table);
  return table;
}
