// A trial while the workload warms up: perf records for a second. Are its copies of the stack large enough?

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Report } from '../../cli/report.ts';
import { InputError, UsageError } from '../../engine/errors.ts';
import { artifactIn } from '../artifacts.ts';
import type { TrialRates } from '../call-graph.ts';
import type { Settings } from '../settings.ts';
import { asRoot, type Environment, trialArgvs } from '../window/plan.ts';
import { foldSamples } from './render/fold-samples.ts';
import { ProgramFailed } from './render/render-steps.ts';
import { Child, endGroup } from './system/children.ts';
import { streamed } from './system/source.ts';

const SECONDS = 1;
/** What the trial takes: perf's start, the second, and its text. */
const TAKES_SECONDS = 2;
/** A perf that takes longer hangs. */
const LIMIT_SECONDS = 5;

/** Undefined: it saw nothing, or failed, which does no harm. Ends about when the warm-up does. */
export async function tryCallGraph(
  settings: Settings,
  environment: Environment,
  stop: AbortSignal,
): Promise<TrialRates | undefined> {
  const data = join(environment.folder, 'trial.data');
  const errors = artifactIn(environment.folder, 'perfLog');
  const { record, script } = trialArgvs(settings, environment, data, SECONDS);
  try {
    await sleep(Math.max(0, settings.warmupSeconds - TAKES_SECONDS) * 1000, undefined, { signal: stop });
    const recorder = new Child({ argv: record, asRoot: asRoot(settings.sudo), output: errors, errors });
    const end = (): void => void endGroup(recorder);
    stop.addEventListener('abort', end, { once: true });
    const limit = setTimeout(end, LIMIT_SECONDS * 1000);
    const { code } = await recorder.ended;
    clearTimeout(limit);
    stop.removeEventListener('abort', end);
    if (code !== 0 || stop.aborted) return undefined;
    const folded = await foldSamples(streamed(script, errors), { count: 'samples' }, new Report('', () => {}));
    if (!folded) return undefined;
    const { samples, cutWeight, weight } = folded.stats;
    return { how: environment.callGraph.how, samples, cutShare: cutWeight / weight };
  } catch (error) {
    if (stop.aborted || error instanceof UsageError || error instanceof InputError || error instanceof ProgramFailed)
      return undefined;
    throw error;
  } finally {
    rmSync(data, { force: true });
    rmSync(errors, { force: true }); // perf's log begins with the recording
  }
}
