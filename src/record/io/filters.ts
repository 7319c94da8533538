// The filters of this package, which render a run: run in this process, for a start of Node takes as long as one of them.

import { flameSvg } from '../../tools/flame-svg.ts';
import { foldDiff } from '../../tools/fold-diff.ts';
import { offcpuClassify } from '../../tools/offcpu-classify.ts';
import { offcpuFold } from '../../tools/offcpu-fold.ts';
import { perfFold } from '../../tools/perf-fold.ts';
import { runWithin, type Streams } from './in-process.ts';
import { ownTool } from './run-folder.ts';

type Filter = (argv: readonly string[], streams: Streams) => Promise<number>;

const FILTERS: Readonly<Record<string, Filter>> = {
  'perf-fold': (argv, streams) => runWithin(perfFold, argv, streams),
  'offcpu-fold': (argv, streams) => runWithin(offcpuFold, argv, streams),
  'offcpu-classify': (argv, streams) => runWithin(offcpuClassify, argv, streams),
  'fold-diff': (argv, streams) => runWithin(foldDiff, argv, streams),
  'flame-svg': (argv, streams) => runWithin(flameSvg, argv, streams),
};

/** The filter that a command line of `ownTool` runs, with its arguments; undefined: it is another program. */
export function filterOf(argv: readonly string[]): ((streams: Streams) => Promise<number>) | undefined {
  for (const [name, filter] of Object.entries(FILTERS)) {
    const start = ownTool(name);
    if (start.every((word, i) => argv[i] === word)) return (streams) => filter(argv.slice(start.length), streams);
  }
  return undefined;
}
