// flame-record: runs perf and bpftrace on one process under a workload; leaves tables and flame graphs.

import type { OptionTable } from '../cli/options.ts';
import { Status, UsageError } from '../cli/report.ts';
import type { Command } from '../cli/run.ts';
import { ownFile } from '../cli/run-folder.ts';
import { backendChoiceOf } from '../record/backends.ts';
import { MODES, settingsOf } from '../record/settings.ts';
import { checkEarlier } from './record-compare.ts';
import { diagnose } from './record-doctor.ts';
import { postgresOptions } from './record-postgres-options.ts';
import { record } from './record-run.ts';
import { dryRun } from './record-target.ts';

const options = {
  pid: { kind: 'texts', value: 'PID', group: 'Target', describe: 'this process (repeatable; a,b,c)' },
  'pid-pattern': {
    kind: 'text',
    value: 'REGEX',
    group: 'Target',
    describe: 'the process whose command line matches',
  },
  first: { kind: 'flag', group: 'Target', describe: 'of several that match, the one with the lowest PID' },
  all: { kind: 'flag', group: 'Target', describe: 'all that match' },
  container: {
    kind: 'text',
    value: 'NAME',
    group: 'Target',
    describe: 'look within a podman or docker container; --pid may be its own then',
  },
  mode: { kind: 'choice', choices: MODES, default: 'cpu', group: 'Recording', describe: 'what to record' },
  duration: { kind: 'number', value: 'SECONDS', default: 30, group: 'Recording', describe: 'how long' },
  frequency: {
    kind: 'number',
    value: 'HZ',
    default: 99,
    least: 1,
    whole: true,
    group: 'Recording',
    describe: 'samples a second',
  },
  warmup: {
    kind: 'number',
    value: 'SECONDS',
    least: 0,
    group: 'Recording',
    describe: 'of workload before the recording begins [2; without --workload 0]',
  },
  workload: { kind: 'text', value: 'COMMAND', group: 'Recording', describe: 'a shell line to run meanwhile' },
  'call-graph': {
    kind: 'text',
    value: 'HOW',
    default: 'dwarf,16384',
    group: 'Recording',
    describe: 'fp, dwarf[,SIZE] or lbr: how perf unwinds user stacks',
  },
  label: { kind: 'text', value: 'NAME', group: 'Output', describe: 'names the run [date and time]' },
  'out-dir': {
    kind: 'text',
    value: 'DIR',
    default: 'profiles',
    group: 'Output',
    describe: 'the run goes into DIR/NAME',
  },
  title: { kind: 'text', value: 'TEXT', group: 'Output', describe: 'heading of page and pictures [the label]' },
  compare: {
    kind: 'text',
    value: 'LABEL',
    group: 'Output',
    describe: 'tables and pictures against that earlier run in DIR',
  },
  force: { kind: 'flag', group: 'Output', describe: 'replace a run of the same label' },
  quiet: { kind: 'flag', group: 'Output', describe: 'no progress; results only' },
  symfs: { kind: 'text', value: 'DIR', group: 'Symbols', describe: 'where perf looks for binaries; else found out' },
  'no-symfs': { kind: 'flag', group: 'Symbols', describe: 'where perf looks by itself' },
  inline: { kind: 'flag', group: 'Symbols', describe: 'show inlined functions: takes minutes with DWARF call graphs' },
  sudo: { kind: 'flag', group: 'Recording', describe: 'run perf and bpftrace by sudo, which must ask for no password' },
  'dry-run': { kind: 'flag', group: 'Output', describe: 'print the commands, run none' },
  ...postgresOptions,
  'makefile-path': { kind: 'flag', group: 'Output', describe: 'print where flamepipe.mk is, for make' },
} as const satisfies OptionTable;

export const flameRecord: Command<typeof options> = {
  name: 'flame-record',
  summary: 'Records where a process spends its time, on a CPU and off, and leaves tables and flame graphs in DIR/NAME.',
  operands: '[-- COMMAND...] | doctor',
  options,
  examples: [
    ['flame-record --pid-pattern pgmqtt --mode both --workload "python3 load.py" --label baseline', 'under a workload'],
    [
      'flame-record --postgres service=app --backend-type "pgmqtt broker" --mode both --workload "python3 load.py"',
      'a process of a Postgres server, found in pg_stat_activity',
    ],
    ['flame-record --mode both --duration 10 -- ./server --port 80', 'start a program and record it'],
    ['flame-record doctor --pid 4242', 'what is missing on this machine, and in the binaries of a process'],
  ],
  epilogue: 'Needs perf (5.10), and for off-CPU time bpftrace (0.17), run as root.',
  async run(options, world) {
    if (options['makefile-path']) {
      await world.output([`${ownFile('flamepipe.mk')}\n`]);
      return Status.ok;
    }
    const [first] = world.operands;
    const isOther = options.pid.length > 0 || options['pid-pattern'] !== undefined || world.operands.length > 0;
    const postgres = backendChoiceOf(options, isOther && first !== 'doctor');
    if (typeof postgres === 'string') throw new UsageError(postgres);
    const choice = {
      pids: options.pid,
      postgres,
      pattern: options['pid-pattern'],
      container: options.container,
      first: options.first,
      all: options.all,
    };
    if (first === 'doctor' && world.operands.length === 1) return diagnose(choice, options.sudo, world);
    const settings = settingsOf(options, world.operands, new Date());
    if (typeof settings === 'string') throw new UsageError(settings);
    checkEarlier(settings);
    if (options['dry-run']) return dryRun(settings, choice, world);
    return record(settings, choice, { force: options.force, quiet: options.quiet }, world);
  },
};
