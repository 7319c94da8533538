// Waits until a command that is a launcher has become the program that it starts.

import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { becomesAnother, isShell } from '../../target/launcher.ts';
import type { Process } from '../../target/proc-pid.ts';
import { bytesOf, linkOf } from '../system/proc-files.ts';
import { asItIs, isAlive } from '../system/processes.ts';
import { pathOf } from '../system/run-sync.ts';

const LOOK_MS = 2;
/** Launchers take less. If a script does not start its program soon, the recording begins without it. */
const MOST_MS = 2000;
const SCRIPT_BYTES = 1 << 16;

/** Will a command become another program? */
export function isLauncher(command: readonly string[]): boolean {
  const path = pathOf(command[0] ?? '');
  const script = path === undefined ? '' : bytesOf(path)(0, SCRIPT_BYTES).toString('latin1');
  return becomesAnother(command, script);
}

/**
 * The process of a launcher after it has become the program that it starts; or as it is after MOST_MS. `met` is called at
 * once when it has.
 */
export async function launched(process: Process, met: () => void): Promise<Process> {
  for (let waited = 0; waited < MOST_MS && isAlive(process); waited += LOOK_MS) {
    if (!isShell(basename(linkOf(`/proc/${process.pid}/exe`) ?? 'sh'))) {
      met();
      break;
    }
    await sleep(LOOK_MS);
  }
  return asItIs(process);
}
