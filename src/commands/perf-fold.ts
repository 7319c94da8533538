// perf-fold: `perf script` text in, folded stacks out.

import { writeFileSync } from 'node:fs';
import { readInputs, telling } from '../cli/inputs.ts';
import type { OptionTable, Values } from '../cli/options.ts';
import { UsageError } from '../cli/report.ts';
import type { Command } from '../cli/run.ts';
import { StackTable } from '../fold/stack-table.ts';
import { PerfScript, type PerfScriptOptions } from '../parse/perf/script.ts';
import { describeStats, notesOn, statsOf, unitOf, whyEmpty } from '../parse/perf/stats.ts';
import { WHAT_TO_DO } from '../parse/sniff.ts';
import { foldingOptions } from './folding-options.ts';

const table = {
  'event-filter': {
    kind: 'text',
    value: 'EV',
    group: 'Samples',
    describe: 'fold this event; else the first in the input',
  },
  count: {
    kind: 'choice',
    choices: ['period', 'samples'],
    default: 'period',
    group: 'Samples',
    describe: 'what a sample weighs',
  },
  'unit-line': { kind: 'flag', group: 'Samples', describe: 'begin with a line such as `# unit: ns`, for fold-merge' },
  from: {
    kind: 'number',
    value: 'SECONDS',
    least: 0,
    group: 'Samples',
    describe: "leave out earlier samples: seconds after the first, or perf's own time",
  },
  to: { kind: 'number', value: 'SECONDS', least: 0, group: 'Samples', describe: 'leave out samples from here on' },
  by: { kind: 'choice', choices: ['comm', 'none'], default: 'comm', group: 'Root frame', describe: 'what it is' },
  pid: { kind: 'flag', group: 'Root frame', describe: 'comm-PID' },
  tid: { kind: 'flag', group: 'Root frame', describe: 'comm-PID/TID' },
  kernel: { kind: 'flag', group: 'Frames', describe: 'mark kernel frames _[k]' },
  jit: { kind: 'flag', group: 'Frames', describe: 'mark frames of JIT compilers _[j]' },
  all: { kind: 'flag', group: 'Frames', describe: 'same as --kernel --jit' },
  'inline-marks': { kind: 'flag', group: 'Frames', describe: 'mark inlined frames _[i]' },
  addrs: { kind: 'flag', group: 'Frames', describe: 'show the address of frames without a symbol' },
  srcline: { kind: 'flag', group: 'Frames', describe: 'append source lines, from perf script -F +srcline' },
  'skip-after': { kind: 'texts', value: 'FUNC', group: 'Frames', describe: 'leave out callers of FUNC (repeatable)' },
  ...foldingOptions,
} as const satisfies OptionTable;

export const perfFold: Command<typeof table> = {
  name: 'perf-fold',
  summary: 'Folds the text of `perf script`: one line a distinct stack, root first, with its count.',
  operands: '[FILE...]',
  options: table,
  examples: [
    ['perf script | perf-fold | flame-svg > cpu.svg', 'a flame graph of perf.data'],
    ['perf script --no-inline | perf-fold --kernel > cpu.folded', 'fast with DWARF call graphs, kernel marked'],
    ['perf-fold --event-filter cycles --from 10 --to 20 out.txt', 'ten seconds of one event'],
  ],
  async run(options, { operands, report, stop, interactive, output }) {
    const perf = new PerfScript(new StackTable(), readingOf(options), (kind, place, text) =>
      report.skip(kind, place, text),
    );
    await readInputs(
      operands,
      {
        begin: (name) => perf.beginInput(name),
        block: (bytes) => perf.write(bytes),
        end: (isWhole) => perf.endInput(isWhole),
        ...telling(report),
      },
      stop,
    );
    perf.finish();
    if (perf.samples === 0)
      return report.nothing(`${perf.input}: ${whyEmpty(perf)}`, WHAT_TO_DO[perf.kind] !== undefined);
    if (options['unit-line']) perf.table.unit = unitOf(perf, options.count);
    await output(perf.table.folded());
    for (const note of notesOn(perf)) report.note(note);
    const stats = statsOf(perf, options.count, report.skippedLines);
    if (options['stats-json'] !== undefined)
      writeFileSync(options['stats-json'], `${JSON.stringify(stats, null, 2)}\n`);
    if (options.stats || interactive) report.note(describeStats(stats));
    return report.finish(options.strict);
  },
};

function readingOf(options: Values<typeof table>): PerfScriptOptions {
  if (options.by === 'none' && (options.pid || options.tid)) {
    throw new UsageError('--by none leaves no root frame for --pid or --tid');
  }
  const { count, from, to, srcline } = options;
  return {
    ...{ count, from, to, srcline },
    by: options.tid ? 'tid' : options.pid ? 'pid' : options.by,
    event: options['event-filter'],
    maxDepth: options['max-depth'],
    markKernel: options.kernel || options.all,
    markJit: options.jit || options.all,
    markInlined: options['inline-marks'],
    addresses: options.addrs,
    tidy: !options['no-tidy'],
    demangle: !options['no-demangle'],
    keepHash: options['keep-hash'],
    skipAfter: options['skip-after'],
  };
}
