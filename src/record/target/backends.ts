// Backends: the processes of a Postgres server, as pg_stat_activity lists them, and which of them the user means. One
// fixed query asks for all, and flame-record chooses, so that nothing a user types ever gets into SQL.

import { UsageError } from '../../engine/errors.ts';
import { type Pattern, patternOf } from '../../stacks/pattern.ts';
import { NoTarget } from '../failure.ts';
import type { Process } from './proc-pid.ts';
import { type Self, type Several, whyNot } from './target.ts';

export interface Backend {
  /** as its server sees it: in a container, not the host's */
  pid: number;
  type: string;
  application: string;
  state: string;
  /** the latest one, as far as track_activity_query_size goes; '' if there is none, or if the user may not see it */
  query: string;
}

/** What the user says of the backend. */
export interface BackendChoice {
  /** how to connect: a URI, `key=value …`, or a database; '' is what libpq makes of it */
  dsn: string;
  type: string | undefined;
  application: string | undefined;
  /** a regular expression */
  query: string | undefined;
}

const ACTIVITY =
  "select coalesce(json_agg(json_build_object('pid', pid, 'type', backend_type, 'application', application_name, " +
  "'state', state, 'query', query) order by pid), '[]') from pg_stat_activity where pid <> pg_backend_pid()";

/** The options that say which backend, by name. */
export interface BackendOptions {
  postgres: string | undefined;
  'backend-type': string | undefined;
  'application-name': string | undefined;
  query: string | undefined;
  sql: string | undefined;
}

/** Undefined: no option names a server. Throws UsageError for options that contradict each other. */
export function backendChoiceOf(options: BackendOptions, isOtherTarget: boolean): BackendChoice | undefined {
  const { postgres: dsn, query } = options;
  const narrower = (['backend-type', 'application-name', 'query'] as const).filter(
    (name) => options[name] !== undefined,
  );
  if (dsn === undefined) {
    const lost = options.sql === undefined ? narrower[0] : 'sql';
    if (lost) throw new UsageError(`--${lost} needs --postgres DSN`);
    return undefined;
  }
  if (isOtherTarget) throw new UsageError('choose one of --postgres, --pid, --pid-pattern, COMMAND');
  if (options.sql !== undefined && narrower[0])
    throw new UsageError(`choose one of --sql, --${narrower[0]}: --sql opens a session`);
  if (dsn.includes('\0')) throw new UsageError('--postgres holds a NUL');
  return { dsn, type: options['backend-type'], application: options['application-name'], query };
}

/** psql, asking one thing: no start-up file, no prompt, nothing but the answer. */
export function psqlArgv(dsn: string, sql: string): string[] {
  return ['psql', '-X', '-w', '-A', '-t', `--dbname=${dsn}`, '-c', sql];
}

export function activityArgv(dsn: string): string[] {
  return psqlArgv(dsn, ACTIVITY);
}

/** Reads the answer: JSON in UTF-8, as latin1. */
export function backendsOf(answer: string): Backend[] {
  const rows = JSON.parse(Buffer.from(answer, 'latin1').toString()) as Record<string, unknown>[];
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return rows.map(({ pid, type, application, state, query }) => ({
    pid: Number(pid),
    type: text(type),
    application: text(application),
    state: text(state),
    query: text(query),
  }));
}

/** Whom to run psql as if the server refused us: it lets in a user by name, and root can be any user. */
export function otherUserOf(message: string): string {
  return /Peer authentication failed for user "([^"]+)"/.exec(message)?.[1] ?? 'postgres';
}

/**
 * The chosen backends: all that match, unless `several` says otherwise. Throws UsageError if there are none, or if the
 * user has said nothing of which; the message lists them.
 */
export function chosenBackends(
  choice: BackendChoice,
  several: Several | undefined,
  backends: readonly Backend[],
): Backend[] {
  const { type, application } = choice;
  const query = queryOf(choice);
  const found = backends.filter(
    (backend) =>
      (type === undefined || backend.type === type) &&
      (application === undefined || backend.application === application) &&
      (query === undefined || query.test(backend.query)),
  );
  if (found.length === 0) {
    throw new NoTarget(
      backends.length === 0
        ? 'the server has no other process than the one that answers'
        : `no backend is like that; there are:\n${listOfBackends(backends)}`,
    );
  }
  if (several === 'first') return found.slice(0, 1);
  const isNarrowed = (type ?? application ?? query) !== undefined;
  if (several === 'all' || found.length === 1 || (isNarrowed && several === undefined)) return found;
  throw new UsageError(
    `${found.length} backends match; choose with --backend-type, --application-name, --query, --first or --all:\n${listOfBackends(found)}`,
  );
}

function queryOf({ query }: BackendChoice): Pattern | undefined {
  return query === undefined ? undefined : patternOf(query, '--query');
}

/** The process of this machine that is a server's process `pid`. Throws UsageError if it can't be profiled here. */
export function processOfBackend(
  pid: number,
  processes: readonly Process[],
  container: { name: string; pids: ReadonlySet<number> } | undefined,
  self: Self,
): Process {
  const found = processes.filter(
    (candidate) =>
      (candidate.nsPids.at(-1) ?? candidate.pid) === pid &&
      isServer(candidate) &&
      (container === undefined || container.pids.has(candidate.pid)),
  );
  const [one, other] = found;
  if (!one) {
    const where = container ? `in container ${container.name}` : 'on this machine';
    throw new UsageError(`the server's process ${pid} is not ${where}: flame-record runs where the server runs`);
  }
  if (other)
    throw new UsageError(`process ${one.pid} or ${other.pid}? Both are ${pid} in their container: --container NAME`);
  const why = whyNot(one, self);
  if (why !== undefined) throw new UsageError(why);
  return one;
}

/** Did the user say nothing of which process? With its descendants that is the whole server. */
export function isWholeServer({ type, application, query }: BackendChoice, several: Several | undefined): boolean {
  return (type ?? application ?? query) === undefined && (several === undefined || several === 'all');
}

/** The process of the server that forks this one, and all others. Throws UsageError if it can't be seen. */
export function firstProcessOf(backend: Process, processes: readonly Process[]): Process {
  const found = processes.find(({ pid }) => pid === backend.parent);
  if (!found || !isServer(found))
    throw new UsageError(`process ${backend.pid} has no server above it that can be seen`);
  return found;
}

// postgres: main: app db [local] idle       /usr/lib/postgresql/15/bin/postgres -D …
const SERVER = /^(?:\S*\/)?[\w.-]*(?:postgres|postmaster)(?:[: ]|$)/;

/** Is this a Postgres process? The server may run elsewhere, and any process here may have that id. */
function isServer({ comm, command }: Process): boolean {
  return /postgres|postmaster/.test(comm) || SERVER.test(command);
}

const SHOWN = 20;
const SHOWN_QUERY = 60;
const TITLES = ['pid', 'backend_type', 'application_name', 'state', 'query'];

/** A line a backend, as pg_stat_activity names the columns. */
export function listOfBackends(backends: readonly Backend[]): string {
  const rows = backends.slice(0, SHOWN).map((backend) => {
    const query = oneLine(backend.query);
    const short = query.length > SHOWN_QUERY ? `${query.slice(0, SHOWN_QUERY)}...` : query;
    return [String(backend.pid), oneLine(backend.type), oneLine(backend.application), oneLine(backend.state), short];
  });
  const table = [TITLES, ...rows];
  const widths = TITLES.map((_, i) => Math.max(...table.map((row) => row[i]?.length ?? 0)));
  const lines = table.map(([pid = '', ...cells]) => {
    const padded = cells.map((cell, i) => cell.padEnd(widths[i + 1] ?? 0));
    return `  ${[pid.padStart(widths[0] ?? 0), ...padded].join('  ')}`.trimEnd();
  });
  if (backends.length > SHOWN) lines.push(`  and ${backends.length - SHOWN} more`);
  return lines.join('\n');
}

// psql: error: connection to server on socket "/run/…" failed: No such file or directory
//         Is the server running locally and accepting connections on that socket?
/** psql's words in one line, without its name; '' for none. */
export function errorOf(said: string): string {
  return said
    .trim()
    .replace(/^psql: (?:error: )?/, '')
    .replace(/\s*\n\s*/g, '; ');
}

/** In one line, with escapes in place of what a terminal would obey. */
function oneLine(text: string): string {
  return text
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/[\p{C}]/gu, (c) => `\\x${(c.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`);
}
