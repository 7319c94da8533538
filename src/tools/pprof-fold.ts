// pprof-fold: reads pprof profiles, writes folded stacks.

import { readInputs } from '../cli/inputs.ts';
import { utf8 } from '../cli/latin1.ts';
import type { Command } from '../cli/run.ts';
import { InputError } from '../engine/errors.ts';
import { StackTable } from '../engine/stack-table.ts';
import { foldPprof, labelsText, type Pprof, readPprof, type SampleType } from '../export/pprof-read.ts';
import { frameText } from '../stacks/frame-name.ts';
import { writeFolded } from './folding/write.ts';
import { pprofOptions, UNITS } from './pprof-fold/options.ts';

/** pprof's units of time, in nanoseconds. */
const NANOSECONDS: Record<string, number> = { nanoseconds: 1, microseconds: 1e3, milliseconds: 1e6, seconds: 1e9 };

/** The tool holds a profile in memory, which a few compressed bytes must not fill. */
const MOST_BYTES = 512 * 1024 * 1024;

export const pprofFold: Command<typeof pprofOptions> = {
  name: 'pprof-fold',
  summary: 'Folds pprof profiles (profile.proto, as Go writes it): writes one line per distinct stack, root first.',
  operands: '[FILE...]',
  options: pprofOptions,
  examples: [
    ['pprof-fold cpu.pb.gz | flame-svg > cpu.svg', 'draw a flame graph of a Go program'],
    [
      'pprof-fold --sample-type samples before.pb.gz > before.folded',
      'prepare for fold-diff, fold-grep and fold-merge',
    ],
  ],
  async run(options, world) {
    const { 'sample-type': wanted, unit, strict } = options;
    const { operands, report, stop, stdin } = world;
    const names = {
      tidy: !options['no-tidy'],
      demangle: !options['no-demangle'],
      keepHash: options['keep-hash'],
    };
    const table = new StackTable();
    let input = '';
    let blocks: Buffer[] = [];
    let size = 0;
    let folded: SampleType | undefined;
    let left = new Set<string>();
    const end = (): void => {
      const pprof = readPprof(Buffer.concat(blocks));
      const index = indexOf(pprof, wanted);
      const chosen = pprof.types[index] as SampleType;
      if (folded && (chosen.type !== folded.type || chosen.unit !== folded.unit)) {
        throw new InputError(`${nameOf(chosen)} can't be added to ${nameOf(folded)}`);
      }
      left = new Set(pprof.types.filter((_, i) => i !== index).map(({ type }) => utf8(type)));
      const wantedNs = UNITS[unit];
      const ns = NANOSECONDS[chosen.unit];
      if (wantedNs !== undefined && ns === undefined)
        throw new InputError(`--unit is for times, and this profile counts ${nameOf(chosen)}`);
      const scale = wantedNs === undefined ? { ns: 1, per: 1 } : { ns: ns as number, per: wantedNs };
      if (pprof.profile.valueCounts.size === 0) report.note(`${input} has no samples: was the program idle?`);
      if (pprof.labels.length > 0) report.note(`${input}: ${utf8(labelsText(pprof))}`);
      const negative = foldPprof(pprof, index, scale, table, names);
      folded = chosen;
      for (let i = 0; i < negative; i++) report.skip('value below zero', input, nameOf(chosen));
    };
    await readInputs(
      operands,
      {
        begin(name) {
          input = name;
          blocks = [];
          size = 0;
        },
        block(bytes) {
          size += bytes.length;
          if (size > MOST_BYTES)
            throw new InputError('unpacked, it is larger than 512 MiB: no profile is, so it is left out');
          blocks.push(Buffer.from(bytes));
        },
        end(isWhole) {
          try {
            if (isWhole) end();
          } catch (error) {
            if (!(error instanceof InputError)) throw error;
            report.failInput(`${input}: ${error.message}`);
          }
        },
        cut: () => report.failInput(`${input}: the compressed data is cut off, and a part of a profile can't be read`),
        fail: (message) => report.failInput(message),
      },
      { stop, stdin },
    );
    if (folded === undefined) return report.finish(strict);
    if (table.stackCount === 0) report.failInput('nothing to fold: no sample has a value of zero or above');
    table.unit = unitName(folded, unit);
    await writeFolded(table, options, world);
    if (left.size > 0)
      report.note(`folded ${nameOf(folded)}; left out ${[...left].join(', ')}: choose with --sample-type`);
    return report.finish(strict);
  },
};

const SHORT: Record<string, string> = { nanoseconds: 'ns', microseconds: 'us', milliseconds: 'ms', seconds: 's' };

/** What the counts are of: a unit of time or size, else what is counted; undefined: the profile does not say. */
function unitName({ type, unit }: SampleType, wanted: keyof typeof UNITS): string | undefined {
  if (wanted !== 'as-is') return wanted;
  const name = (SHORT[unit] ?? (unit === '' || unit === 'count' ? type : unit)).replace(/^ +| +$/g, '');
  return name === '' ? undefined : frameText(name);
}

/** `cpu (nanoseconds)` */
function nameOf({ type, unit }: SampleType): string {
  return utf8(`${type} (${unit})`);
}

function indexOf({ types, main }: Pprof, wanted: string | undefined): number {
  const index = wanted === undefined ? main : types.findIndex(({ type }) => utf8(type) === wanted);
  if (index >= 0) return index;
  throw new InputError(`there are no values "${wanted}", only ${types.map(({ type }) => utf8(type)).join(', ')}`);
}
