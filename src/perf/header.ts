// The header line of a sample in `perf script` text, as the engine reads it (src/engine/wasm/perf-header.as.ts).

import type { Fields } from '../engine/perf-lines.ts';
import type { StackTable } from '../engine/stack-table.ts';

/** Linux's limit on a comm, without its NUL. */
export const COMM_BYTES = 15;
/** The message about the last line of an input that ends too early. */
export const CUT_LINE = 'cut off in the middle of a line';

/** Places in the text, from `from` inclusive to `to` exclusive; `from` is -1 where a field is missing. */
export interface Header {
  kind: 'sample' | 'record' | 'deferred';
  commFrom: number;
  commTo: number;
  pidFrom: number;
  pidTo: number;
  tidFrom: number;
  tidTo: number;
  eventFrom: number;
  eventTo: number;
  /** what stands behind the event */
  restFrom: number;
  /** weight of the sample in the event's unit; NaN where perf printed none */
  period: number;
  /** seconds; NaN where perf printed none */
  time: number;
  /** the table's keys of comm and event; 0 where they have none */
  commKey: number;
  eventKey: number;
}

export function emptyHeader(): Header {
  return {
    kind: 'sample',
    commFrom: 0,
    commTo: 0,
    pidFrom: -1,
    pidTo: -1,
    tidFrom: -1,
    tidTo: -1,
    eventFrom: -1,
    eventTo: -1,
    restFrom: 0,
    period: Number.NaN,
    time: Number.NaN,
    commKey: 0,
    eventKey: 0,
  };
}

const KINDS = ['sample', 'record', 'deferred'] as const;

/** Reads the line that the table stopped at as perf prints it, with its padding. False when it is no header. */
export function readStrictHeader(table: StackTable, header: Header): boolean {
  const fields = table.perf.readHeader();
  if (!fields) return false;
  takeFields(fields, header);
  return true;
}

/** Takes over what the engine read of a whole header. */
export function takeFields(fields: Fields, header: Header): void {
  const { words, at } = fields;
  header.commFrom = words[at + 1] as number;
  header.commTo = words[at + 2] as number;
  header.pidFrom = (words[at + 3] as number) || -1;
  header.pidTo = words[at + 4] as number;
  header.tidFrom = (words[at + 5] as number) || -1;
  header.tidTo = words[at + 6] as number;
  header.commKey = words[at + 10] as number;
  header.time = fields.floats[(at >> 1) + 7] as number;
  takeEvent(fields, header);
}

/** Reads what stands behind the time, between two places of the table's bytes: period and event, or a record. */
export function readEvent(table: StackTable, from: number, to: number, header: Header): void {
  takeEvent(table.perf.readEvent(from, to), header);
}

function takeEvent({ words, floats, at }: Fields, header: Header): void {
  header.kind = KINDS[words[at] as number] as Header['kind'];
  header.eventFrom = (words[at + 7] as number) || -1;
  header.eventTo = words[at + 8] as number;
  header.restFrom = words[at + 9] as number;
  header.eventKey = words[at + 11] as number;
  header.period = floats[(at >> 1) + 6] as number;
}

/** Without a pid, which perf leaves out by default, the thread's id is the best there is. */
export function pidOf({ pidFrom, pidTo, tidFrom, tidTo }: Header, table: StackTable): number {
  if (pidFrom >= 0) return Number(table.text(pidFrom, pidTo));
  return tidFrom < 0 ? 0 : Number(table.text(tidFrom, tidTo));
}

/** Is this time between two, which are perf's own or seconds from the first sample's time on? */
export function isWithin(
  time: number,
  first: number,
  { from, to }: { from?: number | undefined; to?: number | undefined },
): boolean {
  const absolute = (limit: number): number => (limit >= first ? limit : limit + first);
  return (from === undefined || time >= absolute(from)) && (to === undefined || time < absolute(to));
}
