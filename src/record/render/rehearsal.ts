// The rehearsal: folds and draws a made-up recording while the workload warms up, when flame-record has nothing else to
// do. Then V8 has compiled the code before the real one comes, which saves a fifth of the time to render a small one.

import { drawFlameGraph } from '../../flamegraph/draw.ts';
import { settingsOf as drawSettingsOf } from '../../flamegraph/settings.ts';
import { PerfFold } from '../../perf/fold-perf.ts';
import { KernelSymbols } from '../../symbols/kernel-symbols.ts';
import { cpuProfileOf } from './cpu-profile.ts';
import { functionShares, topOf } from './top-functions.ts';

const ROUNDS = 2;
/** Enough that V8 compiles the code. */
const SAMPLES = 400;
const FRAMES = 12;
const FUNCTION_BYTES = 128;

export function rehearse(): void {
  const text = Buffer.from(Array.from({ length: SAMPLES }, (_, i) => sampleText(i)).join(''));
  const kernelSymbols = new KernelSymbols(Buffer.from(kallsymsText()));
  for (let i = 0; i < ROUNDS; i++) {
    const fold = new PerfFold({ by: 'tid', count: 'samples', kernelSymbols }, () => {});
    fold.begin('');
    fold.block(text);
    fold.end();
    const folded = fold.finish();
    if ('why' in folded) return;
    const { byThread, byRoot } = cpuProfileOf(folded, 'comm');
    for (const _ of byThread.folded());
    for (const _ of drawFlameGraph({ table: byRoot, isDifferential: false }, drawSettingsOf({})));
    topOf(functionShares(byRoot, { isOwn: () => false }), 1, 'self');
  }
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
