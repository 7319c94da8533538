// perf-fold: reads the text of `perf script`, writes folded stacks.

import { writeFileSync } from 'node:fs';
import { messagesTo, readInputs } from '../cli/inputs.ts';
import type { Command } from '../cli/run.ts';
import { PerfFold } from '../perf/fold-perf.ts';
import { describeStats } from '../perf/stats.ts';
import { symbolizerOf } from './folding/objects.ts';
import { writeFolded } from './folding/write.ts';
import { foldingOf, perfFoldOptions } from './perf-fold/options.ts';

export const perfFold: Command<typeof perfFoldOptions> = {
  name: 'perf-fold',
  summary: 'Folds the text of `perf script`: writes one line per distinct stack, root first, with its count.',
  operands: '[FILE...]',
  options: perfFoldOptions,
  examples: [
    ['perf script | perf-fold | flame-svg > cpu.svg', 'draw perf.data as a flame graph'],
    ['perf script --no-inline | perf-fold --kernel > cpu.folded', 'fold DWARF call graphs fast, mark kernel frames'],
    ['perf script --no-inline --show-mmap-events | perf-fold --inline', 'add inlined functions, in a second'],
    ['perf-fold --event-filter cycles --from 10 --to 20 out.txt', 'fold ten seconds of one event'],
  ],
  async run(options, world) {
    const { operands, report, stop, stdin, interactive } = world;
    const { inline, srcline } = options;
    const saysQuality = options.stats || options['stats-json'] !== undefined || interactive;
    const symbolizer = await symbolizerOf(options, inline || srcline);
    const lookup = symbolizer && { symbolizer, inline, rates: saysQuality };
    const fold = new PerfFold({ ...foldingOf(options), lookup }, (kind, place, text) => report.skip(kind, place, text));
    await readInputs(
      operands,
      {
        begin: (name) => fold.begin(name),
        block: (bytes) => fold.block(bytes),
        end: (isWhole) => fold.end(isWhole),
        ...messagesTo(report),
      },
      { stop, stdin },
    );
    const folded = fold.finish();
    if ('why' in folded) return report.nothing(folded.why, folded.isForeign);
    const stats = saysQuality ? folded.stats : undefined;
    await writeFolded(folded.table, options, world);
    for (const note of folded.notes) report.note(note);
    if (options['stats-json'] !== undefined)
      writeFileSync(options['stats-json'], `${JSON.stringify(stats, null, 2)}\n`);
    if (stats && (options.stats || interactive)) report.note(describeStats(stats));
    return report.finish(options.strict);
  },
};
