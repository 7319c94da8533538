import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { failureText } from '../../src/record/failure.ts';
import { pageHtml } from '../../src/record/page.ts';
import { bpftraceCommand, foldCpuStep, type Ground, offcpuSteps, perfCommand } from '../../src/record/plan.ts';
import type { Settings } from '../../src/record/settings.ts';
import { shellLine, shellWord } from '../../src/record/shell-words.ts';
import { shell, temporaryFolder } from '../tools.ts';

const SETTINGS: Settings = {
  mode: 'both',
  seconds: 30,
  warmupSeconds: 2,
  frequency: 99,
  callGraph: 'fp',
  inline: false,
  waitEvents: undefined,
  label: 'a',
  outDir: 'out',
  title: undefined,
  symfs: undefined,
  workload: undefined,
  command: undefined,
};
const GROUND: Ground = {
  pids: [7],
  folder: 'out/a',
  program: '/p/offcpu.bt',
  hasCycles: true,
  symfs: undefined,
  tool: (name) => [name],
};

describe('plan', () => {
  test('perf samples cycles where there are any, else the clock', () => {
    const event = (hasCycles: boolean): unknown => perfCommand(SETTINGS, { ...GROUND, hasCycles })?.argv[3];
    assert.deepEqual([event(true), event(false)], ['cycles', 'cpu-clock']);
  });

  test('a mode is which profilers there are', () => {
    assert.equal(perfCommand({ ...SETTINGS, mode: 'offcpu' }, GROUND), undefined);
    assert.equal(bpftraceCommand({ ...SETTINGS, mode: 'cpu' }, GROUND), undefined);
    assert.deepEqual(bpftraceCommand(SETTINGS, GROUND)?.argv, ['bpftrace', '/p/offcpu.bt', '7']);
  });

  test('wait events: their address is the second operand, and their version what the reasons are read with', () => {
    const ground = { ...GROUND, waitEvents: { address: 0x55aa00fan, version: 16 } };
    assert.deepEqual(bpftraceCommand(SETTINGS, ground)?.argv, ['bpftrace', '/p/offcpu.bt', '7', '0x55aa00fa']);
    for (const { stages } of offcpuSteps(SETTINGS, ground, false).slice(0, 3)) {
      assert.match((stages[0] ?? []).join(' '), /^offcpu-classify .* --meaning --pg-version 16 -- /);
    }
    const without = { ...GROUND, waitEvents: 'Postgres 13 exports no my_wait_event_info' };
    assert.deepEqual(bpftraceCommand(SETTINGS, without)?.argv, ['bpftrace', '/p/offcpu.bt', '7']);
    assert.ok(!offcpuSteps(SETTINGS, without, false)[0]?.stages[0]?.includes('--meaning'));
  });

  test('both names of the map size, and the symbol cache', () => {
    assert.deepEqual(Object.keys(bpftraceCommand(SETTINGS, GROUND)?.environment ?? {}), [
      'BPFTRACE_CACHE_USER_SYMBOLS',
      'BPFTRACE_MAP_KEYS_MAX',
      'BPFTRACE_MAX_MAP_KEYS',
    ]);
  });

  test('samples are cut to the window, every digit kept', () => {
    const [script] = foldCpuStep(SETTINGS, GROUND, { startNs: 6713000000001, endNs: 6716366830002 }).stages;
    assert.ok(script?.includes('6713.000000001,6716.366830002'), script?.join(' '));
    assert.ok(script?.includes('--no-inline'));
    assert.ok(!foldCpuStep({ ...SETTINGS, inline: true }, GROUND, undefined).stages[0]?.includes('--no-inline'));
  });

  test('sleepers are one more input', () => {
    const last = (hasSleepers: boolean) => offcpuSteps(SETTINGS, GROUND, hasSleepers)[0]?.stages[0]?.at(-1);
    assert.deepEqual([last(false), last(true)], ['out/a/offcpu.raw', 'out/a/offcpu.sleepers.folded']);
  });
});

test('a shell reads a quoted line back as it was', async () => {
  const words = ['a b', "it's", '$(reboot)', '`x`', '*', '', '\\', 'a\nb', '--x=1', '~', '!', 'é;&|<>'];
  const { out } = await shell(`printf '%s\\0' ${shellLine(words)}`, temporaryFolder());
  assert.deepEqual(out.toString().split('\0').slice(0, -1), words);
  assert.equal(shellWord('/a-b_c.d,e=f:g@h'), '/a-b_c.d,e=f:g@h');
});

test('a failure is told in the words of the tool', () => {
  const failed = { code: 255, signal: null };
  const perf = 'Error:\nAccess to performance monitoring is limited.\nConsider adjusting\n';
  assert.equal(
    failureText('perf', failed, perf),
    'perf failed (status 255): Access to performance monitoring is limited. Consider adjusting',
  );
  assert.equal(failureText('perf', { code: null, signal: 'SIGKILL' }, ''), 'perf failed (SIGKILL) without a word');
  assert.equal(failureText('perf', { ...failed, problem: 'perf is not installed' }, 'x'), 'perf is not installed');
});

test('the page: no name becomes markup', () => {
  const evil = `<script>alert("1")</script>&'`;
  const html = pageHtml({
    title: evil,
    facts: [[evil, evil]],
    warnings: [evil],
    sections: [{ title: evil, text: evil }],
    pictures: [{ title: evil, file: 'cpu.svg', folded: 'cpu.folded' }],
  });
  assert.doesNotMatch(html, /<script/);
  assert.equal(html.split('&lt;script&gt;').length - 1, 9);
});
