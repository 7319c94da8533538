// The options of perf-fold, and the settings of the fold that follow from them.

import { readFileSync } from 'node:fs';
import type { OptionTable, Values } from '../../cli/options.ts';
import { InputError, UsageError } from '../../engine/errors.ts';
import type { PerfScriptOptions } from '../../perf/script.ts';
import { KernelSymbols } from '../../symbols/kernel-symbols.ts';
import { objectOptions } from '../folding/objects.ts';
import { foldingOptions, noUnitLine } from '../folding/options.ts';

export const perfFoldOptions = {
  'event-filter': {
    kind: 'texts',
    value: 'EV',
    group: 'Samples',
    describe: 'fold this event, not the first one in the input (repeatable)',
  },
  count: {
    kind: 'choice',
    choices: ['period', 'samples'],
    default: 'period',
    group: 'Samples',
    describe: 'weigh a sample by its period, or as 1',
  },
  from: {
    kind: 'number',
    value: 'SECONDS',
    least: 0,
    group: 'Samples',
    describe: "skip earlier samples: seconds after the first, or perf's own time",
  },
  to: { kind: 'number', value: 'SECONDS', least: 0, group: 'Samples', describe: 'skip samples from this time on' },
  by: {
    kind: 'choice',
    choices: ['comm', 'none'],
    default: 'comm',
    group: 'Root frame',
    describe: 'put comm at the root, or nothing',
  },
  pid: { kind: 'flag', group: 'Root frame', describe: 'put comm-PID at the root' },
  tid: { kind: 'flag', group: 'Root frame', describe: 'put comm-PID/TID at the root' },
  kernel: { kind: 'flag', group: 'Frames', describe: 'mark kernel frames _[k]' },
  jit: { kind: 'flag', group: 'Frames', describe: 'mark frames of JIT compilers _[j]' },
  all: { kind: 'flag', group: 'Frames', describe: 'do both: --kernel --jit' },
  'inline-marks': { kind: 'flag', group: 'Frames', describe: 'mark inlined frames _[i]' },
  addrs: { kind: 'flag', group: 'Frames', describe: 'show the address of frames without a symbol' },
  srcline: {
    kind: 'flag',
    group: 'Frames',
    describe: 'append FILE:LINE: where the function runs, or calls the next one',
  },
  'skip-after': { kind: 'texts', value: 'FUNC', group: 'Frames', describe: 'drop the callers of FUNC (repeatable)' },
  ...foldingOptions,
  ...noUnitLine,
  ...objectOptions,
  kallsyms: {
    kind: 'text',
    value: 'FILE',
    group: 'Names',
    describe: 'name kernel addresses that perf left bare by FILE, a copy of /proc/kallsyms',
  },
} as const satisfies OptionTable;

/** Throws UsageError for options that contradict each other, and system errors for a file that it can't read. */
export function foldingOf(options: Values<typeof perfFoldOptions>): PerfScriptOptions {
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
    kernelSymbols: options.kallsyms === undefined ? undefined : kernelSymbolsIn(options.kallsyms),
    objects: false,
  };
}

/** Throws UsageError for a file without symbols. */
function kernelSymbolsIn(file: string): KernelSymbols {
  try {
    return new KernelSymbols(readFileSync(file));
  } catch (error) {
    throw error instanceof InputError ? new UsageError(`--kallsyms ${file}: ${error.message}`) : error;
  }
}
