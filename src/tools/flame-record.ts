// flame-record: runs perf and bpftrace on one process under a workload; leaves tables and flame graphs.

import { helpText } from '../cli/help.ts';
import { nearestName } from '../cli/nearest.ts';
import { type Values, valuesOf } from '../cli/options.ts';
import { Status } from '../cli/report.ts';
import type { Command } from '../cli/run.ts';
import { UsageError } from '../engine/errors.ts';
import { backendChoiceOf } from '../record/backends.ts';
import { checkEarlier } from '../record/io/compare-runs.ts';
import { diagnose } from '../record/io/diagnose.ts';
import { dryRun } from '../record/io/find-target.ts';
import { record } from '../record/io/record-run.ts';
import { reportAgain } from '../record/io/report-again.ts';
import { ownFile } from '../record/io/run-folder.ts';
import { pathOf } from '../record/io/run-sync.ts';
import { settingsOf } from '../record/settings.ts';
import { severalOf } from '../record/target.ts';
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
    const [first] = world.operands;
    const asked = answerTo(options, first === 'help', world.columns);
    if (asked !== undefined) {
      await world.output([asked]);
      return Status.ok;
    }
    if (first === 'report') {
      const [, run, ...others] = world.operands;
      if (run === undefined || others.length > 0) throw new UsageError('report takes one run: DIR/LABEL');
      checkForReport(options);
      return reportAgain(run, options, options, world);
    }
    if (options.from !== undefined || options.to !== undefined)
      throw new UsageError('--from and --to are for flame-record report DIR/LABEL');
    const isOther = options.pid.length > 0 || options['pid-pattern'] !== undefined || world.operands.length > 0;
    const postgres = backendChoiceOf(options, isOther && first !== 'doctor');
    const choice = {
      pids: options.pid,
      postgres,
      pattern: options['pid-pattern'],
      container: options.container,
      several: severalOf(options),
    };
    if (first === 'doctor' && world.operands.length === 1) return diagnose(choice, options.sudo, world);
    checkProgram(first);
    const settings = settingsOf(options, world.operands, new Date());
    checkEarlier(settings);
    if (options['dry-run']) return dryRun(settings, choice, world);
    return record(settings, choice, { force: options.force, quiet: options.quiet }, world);
  },
};

const OF_REPORT: ReadonlySet<string> = new Set(['from', 'to', 'quiet', 'force']);

/** Throws UsageError for an option that changes only how a run is recorded: its files are there already. */
function checkForReport(options: Values<typeof recordOptions>): void {
  const unset = valuesOf(recordOptions, {});
  const useless = Object.entries(options).find(
    ([name, value]) => !OF_REPORT.has(name) && String(value) !== String(unset[name as keyof typeof unset]),
  );
  if (useless)
    throw new UsageError(`--${useless[0]} is for a recording; report takes --from, --to, --force and --quiet`);
}

/** Throws UsageError for a program that is nowhere, and that looks like one of the commands. */
function checkProgram(program: string | undefined): void {
  const meant = program === undefined || pathOf(program) ? undefined : nearestName(program, flameRecord.commands ?? []);
  if (meant) throw new UsageError(`no program ${program} on PATH; perhaps flame-record ${meant}`);
}

/** The answer to users who ask only for the path of a file of this package, or for help; undefined: they want more. */
function answerTo(
  options: Values<typeof recordOptions>,
  isHelp: boolean,
  columns: number | undefined,
): string | undefined {
  // make's `include` takes a blank for the end of a name
  if (options['makefile-path']) return `${ownFile('flamepipe.mk').replaceAll(' ', '\\ ')}\n`;
  if (options['bpf-path']) return `${ownFile('bpf', 'offcpu.bt')}\n`;
  return isHelp ? helpText(flameRecord, columns) : undefined;
}
