// The lines around bpftrace's maps: its messages, also those of stderr, which people merge in with `2>&1`.

import stripAnsi from 'strip-ansi';

/** What a recorder lost, as the lines around the maps say. */
export interface Losses {
  /** events that the kernel could not hand over */
  events: number;
  /** stacks that were gone when bpftrace printed them */
  stacks: number;
  /** entries that found their map full */
  mapFull: number;
  /** other errors, in bpftrace's words: the first of them, printable */
  errors: string[];
}

export function noLosses(): Losses {
  return { events: 0, stacks: 0, mapFull: 0, errors: [] };
}

// Lost 12 events                                                             up to 0.23 on stdout
const LOST_EVENTS = /^(?:WARNING: )?Lost (\d+) events?/;
// ERROR: failed to look up stack id -17 (pid -1): -2                         up to 0.20
// Error looking up stack id -14 (pid -1): -1                                 0.9
// failed to look up stack id: 0 stack length: 0                              0.21 and newer
const LOST_STACK = /(?:failed to look up|Error looking up) stack id/;
// @offcpuError looking up stack id -14 (pid -1): -1       stderr into the middle of a line of stdout
// └─ 1 ─┘
const IN_A_LINE = /^(.+?)(?:ERROR: )?(?:failed to look up|Error looking up) stack id[: ].*$/s;
// stdin:1:1-10: ERROR: syntax error, unexpected identifier
// bash: line 1: bpftrace: command not found                                  the shell's and the loader's
const ERROR =
  /^(?:\S+: )?ERROR: |^\S+: .*(?:not found|No such file or directory|Permission denied)$|^(?:terminate called|Segmentation fault|Killed$|Aborted)/;
// bpftrace goes on without it
const HARMLESS = /RLIMIT_MEMLOCK/;
const ERRORS_KEPT = 3;
const ERROR_LENGTH = 200;
// stdin:1:63-70: WARNING: Failed to map_update_elem: Argument list too long (-7)       with -k, 0.17
// WARNING: Map full; can't update element. Try increasing max_map_keys config          0.23 and newer
const MAP_FULL = /Failed to map_update_elem: Argument list too long|Map full; can't update element/;
// Attaching 3 probes...    Attached 3 probes    ^C    WARNING: …    x.bt:3:1-9: ERROR: …    06:30:13
const OTHER =
  /^(?:\^C)*(?:Attaching \d+ probes?\.\.\.|Attached \d+ probes?|(?:\S+:\d+:\d+(?:-\d+)?: )?(?:WARNING|ERROR|INFO|DEBUG|HINT|perf_event_open)[: ].*|\d\d:\d\d:\d\d)?$/;

/** Reads such a line (latin1), and adds to the losses what it says was lost. False: the line is of another kind. */
export function readNoise(line: string, losses: Losses): boolean {
  const text = line.includes('\x1b') ? stripAnsi(line) : line;
  const events = LOST_EVENTS.exec(text);
  if (events) losses.events += Number(events[1]);
  else if (LOST_STACK.test(text)) losses.stacks++;
  else if (MAP_FULL.test(text)) losses.mapFull++;
  else if (ERROR.test(text)) addError(text, losses);
  else return OTHER.test(text);
  return true;
}

function addError(text: string, { errors }: Losses): void {
  const printable = text.replace(/[^ -~]+/g, '?').slice(0, ERROR_LENGTH);
  if (errors.length < ERRORS_KEPT && !HARMLESS.test(text) && !errors.includes(printable)) errors.push(printable);
}

/**
 * The part of a line before a message that came between, which the next line goes on with; undefined: none came
 * between.
 */
export function beforeMessage(line: string): string | undefined {
  if (!line.includes('stack id')) return undefined;
  const before = IN_A_LINE.exec(line.includes('\x1b') ? stripAnsi(line) : line)?.[1];
  return before === 'ERROR: ' ? undefined : before;
}
