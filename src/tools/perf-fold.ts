// perf-fold: `perf script` text in, folded stacks out.

import { writeFileSync } from 'node:fs';
import { readInputs, telling } from '../cli/inputs.ts';
import type { Command } from '../cli/run.ts';
import { StackTable } from '../engine/stack-table.ts';
import { PerfScript } from '../perf/script.ts';
import { describeStats, notesOn, statsOf, unitOf, whyEmpty } from '../perf/stats.ts';
import { WHAT_TO_DO } from '../stacks/sniff.ts';
import { perfFoldOptions, readingOf } from './perf-fold/options.ts';

export const perfFold: Command<typeof perfFoldOptions> = {
  name: 'perf-fold',
  summary: 'Folds the text of `perf script`: writes one line per distinct stack, root first, with its count.',
  operands: '[FILE...]',
  options: perfFoldOptions,
  examples: [
    ['perf script | perf-fold | flame-svg > cpu.svg', 'draw perf.data as a flame graph'],
    ['perf script --no-inline | perf-fold --kernel > cpu.folded', 'fold DWARF call graphs fast, mark kernel frames'],
    ['perf-fold --event-filter cycles --from 10 --to 20 out.txt', 'fold ten seconds of one event'],
  ],
  async run(options, { operands, report, stop, stdin, interactive, output }) {
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
      { stop, stdin },
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
