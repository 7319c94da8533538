// # unit: us        in no folded text but where it was asked for: other tools may stumble over it
const UNIT_LINE = /^# unit: *(\S(?:.*\S)?)\s*$/;

/** The unit that a line of folded text says its counts are in; undefined: it is no such line. */
export function unitIn(line: string): string | undefined {
  return UNIT_LINE.exec(line)?.[1];
}
