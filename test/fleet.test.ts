// docs/fleet.md: its Makefile merges profiles as one fold-merge of all does, and makes anew only what has changed.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { writePageFiles } from './fleet-page.ts';
import { shell, temporaryFolder } from './tools.ts';

const HOSTS = ['eu-db1', 'eu-web1', 'eu-web2', 'us-web1', 'us-web2', 'us-web3'];

const folder = temporaryFolder();
writePageFiles(folder);
mkdirSync(join(folder, 'profiles'));
for (const [i, host] of HOSTS.entries()) writeProfile(host, 'samples', i + 1);

function writeProfile(host: string, unit: string, count: number): void {
  const text = `# unit: ${unit}\napp;main ${count}\napp;main;${host} 1\n`;
  writeFileSync(join(folder, 'profiles', `${host}.folded.gz`), gzipSync(text));
}

async function run(line: string): Promise<string> {
  const { out, err, status } = await shell(line, folder);
  assert.equal(status, 0, `${line}: ${err}`);
  return out.toString();
}

test('the fleet page: a tree by make -j gives what one merge of all gives', async () => {
  await run('make -s -j4');
  const labels = HOSTS.map((host) => `--label '${host.slice(0, 2)};${host}=profiles/${host}.folded.gz'`).join(' ');
  const fleet = readFileSync(join(folder, 'fleet.folded'), 'utf8');
  assert.equal(fleet, await run(`fold-merge ${labels}`));
  assert.match(fleet, /^# unit: samples\neu;eu-db1;app;main 1\n/);
  assert.match(readFileSync(join(folder, 'fleet.svg'), 'utf8'), />us-web3/);
});

test('the fleet page: a new profile makes anew its site alone', async () => {
  writeProfile('us-web4', 'samples', 9);
  const later = new Date(Date.now() + 5000);
  utimesSync(join(folder, 'profiles/us-web4.folded.gz'), later, later);
  const said = await run('make -j4 fleet.folded');
  assert.match(said, /us-web4/);
  assert.doesNotMatch(said, /eu-db1/);
  assert.match(readFileSync(join(folder, 'fleet.folded'), 'utf8'), /^us;us-web4;app;main 9$/m);
});

test('the fleet page: a profile of another unit stops the merge', async () => {
  writeProfile('eu-db2', 'us', 1);
  const { err, status } = await shell('make -s -B -j4 fleet.folded', folder);
  assert.equal(status, 2);
  assert.match(
    err.toString(),
    /different units: samples in profiles\/eu-db1.folded.gz, us in profiles\/eu-db2.folded.gz/,
  );
});
