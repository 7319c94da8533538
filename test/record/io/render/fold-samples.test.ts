import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Report } from '../../../../src/cli/report.ts';
import { foldSamples } from '../../../../src/record/io/render/fold-samples.ts';

test('of a target that slept through the window perf has switches, and no sample', async () => {
  const blocks: string[] = [];
  const text = 'sleep 7/7 1.000000: 1 sched:sched_switch: \n\tffffffff81000000 __schedule ([kernel.kallsyms])\n\n';
  const source = {
    text: (async function* () {
      yield Buffer.from(text);
    })(),
    end: async () => [],
  };
  const report = new Report('test', () => {});
  const switches = { begin() {}, block: (block: Uint8Array) => void blocks.push(`${block}`), end: () => undefined };
  const folded = await foldSamples(
    source,
    { by: 'tid', count: 'samples', event: ['cpu-clock'] },
    report,
    undefined,
    switches,
  );
  assert.equal(folded, undefined);
  assert.deepEqual(blocks, [text]);
});

test('where perf script failed and printed nothing, that is the failure, not the empty input', async () => {
  const source = {
    text: (async function* (): AsyncGenerator<Uint8Array> {})(),
    end: async () => [{ code: 255, signal: null }],
  };
  await assert.rejects(foldSamples(source, { by: 'tid' }, new Report('test', () => {})), {
    name: 'Error',
    ending: { code: 255, signal: null },
  });
});
