// Starts flame-record as a user would, for tests that send it signals or look at what it leaves.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ENVIRONMENT, ROOT } from '../tools.ts';

/** Its stdout, its stderr, its exit status. */
export type Said = [out: string, err: string, status: number | null];

export interface Recorder {
  child: ChildProcess;
  said: Promise<Said>;
}

const LIMIT_MS = 180_000;

/** Runs into `cwd`/out. */
export function startRecorder(cwd: string, args: string[], environment: Record<string, string> = {}): Recorder {
  const folder = args[0] === 'report' ? [] : ['--out-dir', 'out'];
  const child = spawn(process.execPath, [join(ROOT, 'dist/flame-record.cjs'), ...folder, ...args], {
    cwd,
    env: { ...ENVIRONMENT, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS, // a test that fails, not one that never ends
    killSignal: 'SIGKILL',
  });
  const [out, err] = [child.stdout, child.stderr].map((stream) => stream.setEncoding('utf8').toArray());
  const said = once(child, 'close').then(
    async ([code]) => [(await out)!.join(''), (await err)!.join(''), code] as Said,
  );
  return { child, said };
}

/** Until it has said so on stderr, or ended. */
export async function saying(child: ChildProcess, words: string): Promise<void> {
  let noise = '';
  child.stderr?.on('data', (text: string) => {
    noise += text;
  });
  while (!noise.includes(words) && child.exitCode === null) await sleep(50);
}
