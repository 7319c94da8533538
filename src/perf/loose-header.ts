// Header lines that lost their padding (pasted, squeezed, tabs) or fields (`perf script -F`). Tried only on lines
// that are no strict header, so speed does not matter here.

import type { StackTable } from '../engine/stack-table.ts';
import { emptyHeader, type Header, readEvent } from './header.ts';

/** A line that is a header by itself, or one that is only when frames follow. */
export interface LooseHeader extends Header {
  weak: boolean;
}

/** The largest pid of Linux: a greater number in the tid's place is a period. */
const MAX_PID = 4194304;
const PERIOD_COLUMNS = 10;

//                   ╭ comm        ╭ pid           ╭ tid      ╭ cpu                  ╭ tod           ╭ time
const WITH_TIME =
  /^(?:(.*\S)\s+|\s*)(?:(-?\d+)\/)?(-?\d+)\s+(?:\[-?\d+\]\s+|\d+\s+)?(?:\S+ [\d:.]+\s+)?(\d+\.\d+):(?=\s|$)/d;
//                      ╭ comm    ╭ time
const WITHOUT_TID = /^\s*(.*\S)\s+(\d+\.\d+):(?=\s|$)/d;
//                  ╭ comm        ╭ pid           ╭ tid      ╭ cpu              ╭ period    ╭ event
const WITH_PERIOD = /^(?:(.*\S)\s+|\s*)(?:(-?\d+)\/)?(-?\d+)\s+(?:\[-?\d+\]\s+)?(\s*)(\d+)\s+(\S+):(?=\s|$)/d;
const WITH_EVENT = /^(?:(.*\S)\s+|\s*)(?:(-?\d+)\/)?(-?\d+)\s+(?:\[-?\d+\]\s+)?(\S+):(?=\s|$)/d;
const ONLY_EVENT = /^\s*(?:(\d+)\s+)?(\S+):\s*$/d;
const ONLY_TASK = /^(?:(.*\S)\s+|\s*)(?:(-?\d+)\/)?(-?\d+)\s*$/d;

type Span = [number, number];

/**
 * Reads `line` (latin1), the line that the table stopped at; undefined when it can't be a header. Places are in the
 * table's bytes, or from the line's start where there is no table: a line once held to be weak is so for good.
 */
export function readLooseHeader(line: string, table?: StackTable): LooseHeader | undefined {
  const from = table?.lineFrom ?? 0;
  const header = { ...emptyHeader(), weak: false };
  header.commFrom = header.commTo = from;
  const set = (field: 'comm' | 'pid' | 'tid' | 'event', span: Span | undefined): void => {
    if (!span) return;
    header[`${field}From`] = from + span[0];
    header[`${field}To`] = from + span[1];
  };

  const timed = WITH_TIME.exec(line)?.indices;
  const untasked = timed ? undefined : WITHOUT_TID.exec(line)?.indices;
  const time = timed?.[4] ?? untasked?.[2];
  if (time) {
    set('comm', timed ? timed[1] : untasked?.[1]);
    set('pid', timed?.[2]);
    set('tid', timed?.[3]);
    header.time = Number(line.slice(...time));
    if (table) readEvent(table, from + time[1] + 1, from + line.length, header);
    return header;
  }

  const weighed = WITH_PERIOD.exec(line);
  const period = weighed?.[5];
  const isPeriod =
    period !== undefined && (Number(period) > MAX_PID || (weighed?.[4] ?? '').length + period.length >= PERIOD_COLUMNS);
  const match = isPeriod ? weighed : WITH_EVENT.exec(line);
  const at = match?.indices;
  if (match && at) {
    set('comm', at[1]);
    set('pid', at[2]);
    set('tid', at[3]);
    set('event', at[isPeriod ? 6 : 4]);
    if (isPeriod) header.period = Number(period);
    header.restFrom = header.eventTo + 1;
    return header;
  }

  header.weak = true;
  header.restFrom = from + line.length;
  const event = ONLY_EVENT.exec(line);
  if (event) {
    set('event', event.indices?.[2]);
    if (event[1] !== undefined) header.period = Number(event[1]);
    return header;
  }
  const task = ONLY_TASK.exec(line)?.indices;
  if (task) {
    set('comm', task[1]);
    set('pid', task[2]);
    set('tid', task[3]);
    return header;
  }
  const trimmed = line.trimEnd();
  if (trimmed === '') return undefined;
  set('comm', [line.length - line.trimStart().length, trimmed.length]);
  return header;
}
