// A file of SQL in a session of its own: how psql runs it. It waits until the profilers are in place. And it keeps the
// session open until they are done, because nobody can look up symbols of a process that is gone.

import { ARTIFACTS } from '../artifacts.ts';
import type { SqlSource } from '../settings.ts';
import { psqlArgv } from './backends.ts';
import { BACKEND } from './statements.ts';

const END = 'flamepipe end of file';

/** psql goes on with each line on its stdin. The shell lines are fixed, so that no name gets into them. */
export function sqlArgv({ dsn, file }: SqlSource): string[] {
  const steps = [
    ...['-c', `select '${BACKEND} ' || pg_backend_pid() as session`],
    ...['-c', '\\! read go || kill $PPID'],
    ...['-f', file],
    ...['-c', `\\! echo ${END}`],
    ...['-c', '\\! read end'],
  ];
  return ['env', 'PGAPPNAME=flame-record', 'psql', '-X', '-w', `--dbname=${dsn}`, ...steps];
}

/** The server's process of the session, in the line by which psql tells it. */
export function backendIn(line: string): number | undefined {
  const [, pid] = new RegExp(`^ *${BACKEND} (\\d+)$`).exec(line) ?? [];
  return pid === undefined ? undefined : Number(pid);
}

export function isEnd(line: string): boolean {
  return line === END;
}

/** A backend does not notice by itself that its client has left. */
export function terminateArgv(dsn: string, pid: number): string[] {
  return psqlArgv(dsn, `select pg_terminate_backend(${pid})`);
}

// psql:/srv/load.sql:2: ERROR:  column "bad" does not exist
// psql: error: /srv/load.sql: Permission denied
//      └ file, line ┘  └ severity, perhaps in the server's language
const MESSAGE = /^psql:(?:.*:\d+:)? (?!(?:NOTICE|WARNING|INFO|LOG|DEBUG|HINT|DETAIL): )./;

/** The first complaint of psql or the server, and how many there are; undefined: none. */
export function errorsText({ file }: SqlSource, said: string): string | undefined {
  const errors = said.split('\n').filter((line) => MESSAGE.test(line));
  if (errors.length === 0) return undefined;
  const count = errors.length === 1 ? 'an error' : `${errors.length} errors, the first`;
  return `${file}: ${count} (all of it in ${ARTIFACTS.sqlErrors}): ${errors[0]}`;
}

/** load.sql, run to its end */
export function sqlText({ file }: SqlSource, cause: string): string {
  return `${file}, ${cause === 'done' ? 'run to its end' : 'cut off with the window'}`;
}
