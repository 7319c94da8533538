// The rendering as command lines of filters, which --dry-run and run.json show. flame-record itself calls the filters'
// functions, with the same result.

import type { Options as DrawOptions } from '../../flamegraph/settings.ts';
import { type Artifact, artifactIn, mapsFile } from '../artifacts.ts';
import type { Settings } from '../settings.ts';
import {
  type Environment,
  eventOf,
  hasSwitches,
  kernelSymbolsStep,
  type Step,
  scriptArgv,
  type Window,
} from '../window/plan.ts';
import { rootsOf } from './sleepers.ts';

/** The steps, as users read them. */
export const STEPS = {
  foldCpu: 'folding on-CPU samples',
  foldOffcpu: 'folding off-CPU stacks',
  reasons: 'finding reasons',
} as const;

/** A picture of a run: the stacks it shows, and how. */
export interface RunPicture {
  from: Artifact;
  to: Artifact;
  what: string;
  countname: 'samples' | 'us';
  colors: 'kind' | 'io';
}

export const PICTURES = {
  cpu: { from: 'cpu', to: 'cpuSvg', what: 'on-CPU', countname: 'samples', colors: 'kind' },
  offcpu: { from: 'offcpu', to: 'offcpuSvg', what: 'off-CPU', countname: 'us', colors: 'io' },
  reasons: { from: 'reasons', to: 'reasonsSvg', what: 'off-CPU by reason', countname: 'us', colors: 'kind' },
  wall: { from: 'wall', to: 'wallSvg', what: 'on-CPU and off-CPU', countname: 'us', colors: 'kind' },
} as const satisfies Record<string, RunPicture>;

/** The options of flame-svg for a picture. `subtitle`: what 100 % is; undefined: not known yet. */
export function drawOptionsOf(
  settings: Settings,
  picture: RunPicture,
  subtitle?: string,
): Pick<DrawOptions, 'title' | 'subtitle' | 'countname' | 'colors'> {
  return { title: titleOf(settings, picture), subtitle, countname: picture.countname, colors: picture.colors };
}

function titleOf({ title, label }: Settings, { what }: RunPicture): string {
  return `${title ?? label}: ${what}`;
}

/** What there is to render. */
export interface Material {
  /** samples of perf, and which of them; undefined bounds: all; `pids` are those of the dump */
  samples: { window: Window | undefined; pids?: readonly number[] | undefined } | undefined;
  hasDump: boolean;
  /** who slept through the window, if any did */
  slept: Slept | undefined;
}

/** Threads that slept through the window have a file of their own. If all did (`isAll`), the dump holds nothing. */
export interface Slept {
  /** of the window */
  seconds: number;
  isAll: boolean;
}

/** All steps, in an order in which they can run. */
export function renderSteps(
  settings: Settings,
  environment: Environment,
  { samples, hasDump, slept }: Material,
): Step[] {
  const switches = samples && hasSwitches(environment) ? [scriptOf(settings, environment, samples)] : [];
  return [
    ...(samples ? [foldCpuStep(settings, environment, samples), drawStep(settings, environment, PICTURES.cpu)] : []),
    ...(hasDump && !slept?.isAll ? [foldOffcpuStep(settings, environment, switches)] : []),
    ...(hasDump ? offcpuSteps(settings, environment, slept, slept?.isAll ? [] : switches) : []),
    ...(samples && hasDump ? [drawStep(settings, environment, PICTURES.wall)] : []),
  ];
}

/** perf's text of the window's samples, folded by thread. */
function foldCpuStep(settings: Settings, environment: Environment, samples: NonNullable<Material['samples']>): Step {
  const { folder, tool } = environment;
  const kernelSymbols = kernelSymbolsStep(settings, environment)?.output;
  const fold = [
    ...(hasSwitches(environment) ? ['--event-filter', eventOf(environment)] : []),
    ...['--tid', '--count', 'samples', '--stats-json', artifactIn(folder, 'cpuStats')],
    ...(kernelSymbols ? ['--kallsyms', kernelSymbols] : []),
    ...(settings.inline ? ['--inline'] : []),
    ...(settings.inline && environment.symfs !== undefined ? ['--symfs', environment.symfs] : []),
  ];
  return {
    what: STEPS.foldCpu,
    stages: [scriptOf(settings, environment, samples), [...tool('perf-fold'), ...fold]],
    output: artifactIn(folder, 'cpuThreads'),
  };
}

/** The perf script whose text has the samples, and the switches if perf recorded them. */
function scriptOf(
  settings: Settings,
  environment: Environment,
  { window, pids }: NonNullable<Material['samples']>,
): string[] {
  return scriptArgv(settings, environment, { startNs: window?.startNs, endNs: window?.endNs, pids });
}

/** The dump as folded stacks; flame-record merges threads that slept through the window into it afterwards. */
function foldOffcpuStep(settings: Settings, environment: Environment, switches: readonly (readonly string[])[]): Step {
  const { folder, tool, pids } = environment;
  const options = [
    '--unit',
    'us',
    ...byRoots(pids),
    ...byMaps(settings, environment),
    '--stats-json',
    artifactIn(folder, 'offcpuStats'),
    '--',
  ];
  return {
    what: STEPS.foldOffcpu,
    stages: [
      ...switches,
      [...tool('offcpu-fold'), ...options, artifactIn(folder, 'offcpuRaw'), ...switches.map(() => '-')],
    ],
    output: artifactIn(folder, 'offcpu'),
  };
}

/** The reasons of the dump and of the sleepers, and the pictures. */
function offcpuSteps(
  settings: Settings,
  environment: Environment,
  slept: Slept | undefined,
  switches: readonly (readonly string[])[],
): Step[] {
  const step = (flags: readonly string[], to: Artifact): Step => ({
    what: STEPS.reasons,
    stages: [...switches, [...classify(settings, environment, slept, flags), ...switches.map(() => '-')]],
    output: artifactIn(environment.folder, to),
  });
  return [
    step(['--folded'], 'reasons'),
    step(['--table', '--where'], 'reasonsTable'),
    step(['--json', '--where'], 'reasonsJson'),
    drawStep(settings, environment, PICTURES.offcpu),
    drawStep(settings, environment, PICTURES.reasons),
  ];
}

/** Of several processes each has its own root frame. */
function byRoots(pids: Environment['pids']): string[] {
  return rootsOf(pids) === 'pid' ? ['--by', 'pid'] : [];
}

/** The options that name user frames and locks by the files that the targets had mapped. */
function byMaps({ inline }: Settings, { folder, pids, symfs }: Environment): string[] {
  if (!inline || pids.length === 0) return [];
  const maps = pids.flatMap((pid) => ['--maps', mapsFile(folder, pid)]);
  return [...maps, ...(symfs === undefined ? [] : ['--symfs', symfs])];
}

function classify(
  settings: Settings,
  environment: Environment,
  slept: Slept | undefined,
  flags: readonly string[],
): string[] {
  const { folder, tool, pids, waitEvents } = environment;
  const meaning = typeof waitEvents === 'object' ? ['--meaning', '--pg-version', String(waitEvents.version)] : [];
  // beside folded text, such as the sleepers', offcpu-classify does not use the dump's own window
  const window = slept === undefined ? [] : ['--window', String(slept.seconds)];
  const inputs = [
    ...(slept?.isAll ? [] : [artifactIn(folder, 'offcpuRaw')]),
    ...(slept === undefined ? [] : [artifactIn(folder, 'sleepers')]),
  ];
  return [
    ...tool('offcpu-classify'),
    ...flags,
    ...byRoots(pids),
    ...byMaps(settings, environment),
    ...meaning,
    ...window,
    '--',
    ...inputs,
  ];
}

function drawStep(settings: Settings, { folder, tool }: Environment, picture: RunPicture): Step {
  const { countname, colors } = picture;
  const options = [`--title=${titleOf(settings, picture)}`, '--countname', countname, '--colors', colors];
  return {
    what: `drawing ${picture.what}`,
    stages: [[...tool('flame-svg'), ...options, '--', artifactIn(folder, picture.from)]],
    output: artifactIn(folder, picture.to),
  };
}
