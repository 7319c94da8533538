// The end of reading: what it kept only to find known lines, names and stacks is as large as all names and stacks.

import { dropFollowers } from './folded.as';
import { keys, nameAtColumn, names } from './intern.as';
import { forgetLines } from './lines.as';
import { stackAtColumn, stackHitsColumn, stacks, stackWeightColumn } from './stacks.as';

/** Gives that memory back. Reading may go on, and makes it again. */
export function endReading(): void {
  forgetLines();
  dropFollowers();
  keys.close();
  names.close();
  stacks.close();
}

/** Puts each column of names and stacks into one piece. Until others are added, no look at one moves memory. */
export function flatten(): void {
  nameAtColumn();
  stackAtColumn();
  stackWeightColumn();
  stackHitsColumn();
}
