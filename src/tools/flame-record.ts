// flame-record: runs perf and bpftrace on one process under a workload; leaves tables and flame graphs.

import type { Command } from '../cli/run.ts';
import { recordOptions } from './flame-record/options.ts';

export const flameRecord: Command<typeof recordOptions> = {
  name: 'flame-record',
  summary: 'Records where a process spends its time, on a CPU and off, and leaves tables and flame graphs in DIR/NAME.',
  operands: '[-- COMMAND...] | report DIR/LABEL | doctor | help',
  commands: ['report', 'doctor', 'help'],
  options: recordOptions,
  examples: [
    [
      'flame-record --pid-pattern pgmqtt --mode both --workload "python3 load.py" --label baseline',
      'record under a workload',
    ],
    [
      'flame-record --postgres service=app --backend-type "pgmqtt broker" --workload "python3 load.py"',
      'record a process of a Postgres server, found in pg_stat_activity',
    ],
    ['flame-record --mode both --duration 10 -- ./server --port 80', 'start a program and record it'],
    ['flame-record report profiles/baseline --from 2 --to 5', 'make the report again, of a part of the window'],
    ['flame-record doctor --pid 4242', 'tell what is missing on this machine, and in the binaries of a process'],
  ],
  epilogue: 'Needs perf (5.10), and for off-CPU time bpftrace (0.17), run as root.',
  async run(options, world) {
    const { runRecorder } = await import('./flame-record/recorder.ts');
    return runRecorder(flameRecord, options, world);
  },
};
