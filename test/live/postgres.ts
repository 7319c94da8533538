// A Postgres server of our own, in a folder of its own, as long as a test needs it.

import { type ChildProcess, execFileSync, type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { endOf, until } from './recording.ts';

const USER = 'postgres';
const START_LIMIT_MS = 120_000;
const SETTINGS = {
  listen_addresses: '',
  fsync: 'on',
  shared_buffers: '64MB',
  max_connections: '40',
  autovacuum: 'off',
  jit: 'off',
};

export class Postgres {
  /** of the server's main process */
  readonly pid: number;
  /** `15.18` */
  readonly version: string;
  readonly #folder: string;
  readonly #server: ChildProcess;
  readonly #clients = new Set<ChildProcess>();

  /** Why there can be no server here; undefined when there can. */
  static obstacle(): string | undefined {
    if (binaries() === undefined) return 'no Postgres server: apt-get install postgresql';
    if (ids() === undefined) return `no user ${USER}, and Postgres won't run as root: adduser --system ${USER}`;
    return undefined;
  }

  /**
   * Makes a cluster and starts its server, on a disk, which /tmp may not be. Extensions are loaded at its start: names,
   * and the files that are their libraries.
   */
  static async start(extensions: Readonly<Record<string, string>> = {}): Promise<Postgres> {
    const folder = mkdtempSync('/var/tmp/flamepipe-pg-');
    chmodSync(folder, 0o755);
    const data = join(folder, 'data');
    mkdirSync(data);
    execFileSync('chown', ['-R', USER, folder]);
    execFileSync(tool('initdb'), ['-D', data, '-U', USER, '-A', 'trust', '-N'], { ...ids(), stdio: 'ignore' });
    for (const [name, file] of Object.entries(extensions)) cpSync(file, join(folder, `${name}.so`));
    const loaded = {
      shared_preload_libraries: Object.keys(extensions).join(),
      dynamic_library_path: `${folder}:$libdir`,
    };
    const settings = Object.entries({ ...SETTINGS, ...loaded }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const server = spawn(tool('postgres'), ['-D', data, '-k', folder, ...settings], { ...ids(), stdio: 'ignore' });
    const postgres = new Postgres(folder, server);
    process.once('exit', () => postgres.#clean());
    if (!(await until(() => postgres.#psql('select 1').status === 0, START_LIMIT_MS))) {
      await postgres.stop();
      throw new Error(`no Postgres server after ${START_LIMIT_MS / 1000} s`);
    }
    return postgres;
  }

  private constructor(folder: string, server: ChildProcess) {
    this.#folder = folder;
    this.#server = server;
    this.pid = server.pid!;
    this.version = /[\d.]+/.exec(execFileSync(tool('postgres'), ['--version'], { encoding: 'utf8' }))?.[0] ?? '';
  }

  /** How flame-record connects. */
  get dsn(): string {
    return `host=${this.#folder} dbname=${USER}`;
  }

  /** A shell line that runs pgbench as long as it is let. */
  pgbenchLine(options: string): string {
    return `PGHOST=${this.#folder} PGUSER=${USER} PGDATABASE=${USER} exec ${tool('pgbench')} -n -T 600 ${options}`;
  }

  get majorVersion(): number {
    return Number(this.version.split('.')[0]);
  }

  /** The rows, cells apart by a tab. */
  query(sql: string): string[][] {
    const { status, stdout, stderr } = this.#psql(sql);
    if (status !== 0) throw new Error(`${sql}: ${stderr}`);
    return stdout
      .trimEnd()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t'));
  }

  /** Makes pgbench's tables. */
  initialize(scale: number): void {
    execFileSync(tool('pgbench'), ['-q', '-i', '-s', String(scale)], { stdio: 'ignore', env: this.#environment() });
  }

  /** Starts pgbench; with an application name, to be found by. `onLine` gets what it says of its progress. */
  pgbench(name: string, options: readonly string[], onLine?: (line: string) => void): void {
    const env = { ...this.#environment(), PGAPPNAME: name };
    const words = ['-n', '-T', '3600', ...options];
    const client = spawn(tool('pgbench'), words, { stdio: ['ignore', 'ignore', onLine ? 'pipe' : 'ignore'], env });
    if (client.stderr && onLine) createInterface(client.stderr).on('line', onLine);
    this.#clients.add(client);
  }

  /** The ids of the server's processes for the clients of that name, when there are as many. */
  async backends(name: string, count: number): Promise<number[]> {
    let found: number[] = [];
    const sql = `select pid from pg_stat_activity where application_name = '${name}' order by pid`;
    const isThere = async (): Promise<boolean> => {
      const before = found;
      found = this.query(sql).map(([pid]) => Number(pid));
      // pgbench has another connection at first, that it closes
      if (found.length >= count && found.join() === before.join()) return true;
      await sleep(300);
      return false;
    };
    if (!(await until(isThere, START_LIMIT_MS))) throw new Error(`${found.length} of ${count} clients of ${name}`);
    return found;
  }

  async endClients(): Promise<void> {
    const clients = [...this.#clients];
    for (const client of clients) client.kill('SIGKILL');
    await Promise.all(clients.map(endOf));
    this.#clients.clear();
  }

  async stop(): Promise<void> {
    await this.endClients();
    this.#server.kill('SIGINT');
    await endOf(this.#server);
    this.#clean();
  }

  /** What must not stay even if a test broke off. */
  #clean(): void {
    for (const client of this.#clients) client.kill('SIGKILL');
    this.#server.kill('SIGQUIT');
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #environment(): NodeJS.ProcessEnv {
    return { PATH: process.env.PATH, PGHOST: this.#folder, PGUSER: USER, PGDATABASE: USER };
  }

  #psql(sql: string): SpawnSyncReturns<string> {
    const words = ['-X', '-A', '-t', '-F', '\t', '-v', 'ON_ERROR_STOP=1', '-c', sql];
    return spawnSync(tool('psql'), words, { encoding: 'utf8', env: this.#environment() });
  }
}

function ids(): { uid: number; gid: number } | undefined {
  const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, USER], { encoding: 'utf8' }).stdout);
  return uid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

/** Debian has the server's programs in a folder that is not on PATH. */
function binaries(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(debian, version, 'bin')), ...(process.env.PATH ?? '').split(':')];
  return folders.find((folder) => ['postgres', 'initdb'].every((name) => existsSync(join(folder, name))));
}

function tool(name: string): string {
  const beside = join(binaries() ?? '', name);
  return existsSync(beside) ? beside : name;
}
