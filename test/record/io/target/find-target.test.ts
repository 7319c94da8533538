// What is chosen for a command that has not begun.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uncountedStacks } from '../../../../src/record/io/target/find-target.ts';
import { SETTINGS } from '../../plan-settings.ts';

test('stacks off the CPU are not walked by DWARF where those on it have frame pointers, unless asked for', () => {
  const settings = { ...SETTINGS, mode: 'both', offcpuStacks: 'auto' } as const;
  assert.equal(uncountedStacks(settings, 'fp', 1e12).how, 'fp');
  assert.equal(uncountedStacks({ ...settings, offcpuStacks: 'dwarf' }, 'fp', 1e12).how, 'dwarf');
});

test('perf records no switches of a command whose other half is not recorded', () => {
  for (const mode of ['cpu', 'offcpu'] as const)
    assert.equal(uncountedStacks({ ...SETTINGS, mode, offcpuStacks: 'auto' }, 'dwarf,16384', 1e12).how, 'fp');
});
