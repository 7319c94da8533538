// fold-export: reads folded stacks, writes the formats of other viewers.

import { readFolded } from '../cli/folded-input.ts';
import { utf8 } from '../cli/latin1.ts';
import type { OptionTable, Values } from '../cli/options.ts';
import type { Command } from '../cli/run.ts';
import { UsageError } from '../engine/errors.ts';
import { formatCollapsed } from '../export/collapsed.ts';
import { formatD3 } from '../export/d3.ts';
import { type CountMeaning, type CountUnit, isUnit, meaningOf, UNITS } from '../export/meaning.ts';
import { columnsOf, formatPprof } from '../export/pprof.ts';
import { roundCounts, unreadableNames } from '../export/recording.ts';
import { formatSpeedscope } from '../export/speedscope.ts';
import type { Folded } from '../stacks/folded.ts';

const FORMATS = ['pprof', 'speedscope', 'json', 'collapsed'] as const;
type Format = (typeof FORMATS)[number];

const options = {
  pprof: { kind: 'flag', group: 'Format', describe: "write gzip'd profile.proto: go tool pprof, Pyroscope, Parca" },
  speedscope: { kind: 'flag', group: 'Format', describe: 'write JSON for speedscope' },
  json: { kind: 'flag', group: 'Format', describe: 'write a tree for d3-flame-graph: name, value, children' },
  collapsed: { kind: 'flag', group: 'Format', describe: 'write folded text for Pyroscope and the Firefox Profiler' },
  unit: {
    kind: 'choice',
    choices: ['auto', ...(Object.keys(UNITS) as CountUnit[])],
    default: 'auto',
    group: 'Meaning',
    describe: 'name the unit of the counts; auto: as the input says, else samples',
  },
  frequency: {
    kind: 'number',
    value: 'HZ',
    least: 0.001,
    group: 'Meaning',
    describe: 'read counts as samples at this rate (perf record -F), write time, too',
  },
  type: {
    kind: 'text',
    value: 'TYPE',
    default: 'cpu',
    group: 'Meaning',
    describe: 'name the kind of time: cpu, offcpu, wall',
  },
  name: { kind: 'text', value: 'TEXT', group: 'Meaning', describe: "name the profile [the file's name]" },
  start: {
    kind: 'text',
    value: 'TIME',
    group: 'Meaning',
    describe: 'set when it began: 2026-05-01T12:00:00Z, or Unix seconds',
  },
  duration: {
    kind: 'number',
    value: 'SECONDS',
    least: 0,
    group: 'Meaning',
    describe: 'set how long the recording took',
  },
  strict: { kind: 'flag', describe: 'exit with 2, not 1, when input was skipped' },
} as const satisfies OptionTable;

type Options = Values<typeof options>;

export const foldExport: Command<typeof options> = {
  name: 'fold-export',
  summary: 'Writes folded stacks in the format of another viewer.',
  operands: '[FILE...]',
  options,
  examples: [
    ['fold-export --pprof --frequency 99 cpu.folded > cpu.pb.gz', 'prepare for go tool pprof -http :8080 cpu.pb.gz'],
    ['fold-export --pprof --type offcpu off.folded > off.pb.gz', 'write off-CPU time'],
    ['fold-export --speedscope cpu.folded > cpu.speedscope.json', 'prepare for https://www.speedscope.app'],
  ],
  epilogue: 'docs/exports.md lists the viewers and what each reads.',
  async run(given, world) {
    const format = formatOf(given);
    meaningOf(given); // before anything is read
    if (format === 'pprof' && world.terminal) {
      throw new UsageError('a pprof profile is binary: write it to a file, fold-export --pprof … > cpu.pb.gz');
    }
    const { folded, status } = await readFolded(world, given);
    if (folded === undefined) return status;
    const { unit } = folded.table;
    const meaning = meaningOf(given, world.operands[0], unit);
    if (unit !== undefined && !isUnit(unit) && given.unit === 'auto') {
      world.report.note(`the input counts ${utf8(unit)}, which no viewer knows: written as samples`);
    }
    const isRounded = isWhole(format) && roundCounts(folded, (format === 'pprof' && UNITS[meaning.unit]) || 1);
    const unreadable = unreadableNames(folded.table);
    await world.output(WRITERS[format](folded, meaning));
    if (isRounded) world.report.note('counts are rounded, because this format holds whole numbers only');
    if (unreadable > 0)
      world.report.note(
        `${unreadable} ${unreadable === 1 ? 'name has' : 'names have'} bytes that are not UTF-8, written as \ufffd`,
      );
    if (folded.isDifferential) world.report.note(describePair(format, folded, meaning));
    return status;
  },
};

const WRITERS: Record<Format, (recording: Folded, meaning: CountMeaning) => Iterable<string | Uint8Array>> = {
  pprof: (recording, meaning) => [formatPprof(recording, meaning)],
  speedscope: formatSpeedscope,
  json: (recording, meaning) => formatD3(recording, meaning.name),
  collapsed: formatCollapsed,
};

const isWhole = (format: Format): boolean => format === 'pprof' || format === 'collapsed';

/** Says where the two counts of a line went. */
function describePair(format: Format, recording: Folded, meaning: CountMeaning): string {
  const types = columnsOf(recording, meaning).map(({ type }) => type);
  return {
    pprof: `a comparison: sample types ${types.join(', ')}; choose with pprof -sample_index=${types[0]}`,
    speedscope: 'a comparison: two profiles, before and after; choose at the top',
    json: 'a comparison: "value" is the count after, "delta" its change since before',
    collapsed: 'a comparison: this format holds one count, so only those after are written',
  }[format];
}

function formatOf(given: Options): Format {
  const [format, another] = FORMATS.filter((name) => given[name]);
  if (format !== undefined && another === undefined) return format;
  throw new UsageError(`choose one of --${FORMATS.join(', --')}`);
}
