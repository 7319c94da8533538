// The options of flame-record, but for those of Postgres and of off-CPU stacks.

import type { OptionTable } from '../../cli/options.ts';
import { MODES } from '../../record/settings.ts';
import { offcpuOptions } from './offcpu-options.ts';
import { postgresOptions } from './postgres-options.ts';

export const recordOptions = {
  pid: { kind: 'texts', value: 'PID', group: 'Target', describe: 'record this process (repeatable; a,b,c)' },
  'pid-pattern': {
    kind: 'text',
    value: 'REGEX',
    group: 'Target',
    describe: 'record the processes whose command line matches',
  },
  first: { kind: 'flag', group: 'Target', describe: 'record the one with the lowest PID where several match' },
  all: {
    kind: 'flag',
    group: 'Target',
    describe: 'record all that match, each with a root frame comm-PID (the default)',
  },
  one: { kind: 'flag', group: 'Target', describe: 'record nothing where several match' },
  container: {
    kind: 'text',
    value: 'NAME',
    group: 'Target',
    describe: 'look within a podman or docker container; --pid may be its own then',
  },
  mode: { kind: 'choice', choices: MODES, default: 'cpu', group: 'Recording', describe: 'choose what to record' },
  duration: { kind: 'number', value: 'SECONDS', default: 30, group: 'Recording', describe: 'record for this long' },
  frequency: {
    kind: 'number',
    value: 'HZ',
    default: 99,
    least: 1,
    whole: true,
    group: 'Recording',
    describe: 'take HZ samples a second',
  },
  warmup: {
    kind: 'number',
    value: 'SECONDS',
    least: 0,
    group: 'Recording',
    describe: 'let the workload run before the recording begins [2; without --workload 0]',
  },
  workload: { kind: 'text', value: 'COMMAND', group: 'Recording', describe: 'run a shell line meanwhile' },
  children: {
    kind: 'flag',
    group: 'Recording',
    describe: 'record all descendants of the target, those that live and those yet to be forked',
  },
  sudo: { kind: 'flag', group: 'Recording', describe: 'run perf and bpftrace by sudo, which must ask for no password' },
  'call-graph': {
    kind: 'text',
    value: 'HOW',
    default: 'auto',
    group: 'Recording',
    describe: 'unwind user stacks so: fp, dwarf[,SIZE], lbr; auto: as the binaries and the warm-up say',
  },
  ...offcpuOptions,
  label: { kind: 'text', value: 'NAME', group: 'Output', describe: 'name the run [date and time]' },
  'out-dir': {
    kind: 'text',
    value: 'DIR',
    default: 'profiles',
    group: 'Output',
    describe: 'write the run into DIR/NAME',
  },
  title: { kind: 'text', value: 'TEXT', group: 'Output', describe: 'set the heading of page and pictures [the label]' },
  compare: {
    kind: 'text',
    value: 'LABEL',
    group: 'Output',
    describe: 'compare with that earlier run in DIR, in tables and pictures',
  },
  force: { kind: 'flag', group: 'Output', describe: 'replace a run of the same label' },
  quiet: { kind: 'flag', group: 'Output', describe: 'print results only, no progress' },
  symfs: {
    kind: 'text',
    value: 'DIR',
    group: 'Symbols',
    describe: "look for binaries below DIR, not in the target's own root",
  },
  'no-inline': {
    kind: 'flag',
    group: 'Symbols',
    describe: 'show no inlined functions, and the names that perf and bpftrace gave',
  },
  from: {
    kind: 'number',
    value: 'SECONDS',
    least: 0,
    group: 'Output',
    describe: 'leave samples before this second out of a report',
  },
  to: {
    kind: 'number',
    value: 'SECONDS',
    least: 0,
    group: 'Output',
    describe: 'leave samples from this second on out of a report',
  },
  'dry-run': { kind: 'flag', group: 'Output', describe: 'print the commands, run none' },
  ...postgresOptions,
  'makefile-path': { kind: 'flag', group: 'Output', describe: 'print where flamepipe.mk is, for make' },
  'bpf-path': { kind: 'flag', group: 'Output', describe: 'print where offcpu.bt is, for bpftrace' },
} as const satisfies OptionTable;
