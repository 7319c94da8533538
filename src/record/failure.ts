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

// \x1b[1;31m     \x1b]8;;https://example.org\x07
const STYLE = /\x1b\[[\d;:]*m|\x1b\]8;[^\x07\x1b]*(?:\x07|\x1b\\)/g;
const LONGEST = 300;

/**
 * The last lines that a program wrote, the newest last: without colours, links, and what a progress line wrote over, and
 * with escapes in place of all else that a terminal would obey.
 */
export function lastLinesOf(log: string, most: number): string[] {
  const lines = log.split('\n').map((line) => line.replace(STYLE, '').trimEnd().split('\r').at(-1) ?? '');
  return lines
    .filter((line) => line !== '')
    .slice(-most)
    .map((line) =>
      line
        .slice(0, LONGEST)
        .replace(/[\0-\x08\x0b-\x1f\x7f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`),
    );
}

/** How a program ended, and the last line it wrote: `status 1: no such database` */
export function lastWords({ code, signal, problem }: Ending, log: string): string {
  if (problem !== undefined) return problem;
  const last = lastLinesOf(log, 1)[0]?.trim() ?? '';
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
