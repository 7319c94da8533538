// Metadata of folded text: lines that say something of the others and are no stacks.

// # unit: us
const UNIT = /^# ?unit: *([^\0- ](?:.*[^\0- ])?)[\0- ]*$/;
// # interval: 10000           # mode: wall          as Austin writes them
// # recorded on web1
const METADATA = /^#(?:[\w-]*:(?:\s|$)|[ \t][^;]*?:(?:\s|$)|[ \t][^;]*$|$)/;

// microseconds, usec, and µs with either of Unicode's two letters
const LONG_UNIT = /^(n|nano|u|micro|\xc2?\xb5|\xce\xbc|m|milli|)s(?:ec(?:ond)?s?)?$/;
const SHORT: Readonly<Record<string, string>> = { '': '', n: 'n', nano: 'n', m: 'm', milli: 'm' };

/**
 * The unit that this line says the counts are in, times by their short name: microseconds → us. Undefined: it is no
 * such line.
 */
export function unitIn(line: string): string | undefined {
  const unit = UNIT.exec(line)?.[1];
  const prefix = unit === undefined ? undefined : LONG_UNIT.exec(unit)?.[1];
  if (prefix === undefined) return unit;
  return `${SHORT[prefix] ?? 'u'}s`;
}

/** Is this line of folded text none of a stack? The engine decides it by the same rule (isMetadata in folded.as.ts). */
export function isMetadata(line: string): boolean {
  return METADATA.test(line.trimEnd());
}
