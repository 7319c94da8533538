// docs/fleet.md with real ssh servers on addresses of this machine, each with keys, ports and folders of its own; nothing
// of the user's ~/.ssh is read or written. Two hosts record; of the others one refuses, one is mute and one lacks perf.

import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { writePageFiles } from '../fleet-page.ts';
import { ENVIRONMENT, shell, temporaryFolder } from '../tools.ts';

const SSHD = '/usr/sbin/sshd';
const PRIVILEGE_SEPARATION = '/run/sshd';
const PORT = 42_000 + (process.pid % 2000);
const SECONDS = 1;

function obstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'sshd and perf -a need root';
  if (!existsSync(SSHD)) return 'sshd is not installed: apt-get install openssh-server';
  for (const [program, flag] of [
    ['parallel', '--version'],
    ['ssh', '-V'],
    ['perf', '--version'],
  ] as const) {
    if (spawnSync(program, [flag]).error) return `${program} is not installed: apt-get install ${program}`;
  }
  const probe = spawnSync('perf', ['record', '-q', '-a', '-g', '-o', join(folder, 'probe'), '--', 'true']);
  return probe.status === 0 ? undefined : `perf may not record: ${String(probe.stderr).trim().split('\n')[0]}`;
}

const folder = temporaryFolder();
const servers: ChildProcess[] = [];
const listeners: Server[] = [];
let madeFolder = false;
after(() => {
  for (const server of servers) server.kill('SIGTERM');
  for (const listener of listeners) listener.close();
  if (madeFolder) rmdirSync(PRIVILEGE_SEPARATION);
});

const skip = obstacle();
if (skip !== undefined) console.error(`SKIPPED: docs/fleet.md was not tried with ssh: ${skip}`);

function makeKey(name: string): string {
  const file = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file]);
  return readFileSync(`${file}.pub`, 'utf8');
}

/** An ssh server on an address of its own, whose sessions have this PATH. */
async function serve(address: string, path: string): Promise<string> {
  const hostKey = makeKey(`host-${address}`);
  const config = join(folder, `sshd-${address}`);
  writeFileSync(
    config,
    [
      `ListenAddress ${address}:${PORT}`,
      `HostKey ${join(folder, `host-${address}`)}`,
      `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
      'PidFile none',
      'UsePAM no',
      'StrictModes no',
      'PermitRootLogin prohibit-password',
      'PasswordAuthentication no',
      `SetEnv PATH=${path}`,
      '',
    ].join('\n'),
  );
  const server = spawn(SSHD, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  servers.push(server);
  let said = '';
  server.stderr?.on('data', (bytes) => {
    said += bytes;
  });
  for (let i = 0; i < 200 && !said.includes('Server listening'); i++) await sleep(50);
  assert.match(said, /Server listening/);
  return `[${address}]:${PORT} ${hostKey}`;
}

/** Takes connections and says nothing. */
async function beMute(address: string): Promise<void> {
  const listener = createServer((socket) => socket.on('error', () => {}).unref()).listen(PORT, address);
  listeners.push(listener.unref());
  await once(listener, 'listening');
}

test('a fleet is recorded over ssh, and who fails is named', { skip }, async () => {
  if (!existsSync(PRIVILEGE_SEPARATION)) {
    mkdirSync(PRIVILEGE_SEPARATION, { mode: 0o755 });
    madeFolder = true;
  }
  writeFileSync(join(folder, 'authorized_keys'), makeKey('user'), { mode: 0o600 });
  const known = [
    await serve('127.0.0.2', ENVIRONMENT.PATH),
    await serve('127.0.0.3', ENVIRONMENT.PATH),
    await serve('127.0.0.4', join(folder, 'nothing')),
  ];
  writeFileSync(join(folder, 'known_hosts'), known.join(''));
  await beMute('127.0.0.6');
  const hosts = ['eu-web1', 'us-web2', 'eu-bare', 'eu-off', 'us-mute'];
  writeFileSync(join(folder, 'hosts'), hosts.map((host) => `${host}\n`).join(''));
  writeFileSync(
    join(folder, 'ssh_config'),
    [
      ...hosts.map((host, i) => `Host ${host}\n  HostName 127.0.0.${i + 2}\n`),
      `Host *\n  User ${userInfo().username}\n  Port ${PORT}\n  IdentityFile ${join(folder, 'user')}\n  IdentitiesOnly yes`,
      `  UserKnownHostsFile ${join(folder, 'known_hosts')}\n  GlobalKnownHostsFile /dev/null`,
      '  StrictHostKeyChecking yes\n  BatchMode yes\n  ConnectTimeout 5\n',
    ].join('\n'),
  );
  assert.deepEqual(writePageFiles(folder), ['record.sh', 'collect.sh', 'Makefile']);

  const { out, err, status } = await shell(`bash collect.sh hosts ${SECONDS}`, folder);
  assert.equal(out.toString(), '');
  const lines = err.toString().trimEnd().split('\n');
  assert.equal(lines.length, 3, err.toString());
  assert.match(lines[0] as string, /^collect: no profile of eu-bare: .*not found/);
  assert.match(lines[1] as string, /^collect: no profile of eu-off: ssh: .*refused/);
  assert.match(lines[2] as string, /^collect: no profile of us-mute: \S/);
  assert.equal(status, 1);
  const profiles = readdirSync(join(folder, 'profiles')).filter((name) => !name.endsWith('.err'));
  assert.deepEqual(profiles, ['eu-web1.folded.gz', 'us-web2.folded.gz']);

  const merged = await shell('make -s -j4', folder);
  assert.equal(merged.status, 0, merged.err.toString());
  const fleet = readFileSync(join(folder, 'fleet.folded'), 'latin1');
  for (const root of ['eu;eu-web1;', 'us;us-web2;']) assert.ok(fleet.includes(`\n${root}`), fleet.slice(0, 300));
  const sumOf = async (line: string): Promise<number> =>
    (await shell(line, folder)).out
      .toString('latin1')
      .split('\n')
      .reduce((sum, each) => sum + (/^[^#].* (\d+)$/.exec(each) ? Number(each.split(' ').at(-1)) : 0), 0);
  assert.equal(await sumOf('cat fleet.folded'), await sumOf('zcat profiles/*.gz'));

  const line = "printf '%s\\n' profiles/*.folded.gz | parallel -j8 -n 100 fold-merge | fold-merge";
  assert.equal(
    (await shell(line, folder)).out.toString('latin1'),
    (await shell('fold-merge profiles/*.gz', folder)).out.toString('latin1'),
  );
});
