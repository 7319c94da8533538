// --compare: this run against an earlier one of the same folder, as tables and pictures.

import { rmSync, writeFileSync } from 'node:fs';
import { UsageError } from '../../engine/errors.ts';
import { artifactIn, runFolders } from '../artifacts.ts';
import { type Measure, measureOf, scaleOf, secondsOption, withLabels } from '../comparison.ts';
import { mergeFolded } from '../folded-text.ts';
import type { Step } from '../plan.ts';
import {
  compareFunctionsStep,
  compareReasonsStep,
  compareStacksStep,
  type Earlier,
  reasonInputs,
  type Slept,
} from '../render-plan.ts';
import type { Settings } from '../settings.ts';
import { cutLines } from '../summary.ts';
import { namesIn, textOf } from './proc-files.ts';
import type { Desk } from './render-steps.ts';

export interface Comparison {
  label: string;
  /** tables, latin1; '' where one of the runs has nothing of the kind */
  reasons: string;
  functions: string;
}

/** Throws UsageError, before anything is recorded, if there is no run to compare with. */
export function checkEarlier({ compare, outDir }: Settings): void {
  if (compare !== undefined) earlierOf(compare, outDir);
}

function earlierOf(label: string, outDir: string): Earlier & { measure: Measure } {
  const { final: folder } = runFolders(outDir, label, 0);
  const measure = measureOf(textOf(artifactIn(folder, 'run')) ?? '');
  if (measure) return { label, folder, measure };
  const labels = namesIn(outDir).filter((name) =>
    measureOf(textOf(artifactIn(runFolders(outDir, name, 0).final, 'run')) ?? ''),
  );
  const there = labels.length === 0 ? 'it holds none' : `it holds ${labels.sort().join(', ')}`;
  throw new UsageError(`--compare ${label}: ${outDir} holds no such run; ${there}`);
}

/** Undefined: it was not asked for. */
export async function compareRuns(desk: Desk, now: Measure, slept: Slept | undefined): Promise<Comparison | undefined> {
  const { settings, ground, run, read, write } = desk;
  if (settings.compare === undefined) return undefined;
  const earlier = earlierOf(settings.compare, settings.outDir);
  const { label, folder, measure } = earlier;
  const before = (artifact: 'cpu' | 'reasons' | 'reasonsJson'): string => textOf(artifactIn(folder, artifact)) ?? '';
  const table = async (step: Step): Promise<string> => {
    if (!(await run(step))) return '';
    const input = bytes(reasonInputs(desk.path, slept).join(' + '));
    return withLabels(read('comparison'), [label, settings.label].map(bytes)).replaceAll(input, bytes(settings.label));
  };
  let [reasons, functions] = ['', ''];
  if (read('reasonsJson') !== '' && before('reasonsJson') !== '') {
    reasons = await table(compareReasonsStep(ground, earlier, slept));
    await comparePictures(desk, earlier, before('reasons'), scaleOf(now, measure, 'us'), 'reasons');
  }
  if (read('cpu') !== '' && before('cpu') !== '') {
    functions = cutLines(await table(compareFunctionsStep(settings, ground, earlier, secondsOption(now, measure))));
    await comparePictures(desk, earlier, before('cpu'), scaleOf(now, measure, 'samples'), 'cpu');
  }
  write('comparison', [reasons, functions].filter((text) => text !== '').join('\n'));
  return { label, reasons, functions };
}

function bytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}

async function comparePictures(
  { settings, ground, path, run }: Desk,
  earlier: Earlier,
  folded: string,
  scale: number,
  kind: 'cpu' | 'reasons',
): Promise<void> {
  if (scale === 1) {
    await run(compareStacksStep(settings, ground, earlier, kind));
    return;
  }
  const scaled = `${path}/before.folded`;
  writeFileSync(scaled, mergeFolded([{ text: folded, factor: scale }]), 'latin1');
  await run(compareStacksStep(settings, ground, { ...earlier, scaled }, kind));
  rmSync(scaled);
}
