// The laws that every tool keeps, whatever its input.

import assert from 'node:assert/strict';
import type { OptionTable } from '../src/cli/options.ts';
import { Report } from '../src/cli/report.ts';
import { type Command, statusOf } from '../src/cli/run.ts';
import { Stop } from '../src/cli/stop.ts';
import { isMetadata } from '../src/stacks/metadata.ts';
import { flameSvg } from '../src/tools/flame-svg.ts';
import { foldDiff } from '../src/tools/fold-diff.ts';
import { foldExport } from '../src/tools/fold-export.ts';
import { foldGrep } from '../src/tools/fold-grep.ts';
import { foldMerge } from '../src/tools/fold-merge.ts';
import { offcpuClassify } from '../src/tools/offcpu-classify.ts';
import { offcpuFold } from '../src/tools/offcpu-fold.ts';
import { perfFold } from '../src/tools/perf-fold.ts';
import { pprofFold } from '../src/tools/pprof-fold.ts';
import { parseXml } from '../test/flamegraph/well-formed.ts';

interface Outcome {
  status: number;
  out: Buffer;
  err: string;
}

type Random = () => number;

/** Runs a tool in this process, on `input` as its stdin, cut into blocks by `random`. Throws what the tool should not. */
async function outcomeOf<T extends OptionTable>(
  command: Command<T>,
  argv: readonly string[],
  input: Buffer,
  random: Random,
  streams?: ReadonlyMap<string, AsyncIterable<Uint8Array>>,
): Promise<Outcome> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const report = new Report(command.name, (text) => err.push(Buffer.from(text as string)));
  const world = {
    report,
    stop: new Stop(),
    stdin: blocksOf(input, random),
    streams,
    interactive: false,
    terminal: false,
    columns: undefined,
    async output(blocks: Iterable<Uint8Array | string>): Promise<void> {
      for (const block of blocks) out.push(Buffer.from(block as string)); // copies
    },
  };
  const status = await statusOf(command, argv, world);
  const outcome = { status, out: Buffer.concat(out), err: Buffer.concat(err).toString('latin1') };
  assert.ok([0, 1, 2, 3].includes(status), `status ${status}`);
  if (status !== 0) assert.notEqual(outcome.err, '', `status ${status} without a message`);
  assert.doesNotMatch(outcome.err, /[\x00-\x08\x0b-\x1f\x7f]/, 'a control character on stderr');
  return outcome;
}

async function* blocksOf(input: Buffer, random: Random): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < input.length; ) {
    const size = random() < 0.5 ? input.length : 1 + Math.floor(random() * 400);
    yield input.subarray(at, at + size);
    at += size;
  }
}

/** The sum of the counts of folded text. Throws where a line is none. */
/** The name that sorts first may begin as gzip, zstd or XML does. No reader can tell. */
const LOOKS_FOREIGN = /^(?:\x1f\x8b|\x28\xb5\x2f\xfd|\s*<(?:\?xml|svg|html|!DOCTYPE))/i;

function sumOf(folded: Buffer): number {
  let sum = 0;
  for (const line of folded.toString('latin1').split('\n').slice(0, -1)) {
    if (isMetadata(line)) continue;
    const count = / (\d+(?:\.\d+)?)$/.exec(line)?.[1];
    assert.ok(count !== undefined && line.length > count.length + 1, `no folded line: ${line.slice(0, 100)}`);
    sum += Number(count);
  }
  return sum;
}

function assertSame(a: Outcome, b: Outcome, what: string): void {
  assert.equal(b.status, a.status, `${what}: status\n${a.err}\n${b.err}`);
  if (a.status === 2) return; // how much of damaged gzip comes out depends on the cut
  assert.equal(b.out.toString('latin1'), a.out.toString('latin1'), what);
}

/** Each of these laws costs as much as the first run, so an input is put to one of them. */
function oneOf(laws: readonly (() => Promise<void>)[], random: Random): Promise<void> {
  return (laws[Math.floor(random() * laws.length)] as () => Promise<void>)();
}

/** Folded text reads back as it is. An input cut otherwise gives the same. Options that only name things keep the sum. */
async function folds<T extends OptionTable>(command: Command<T>, variants: string[][], input: Buffer, random: Random) {
  const first = await outcomeOf(command, [], input, random);
  const sum = first.status === 2 ? 0 : sumOf(first.out);
  const cut = async (): Promise<void> =>
    assertSame(first, await outcomeOf(command, [], input, random), 'cut into other blocks');
  const again = async (): Promise<void> => {
    if (first.out.length === 0 || LOOKS_FOREIGN.test(first.out.toString('latin1', 0, 20))) return;
    const { out } = await outcomeOf(foldMerge, [], first.out, random);
    assert.equal(out.toString('latin1'), first.out.toString('latin1'), 'read back');
  };
  const varied = async (): Promise<void> => {
    const variant = variants[Math.floor(random() * variants.length)] as string[];
    const { status, out } = await outcomeOf(command, variant, input, random);
    assert.equal(status, first.status, `${variant}: status`);
    if (status !== 2) assert.ok(Math.abs(sumOf(out) - sum) <= sum * 1e-12, `${variant}: sum ${sumOf(out)}, not ${sum}`);
  };
  await oneOf(first.status === 2 ? [cut] : [cut, again, varied], random);
}

/** Each tool that reads folded text keeps the sum of it. */
async function readsFolded(input: Buffer, random: Random): Promise<void> {
  const merged = await outcomeOf(foldMerge, [], input, random);
  const sum = merged.status === 2 ? 0 : sumOf(merged.out);
  const cut = async (): Promise<void> =>
    assertSame(merged, await outcomeOf(foldMerge, [], input, random), 'cut into other blocks');
  const kept = async (): Promise<void> => {
    const { out } = await outcomeOf(foldGrep, ['--exclude', '^no such frame$'], input, random);
    assert.equal(out.toString('latin1'), merged.out.toString('latin1'), 'fold-grep that excludes nothing');
  };
  const exported = async (): Promise<void> => {
    const { status, out } = await outcomeOf(foldExport, ['--pprof'], input, random);
    if (status === 2) return;
    const unit = /^# unit: (ns|us|ms|s)\n/.exec(merged.out.toString('latin1'))?.[1] ?? 'as-is';
    const back = await outcomeOf(pprofFold, ['--no-tidy', '--no-demangle', '--unit', unit], out, random);
    if (!Number.isInteger(sum)) return;
    assert.ok(Math.abs(sumOf(back.out) - sum) <= sum * 1e-9, `by pprof ${sumOf(back.out)}, not ${sum}`);
  };
  await oneOf(merged.status === 2 ? [cut] : [cut, kept, exported], random);
}

/** A picture is valid XML and holds the stacks it was drawn from. */
async function draws(input: Buffer, random: Random): Promise<void> {
  const options = [[], ['--reverse'], ['--flamechart'], ['--colors', 'kind'], ['--no-script'], ['--minwidth', '0']];
  const argv = options[Math.floor(random() * options.length)] as string[];
  const drawn = await outcomeOf(flameSvg, argv, input, random);
  if (drawn.status === 2) return;
  const xml = drawn.out.toString('utf8');
  parseXml(xml);
  if (
    random() < 0.5 ||
    !xml.includes('flamepipe-data') ||
    argv.includes('--flamechart') ||
    argv.includes('--no-script')
  )
    return;
  const merged = await outcomeOf(foldMerge, [], input, random);
  if (merged.status === 2) return; // of two counts a line
  if (LOOKS_FOREIGN.test(merged.out.toString('latin1', 0, 20))) return;
  const back = await outcomeOf(foldMerge, [], drawn.out, random);
  assert.equal(back.out.toString('latin1'), merged.out.toString('latin1'), 'the stacks of the picture');
}

async function classifies(input: Buffer, random: Random): Promise<void> {
  const folded = await outcomeOf(offcpuClassify, ['--folded', '--unit', 'ns'], input, random);
  if (folded.status === 2) return;
  sumOf(folded.out);
  const json = async (): Promise<void> => {
    JSON.parse((await outcomeOf(offcpuClassify, ['--json'], input, random)).out.toString('utf8'));
  };
  const table = async (): Promise<void> => {
    await outcomeOf(offcpuClassify, ['--table', '--wide', '--where'], input, random);
  };
  await oneOf([json, table], random);
}

async function compares(input: Buffer, random: Random): Promise<void> {
  const format = ['--folded', '--table', '--json', '--markdown'][Math.floor(random() * 4)] as string;
  const after = input.subarray(0, Math.floor(random() * input.length));
  const streams = new Map([['after', blocksOf(after, random)]]);
  const outcome = await outcomeOf(foldDiff, [format, '-', 'after'], input, random, streams);
  if (format === '--json' && outcome.status !== 2) JSON.parse(outcome.out.toString('utf8'));
}

const NAMING = [['--by', 'none'], ['--max-depth', '3'], ['--no-tidy'], ['--no-demangle']];

/** By the folder of the fixtures whose inputs suit it. */
export const LAWS: Record<string, (input: Buffer, random: Random) => Promise<void>> = {
  'perf-fold': (input, random) => folds(perfFold, NAMING, input, random),
  'offcpu-fold': (input, random) => folds(offcpuFold, NAMING, input, random),
  'offcpu-classify': classifies,
  'fold-merge': readsFolded,
  'flame-svg': draws,
  'pprof-fold': (input, random) => folds(pprofFold, [['--no-tidy'], ['--no-demangle']], input, random),
  'fold-diff': compares,
};
