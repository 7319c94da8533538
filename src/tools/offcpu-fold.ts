// offcpu-fold: reads off-CPU recordings of bpftrace, bcc or perf, writes folded stacks.

import { writeFileSync } from 'node:fs';
import { messagesTo, readInputs } from '../cli/inputs.ts';
import type { Values } from '../cli/options.ts';
import type { Command } from '../cli/run.ts';
import { UsageError } from '../engine/errors.ts';
import { isKeyPart, KEY_PARTS, type KeyPart } from '../offcpu/read/bpftrace/keys.ts';
import { type FoldOffcpuOptions, OffcpuFold } from '../offcpu/read/fold-offcpu.ts';
import { describeStats } from '../offcpu/read/stats.ts';
import { namesByMaps } from './folding/maps.ts';
import { writeFolded } from './folding/write.ts';
import { options as optionTable } from './offcpu-fold/options.ts';

export const offcpuFold: Command<typeof optionTable> = {
  name: 'offcpu-fold',
  summary: "Folds off-CPU recordings of bpftrace, bcc's offcputime and perf: comm, user frames, kernel frames, time.",
  operands: '[FILE...]',
  options: optionTable,
  examples: [
    ['bpftrace bpf/offcpu.bt PID | offcpu-fold | flame-svg --color=io > off.svg', 'draw where threads wait'],
    [
      'offcpu-fold --map offcpu --order kstack,ustack,comm --input-unit ns dump.txt',
      'fold the dump of a program of your own',
    ],
  ],
  async run(options, world) {
    const { operands, report, stop, stdin, interactive } = world;
    const { lookup } = await namesByMaps(options.maps, options.symfs);
    const fold = new OffcpuFold({ ...foldingOf(options), lookup }, (kind, place, text) =>
      report.skip(kind, place, text),
    );
    await readInputs(
      operands,
      {
        begin: (name) => fold.begin(name),
        block: (bytes) => fold.block(bytes),
        end() {
          const why = fold.end();
          if (why !== undefined) report.failInput(why);
        },
        ...messagesTo(report),
      },
      { stop, stdin },
    );
    if (fold.isEmpty) return report.nothing(fold.whyEmpty, fold.isForeign);
    const file = options['stats-json'];
    if (options.stats || interactive || file !== undefined) fold.measure();
    const { table, stats, losses, notes, uncovered } = fold.finish();
    await writeFolded(table, options, world);
    for (const loss of losses) report.cutInput(loss);
    for (const note of [...notes, ...uncovered, ...(lookup?.symbolizer.notes() ?? [])]) report.note(note);
    if (stats && file !== undefined) writeFileSync(file, `${JSON.stringify(stats, null, 2)}\n`);
    if (stats && (options.stats || interactive)) report.note(describeStats(stats));
    return report.finish(options.strict);
  },
};

function foldingOf(options: Values<typeof optionTable>): FoldOffcpuOptions {
  const inputUnit = options['input-unit'];
  return {
    map: options.map,
    order: orderOf(options.order),
    inputUnit: inputUnit === 'auto' ? undefined : inputUnit,
    repeats: options.repeats,
    tidy: !options['no-tidy'],
    demangle: !options['no-demangle'],
    keepHash: options['keep-hash'],
    by: options.by,
    unit: options.unit,
    markKernel: options.kernel,
    maxDepth: options['max-depth'],
  };
}

function orderOf(text: string | undefined): KeyPart[] | undefined {
  return text?.split(',').map((part) => {
    if (!isKeyPart(part))
      throw new UsageError(`--order takes a list of ${KEY_PARTS.join(', ')} with commas, not "${part}"`);
    return part;
  });
}
