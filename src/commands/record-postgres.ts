// A Postgres server, asked through psql: it knows all that libpq does of services, passwords, sockets and TLS, and can be
// run as the user whom a server lets in by name, which a library within this process could not.

import { type Answer, answerOf, type User, userNamed } from '../cli/asked.ts';
import { self } from '../cli/proc-files.ts';
import { UsageError } from '../cli/report.ts';
import {
  activityArgv,
  type BackendChoice,
  backendsOf,
  chosenBackends,
  otherUserOf,
  processOfBackend,
} from '../record/backends.ts';
import type { Process } from '../record/proc-pid.ts';
import type { TargetChoice } from '../record/target.ts';

const ENVIRONMENT = { PGAPPNAME: 'flame-record', PGCONNECT_TIMEOUT: '5', PGCLIENTENCODING: 'SQL_ASCII' };
/** of psql: no connection */
const REFUSED = 2;

/** What psql says, and as whom it was let in. */
export interface Connected {
  answer: string;
  user: User | undefined;
}

/** Root is refused by a server that wants its users by name: so once more as one whom it knows. Throws UsageError. */
export function askServer(argv: readonly string[]): Connected {
  const own = psqlAnswer(argv);
  if (own.status === 0) return { answer: own.out, user: undefined };
  const user = own.status === REFUSED && self().uid === 0 ? userNamed(otherUserOf(own.err)) : undefined;
  const other = user && psqlAnswer(argv, user);
  if (other?.status === 0) return { answer: other.out, user };
  throw new UsageError(
    `--postgres: ${
      decoded(own.err)
        .trim()
        .replace(/^psql: (?:error: )?/, '') || `psql failed (status ${own.status})`
    }`,
  );
}

function psqlAnswer(argv: readonly string[], user?: User): Answer {
  const answer = answerOf(argv, { user, environment: ENVIRONMENT });
  if (!answer) throw new UsageError('--postgres: psql is not installed: apt-get install postgresql-client');
  return answer;
}

/** The backends that are meant, as processes of this machine. Throws UsageError if none is found, or several. */
export function findBackends(
  choice: BackendChoice,
  { first, all, container }: Pick<TargetChoice, 'first' | 'all' | 'container'>,
  processes: readonly Process[],
): Process[] {
  const backends = chosenBackends(choice, { first, all }, backendsOf(askServer(activityArgv(choice.dsn)).answer));
  if (typeof backends === 'string') throw new UsageError(backends);
  return backends.map(({ pid }) => {
    const found = processOfBackend(pid, processes, container, self());
    if (typeof found === 'string') throw new UsageError(found);
    return found;
  });
}

function decoded(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString();
}
