// The filters of this package, which render a run: run in this process, for a start of Node takes as long as one of them.

import { type FilterOf, runWithin, type Streams } from '../record/io/filter-runner.ts';
import { ownTool } from '../record/io/run-folder.ts';
import { flameSvg } from './flame-svg.ts';
import { foldDiff } from './fold-diff.ts';
import { offcpuClassify } from './offcpu-classify.ts';
import { offcpuFold } from './offcpu-fold.ts';
import { perfFold } from './perf-fold.ts';

type Filter = (argv: readonly string[], streams: Streams) => Promise<number>;

const FILTERS: Readonly<Record<string, Filter>> = {
  'perf-fold': (argv, streams) => runWithin(perfFold, argv, streams),
  'offcpu-fold': (argv, streams) => runWithin(offcpuFold, argv, streams),
  'offcpu-classify': (argv, streams) => runWithin(offcpuClassify, argv, streams),
  'fold-diff': (argv, streams) => runWithin(foldDiff, argv, streams),
  'flame-svg': (argv, streams) => runWithin(flameSvg, argv, streams),
};

export const filterOf: FilterOf = (argv) => {
  for (const [name, filter] of Object.entries(FILTERS)) {
    const start = ownTool(name);
    if (start.every((word, i) => argv[i] === word)) return (streams) => filter(argv.slice(start.length), streams);
  }
  return undefined;
};
