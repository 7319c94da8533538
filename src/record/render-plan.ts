// The steps of rendering: which filters turn a recording into folded stacks, tables and pictures, and which compare it
// with an earlier run.

import { type Artifact, artifactIn } from './artifacts.ts';
import { nameOf } from './comparison.ts';
import { foldCpuStep, type Ground, type Step, type Window } from './plan.ts';
import type { Settings } from './settings.ts';

/** What there is to render. */
export interface Material {
  /** samples of perf, and which of them; undefined bounds: all */
  samples: { window: Window | undefined } | undefined;
  hasDump: boolean;
  /** who slept through the window, if any did */
  slept: Slept | undefined;
}

/** Threads that slept through the window are in a file of their own; if all did, the dump holds nothing that can be read. */
export interface Slept {
  /** of the window */
  seconds: number;
  isAll: boolean;
}

/** All of them, in an order in which they can run. */
export function renderSteps(settings: Settings, ground: Ground, { samples, hasDump, slept }: Material): Step[] {
  return [
    ...(samples ? [foldCpuStep(settings, ground, samples.window), drawCpuStep(settings, ground)] : []),
    ...(hasDump && !slept?.isAll ? [foldOffcpuStep(ground)] : []),
    ...(hasDump ? offcpuSteps(settings, ground, slept) : []),
    ...(samples && hasDump ? [drawWallStep(settings, ground, undefined)] : []),
  ];
}

/** The dump as folded stacks; threads that slept through the window are merged into it afterwards. */
export function foldOffcpuStep({ folder, tool }: Ground): Step {
  const options = ['--unit', 'us', '--stats-json', artifactIn(folder, 'offcpuStats'), '--'];
  return {
    what: 'folding off-CPU stacks',
    stages: [[...tool('offcpu-fold'), ...options, artifactIn(folder, 'offcpuRaw')]],
    output: artifactIn(folder, 'offcpu'),
  };
}

/** The reasons of the dump and of those sleepers, and the pictures. */
export function offcpuSteps(settings: Settings, ground: Ground, slept: Slept | undefined): Step[] {
  const step = (flag: string, to: Artifact): Step => ({
    what: 'finding reasons',
    stages: [classify(ground, slept, flag)],
    output: artifactIn(ground.folder, to),
  });
  return [
    step('--folded', 'reasons'),
    step('--table', 'reasonsTable'),
    step('--json', 'reasonsJson'),
    drawStep(settings, ground, 'offcpu', 'offcpuSvg', 'off-CPU', 'us', 'io'),
    drawStep(settings, ground, 'reasons', 'reasonsSvg', 'off-CPU by reason', 'us', 'io'),
  ];
}

/** What offcpu-classify reads. */
export function reasonInputs(folder: string, slept: Slept | undefined): string[] {
  return [
    ...(slept?.isAll ? [] : [artifactIn(folder, 'offcpuRaw')]),
    ...(slept === undefined ? [] : [artifactIn(folder, 'sleepers')]),
  ];
}

function classify({ folder, tool, waitEvents }: Ground, slept: Slept | undefined, ...flags: string[]): string[] {
  const meaning = typeof waitEvents === 'object' ? ['--meaning', '--pg-version', String(waitEvents.version)] : [];
  // together with the sleepers, which are folded text, the dump's own window is not believed
  const window = slept === undefined ? [] : ['--window', String(slept.seconds)];
  return [...tool('offcpu-classify'), ...flags, ...meaning, ...window, '--', ...reasonInputs(folder, slept)];
}

export function drawCpuStep(settings: Settings, ground: Ground): Step {
  return drawStep(settings, ground, 'cpu', 'cpuSvg', 'on-CPU', 'samples', 'kind');
}

/** @param subtitle what 100 % is; undefined: not known yet */
export function drawWallStep(settings: Settings, ground: Ground, subtitle: string | undefined): Step {
  return drawStep(settings, ground, 'wall', 'wallSvg', 'on-CPU and off-CPU', 'us', 'kind', subtitle);
}

/** An earlier run's files, which this run is compared with. */
export interface Earlier {
  label: string;
  folder: string;
  /** its folded stacks if they are to be scaled to this run's window; undefined: as they are */
  scaled?: string;
}

/** The table of reasons with columns of the earlier run. */
export function compareReasonsStep(ground: Ground, earlier: Earlier, slept: Slept | undefined): Step {
  const baseline = `${nameOf(earlier.label)}=${artifactIn(earlier.folder, 'reasonsJson')}`;
  return {
    what: 'comparing reasons',
    stages: [classify(ground, slept, '--table', `--baseline=${baseline}`)],
    output: artifactIn(ground.folder, 'comparison'),
  };
}

const TOP = 10;

/** The functions that changed most. */
export function compareFunctionsStep(
  { label }: Settings,
  { folder, tool }: Ground,
  earlier: Earlier,
  seconds: string,
): Step {
  const sides = [
    `${nameOf(earlier.label)}=${artifactIn(earlier.folder, 'cpu')}`,
    `${nameOf(label)}=${artifactIn(folder, 'cpu')}`,
  ];
  const options = ['--table', '--diff-by', 'self', '--top', String(TOP), '--seconds', seconds];
  return {
    what: 'comparing functions',
    stages: [[...tool('fold-diff'), ...options, '--', ...sides]],
    output: artifactIn(folder, 'comparison'),
  };
}

/** What grew (red) and shrank (blue) since the earlier run. */
export function compareStacksStep(
  settings: Settings,
  { folder, tool }: Ground,
  earlier: Earlier,
  kind: 'cpu' | 'reasons',
): Step {
  const [picture, what, unit] =
    kind === 'cpu' ? (['cpuDiff', 'on-CPU', 'samples'] as const) : (['offcpuDiff', 'off-CPU by reason', 'us'] as const);
  const before = `${nameOf(earlier.label)}=${earlier.scaled ?? artifactIn(earlier.folder, kind)}`;
  const after = settings.title ?? settings.label;
  const words = [`--title=${after} against ${earlier.label}: ${what}`, `--before=${earlier.label}`, `--after=${after}`];
  return {
    what: `comparing ${what}`,
    stages: [
      [...tool('fold-diff'), '--folded', '--', before, `${nameOf(settings.label)}=${artifactIn(folder, kind)}`],
      [...tool('flame-svg'), ...words, '--countname', unit],
    ],
    output: artifactIn(folder, picture),
  };
}

function drawStep(
  settings: Settings,
  { folder, tool }: Ground,
  from: Artifact,
  to: Artifact,
  what: string,
  unit: string,
  colors: string,
  subtitle?: string,
): Step {
  const words = [`--title=${settings.title ?? settings.label}: ${what}`];
  if (subtitle !== undefined) words.push(`--subtitle=${subtitle}`);
  const options = [...words, '--countname', unit, '--colors', colors, '--', artifactIn(folder, from)];
  return { what: `drawing ${what}`, stages: [[...tool('flame-svg'), ...options]], output: artifactIn(folder, to) };
}
