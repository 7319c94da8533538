// make soak: mutated real inputs through every parser and the SVG writer, for ten minutes. SECONDS=…, SEED=… (the first
// one), ONLY=SEED for a single input.

import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LAWS } from './laws.ts';
import { type Begun, type Broken, caseOf, type Done, type Work } from './worker.ts';

const { SECONDS = '600', SEED = '1', ONLY } = process.env;
const WORKERS = 2;
/** Long, because the machine may be busy with other things. */
const HANG_MS = 60_000;
const MOST_SHOWN = 20;
const FOLDER = join(import.meta.dirname, '..', 'build', 'soak');

function keep({ seed, tool, file, message, input }: Broken): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${tool}-${seed}`), input);
  console.log(
    `seed ${seed}: ${tool} on ${file} (build/soak/${tool}-${seed})\n  ${message.slice(0, 1200).replaceAll('\n', '\n  ')}`,
  );
}

async function only(seed: number): Promise<number> {
  const { tool, file, input, random } = caseOf(seed);
  try {
    await LAWS[tool]?.(input, random);
    return 0;
  } catch (error) {
    keep({ seed, tool, file, message: String((error as Error).stack), input });
    return 1;
  }
}

/** Gives the number of inputs and of broken laws, and what they took; a process that hangs is a broken law, and ends. */
function watch(first: number): Promise<{ inputs: number; broken: number; cpuSeconds: number }> {
  const work: Work = { first, step: WORKERS, seconds: Number(SECONDS) };
  const worker = fork(join(import.meta.dirname, 'worker.ts'), [JSON.stringify(work)], {
    // each engine has 4 MiB, so that garbage is collected often, and mostly in small heaps: the other threads only cost
    execArgv: ['--single-threaded-gc', '--import', 'tsx'],
    serialization: 'advanced',
  });
  return new Promise((resolve) => {
    let [broken, inputs, seed, cpuSeconds] = [0, 0, first, 0];
    const breaks = (message: Broken): void => {
      if (++broken <= MOST_SHOWN) keep(message);
    };
    const hangs = (): void => {
      breaks({ ...caseOf(seed), seed, message: `no answer in ${HANG_MS / 1000} s` });
      worker.kill('SIGKILL');
    };
    let timer: NodeJS.Timeout | undefined; // it starts with the first input
    worker.on('message', (message: Begun | Broken | Done) => {
      clearTimeout(timer);
      timer = setTimeout(hangs, HANG_MS);
      if (typeof message !== 'number') {
        if ('cpuSeconds' in message) ({ cpuSeconds } = message);
        else breaks(message);
        return;
      }
      seed = message;
      inputs++;
    });
    worker.on('exit', (code) => {
      clearTimeout(timer);
      if (code) breaks({ ...caseOf(seed), seed, message: `ended with status ${code}` });
      resolve({ inputs, broken, cpuSeconds });
    });
  });
}

if (ONLY !== undefined) process.exitCode = await only(Number(ONLY));
else {
  const all = await Promise.all(Array.from({ length: WORKERS }, (_, i) => watch(Number(SEED) + i)));
  const inputs = all.reduce((sum, each) => sum + each.inputs, 0);
  const broken = all.reduce((sum, each) => sum + each.broken, 0);
  const cpuSeconds = all.reduce((sum, each) => sum + each.cpuSeconds, 0);
  console.log(`${inputs} inputs, ${broken} broken laws; ${Math.round(inputs / cpuSeconds)} inputs a second of CPU`);
  process.exitCode = broken > 0 ? 1 : 0;
}
