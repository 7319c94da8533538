// Whose a run is that was made by sudo: his who called it, or else he could not open the report, nor make the next run
// without sudo.

import { chownSync, lchownSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

interface Owner {
  uid: number;
  gid: number;
}

/**
 * Gives a folder and all in it to the user who called sudo; without sudo it does nothing. `isFlat`: the folder alone. Files
 * that have another name elsewhere stay whose they are, because they are the system's. Where the disk knows no owners,
 * root keeps the rest.
 */
export function handOver(folder: string, { isFlat = false } = {}): void {
  const owner = callerOfSudo();
  if (owner === undefined) return;
  try {
    give(folder, owner, isFlat);
  } catch {
    // root can read it
  }
}

function callerOfSudo(): Owner | undefined {
  const { SUDO_UID, SUDO_GID } = process.env;
  const [uid, gid] = [Number(SUDO_UID ?? Number.NaN), Number(SUDO_GID ?? Number.NaN)];
  return process.getuid?.() === 0 && Number.isInteger(uid) && Number.isInteger(gid) && uid > 0
    ? { uid, gid }
    : undefined;
}

/** The folder comes last: until then nobody else can change what is in it. */
function give(folder: string, owner: Owner, isFlat: boolean): void {
  for (const entry of isFlat ? [] : readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) give(path, owner, false);
    else if (lstatSync(path).nlink === 1) lchownSync(path, owner.uid, owner.gid);
  }
  chownSync(folder, owner.uid, owner.gid);
}
