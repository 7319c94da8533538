// One process of the soak: input after input, until the time is over.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LAWS } from './laws.ts';
import { mutant, randomOf } from './mutate.ts';

export interface Work {
  /** the seeds from `first` on, each `step`th */
  first: number;
  step: number;
  seconds: number;
}

/** What the process says before each input: its seed. */
export type Begun = number;

/** What broke a law. */
export interface Broken {
  seed: number;
  tool: string;
  file: string;
  message: string;
  input: Uint8Array;
}

/** What it says at the end: the seconds of CPU that it took. */
export interface Done {
  cpuSeconds: number;
}

/** By tool: the real inputs. */
const SOURCES: Record<string, RegExp> = {
  'perf-fold': /^(?:perf-fold|recordings|profilers)\//,
  'offcpu-fold': /^(?:offcpu-fold|offcpu-classify|bpftrace|offcpu-labelled)\//,
  'offcpu-classify': /^(?:offcpu-fold|offcpu-classify|offcpu-labelled)\//,
  'fold-merge': /^(?:fold-\w+|flame-svg)\//,
  'flame-svg': /^(?:flame-svg|fold-\w+)\//,
  'pprof-fold': /^pprof-fold\//,
  'fold-diff': /^fold-diff\//,
};
const NO_INPUT = /(?:^|\/)(?:cmd|status|err|README\.md|.*\.(?:sh|c|cpp|rs|go|mjs|tsv))$/;
/** Now and then a tool reads what is not meant for it. */
const FOREIGN = 0.1;

const ROOT = join(import.meta.dirname, '..', 'fixtures');
const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8', withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
  .filter((name) => !NO_INPUT.test(name))
  .sort();
const contents = new Map<string, Buffer>();
const TOOLS = Object.keys(LAWS);

/** The input of a seed, and the tool that is to read it. */
export function caseOf(seed: number): { tool: string; file: string; input: Buffer; random: () => number } {
  const random = randomOf(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const tool = pick(TOOLS);
  const own = files.filter((name) => SOURCES[tool]?.test(name));
  const file = pick(random() < FOREIGN ? files : own);
  return { tool, file, input: mutant(contentOf(file), contentOf(pick(files)), random), random };
}

function contentOf(name: string): Buffer {
  let bytes = contents.get(name);
  if (!bytes) {
    bytes = readFileSync(join(ROOT, name));
    contents.set(name, bytes);
  }
  return bytes;
}

async function soak({ first, step, seconds }: Work, send: (message: Begun | Broken | Done) => void): Promise<void> {
  const end = Date.now() + 1000 * seconds;
  for (let seed = first; Date.now() < end; seed += step) {
    send(seed);
    const { tool, file, input, random } = caseOf(seed);
    try {
      await LAWS[tool]?.(input, random);
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      send({ seed, tool, file, message, input });
    }
  }
  const { user, system } = process.cpuUsage();
  send({ cpuSeconds: (user + system) / 1e6 });
}

if (process.send) {
  await soak(JSON.parse(process.argv[2] as string) as Work, (message) => process.send?.(message));
  process.disconnect();
}
