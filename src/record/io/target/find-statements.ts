// Finds where a Postgres server keeps its statements, by the memory of a session of flame-record's own.

import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError } from '../../../engine/errors.ts';
import { exportedSymbol } from '../../../symbols/elf.ts';
import { processOfBackend, psqlArgv } from '../../target/backends.ts';
import { BACKEND, type StatementPlaces, sleepArgv, statementPlacesOf } from '../../target/statements.ts';
import { entryOf } from '../../target/wait-events.ts';
import { Child, endGroup } from '../system/children.ts';
import { bytesOf, serverFilesOf } from '../system/proc-files.ts';
import { allProcesses, recorder } from '../system/processes.ts';
import { askServer } from './postgres.ts';

/** After this time the session executes its statement. */
const SETTLE_MS = 200;
const NO_FILE = '/dev/null';

/** Throws UsageError, which says what can't be found. */
export async function findStatements(dsn: string, isSudo: boolean): Promise<StatementPlaces> {
  const { user } = askServer(psqlArgv(dsn, 'select 1'));
  let tell: (pid: number | undefined) => void = () => {};
  const backend = new Promise<number | undefined>((resolve) => {
    tell = resolve;
  });
  const onLine = (line: string): void => {
    if (line.startsWith(BACKEND)) tell(Number(line.slice(BACKEND.length)));
  };
  const child = new Child({ argv: sleepArgv(dsn), output: NO_FILE, errors: NO_FILE, onLine, user });
  child.ended.then(() => tell(undefined));
  try {
    const pid = await backend;
    if (pid === undefined) throw new UsageError('--statements: the server ended a session of its own');
    await sleep(SETTLE_MS);
    const server = processOfBackend(pid, allProcesses(), undefined, recorder(isSudo));
    const { exe, auxv } = serverFilesOf(server.pid);
    const memory = bytesOf(`/proc/${server.pid}/mem`);
    const id = askServer(psqlArgv(dsn, `select query_id from pg_stat_activity where pid = ${pid}`)).answer.trim();
    return statementPlacesOf({
      addressOf(name) {
        const symbol = exportedSymbol(exe, name);
        const entry = entryOf(auxv);
        return symbol && entry !== undefined ? symbol.value + entry - symbol.entry : undefined;
      },
      read: (address, length) => memory(Number(address), length),
      queryId: /^-?\d+$/.test(id) ? BigInt(id) : undefined,
    });
  } finally {
    await endGroup(child);
  }
}
