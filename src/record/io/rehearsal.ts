// The rehearsal: a made-up recording, rendered and thrown away while the workload warms up, when flame-record has nothing
// else to do. The real one then finds its code compiled, which is a fifth of what rendering a small one takes.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { artifactIn } from '../artifacts.ts';
import { topFunctions, withoutThreads } from '../folded-text.ts';
import { foldCpuStep, type Ground } from '../plan.ts';
import { drawCpuStep } from '../render-plan.ts';
import type { Settings } from '../settings.ts';
import type { FilterOf } from './filter-runner.ts';
import { deskOf } from './render-steps.ts';

const ROUNDS = 2;
/** Enough for the compiler to take an interest. */
const SAMPLES = 400;
const FRAMES = 12;
const FUNCTION_BYTES = 128;
const SILENT = { passing(): void {}, note(): void {} };

/** Leaves nothing in the run's folder. */
export async function rehearse(settings: Settings, ground: Ground, filterOf: FilterOf): Promise<void> {
  const folder = join(ground.folder, 'rehearsal');
  const there = { ...ground, folder };
  const samples = join(folder, 'samples');
  mkdirSync(folder);
  writeFileSync(samples, Array.from({ length: SAMPLES }, (_, i) => sampleText(i)).join(''));
  writeFileSync(artifactIn(folder, 'kallsyms'), kallsymsText());
  const { run, read, write } = deskOf(settings, there, folder, SILENT, [], filterOf);
  const fold = { ...foldCpuStep(settings, there, undefined), slices: [['cat', samples]] };
  for (let i = 0; i < ROUNDS; i++) {
    await run(fold);
    write('cpu', withoutThreads(read('cpuThreads')));
    await run(drawCpuStep(settings, there));
    topFunctions(read('cpu'), 1);
  }
  rmSync(folder, { recursive: true });
}

/** As perf prints it: frames of all kinds, at addresses and in functions that differ. */
function sampleText(i: number): string {
  const frames = Array.from({ length: FRAMES }, (_, j) => {
    const at = i * FRAMES + j;
    const digits = (0x10000 + at * 4).toString(16);
    const kinds = [
      `ffffffff810${digits} [unknown] ([kernel.kallsyms])`,
      `    7f00c0d${digits} read_${at % 40} (/usr/lib/libc.so.6)`,
      `    55d0c0d${digits} std::vector<int, std::allocator<int> >::at_${at % 100} (/opt/app)`,
      `    55d0c0e${digits} _ZNSt6vectorIiSaIiEE9push_backEOi (/opt/app)`,
      `    55d0c10${digits} _RNvCsbFYJioi4cCO_2rs4main (/opt/app)`,
      `    55d0c0f${digits} [unknown] (/opt/app)`,
    ];
    return `\t${kinds[(i + j) % kinds.length]}\n`;
  });
  return `app 4242/${4242 + (i % 3)}  1179.${100000 + i}:    5025125 cpu-clock: \n${frames.join('')}\n`;
}

function kallsymsText(): string {
  const count = (SAMPLES * FRAMES * 4) / FUNCTION_BYTES;
  const line = (i: number): string => `ffffffff810${(0x10000 + i * FUNCTION_BYTES).toString(16)} t function_${i}\n`;
  return Array.from({ length: count }, (_, i) => line(i)).join('');
}
