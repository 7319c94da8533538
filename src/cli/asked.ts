// Programs that answer at once: versions, probes, a container's first process.

import { spawnSync } from 'node:child_process';

const MS = 10_000;

/** What a program says; undefined: it is not installed. No shell, no stdin. */
export function answerOf(argv: readonly string[]): { status: number | null; out: string; err: string } | undefined {
  const [program = '', ...args] = argv;
  const { error, status, stdout, stderr } = spawnSync(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'latin1',
    timeout: MS,
    env: { ...process.env, LC_ALL: 'C' },
  });
  return error && (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : { status, out: stdout, err: stderr };
}
