import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkLabel, labelOf, type SettingOptions, settingsOf } from '../../src/record/settings.ts';
import { answerOrRefusal } from './refusal.ts';

const NOW = new Date(2024, 5, 1, 9, 5, 7);
const OPTIONS: SettingOptions = {
  mode: 'cpu',
  duration: 30,
  warmup: 2,
  frequency: 99,
  'call-graph': 'dwarf,16384',
  'off-cpu-stacks': 'fp',
  'max-overhead': 5,
  'no-inline': false,
  'wait-events': false,
  'no-wait-events': false,
  sudo: false,
  label: undefined,
  'out-dir': 'profiles',
  title: undefined,
  compare: undefined,
  symfs: undefined,
  workload: undefined,
  postgres: undefined,
  statements: false,
  wakers: 'threads',
  children: false,
  sql: undefined,
};
const made = (options: Partial<SettingOptions>, command: string[] = []) =>
  answerOrRefusal(() => settingsOf({ ...OPTIONS, ...options }, command, NOW));

describe('settingsOf', () => {
  test('names a run without a label by date and time', () => {
    assert.equal(labelOf(NOW), '20240601-090507');
    assert.equal((made({}) as { label: string }).label, '20240601-090507');
  });

  test('takes what perf takes for a call graph', () => {
    for (const [text, callGraph] of [
      ['fp', 'fp'],
      ['lbr', 'lbr'],
      ['dwarf', 'dwarf,16384'],
      ['dwarf,8192', 'dwarf,8192'],
    ] as const) {
      const settings = made({ 'call-graph': text });
      assert.ok(typeof settings === 'object');
      assert.equal(settings.callGraph, callGraph);
    }
    for (const text of ['', 'no', 'dwarf,', 'dwarf,0', 'dwarf,7', 'dwarf,65536', 'fp,1', 'dwarf,8;reboot']) {
      assert.match(String(made({ 'call-graph': text })), /^--call-graph takes /);
    }
  });

  test('refuses whole stacks off the CPU that nobody would unwind', () => {
    const whole = { 'off-cpu-stacks': 'dwarf' } as const;
    assert.match(String(made({ ...whole, mode: 'cpu' })), /needs --mode both or offcpu$/);
    assert.match(String(made({ ...whole, mode: 'offcpu' }, ['true'])), /needs --mode both for a COMMAND/);
    for (const settings of [made({ ...whole, mode: 'both' }, ['true']), made({ ...whole, mode: 'offcpu' })])
      assert.equal((settings as { offcpuStacks: string }).offcpuStacks, 'dwarf');
  });

  test('refuses a window of no length, and an empty workload', () => {
    for (const duration of [0, -1, Number.NaN]) assert.match(String(made({ duration })), /^--duration takes/);
    assert.match(String(made({ workload: ' ' })), /^--workload takes/);
  });
});

test('a label can name a folder, and nothing but one in the out-dir', () => {
  for (const label of ['baseline', '2024-06-01_12.30', 'fsync=off', 'à', '_x', 'a'.repeat(100)]) {
    checkLabel('--label', label);
  }
  const bad = [
    '',
    '.',
    '..',
    'a/b',
    '/a',
    '../a',
    'a..b',
    '-a',
    '.a',
    'a b',
    'a\nb',
    'a\0',
    "a'b",
    '$(x)',
    'a'.repeat(101),
  ];
  for (const label of bad)
    assert.match(String(answerOrRefusal(() => checkLabel('--label', label))), /^--label names a folder/, label);
});
