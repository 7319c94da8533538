// A profiler's failure, in its own words.

import { UsageError } from '../engine/errors.ts';

/** Both profilers failed, so there is nothing to render. */
export class NothingRecorded extends UsageError {}

/** Nothing is there that the user would have recorded. */
export class NoTarget extends UsageError {}

/** How a child ended. */
interface Ending {
  code: number | null;
  signal: string | null;
  problem?: string;
}

const NOISE = [
  /^Error:$/,
  /RLIMIT_MEMLOCK/, // bpftrace 0.17 says so of kernels that no longer need it
  /^Attaching \d+ probes/,
  /^\[ perf record: /,
  /^Events (?:enabled|disabled)$/,
  /^Warning:$/,
];
/** `ERROR: Failed to load …`, `stdin:1:1-10: ERROR: …` */
const ERROR = /^(?:\S+: )?ERROR: (?!.*RLIMIT_MEMLOCK)/;
const SHOWN = 3;

/** How a program ended, and the last line it wrote: `status 1: no such database` */
export function lastWords({ code, signal, problem }: Ending, log: string): string {
  if (problem !== undefined) return problem;
  const last = log.trimEnd().split('\n').at(-1) ?? '';
  return `${signal ?? `status ${code}`}${last === '' ? '' : `: ${last}`}`;
}

/** `perf failed (status 255): Access to performance monitoring … is limited. Consider …` */
export function failureText(tool: string, { code, signal, problem }: Ending, log: string): string {
  if (problem !== undefined) return problem;
  const lines = log
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !NOISE.some((noise) => noise.test(line)));
  // from 0.20 on warnings stand before it, with the lines that they are about
  const error = lines.findIndex((line) => ERROR.test(line));
  const words = [...new Set(lines.slice(Math.max(0, error)))].slice(0, SHOWN).join(' ');
  const end = signal === null ? `status ${code}` : signal;
  return `${tool} failed (${end})${words === '' ? ' without a word' : `: ${words}`}`;
}
