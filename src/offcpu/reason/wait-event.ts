// The names of Postgres' wait events, from the number a server holds in its memory: class << 24 | event.

import { ownText } from '../../engine/own-data.ts';

/** The major versions that keep the number where others can read it. */
const VERSIONS: readonly number[] = [14, 15, 16, 17, 18];

const LWLOCK = 1;
const EXTENSION = 7;
const CLASS = 2 ** 24;
const MOST_EVENTS = 2 ** 16 - 1;

/** Is it a wait for an LWLock? Each process waits for one on its own semaphore. */
export function isLwlock(waitEvent: number): boolean {
  return Math.trunc(waitEvent / CLASS) === LWLOCK;
}

/** By major version, then by the number; read when the first event comes. */
const tables = new Map<number, Map<number, string>>();
/** Names of classes by their numbers, the same in all versions. */
const classes = new Map<number, string>();

/**
 * The server's name for this wait, such as `Lock:transactionid`; undefined for 0 (no wait), and for numbers of no class.
 * `version` is the major one, 13 to 18. Without it the name is that which all versions have for the number. `IO:74` is the
 * number itself, where they differ, or where the version has none: see isNumbered(). Extensions number lightweight locks
 * and waits of their own above the server's.
 */
export function decodeWaitEvent(version: number | undefined, waitEvent: number): string | undefined {
  if (version === undefined) {
    const names = new Set(VERSIONS.map((one) => decodeWaitEvent(one, waitEvent)));
    const [name] = names;
    return names.size === 1 ? name : numbered(waitEvent);
  }
  const table = tableOf(version);
  const known = table.get(waitEvent);
  if (known !== undefined || table.size === 0 || waitEvent === 0) return known;
  if (Math.trunc(waitEvent / CLASS) === EXTENSION) return 'Extension:Extension';
  const lwlocks = [...table.keys()].filter(isLwlock);
  if (isLwlock(waitEvent) && waitEvent > Math.max(...lwlocks)) return 'LWLock:extension';
  return numbered(waitEvent);
}

/** Is it no name, but the number of an event of its class? `IO:74` */
export function isNumbered(name: string): boolean {
  return /^\w+:\d+$/.test(name);
}

function numbered(waitEvent: number): string | undefined {
  const [group, event] = [Math.trunc(waitEvent / CLASS), waitEvent % CLASS];
  if (event > MOST_EVENTS) return undefined;
  const name = classes.get(group);
  return name && `${name}:${event}`;
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
    classes.set(Number(kind), className as string);
    table.set(Number(kind) * CLASS + Number(event), `${className}:${name}`);
  }
  tables.set(version, table);
  return table;
}
