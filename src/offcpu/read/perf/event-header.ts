// The header of an event in `perf script` text: whose it is, when it was and what it says, in whatever fields and with
// whatever blanks it was printed.

import type { StackTable } from '../../../engine/stack-table.ts';
import { withoutReturn } from '../../../perf/frame.ts';
import { emptyHeader, type Header, readStrictHeader } from '../../../perf/header.ts';
import { readLooseHeader } from '../../../perf/loose-header.ts';
import { isOfScheduler, readSchedulerEvent, type SchedulerEvent } from './events.ts';

export interface EventHeader {
  /** latin1; '' where perf printed none */
  comm: string;
  pid: number | undefined;
  tid: number | undefined;
  /** seconds and their fraction, as digits; undefined: perf printed none */
  time: { seconds: string; fraction: string } | undefined;
  event: SchedulerEvent;
  /** the text that says it */
  rest: string;
}

// 5122.617485606:
const TIME = /(\d+)\.(\d+):/;
const strict = emptyHeader();

/** Reads the line that the table stopped at; undefined: it is no header. `isUnknown`: it could be a frame as well. */
export function readEventHeader(table: StackTable, isUnknown: boolean): EventHeader | undefined {
  if (readStrictHeader(table, strict)) return headerOf(table, strict, strict.tidTo, true);
  const text = withoutReturn(table.lineText());
  const isOurs = isOfScheduler(text);
  if (isUnknown && !isOurs) return undefined;
  const loose = readLooseHeader(text, table);
  if (!loose || (loose.weak && !isOurs)) return undefined;
  const { time, period } = loose.numbers;
  const span = time ?? period;
  return headerOf(table, loose, span ? table.lineFrom + span[0] : loose.eventFrom, time !== undefined);
}

/** `from`: where its time is to be found, or else period and event begin. */
function headerOf(table: StackTable, header: Header, from: number, hasTime: boolean): EventHeader {
  const { commFrom, commTo, pidFrom, pidTo, tidFrom, tidTo } = header;
  const rest = table.text(from < 0 ? table.lineTo : from, table.lineTo);
  const time = hasTime ? TIME.exec(rest) : null;
  const [matched = '', seconds = '', fraction = ''] = time ?? [];
  return {
    comm: table.text(commFrom, commTo).trimEnd(),
    pid: pidFrom < 0 ? undefined : Number(table.text(pidFrom, pidTo)),
    tid: tidFrom < 0 ? undefined : Number(table.text(tidFrom, tidTo)),
    time: time ? { seconds, fraction } : undefined,
    ...eventIn(rest.slice((time?.index ?? 0) + matched.length)),
  };
}

function eventIn(rest: string): Pick<EventHeader, 'event' | 'rest'> {
  return { event: readSchedulerEvent(rest), rest };
}

/** The same event, whose text goes on with another line, because a thread has a name with a newline. */
export function continued(header: EventHeader, line: string): EventHeader {
  return { ...header, ...eventIn(`${header.rest}\n${line}`) };
}
