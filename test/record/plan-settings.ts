// Settings of a run, for tests: both profilers, for half a minute.

import type { Settings } from '../../src/record/settings.ts';
import type { Environment } from '../../src/record/window/plan.ts';

export const SETTINGS: Settings = {
  mode: 'both',
  seconds: 30,
  warmupSeconds: 2,
  frequency: 99,
  callGraph: undefined,
  callGraphBefore: undefined,
  offcpuStacks: 'fp',
  maxOverhead: 5,
  inline: true,
  waitEvents: undefined,
  sql: undefined,
  statements: false,
  wakerStacks: false,
  followChildren: false,
  sudo: false,
  label: 'a',
  outDir: 'out',
  title: undefined,
  compare: undefined,
  symfs: undefined,
  workload: undefined,
  command: undefined,
};
export const ENVIRONMENT: Environment = {
  pids: [7],
  folder: 'out/a',
  program: '/p/offcpu.bt',
  registers: 'x86-64',
  hasCallEvents: true,
  canUnwind: false,
  callGraph: { how: 'fp', why: 'as asked for' },
  offcpuStacks: { how: 'fp', why: 'as asked for' },
  hasCycles: true,
  hasKernelSymbols: false,
  isChrooted: false,
  hasSetpriv: true,
  symfs: undefined,
  tool: (name) => [name],
};
