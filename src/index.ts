// The filters as Node streams, for programs: docs/streams.md. This is the package's face; no room imports it.

import type { Readable } from 'node:stream';
import type { OptionTable } from './cli/options.ts';
import type { Command } from './cli/run.ts';
import { type FilterStream, filterStream } from './streams/filter-stream.ts';
import type { StreamOptions } from './streams/stream-options.ts';
import { flameSvg as flameSvgCommand } from './tools/flame-svg.ts';
import { foldDiff as foldDiffCommand } from './tools/fold-diff.ts';
import { foldGrep as foldGrepCommand } from './tools/fold-grep.ts';
import { foldMerge as foldMergeCommand } from './tools/fold-merge.ts';
import { offcpuClassify as offcpuClassifyCommand } from './tools/offcpu-classify.ts';
import { offcpuFold as offcpuFoldCommand } from './tools/offcpu-fold.ts';
import { perfFold as perfFoldCommand } from './tools/perf-fold.ts';

export { FilterError, type FilterStream } from './streams/filter-stream.ts';

export const perfFold = filterOf(perfFoldCommand);
export const offcpuFold = filterOf(offcpuFoldCommand);
export const offcpuClassify = filterOf(offcpuClassifyCommand);
export const foldGrep = filterOf(foldGrepCommand);
export const flameSvg = filterOf(flameSvgCommand);
export const foldMerge = joiningFilterOf(foldMergeCommand);
export const foldDiff = joiningFilterOf(foldDiffCommand);

function filterOf<T extends OptionTable>(command: Command<T>) {
  return (options: StreamOptions<T> = {}): FilterStream => filterStream(command, options);
}

interface JoiningFilter<T extends OptionTable> {
  (options?: StreamOptions<T>): FilterStream;
  /** Reads these streams, one after the other, and nothing that is written to it. */
  (inputs: readonly Readable[], options?: StreamOptions<T>): FilterStream;
}

function joiningFilterOf<T extends OptionTable>(command: Command<T>): JoiningFilter<T> {
  return (first: readonly Readable[] | StreamOptions<T> = {}, options: StreamOptions<T> = {}) =>
    isList(first) ? filterStream(command, options, first) : filterStream(command, first);
}

function isList(first: readonly Readable[] | object): first is readonly Readable[] {
  return Array.isArray(first);
}
