// docs/exports.md with a real Pyroscope on the loopback: profiles go in with labels and come back with the same sums.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT, shell, temporaryFolder } from '../tools.ts';

const PYROSCOPE = process.env.PYROSCOPE ?? 'pyroscope';
const skip = spawnSync(PYROSCOPE, ['--version']).error
  ? 'no pyroscope on PATH nor in $PYROSCOPE: docs/exports.md says how to get one'
  : undefined;
if (skip !== undefined) console.error(`SKIPPED: docs/exports.md was not tried with Pyroscope: ${skip}`);

const folder = temporaryFolder();
const HTTP = 41_000 + (process.pid % 500) * 4;
const ADDRESS = `http://127.0.0.1:${HTTP}`;
const START = Math.floor(Date.now() / 1000) - 60;
const SECONDS = 5;
/** All parts of the server talk to each other; each has its own switch for the address. */
const LOOPBACK = [
  ...['server.http-listen-address', 'server.grpc-listen-address', 'memberlist.bind-addr', 'memberlist.advertise-addr'],
  ...['distributor.ring', 'overrides-exporter.ring', 'query-frontend', 'query-scheduler.ring', 'compactor.ring'].map(
    (part) => `${part}.instance-addr`,
  ),
  ...['store-gateway.sharding-ring.instance-addr', 'ingester.lifecycler.addr', 'segment-writer.lifecycler.addr'],
].map((option) => `-${option}=127.0.0.1`);
const AT_ONCE = ['segment-writer', 'ingester', 'metastore'].map((part) => `-${part}.min-ready-duration=0s`);

let server: ChildProcess | undefined;
before(async () => {
  if (skip !== undefined) return;
  const ports = [
    `-server.http-listen-port=${HTTP}`,
    `-server.grpc-listen-port=${HTTP + 1}`,
    `-memberlist.bind-port=${HTTP + 2}`,
    `-metastore.raft.bind-address=127.0.0.1:${HTTP + 3}`,
    `-metastore.raft.advertise-address=127.0.0.1:${HTTP + 3}`,
    ...['metastore', 'query-backend'].map((part) => `-${part}.address=127.0.0.1:${HTTP + 1}`),
  ];
  const others = ['-target=all', '-enable-query-backend-from=2020-01-01T00:00:00Z', '-usage-stats.enabled=false'];
  const args = [...others, '-self-profiling.disable-push=true', ...ports, ...LOOPBACK, ...AT_ONCE];
  server = spawn(PYROSCOPE, args, { cwd: folder, stdio: 'ignore' });
  for (let i = 0; i < 300; i++) {
    const answer = await fetch(`${ADDRESS}/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(200);
  }
  assert.fail('Pyroscope does not get ready');
});
after(() => server?.kill('SIGKILL'));

/** What Pyroscope answers to a question about the service `two` on host ber-1. */
async function ask(
  method: string,
  more: object,
): Promise<{ flamegraph?: FlameGraph; profileTypes?: { ID: string }[] }> {
  const answer = await fetch(`${ADDRESS}/querier.v1.QuerierService/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ start: (START - 60) * 1000, end: (START + 120) * 1000, ...more }),
  });
  return (await answer.json()) as { flamegraph?: FlameGraph };
}

interface FlameGraph {
  names: string[];
  /** four numbers a frame: the distance from the frame before, total, self, its name's place */
  levels: { values: (string | number)[] }[];
  total: string | number;
}

/** The value of each leaf: of Pyroscope's answer, and of folded text in units of `factor`. */
function selfOf({ names, levels }: FlameGraph): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { values } of levels) {
    for (let i = 0; i < values.length; i += 4) {
      const [self, name] = [Number(values[i + 2]), names[Number(values[i + 3])] ?? ''];
      if (self > 0) sums.set(name, (sums.get(name) ?? 0) + self);
    }
  }
  return sums;
}

function leavesOf(folded: string, factor: number): Map<string, number> {
  const sums = new Map<string, number>();
  for (const line of folded.split('\n')) {
    const [, stack, count] = /^(?!#)(.*) (\d+)$/.exec(line) ?? [];
    if (stack === undefined) continue;
    const leaf = stack.split(';').at(-1) ?? '';
    sums.set(leaf, (sums.get(leaf) ?? 0) + Number(count) * factor);
  }
  return sums;
}

const sorted = (sums: Map<string, number>): [string, number][] => [...sums].sort(([a], [b]) => (a < b ? -1 : 1));

test('Pyroscope has the labels, types and sums of what fold-export wrote', { skip }, async () => {
  const name = encodeURIComponent('two{host=ber-1,site=ber}');
  const push = (file: string, more: string): string =>
    `curl -sS --fail-with-body --data-binary @${file} '${ADDRESS}/ingest?name=${name}&from=${START}&until=${START + SECONDS}&${more}'`;
  const began = `--start ${START} --duration ${SECONDS}`;
  const { err, status } = await shell(
    `set -e
    perf-fold --no-unit-line --count samples ${ROOT}/fixtures/docs/out.perf-script > ${folder}/cpu.folded
    offcpu-fold ${ROOT}/fixtures/docs/offcpu.txt > ${folder}/off.folded
    cd ${folder}
    fold-export --pprof --unit samples ${began} cpu.folded > cpu.pb.gz
    fold-export --pprof --type offcpu ${began} off.folded > off.pb.gz
    ${push('cpu.pb.gz', 'format=pprof')}
    ${push('off.pb.gz', 'format=pprof')}`,
    folder,
  );
  assert.equal(`${err}`, '');
  assert.equal(status, 0);

  for (const [file, factor, unit] of [
    ['cpu', 1, 'samples:count'],
    ['off', 1000, 'offcpu:nanoseconds'],
  ] as const) {
    const folded = readFileSync(join(folder, `${file}.folded`), 'utf8');
    let profileTypeID: string | undefined;
    for (let i = 0; profileTypeID === undefined && i < 50; i++) {
      const { profileTypes = [] } = await ask('ProfileTypes', {});
      profileTypeID = profileTypes.find(({ ID }) => ID.includes(`:${unit}:`))?.ID;
      if (profileTypeID === undefined) await sleep(200);
    }
    const labelSelector = '{service_name="two",host="ber-1",site="ber"}';
    const { flamegraph } = await ask('SelectMergeStacktraces', { profileTypeID, labelSelector, maxNodes: 16384 });
    assert.ok(flamegraph, `${profileTypeID} is empty`);
    const expected = leavesOf(folded, factor);
    assert.equal(
      Number(flamegraph.total),
      [...expected.values()].reduce((sum, value) => sum + value),
    );
    assert.deepEqual(sorted(selfOf(flamegraph)), sorted(expected));
  }
});
