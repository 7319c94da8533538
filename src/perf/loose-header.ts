// Header lines that lost their padding (pasted, squeezed, tabs) or fields (`perf script -F`). They are tried only on
// lines that are no strict header, once for each shape (header-shapes.ts).
//
//     two words  24621/24622 [000]  1257.128449:     250000 cpu-clock:u:      55dc3f1b71a3 leaf+0x1a (/srv/app)
//     ╰─comm──╯  ╰pid╯ ╰tid╯ ╰cpu╯ ╰──time───╯      ╰period╯╰──event──╯ ╰── frame, of a sample without callchain
//
// Each field may be missing. perf pads the period to 10 columns and the frame's address to 16, which tells them from
// other numbers.

import type { StackTable } from '../engine/stack-table.ts';
import { emptyHeader, type Header, readEvent } from './header.ts';

export interface LooseHeader extends Header {
  /** the line is a header only if frames follow */
  weak: boolean;
  /** a frame stands on the same line: a sample without callchain */
  hasFrame: boolean;
  /** where time and period stand, from the start of the line */
  numbers: { time?: Span; period?: Span };
  /** other digits in the same places might have been read otherwise */
  dependsOnDigits: boolean;
}

/**
 * Is the line no frame, whatever its first digits look like? `10000    1000000 cpu-clock:` has a task that could be an
 * address, and a period before its event, which no name has.
 */
export function isNoFrame(header: LooseHeader | undefined): boolean {
  return header !== undefined && (header.hasFrame || (header.eventFrom >= 0 && header.numbers.period !== undefined));
}

/** The largest pid of Linux. A larger number in the tid's place is a period. */
const MAX_PID = 4194304;
const TID_COLUMNS = 5;
const PERIOD_COLUMNS = 10;
const ADDRESS_COLUMNS = 16;
/** No header is longer: what follows is the text of a tracepoint. */
const MOST_COLUMNS = 600;

//                   ╭ comm        ╭ pid           ╭ tid      ╭ cpu                  ╭ tod           ╭ time
const WITH_TIME =
  /^(?:(.*\S)\s+|\s*)(?:(-?\d+)\/)?(-?\d+)\s+(?:\[-?\d+\]\s+|\d+\s+)?(?:\S+ [\d:.]+\s+)?(\d+\.\d+):(?=\s|$)/d;
//                         ╭ comm          ╭ cpu               ╭ tod           ╭ time
const WITHOUT_TID = /^\s*(?:(\S.*?)\s+)??(?:\[-?\d+\]\s+)?(?:\S+ [\d:.]+\s+)?(\d+\.\d+):(?=\s|$)/d;
//  cpu-clock:      sched:sched_switch:      not 1257.128449:
const EVENT = /(?<=^|\s)(?![\d.]+:)(\S+):(?=\s|$)/dg;
const PERIOD = /(?:^|\s)(\s*\d+)$/;
const CPU = /(?:^|\s)\[-?\d+\]$/;
const TASK = /(?:^|\s)(?:(-?\d+)\/)?(-?\d+)$/;
//w 30455/30455 PERF_RECORD_MMAP2 30455/30455: [0x…      a comm is shorter
const RECORD = /(?:^|\s)PERF_RECORD_[A-Z0-9_]{4,}(?=[ (:])/;
//cpu-clock:                0       1e05080021 |OP N/A|…                0        addr, data_src, weight, phys_addr
const DATA_SOURCE = /\s+[0-9a-f]+ \|OP .*$/s;
const NUMBER = /\s+[0-9a-f]+$/;
//w U     cpu-clock:      w U     12459.875571:      what perf pads to 6 columns, misc
const MISC = /(?<=^|\s)[KUHGg][MES]?p?$/;
const MISC_COLUMNS = 6;
const TIME_COLUMNS = 12;
const HEX = /(?<=^|[ \t])[0-9a-f]+(?= (?:[^\s[]|\[unknown\]))/dg;

/** From the start of the line, `from` inclusive to `to` exclusive. */
type Span = [from: number, to: number];

/** What stands before an event, or makes up the line where it has none. */
interface Task {
  comm: Span | undefined;
  pid: Span | undefined;
  tid: Span | undefined;
  period: number | undefined;
  periodSpan: Span | undefined;
  hasCpu: boolean;
  /** its value decided whether a number is a tid or a period */
  dependsOnDigits: boolean;
}

/**
 * Reads `line` (latin1), the line that the table stopped at; undefined when it can't be a header. Places are in the
 * table's bytes, or from the line's start where no table is given.
 */
export function readLooseHeader(line: string, table?: StackTable): LooseHeader | undefined {
  const text = line.slice(0, MOST_COLUMNS);
  const from = table?.lineFrom ?? 0;
  const header: LooseHeader = {
    ...emptyHeader(),
    weak: false,
    hasFrame: false,
    numbers: {},
    dependsOnDigits: line.length > MOST_COLUMNS,
    restFrom: from + line.length,
  };
  header.commFrom = header.commTo = from;
  const set = (field: 'comm' | 'pid' | 'tid' | 'event', span: Span | undefined): void => {
    if (!span) return;
    header[`${field}From`] = from + span[0];
    header[`${field}To`] = from + span[1];
  };
  const setTask = ({ comm, pid, tid, period, periodSpan, dependsOnDigits }: Task): void => {
    if (dependsOnDigits) header.dependsOnDigits = true;
    if (periodSpan) header.numbers.period = periodSpan;
    set('comm', comm);
    set('pid', pid);
    set('tid', tid);
    if (period !== undefined) header.period = period;
  };

  const timed = WITH_TIME.exec(text)?.indices;
  const untasked = timed ? undefined : WITHOUT_TID.exec(text)?.indices;
  const time = timed?.[4] ?? untasked?.[2];
  if (time) {
    set('comm', timed ? timed[1] : commBefore(text, untasked?.[1], time));
    set('pid', timed?.[2]);
    set('tid', timed?.[3]);
    header.time = Number(text.slice(...time));
    header.numbers.time = time;
    if (table) readEvent(table, from + time[1] + 1, from + line.length, header);
    return header;
  }

  if (RECORD.test(text)) return { ...header, kind: 'record', dependsOnDigits: true };
  const frame = frameColumn(text);
  const fields = frame === undefined ? withoutNumbers(text) : text.slice(0, frame);
  const head = fields.trimEnd();
  header.hasFrame = frame !== undefined;
  if (frame !== undefined) header.restFrom = from + frame;
  const events = [...head.matchAll(EVENT)].flatMap(({ indices }) => (indices?.[1] ? [indices[1]] : []));
  for (const event of events) {
    const task = taskOf(head.slice(0, event[0]));
    if (task.tid === undefined && task.period === undefined && !task.hasCpu) continue;
    setTask(task);
    set('event', event);
    if (frame === undefined) header.restFrom = header.eventTo + 1;
    header.weak = task.tid === undefined && task.comm === undefined && !task.hasCpu && frame === undefined;
    return header;
  }
  header.weak = frame === undefined;
  const event = events.at(-1);
  if (event && head.length === event[1] + 1) {
    setTask(taskOf(head.slice(0, event[0])));
    set('event', event);
    return header;
  }
  if (head === '' || (event && frame !== undefined)) return undefined;
  setTask(taskOf(fields));
  return header;
}

/**
 * The header of a line that begins with blanks and could be another line below a header. ` 5301 [001] cpu-clock:` begins
 * with digits that may be hexadecimal; a line that is read as a frame has a name left over, and pads its address to a
 * column. ` lead [001] 1257.128449:`, of a comm that begins with a blank, ends as labels of brstackinsn do.
 */
export function readHiddenHeader(line: string, table: StackTable, isFrame: boolean): LooseHeader | undefined {
  const header = readLooseHeader(line, table);
  if (!isFrame) return line.trimEnd().endsWith(':') ? header : undefined;
  if (!header || (!header.hasFrame && header.commFrom < header.commTo)) return undefined;
  return header.weak && isFrameColumn(line) ? undefined : header;
}

/**
 * Does this line begin with an address in the column of samples without callchain? The blank of a missing header is
 * first.
 */
export function isFrameColumn(line: string): boolean {
  return /^ +[0-9a-f]+(?= |$)/.exec(line)?.[0].length === ADDRESS_COLUMNS + 1;
}

/** Where the frame of a sample without callchain begins, its padding included; undefined: there is none. */
function frameColumn(text: string): number | undefined {
  for (const { indices } of text.matchAll(HEX)) {
    const [start = 0, end = 0] = indices?.[0] ?? [];
    const from = end - ADDRESS_COLUMNS;
    if (from < 0 || from > start || text.slice(from, start).trim() !== '') continue;
    if (from === 0 || /\s/.test(text[from - 1] as string)) return from;
  }
  return undefined;
}

/** Leaves away the fields of an access to memory at the end, which perf pads to wider columns than a period. */
function withoutNumbers(text: string): string {
  let rest = text.replace(DATA_SOURCE, '');
  for (;;) {
    const [number = ''] = NUMBER.exec(rest) ?? [];
    if (number.length < ADDRESS_COLUMNS) return rest;
    rest = rest.slice(0, -number.length);
  }
}

/** Of a line without tid: the comm that ends before the time, if it is not the columns cpu and misc. */
function commBefore(text: string, comm: Span | undefined, [time, timeTo]: Span): Span | undefined {
  if (!comm) return undefined;
  const [from, to] = comm;
  const padding = time - to - Math.max(0, TIME_COLUMNS - (timeTo - time));
  const rest = withoutMisc(text.slice(from, to), padding);
  const own = rest.length < to - from ? rest.replace(CPU, '').trimEnd() : rest;
  return own === '' ? undefined : [from, from + own.length];
}

/** Leaves away the column misc, with `padding` blanks behind it, from the end of what stands there. */
function withoutMisc(text: string, padding: number): string {
  const [misc = ''] = MISC.exec(text) ?? [];
  return misc !== '' && padding + misc.length >= MISC_COLUMNS ? text.slice(0, -misc.length).trimEnd() : text;
}

/** Is the number `task` at the end of `rest` the last word of a comm, as in `FS Broker 5858`? perf pads tids. */
function isOfComm(rest: string, task: string, pid: string | undefined): boolean {
  const comm = rest.slice(0, rest.length - task.length).trimEnd();
  return pid === undefined && comm !== '' && rest.length - comm.length - 1 < TID_COLUMNS;
}

/** Reads comm, task, cpu and period backwards from the end. */
function taskOf(text: string): Task {
  let rest = text.trimEnd();
  let padding = text.length - rest.length;
  const period = PERIOD.exec(rest)?.[1];
  const found: Task = {
    comm: undefined,
    pid: undefined,
    tid: undefined,
    period: undefined,
    periodSpan: undefined,
    hasCpu: false,
    dependsOnDigits: period?.length === String(MAX_PID).length,
  };
  if (period !== undefined && (period.length >= PERIOD_COLUMNS || Number(period) > MAX_PID)) {
    found.period = Number(period);
    found.periodSpan = [rest.length - period.length, rest.length];
    rest = rest.slice(0, rest.length - period.length).trimEnd();
    padding = found.periodSpan[0] - rest.length + period.length - Math.max(PERIOD_COLUMNS, period.trimStart().length);
  }
  rest = withoutMisc(rest, padding);
  if (CPU.test(rest)) {
    found.hasCpu = true;
    rest = rest.replace(CPU, '').trimEnd();
  }
  const [task = '', pid, tid] = TASK.exec(rest) ?? [];
  if (tid !== undefined && (found.hasCpu || !isOfComm(rest, task, pid))) {
    const end = rest.length;
    found.tid = [end - tid.length, end];
    if (pid !== undefined) found.pid = [end - tid.length - 1 - pid.length, end - tid.length - 1];
    rest = rest.slice(0, (found.pid ?? found.tid)[0]).trimEnd();
  }
  if (rest !== '') found.comm = [rest.length - rest.trimStart().length, rest.length];
  return found;
}
