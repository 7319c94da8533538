// Measures commands: CPU seconds, wall seconds and peak memory, side by side in one run.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

export interface Cost {
  /** user + system, seconds */
  cpu: number;
  wall: number;
  /** peak resident set, MiB */
  memory: number;
}

/** The median of each number by itself, and how far the runs' CPU seconds lie apart. */
export interface Medians extends Cost {
  least: number;
  most: number;
  rounds: number;
}

export interface Contender {
  name: string;
  argv: string[];
}

/** Seconds. */
const SLOW = 4;

const scratch = mkdtempSync(join(tmpdir(), 'flamepipe-bench-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));

/** Node reads extra certificates at each start, some 40 ms of CPU that are none of ours. */
const environment = { ...process.env, LC_ALL: 'C', NODE_EXTRA_CA_CERTS: undefined };

/**
 * Runs each contender `rounds` times in turn, so that a busy machine is unfair to all alike; a peer that takes longer than
 * SLOW only once. Throws if the first one fails; a peer that can't read the input is left out.
 */
export function compare(contenders: readonly Contender[], rounds: number): Map<string, Medians> {
  const runs = new Map(contenders.map(({ name }) => [name, [] as Cost[]]));
  for (let round = 0; round < rounds; round++) {
    for (const [i, { name, argv }] of contenders.entries()) {
      if (!runs.has(name) || (i > 0 && (runs.get(name)?.[0]?.wall ?? 0) > SLOW)) continue;
      try {
        runs.get(name)?.push(costOf(argv));
      } catch (error) {
        if (i === 0) throw error;
        runs.delete(name);
        console.error(`bench: ${name} can't read this input: no comparison with it`);
      }
    }
  }
  return new Map([...runs].map(([name, costs]) => [name, mediansOf(costs)]));
}

function costOf(argv: readonly string[]): Cost {
  const log = join(scratch, 'time');
  const { status } = spawnSync('time', ['-f', '%U %S %e %M', '-o', log, ...argv], {
    stdio: ['ignore', 'ignore', 'ignore'],
    env: environment,
  });
  if (status === null || status > 2) throw new Error(`${argv.join(' ')}: ended with status ${status}`);
  const [user = 0, system = 0, wall = 0, kib = 0] = (readFileSync(log, 'utf8').trim().split('\n').at(-1) ?? '')
    .split(' ')
    .map(Number);
  return { cpu: user + system, wall, memory: kib / 1024 };
}

export function mediansOf(costs: readonly Cost[]): Medians {
  const of = (key: keyof Cost): number => {
    const sorted = costs.map((cost) => cost[key]).sort((a, b) => a - b);
    return sorted[sorted.length >> 1] as number;
  };
  const cpus = costs.map(({ cpu }) => cpu);
  return {
    ...{ cpu: of('cpu'), wall: of('wall'), memory: of('memory') },
    ...{ least: Math.min(...cpus), most: Math.max(...cpus), rounds: costs.length },
  };
}

/** Where a peer's program is: in `folder` when that is set, else on PATH or among cargo's; undefined when it is not. */
export function find(program: string, folder: string | undefined): string | undefined {
  const cargo = join(process.env.HOME ?? '', '.cargo', 'bin');
  const folders = folder === undefined ? [...(process.env.PATH ?? '').split(delimiter), cargo] : [folder];
  return folders.map((each) => join(each, program)).find((path) => existsSync(path));
}

export function capture(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'ignore'] });
}
