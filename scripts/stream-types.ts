// The types of src/index.ts for programs that import the package: one file, written from the option tables.

import type { OptionTable } from '../src/cli/options.ts';
import { camelCase } from '../src/streams/stream-options.ts';
import { flameSvg } from '../src/tools/flame-svg.ts';
import { foldDiff } from '../src/tools/fold-diff.ts';
import { foldGrep } from '../src/tools/fold-grep.ts';
import { foldMerge } from '../src/tools/fold-merge.ts';
import { offcpuClassify } from '../src/tools/offcpu-classify.ts';
import { offcpuFold } from '../src/tools/offcpu-fold.ts';
import { perfFold } from '../src/tools/perf-fold.ts';

const FILTERS = { perfFold, offcpuFold, offcpuClassify, foldGrep, flameSvg, foldMerge, foldDiff };
/** Those that join a list of streams. */
const JOINING = new Set<string>(['foldMerge', 'foldDiff']);

const HEAD = `// The filters of flamepipe as Node streams. docs/streams.md describes them.

import type { Duplex, Readable } from 'node:stream';

/** Ends a stream whose output must not be used: the command line would have status 2. The message names the filter. */
export declare class FilterError extends Error {}

/** What a filter's stream has beside a Duplex. */
export interface FilterReports {
  /** 0: understood all input; 1: skipped some; 3: a limit is broken. Undefined before the stream has ended. */
  readonly status: number | undefined;
  /** Hears what the command line prints on stderr, a line or a table at a time. */
  on(event: 'report', listener: (message: string) => void): this;
}

/** Bytes in, bytes out: what is written to it is the filter's stdin, what is read from it the filter's stdout. */
export type FilterStream = FilterReports & Duplex;
`;

export function streamTypes(): string {
  const parts = Object.entries(FILTERS).map(([name, { name: tool, summary, options }]) => {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Options`;
    const comment = `/** ${summary} Throws FilterError for an option that is unknown or out of range. */\n`;
    const list = JOINING.has(name)
      ? `/** The same for a list of streams, read one after the other. */
export declare function ${name}(inputs: readonly Readable[], options?: ${type}): FilterStream;\n`
      : '';
    return `/** The options of ${tool}. */
export interface ${type} {\n${members(options)}}
${comment}export declare function ${name}(options?: ${type}): FilterStream;\n${list}`;
  });
  return [HEAD, ...parts].join('\n');
}

function members(table: OptionTable): string {
  return Object.entries(table)
    .filter(([, option]) => !option.hidden)
    .map(([name, option]) => {
      const unit = 'value' in option ? ` (${option.value})` : '';
      const given = 'default' in option && option.default !== undefined ? `; default: ${option.default}` : '';
      return `  /** ${option.describe}${unit}${given} */\n  ${camelCase(name)}?: ${typeOf(option)} | undefined;\n`;
    })
    .join('');
}

function typeOf(option: OptionTable[string]): string {
  switch (option.kind) {
    case 'flag':
      return 'boolean';
    case 'number':
      return 'number';
    case 'text':
      return 'string';
    case 'texts':
      return 'string[]';
    case 'choice':
      return option.choices.map((choice) => `'${choice}'`).join(' | ');
  }
}
