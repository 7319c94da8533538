// The rendering of a run: recordings in, folded stacks, tables, pictures and the page out; then the report on stdout.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { latin1, utf8 } from '../../../cli/latin1.ts';
import type { Report } from '../../../cli/report.ts';
import type { World } from '../../../cli/run.ts';
import { UsageError } from '../../../engine/errors.ts';
import type { StackTable } from '../../../engine/stack-table.ts';
import { drawFlameGraph } from '../../../flamegraph/draw.ts';
import { settingsOf as drawSettingsOf } from '../../../flamegraph/settings.ts';
import type { OffcpuFold } from '../../../offcpu/read/fold-offcpu.ts';
import { NANOSECONDS } from '../../../offcpu/read/stacks.ts';
import { runOf } from '../../../offcpu/table/classify-offcpu.ts';
import { compare, doubtsOn } from '../../../offcpu/table/comparison.ts';
import { formatJson } from '../../../offcpu/table/json.ts';
import { formatTable } from '../../../offcpu/table/reason-table.ts';
import { formatWhere } from '../../../offcpu/table/where-text.ts';
import { KernelSymbols } from '../../../symbols/kernel-symbols.ts';
import { ARTIFACTS, artifactIn, type Half } from '../../artifacts.ts';
import { NothingRecorded } from '../../failure.ts';
import { isOfWholeRun } from '../../render/comparison.ts';
import { type CpuProfile, cpuProfileOf } from '../../render/cpu-profile.ts';
import { identityOf } from '../../render/identity.ts';
import { type OffcpuProfile, offcpuProfileOf, UNIT } from '../../render/offcpu-profile.ts';
import { drawOptionsOf, PICTURES, type RunPicture, STEPS } from '../../render/render-plan.ts';
import { rootOfTask, rootsOf } from '../../render/sleepers.ts';
import { childrenOnlyText, lossesIn, noSampleText, samplesIn, unsampledText } from '../../render/summary.ts';
import { onCpuNsOf, wallOf, wallText } from '../../render/wall.ts';
import type { DumpWindow } from '../../window/dump-window.ts';
import type { Environment } from '../../window/plan.ts';
import {
  cutsOf,
  eventOf,
  hasSwitches,
  kernelSymbolsStep,
  scriptArgv,
  scriptSlices,
  TEXT_TO_DATA,
  type Window,
} from '../../window/plan.ts';
import { hasLibunwind } from '../system/machine.ts';
import { makeOverlay } from '../system/overlay.ts';
import { isOfAnother, namesIn, sizeOf, textOf } from '../system/proc-files.ts';
import { freeBytes, spooled, streamed } from '../system/source.ts';
import { compareRuns } from './compare-runs.ts';
import { costSoFar } from './cost.ts';
import { foldSamples } from './fold-samples.ts';
import { Gate } from './gate.ts';
import { dumpFold, readDump, readSwitches } from './read-dump.ts';
import { RenderSteps } from './render-steps.ts';
import { type Rendering, writeReport } from './write-report.ts';

/** Renders what there is and prints the report. Throws NothingRecorded if there is nothing. */
export async function render(rendering: Rendering, world: Pick<World, 'output' | 'columns'>): Promise<void> {
  const { environment, recording } = rendering;
  // by libdw, perf opens what stands at a path now, whatever --buildid-dir has
  if (!environment.hasOldBuilds || recording.maps.isContained || hasLibunwind()) return renderRun(rendering, world);
  const oldRoot = mkdtempSync(join(tmpdir(), 'flamepipe-files-'));
  try {
    makeOverlay(oldRoot, recording.maps.oldBuilds());
    await renderRun({ ...rendering, environment: { ...environment, oldRoot } }, world);
  } finally {
    rmSync(oldRoot, { recursive: true, force: true });
  }
}

async function renderRun(rendering: Rendering, { output, columns }: Pick<World, 'output' | 'columns'>): Promise<void> {
  const { settings, environment, recording, folder, progress, part } = rendering;
  const before = costSoFar();
  const steps = new RenderSteps(folder.path, progress, recording.failures);
  const hasData = recording.window.perf && namesIn(environment.folder).includes(ARTIFACTS.perfData);
  const isWhole = recording.window.perf?.isWhole === true || hasData === true;
  const whole = recording.window.dump;
  const dump = part ? partOfDump(whole, part, environment) : whole;
  const window: Window = part ?? dump ?? recording.window;
  const windowNs = window.endNs - window.startNs;
  progress.phase('rendering');
  const gates: Gates = { samples: new Gate(), dump: new Gate(), objects: new Map(), fold: undefined };
  const gone = Promise.resolve(undefined);
  const [folded, offcpu] = await Promise.all([
    (isWhole ? renderCpu(rendering, steps, part ?? dump, window, gates) : gone).finally(() => gates.samples.open()),
    (dump ? renderOffcpu(rendering, steps, dump, gates) : gone).finally(() => gates.dump.open()),
  ]);
  const hasSamples = isWhole && folded !== NO_SAMPLE;
  const taken = samplesIn(textOf(artifactIn(environment.folder, 'perfLog')) ?? '') ?? 0;
  if (taken > 0 && !hasSamples && !settings.followChildren) {
    recording.warnings.push(childrenOnlyText(settings.frequency, recording.window.cause === 'target'));
  }
  const cpu = folded === NO_SAMPLE ? undefined : folded;
  if (!cpu && !dump) {
    if (hasSamples && folded === undefined && recording.window.perf?.isWhole) throw new UsageError(UNREAD);
    if (part) throw new NothingRecorded('perf took no sample in that part of the window: the target did not run then');
    const isIdle = isWhole && recording.failures.length === 0;
    throw new NothingRecorded(`nothing was recorded${isIdle ? `; ${noSampleText(settings.frequency)}` : ''}`);
  }
  if (cpu && settings.followChildren) {
    const known = dump?.pids ?? [...recording.targets.map(({ pid }) => pid), ...(recording.family ?? [])];
    recording.warnings.push(...[unsampledText(known, cpu.pids) ?? []].flat());
  }
  const periodNs = 1e9 / settings.frequency;
  const samplesByThread = cpu?.samplesByThread ?? new Map<number, number>();
  const sampling = dump && recording.window.perf?.isWhole ? { samplesByThread, periodNs } : undefined;
  const identity = offcpu && identityOf(offcpu.profile.threads, offcpu.profile.asleep, windowNs, sampling);
  if (cpu && identity) {
    const { stacks, meetings } = wallOf({
      cpu: cpu.byRoot,
      onCpuUs: onCpuNsOf(identity) / NANOSECONDS[UNIT],
      offcpu: offcpu.profile.classified.account.stacks(NANOSECONDS[UNIT]),
      threads: identity.threads,
      roots: new Map(recording.tasksAtEnd.map((task) => [task.tid, rootOfTask(task, rootsOf(recording.targets))])),
    });
    stacks.unit = UNIT;
    steps.write('wall', stacks.folded());
    const subtitle = wallText(identity, cpu.stats.samples, windowNs, meetings.map(utf8));
    await draw(rendering, steps, PICTURES.wall, stacks, subtitle);
  }
  const { perf } = recording.window;
  const valid: Half[] = [];
  if (perf?.isWhole && (cpu || !hasSamples)) valid.push('cpu');
  if (dump?.isWhole && offcpu) valid.push('offcpu');
  const isWholeRun = part === undefined && isOfWholeRun(recording.window.cause, settings);
  const shape = {
    label: settings.label,
    mode: settings.mode,
    seconds: windowNs / 1e9,
    isWhole: isWholeRun,
    event: eventOf(environment),
    callGraph: environment.callGraph.how,
    offcpuStacks: settings.mode === 'both' ? environment.offcpuStacks.how : undefined,
    pids: recording.targets.map(({ pid }) => pid),
    comms: recording.targets.map(({ comm }) => utf8(comm)),
    followChildren: settings.followChildren,
    workload: settings.workload ?? '',
    host: recording.host.name,
  };
  const scale = { seconds: windowNs / 1e9, frequency: settings.frequency, isWhole: isWholeRun };
  const comparison = await compareRuns(
    { settings, scale, shape, cpu: cpu?.byRoot, cpuSamples: cpu?.stats.samples, offcpu },
    steps,
  );
  progress.done();
  const { times } = steps;
  await writeReport(
    { ...rendering, window, valid, identity, cpu, offcpu, comparison, before, steps: times },
    output,
    columns,
  );
}

/** Undefined: the recording has only sums of the whole window. */
function partOfDump(dump: DumpWindow | undefined, part: Window, environment: Environment): DumpWindow | undefined {
  return dump && hasSwitches(environment) ? { ...dump, startNs: part.startNs, endNs: part.endNs } : undefined;
}

const UNREAD = 'perf has recorded samples, but they could not be rendered';

/** Open when a half is read, or will not come. Names are settled then, because both halves need the same ones. */
interface Gates {
  samples: Gate;
  dump: Gate;
  /** the objects of user frames off the CPU, by their names, latin1 */
  objects: Map<string, Set<string>>;
  /** the reader of the dump, and of perf's switches if there are any; its messages go to the step that reads */
  fold: { reader: OffcpuFold; report: Report } | undefined;
}

/** No sample of the targets, though perf may have some of their children. */
const NO_SAMPLE = 'no sample';

/** Undefined: the step failed, and the user knows. */
async function renderCpu(
  rendering: Rendering,
  steps: RenderSteps,
  dump: Window | undefined,
  window: Window,
  gates: Gates,
): Promise<CpuProfile | typeof NO_SAMPLE | undefined> {
  const { settings, environment, recording } = rendering;
  const symbols = kernelSymbolsStep(settings, environment)?.output;
  const size = sizeOf(artifactIn(environment.folder, 'perfData')) ?? 0;
  const mayCut = freeBytes(environment.folder) >= size * TEXT_TO_DATA;
  // perf prints the records of all switches into each slice
  const mayCutSlices = mayCut && !hasSwitches(environment);
  const cuts = mayCutSlices ? cutsOf(window, size, availableParallelism()) : [];
  // after sudo a run is the caller's, and root may render it again
  const forced = isOfAnother(artifactIn(environment.folder, 'perfData')) ? ['-f'] : [];
  const slices = scriptSlices(settings, environment, dump, cuts, recording.window.dump?.pids).map((argv) =>
    argv.toSpliced(argv.indexOf('script') + 1, 0, ...forced),
  );
  const folded = await steps.run(STEPS.foldCpu, 'perf-fold', async (report, log) => {
    const text = artifactIn(environment.folder, 'cpuThreads');
    const source = mayCut ? spooled(slices, text, log) : streamed(slices[0] as string[], log);
    const kernelSymbols = symbols === undefined ? undefined : new KernelSymbols(readFileSync(symbols));
    const { symbolizer, mappings } = await recording.maps.names();
    // only perf knows what children had mapped that ended soon, and switches need their names, too
    const shared = settings.followChildren || hasSwitches(environment) ? mappings : undefined;
    const lookup = settings.inline ? { symbolizer, mappings: shared, compiled: mappings, inline: true } : undefined;
    const allIsRead = (): Promise<void> => {
      gates.samples.open();
      return gates.dump.opened;
    };
    const event = hasSwitches(environment) ? [eventOf(environment)] : [];
    const options = { by: 'tid', count: 'samples', event, kernelSymbols, lookup } as const;
    // a part reads all switches up to its end, because waits may have begun before it
    const hasPartner = hasSwitches(environment) && recording.window.dump?.hasThreads === true && !rendering.part;
    const switches = hasPartner ? (await openFold(rendering, gates, report)).reader : undefined;
    return (await foldSamples(source, options, report, allIsRead, switches)) ?? NO_SAMPLE;
  });
  if (!folded || folded === NO_SAMPLE) return folded;
  const profile = cpuProfileOf(folded, rootsOf(recording.targets));
  profile.stats.losses.push(...lossesIn(textOf(artifactIn(environment.folder, 'perfLog')) ?? ''));
  steps.write('cpuThreads', profile.byThread.folded());
  steps.write('cpuStats', [jsonText(profile.stats)]);
  steps.write('cpu', profile.byRoot.folded());
  await draw(rendering, steps, PICTURES.cpu, profile.byRoot);
  return profile;
}

/** Opens the one reader of all that tells of time off the CPU, or gives the open one to this step. */
async function openFold(
  { settings, recording, part }: Rendering,
  gates: Gates,
  report: Report,
): Promise<NonNullable<Gates['fold']>> {
  if (gates.fold) {
    gates.fold.report = report;
    return gates.fold;
  }
  const { objects } = gates;
  const lookup = settings.inline ? { ...(await recording.maps.names()), objects } : undefined;
  const by = rootsOf(recording.targets);
  const opened: NonNullable<Gates['fold']> = { report, reader: dumpFold({ by, lookup, part }, () => opened.report) };
  gates.fold = opened;
  return opened;
}

/** The off-CPU half, rendered. */
export interface RenderedOffcpu {
  profile: OffcpuProfile;
  /** undefined: the step failed, and the user knows */
  reasons: RenderedReasons | undefined;
  /** the objects of user frames, by their names, latin1 */
  objects: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface RenderedReasons {
  /** [reason];comm;frames, or [reason];meaning;comm;frames */
  stacks: StackTable;
  /** as people and as programs read it, latin1 */
  table: string;
  json: string;
}

/** Undefined: the dump could not be read, and the user knows. */
async function renderOffcpu(
  rendering: Rendering,
  steps: RenderSteps,
  dump: DumpWindow,
  gates: Gates,
): Promise<RenderedOffcpu | undefined> {
  const { settings, environment, recording } = rendering;
  const anySwitched = dump.hasThreads || !dump.isWhole;
  const profile = await steps.run(STEPS.foldOffcpu, 'offcpu-fold', async (report, log) => {
    const by = rootsOf(recording.targets);
    const names = await recording.maps.names();
    await gates.samples.opened;
    const file = artifactIn(environment.folder, 'offcpuRaw');
    const fold = anySwitched
      ? await readDump(file, (await openFold(rendering, gates, report)).reader, report)
      : undefined;
    if (rendering.part && fold) {
      const limits = { startNs: undefined, endNs: rendering.part.endNs, pids: recording.window.dump?.pids };
      await readSwitches(streamed(scriptArgv(settings, environment, limits), log), fold);
    }
    gates.dump.open();
    const read = offcpuProfileOf({
      dump: fold,
      nameLock: names.nameLock,
      objects: gates.objects,
      windowNs: dump.endNs - dump.startNs,
      tasks: recording.tasksAtEnd,
      tidsAtStart: recording.tidsAtStart,
      by,
      postgresVersion: typeof environment.waitEvents === 'object' ? environment.waitEvents.version : undefined,
    });
    for (const note of read.notes) report.note(note);
    return read;
  });
  if (!profile) return undefined;
  steps.write('offcpu', profile.stacks.folded());
  if (profile.sleepers) steps.write('sleepers', profile.sleepers.folded());
  if (profile.stats) steps.write('offcpuStats', [jsonText(profile.stats)]);
  const reasons = await steps.run(STEPS.reasons, 'offcpu-classify', (report): RenderedReasons => {
    const { classified, hasMeanings, places, calls } = profile;
    const compared = compare(runOf(latin1(settings.label), classified), []);
    for (const doubt of doubtsOn(compared)) report.note(utf8(doubt));
    const stacks = classified.account.folded(NANOSECONDS[UNIT]);
    stacks.unit = UNIT;
    const table = formatTable(compared, { detail: false, meaning: hasMeanings, wide: false });
    const json = formatJson(compared, { busy: false, where: places, calls });
    const where = places.length > 0 ? `${formatWhere(places, calls)}\n` : '';
    steps.write('reasons', stacks.folded());
    steps.write('reasonsTable', [Buffer.from(where + table, 'latin1')]);
    steps.write('reasonsJson', [Buffer.from(json, 'latin1')]);
    return { stacks, table, json };
  });
  await draw(rendering, steps, PICTURES.offcpu, profile.stacks);
  if (reasons) await draw(rendering, steps, PICTURES.reasons, reasons.stacks);
  return { profile, reasons, objects: gates.objects };
}

async function draw(
  { settings }: Rendering,
  steps: RenderSteps,
  picture: RunPicture,
  table: StackTable,
  subtitle?: string,
): Promise<void> {
  if (table.stackCount === 0) return; // of a program that never waited
  await steps.run(`drawing ${picture.what}`, 'flame-svg', () => {
    const drawSettings = drawSettingsOf(drawOptionsOf(settings, picture, subtitle));
    steps.write(picture.to, drawFlameGraph({ table, isDifferential: false }, drawSettings));
  });
}

function jsonText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
