// What flame-record does: a recording, a report made again, or an answer.

import { helpText } from '../../cli/help.ts';
import { nearestName } from '../../cli/nearest.ts';
import { type Values, valuesOf } from '../../cli/options.ts';
import { Status } from '../../cli/report.ts';
import type { Command, World } from '../../cli/run.ts';
import { UsageError } from '../../engine/errors.ts';
import { diagnose } from '../../record/io/diagnose.ts';
import { record } from '../../record/io/record-run.ts';
import { likeEarlier } from '../../record/io/render/compare-runs.ts';
import { reportAgain } from '../../record/io/report-again.ts';
import { ownFile } from '../../record/io/system/run-folder.ts';
import { pathOf } from '../../record/io/system/run-sync.ts';
import { dryRun } from '../../record/io/target/find-target.ts';
import { settingsOf } from '../../record/settings.ts';
import { backendChoiceOf } from '../../record/target/backends.ts';
import { severalOf } from '../../record/target/target.ts';
import { recordOptions } from './options.ts';

type Recorder = Command<typeof recordOptions>;

/** Gives the exit status. Throws UsageError and InputError. */
export async function runRecorder(
  command: Recorder,
  options: Values<typeof recordOptions>,
  world: World,
): Promise<number> {
  const [first] = world.operands;
  const asked = answerTo(command, options, first === 'help', world.columns);
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
    followChildren: options.children,
  };
  if (first === 'doctor' && world.operands.length === 1) return diagnose(choice, options.sudo, world);
  checkProgram(first, command.commands ?? []);
  const settings = likeEarlier(settingsOf(options, world.operands, new Date()));
  if (options['dry-run']) return dryRun(settings, choice, world);
  return record(settings, choice, { force: options.force, quiet: options.quiet }, world);
}

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
function checkProgram(program: string | undefined, commands: readonly string[]): void {
  const meant = program === undefined || pathOf(program) ? undefined : nearestName(program, commands);
  if (meant) throw new UsageError(`no program ${program} on PATH; perhaps flame-record ${meant}`);
}

/** The answer to users who ask only for the path of a file of this package, or for help; undefined: they want more. */
function answerTo(
  command: Recorder,
  options: Values<typeof recordOptions>,
  isHelp: boolean,
  columns: number | undefined,
): string | undefined {
  // make's `include` takes a blank for the end of a name
  if (options['makefile-path']) return `${ownFile('flamepipe.mk').replaceAll(' ', '\\ ')}\n`;
  if (options['bpf-path']) return `${ownFile('bpf', 'offcpu.bt')}\n`;
  return isHelp ? helpText(command, columns) : undefined;
}
