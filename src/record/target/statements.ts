// Statements: where a Postgres server keeps what it executes, so that bpf/offcpu.bt can read it at each switch. Some
// places have names. flame-record finds the others in a session of its own, whose statement it knows.

import { UsageError } from '../../engine/errors.ts';

/** Addresses are the same in all processes of a server; offsets are those in PgBackendStatus, 0: not known. */
export interface StatementPlaces {
  /** of error_context_stack, _SPI_error_callback, debug_query_string and MyBEEntry */
  context: number;
  callback: number;
  debug: number;
  entry: number;
  /** of st_activity_raw and st_query_id */
  activity: number;
  query: number;
}

/** A process that executes SLEEP. */
export interface SleepingServer {
  /** the address of an exported variable; undefined: there is none */
  addressOf(name: string): bigint | undefined;
  /** bytes of its memory; fewer where they can't be read */
  read(address: bigint, length: number): Buffer;
  /** of SLEEP, as pg_stat_activity has it; undefined: it has none */
  queryId: bigint | undefined;
}

const SELECT = 'SELECT pg_sleep(3)';
/** What the session executes: by itself, and by SPI. */
export const SLEEP = 'do $flamepipe$ begin perform pg_sleep(3); end $flamepipe$';
export const BACKEND = 'flamepipe backend';

const VARIABLES = ['error_context_stack', 'debug_query_string', 'MyBEEntry'] as const;
const MOST_CALLBACKS = 20;
const STATUS_BYTES = 1024;

/** Throws UsageError, which says which place can't be found. */
export function statementPlacesOf({ addressOf, read, queryId }: SleepingServer): StatementPlaces {
  const wordAt = (address: bigint): bigint => {
    const bytes = read(address, 8);
    return bytes.length === 8 ? bytes.readBigUInt64LE() : 0n;
  };
  const isAt = (address: bigint, text: string): boolean =>
    address !== 0n && read(address, text.length).toString('latin1') === text;
  const [context, debug, entry] = VARIABLES.map((name) => {
    const address = addressOf(name);
    if (address === undefined) throw cannot(`the server exports no ${name}`);
    return address;
  }) as [bigint, bigint, bigint];
  if (!isAt(wordAt(debug), SLEEP)) {
    throw cannot('the memory of the server can not be read (run as root), or is laid out in another way');
  }
  const callback = callbackOf(wordAt(context), wordAt, (text) => isAt(text, SELECT));
  if (callback === undefined) throw cannot('no _SPI_error_callback was found in a session of its own');
  const status = wordAt(entry);
  const offsets = Array.from({ length: STATUS_BYTES / 8 }, (_, i) => 8 * i);
  const activity = offsets.find((offset) => isAt(wordAt(status + BigInt(offset)), SLEEP)) ?? 0;
  if (activity === 0) throw cannot('no st_activity_raw was found in a session of its own');
  const found = (offset: number): boolean => BigInt.asIntN(64, wordAt(status + BigInt(offset))) === queryId;
  const query = queryId ? (offsets.find(found) ?? 0) : 0;
  // no process has addresses that a number can't hold
  const numbers = { context: Number(context), callback: Number(callback), debug: Number(debug), entry: Number(entry) };
  return { ...numbers, activity, query };
}

/** The callback whose argument points to the text that a function executes. */
function callbackOf(
  first: bigint,
  wordAt: (address: bigint) => bigint,
  isText: (address: bigint) => boolean,
): bigint | undefined {
  let context = first;
  for (let depth = 0; context !== 0n && depth < MOST_CALLBACKS; depth++) {
    // struct ErrorContextCallback { previous; callback; arg }, and arg points to { query; … }
    if (isText(wordAt(wordAt(context + 16n)))) return wordAt(context + 8n);
    context = wordAt(context);
  }
  return undefined;
}

function cannot(why: string): UsageError {
  return new UsageError(`--statements: ${why}`);
}

/** The operands of bpf/offcpu.bt behind those of eight more processes. */
export function statementArguments({ context, callback, debug, entry, activity, query }: StatementPlaces): string[] {
  const addresses = [context, callback, debug, entry].map((address) => `0x${address.toString(16)}`);
  return [...addresses, String(activity), String(query)];
}

/** The psql whose session tells the places. If it may not set compute_query_id, only the query id is missing. */
export function sleepArgv(dsn: string): string[] {
  const steps = [`select '${BACKEND} ' || pg_backend_pid()`, 'set compute_query_id = on', SLEEP];
  return [
    ...['env', 'PGAPPNAME=flame-record', 'psql', '-X', '-w', '-A', '-t', `--dbname=${dsn}`],
    ...steps.flatMap((step) => ['-c', step]),
  ];
}
