// offcpu-fold: off-CPU recordings of bpftrace or bcc in, folded stacks out.

import { writeFileSync } from 'node:fs';
import { readInputs, telling } from '../cli/inputs.ts';
import type { Command } from '../cli/run.ts';
import { UsageError } from '../engine/errors.ts';
import { isKeyPart, KEY_PARTS, type KeyPart } from '../offcpu/read/bpftrace/keys.ts';
import { OffcpuReader } from '../offcpu/read/reader.ts';
import { describeStats, notesOn, statsOf } from '../offcpu/read/stats.ts';
import { options as table } from './offcpu-fold/options.ts';

export const offcpuFold: Command<typeof table> = {
  name: 'offcpu-fold',
  summary: "Folds off-CPU dumps of bpftrace and of bcc's offcputime: comm, user frames, kernel frames, time.",
  operands: '[FILE...]',
  options: table,
  examples: [
    ['bpftrace bpf/offcpu.bt PID | offcpu-fold | flame-svg --color=io > off.svg', 'draw where threads wait'],
    [
      'offcpu-fold --map offcpu --order kstack,ustack,comm --input-unit ns dump.txt',
      'fold the dump of a program of your own',
    ],
  ],
  async run(options, { operands, report, stop, stdin, interactive, output }) {
    const inputUnit = options['input-unit'];
    let input = '';
    const reader = new OffcpuReader(
      {
        map: options.map,
        order: orderOf(options.order),
        inputUnit: inputUnit === 'auto' ? undefined : inputUnit,
        repeats: options.repeats,
        tidy: !options['no-tidy'],
        demangle: !options['no-demangle'],
        keepHash: options['keep-hash'],
      },
      (kind, line, text) => report.skip(kind, `${input}:${line}`, text),
    );
    await readInputs(
      operands,
      {
        begin(name) {
          input = name;
          reader.beginInput(name);
        },
        block: (bytes) => reader.write(bytes),
        end() {
          const why = reader.endInput();
          if (why !== undefined) report.failInput(`${input}: ${why}`);
        },
        ...telling(report),
      },
      { stop, stdin },
    );
    if (reader.inputs.length === 0) return report.nothing('nothing was read', reader.isForeign);
    const file = options['stats-json'];
    const quality = options.stats || interactive || file !== undefined ? reader.stacks.quality() : undefined;
    reader.fold({ by: options.by, unit: options.unit, markKernel: options.kernel, maxDepth: options['max-depth'] });
    if (options['unit-line']) reader.table.unit = options.unit;
    await output(reader.table.folded());
    for (const note of notesOn(reader)) report.note(note);
    if (quality) {
      const stats = statsOf(reader, quality, options.unit, report.skippedLines);
      if (file !== undefined) writeFileSync(file, `${JSON.stringify(stats, null, 2)}\n`);
      if (options.stats || interactive) report.note(describeStats(stats));
    }
    return report.finish(options.strict);
  },
};

function orderOf(text: string | undefined): KeyPart[] | undefined {
  return text?.split(',').map((part) => {
    if (!isKeyPart(part)) throw new UsageError(`--order takes ${KEY_PARTS.join(', ')}, with commas, not "${part}"`);
    return part;
  });
}
