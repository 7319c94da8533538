// The options of flame-record that know a Postgres server.

import type { OptionTable } from '../../cli/options.ts';

export const postgresOptions = {
  postgres: {
    kind: 'text',
    value: 'DSN',
    group: 'Postgres',
    describe: 'record a process of this server (a URI, host=…, service=…, a database)',
  },
  'backend-type': {
    kind: 'text',
    value: 'TYPE',
    group: 'Postgres',
    describe: 'record those of this type, as pg_stat_activity has it',
  },
  'application-name': { kind: 'text', value: 'NAME', group: 'Postgres', describe: 'record those of this application' },
  query: { kind: 'text', value: 'REGEX', group: 'Postgres', describe: 'record those whose latest query matches' },
  sql: {
    kind: 'text',
    value: 'FILE',
    group: 'Postgres',
    describe: 'run FILE in a new session and record its backend, to the end of FILE or for --duration',
  },
  'wait-events': {
    kind: 'flag',
    group: 'Postgres',
    describe: 'record what the server says it waits for (the default where that can be read)',
  },
  statements: {
    kind: 'flag',
    group: 'Postgres',
    describe: 'record the statement that each wait was in; of all files only offcpu.raw has its constants',
  },
  'no-wait-events': { kind: 'flag', group: 'Postgres', describe: 'record no wait events' },
} as const satisfies OptionTable;
