// offcpu-classify: reads off-CPU dumps or folded stacks, writes a table of reasons or folded stacks with their reason.

import { readFileSync } from 'node:fs';
import { fitLines } from '../cli/fit-lines.ts';
import { isSystemError, reason } from '../cli/inputs.ts';
import { latin1, utf8 } from '../cli/latin1.ts';
import type { Command } from '../cli/run.ts';
import { UsageError } from '../engine/errors.ts';
import { NANOSECONDS } from '../offcpu/read/stacks.ts';
import { Reasons } from '../offcpu/reason/reasons.ts';
import { decodeWaitEvent } from '../offcpu/reason/wait-event.ts';
import { compare, doubtsOn, type Run } from '../offcpu/table/comparison.ts';
import { measuredReason } from '../offcpu/table/limit.ts';
import { formatTable } from '../offcpu/table/reason-table.ts';
import { compareWhere } from '../offcpu/table/where-rows.ts';
import { checkLimits } from '../stacks/diff/limit.ts';
import { namesByMaps } from './folding/maps.ts';
import { writeFolded } from './folding/write.ts';
import { namedFiles, readBaseline } from './offcpu-classify/baseline.ts';
import { limitsOf } from './offcpu-classify/limits.ts';
import { classifyOptions } from './offcpu-classify/options.ts';
import { comparable, readRun } from './offcpu-classify/run.ts';
import { formatOf, textOf, whereNotes } from './offcpu-classify/text.ts';
import { WaitEventNames } from './offcpu-classify/wait-events.ts';

export const offcpuClassify: Command<typeof classifyOptions> = {
  name: 'offcpu-classify',
  summary: 'Shows why threads did not run: finds the reason of each off-CPU stack and adds up the time.',
  operands: '[FILE...]',
  options: classifyOptions,
  examples: [
    ['bpftrace bpf/offcpu.bt PID | offcpu-classify', 'show what it was blocked on'],
    ['offcpu-fold dump.txt | offcpu-classify --table --meaning', 'read folded stacks, add Postgres wait events'],
    ['offcpu-classify dump.txt | flame-svg --color=io > off.svg', 'draw a flame graph with reasons at its root'],
    ['offcpu-classify --baseline before.txt after.txt', 'show what has changed'],
  ],
  epilogue: 'docs/reasons.md lists the reasons and explains how to write rules.',
  async run(options, { operands, report, stop, stdin, terminal, columns, output }) {
    const format = formatOf(options, terminal);
    const ownRules = options.rules.map(ruleFile);
    const version = options['pg-version'];
    const named = new Reasons(ownRules, (event) => decodeWaitEvent(version, event));
    const limits = limitsOf(options['fail-over'], options.baseline.length > 0, named);
    const events = new WaitEventNames(version);
    const newReasons = (): Reasons => new Reasons(ownRules, (event) => events.name(event));
    const reasons = newReasons();
    const baselines = namedFiles(options.baseline);
    const files = [...(operands.length > 0 ? operands : ['-']), ...baselines.map(({ file }) => file)];
    if (baselines.length > 0 && files.indexOf('-') < files.lastIndexOf('-')) {
      throw new UsageError('stdin can be one run, not two: name a file for the other');
    }

    const { lookup, nameLock } = await namesByMaps(options.maps, options.symfs);
    const particulars = options['no-particulars'] ? undefined : nameLock;
    const before: Run[] = [];
    const notes: string[] = [];
    const losses: string[] = [];
    const unit = options['baseline-unit'] === 'auto' ? options['input-unit'] : options['baseline-unit'];
    for (const baseline of baselines) {
      const settings = {
        ...options,
        'input-unit': unit,
        window: undefined,
        reasons: newReasons(),
        particulars,
        nameLock,
      };
      const earlier = await readBaseline(baseline, settings, report, { stop, stdin });
      before.push(earlier.run);
      notes.push(...earlier.notes);
      losses.push(...earlier.losses);
    }
    const read = await readRun(operands, { ...options, reasons, particulars, nameLock, lookup }, report, {
      stop,
      stdin,
    });
    const { account, places: where, callPlaces: calls } = read;
    if (account.isEmpty) return report.nothing(read.whyEmpty, read.isForeign);
    const run = comparable(nameOf(operands), read);
    const table = compare(run, before);
    const { failures, notes: notBroken } = checkLimits(limits, (limit) => measuredReason(limit, table));

    if (format === 'folded') {
      for (const { name, ns } of table.excluded) {
        report.note(`left out ${Math.round(ns / 1000)} us of ${name}, which is no waiting`);
      }
      const folded = account.folded(NANOSECONDS[options.unit]);
      folded.unit = options.unit;
      await writeFolded(folded, options, { output, report });
    } else {
      const whereTable = compareWhere(run, before);
      const text = textOf(format, table, account, { ...options, where, calls, whereTable, columns });
      if (!account.isExact) report.note('sums above 2^53 ns, 104 days, are rounded in their last digits');
      for (const note of whereNotes(where, options.maps.length > 0, read.hasObjects)) report.note(note);
      if (where && before.length > 0 && !whereTable) report.note('a baseline does not tell whose waits it has');
      await output([Buffer.from(format === 'table' ? fitLines(text, columns) : text, 'latin1')]);
    }
    const eventNotes = options.meaning || options.where ? events.notes : [];
    if (options.summary) report.text(formatTable(table, options));
    for (const loss of [...losses, ...read.losses]) report.cutInput(loss);
    for (const note of [...notes, ...read.notes, ...eventNotes, ...[...doubtsOn(table), ...notBroken].map(utf8)])
      report.note(note);
    for (const failure of failures) report.breakLimit(utf8(failure));
    return report.finish(options.strict);
  },
};

function nameOf(operands: readonly string[]): string {
  const files = operands.filter((operand) => operand !== '-');
  return files.length > 0 && files.length === operands.length ? latin1(files.join(' + ')) : 'this run';
}

function ruleFile(name: string): { name: string; text: string } {
  try {
    return { name, text: readFileSync(name, 'latin1') };
  } catch (error) {
    throw isSystemError(error) ? new UsageError(`${name}: ${reason(error)}`) : error;
  }
}
