// Metadata of folded text: lines that say something of the others and are no stacks.

// # unit: us
const UNIT = /^# ?unit: *([^\0- ](?:.*[^\0- ])?)[\0- ]*$/;
// # interval: 10000           # mode: wall          as Austin writes them
// # recorded on web1
const METADATA = /^#(?:[\w-]*:(?:\s|$)|[ \t][^;]*?:(?:\s|$)|[ \t][^;]*$|$)/;

/** The unit that a line of folded text says its counts are in; undefined: it is no such line. */
export function unitIn(line: string): string | undefined {
  return UNIT.exec(line)?.[1];
}

/** Is this line of folded text none of a stack? The engine decides it by the same rule (isMetadata in folded.as.ts). */
export function isMetadata(line: string): boolean {
  return METADATA.test(line.trimEnd());
}
