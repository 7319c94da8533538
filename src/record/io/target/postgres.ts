// Asks a Postgres server through psql, which knows all that libpq does of services, passwords, sockets and TLS. And it
// can run as the user whom a server lets in by name, which a library within this process could not.

import { UsageError } from '../../../engine/errors.ts';
import { artifactIn } from '../../artifacts.ts';
import type { SqlSource } from '../../settings.ts';
import {
  activityArgv,
  type BackendChoice,
  backendsOf,
  chosenBackends,
  errorOf,
  firstProcessOf,
  isWholeServer,
  otherUserOf,
  processOfBackend,
  psqlArgv,
} from '../../target/backends.ts';
import type { Process } from '../../target/proc-pid.ts';
import { backendIn, errorsText, isEnd, sqlArgv, terminateArgv } from '../../target/sql.ts';
import type { Self, TargetChoice } from '../../target/target.ts';
import { self, textOf } from '../system/proc-files.ts';
import { allProcesses } from '../system/processes.ts';
import { type Answer, answerOf, type User, userNamed } from '../system/run-sync.ts';
import { SqlSession } from './sql-session.ts';

const VARIABLES = { PGAPPNAME: 'flame-record', PGCONNECT_TIMEOUT: '5', PGCLIENTENCODING: 'SQL_ASCII' };
/** psql's exit status without a connection */
const REFUSED = 2;

/** What psql says, and the user that the server let in. */
export interface Connected {
  answer: string;
  user: User | undefined;
}

/**
 * Asks the server. One that lets in users by name refuses root, so it asks once more as a user whom the server knows.
 * Throws UsageError.
 */
export function askServer(argv: readonly string[]): Connected {
  const own = psqlAnswer(argv);
  if (own.status === 0) return { answer: own.out, user: undefined };
  const user = own.status === REFUSED && self().uid === 0 ? userNamed(otherUserOf(own.err)) : undefined;
  const other = user && psqlAnswer(argv, user);
  if (other?.status === 0) return { answer: other.out, user };
  throw new UsageError(`--postgres: ${errorOf(decoded(own.err)) || `psql failed (status ${own.status})`}`);
}

function psqlAnswer(argv: readonly string[], user?: User): Answer {
  const answer = answerOf(argv, { user, variables: VARIABLES });
  if (!answer) throw new UsageError('--postgres: psql is not installed: apt-get install postgresql-client');
  return answer;
}

/**
 * The chosen backends, as processes of this machine; of the whole server with its descendants the first process. Throws
 * UsageError if there are none, or too many.
 */
export function findBackends(
  choice: BackendChoice,
  { several, container, followChildren }: Pick<TargetChoice, 'several' | 'container'> & { followChildren?: boolean },
  processes: readonly Process[],
  recorder: Self,
): Process[] {
  const all = backendsOf(askServer(activityArgv(choice.dsn)).answer);
  const isWhole = followChildren === true && isWholeServer(choice, several);
  const backends = chosenBackends(choice, isWhole ? 'first' : several, all);
  if (isWhole) return [firstProcessOf(processOfBackend(backends[0]!.pid, processes, container, recorder), processes)];
  return backends.map(({ pid }) => processOfBackend(pid, processes, container, recorder));
}

export interface Opened {
  session: SqlSession;
  target: Process;
  /** ends it, if need be in the middle of its file; gives what went wrong in the file; undefined: nothing */
  close(): Promise<string | undefined>;
}

/** Opens a session that waits at the beginning of its file. Throws UsageError. */
export async function openSession(source: SqlSource, folder: string, recorder: Self): Promise<Opened> {
  const { user } = askServer(psqlArgv(source.dsn, 'select 1'));
  if (answerOf(['test', '-f', source.file, '-a', '-r', source.file], { user })?.status !== 0) {
    throw new UsageError(`--sql: ${source.file} is no file that ${user ? `user ${user.name}` : 'this user'} can read`);
  }
  const [output, errors] = [artifactIn(folder, 'sqlLog'), artifactIn(folder, 'sqlErrors')];
  const session = new SqlSession({ argv: sqlArgv(source), user, output, errors, backendIn, isEnd });
  const backend = await session.backend;
  const said = (): string => decoded(textOf(errors) ?? '').trim();
  if (backend === undefined) throw new UsageError(`--sql: ${said()}`);
  const close = async (): Promise<string | undefined> => {
    const complaint = errorsText(source, said());
    if (!session.hasRun) askServer(terminateArgv(source.dsn, backend));
    await session.close();
    return complaint;
  };
  try {
    return { session, target: processOfBackend(backend, allProcesses(), undefined, recorder), close };
  } catch (error) {
    await session.close();
    throw error;
  }
}

function decoded(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString();
}
