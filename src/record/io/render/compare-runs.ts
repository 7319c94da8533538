// --compare: this run against an earlier one of the same folder, as tables and pictures.

import { readFileSync } from 'node:fs';
import { latin1, utf8 } from '../../../cli/latin1.ts';
import type { Report } from '../../../cli/report.ts';
import { UsageError } from '../../../engine/errors.ts';
import type { StackTable } from '../../../engine/stack-table.ts';
import { drawFlameGraph } from '../../../flamegraph/draw.ts';
import { settingsOf as drawSettingsOf } from '../../../flamegraph/settings.ts';
import { runOf } from '../../../offcpu/table/classify-offcpu.ts';
import { compare, doubtsOn, type ReasonTable } from '../../../offcpu/table/comparison.ts';
import { parseResult } from '../../../offcpu/table/json-read.ts';
import { formatTable } from '../../../offcpu/table/reason-table.ts';
import { compareWhere, rowsOfPlaces, withoutSmall } from '../../../offcpu/table/where-rows.ts';
import { pairCounts, type Sides } from '../../../stacks/diff/diff.ts';
import type { FunctionTable } from '../../../stacks/diff/function-table.ts';
import { FoldedReader } from '../../../stacks/folded.ts';
import { type Artifact, artifactIn, runFolders } from '../../artifacts.ts';
import {
  areWhole,
  type Comparison,
  comparedFunctions,
  comparedPicture,
  functionsText,
  namedAlike,
  onCpuChange,
  outcomeOf,
  type RunScale,
  type RunShape,
  rootsOf,
  runScaleOf,
  scaleOf,
  shapeOf,
  sidesOf,
  unlikeRuns,
} from '../../render/comparison.ts';
import type { OffcpuProfile } from '../../render/offcpu-profile.ts';
import { PICTURES, type RunPicture } from '../../render/render-plan.ts';
import type { Settings } from '../../settings.ts';
import { namesIn, textOf } from '../system/proc-files.ts';
import type { RenderSteps } from './render-steps.ts';

interface Earlier {
  label: string;
  folder: string;
  scale: RunScale;
  shape: RunShape;
  /** on-CPU; undefined: perf did not record */
  samples: number | undefined;
  /** what its workload said last */
  workload: readonly string[];
}

/** The settings, with those of the run to compare with. Throws UsageError if there is no such run: call it before recording. */
export function likeEarlier(settings: Settings): Settings {
  const { compare, outDir } = settings;
  return compare === undefined
    ? settings
    : { ...settings, callGraphBefore: earlierOf(compare, outDir).shape.callGraph };
}

function earlierOf(label: string, outDir: string): Earlier {
  const { final: folder } = runFolders(outDir, label, 0);
  const json = textOf(artifactIn(folder, 'run')) ?? '';
  const scale = runScaleOf(json);
  if (scale) return { label, folder, scale, shape: shapeOf(json), ...outcomeOf(json) };
  const labels = namesIn(outDir).filter((name) =>
    runScaleOf(textOf(artifactIn(runFolders(outDir, name, 0).final, 'run')) ?? ''),
  );
  const there = labels.length === 0 ? 'it holds none' : `it holds ${labels.sort().join(', ')}`;
  throw new UsageError(`--compare ${label}: ${outDir} holds no such run; ${there}`);
}

/** The parts of a run that a comparison needs. */
export interface ComparedRun {
  settings: Settings;
  scale: RunScale;
  shape: RunShape;
  /** root;frames, in samples; and how many */
  cpu: StackTable | undefined;
  cpuSamples: number | undefined;
  offcpu: { profile: OffcpuProfile; reasons: { stacks: StackTable } | undefined } | undefined;
}

/** Undefined: there is no --compare. */
export async function compareRuns(run: ComparedRun, steps: RenderSteps): Promise<Comparison | undefined> {
  const { settings, scale, offcpu } = run;
  const pids = run.shape.pids ?? [];
  const cpu = run.cpu && namedAlike(run.cpu, pids);
  if (settings.compare === undefined) return undefined;
  const earlier = earlierOf(settings.compare, settings.outDir);
  const { label, folder } = earlier;
  const names = [latin1(label), latin1(settings.label)] as const;
  const unlike = unlikeRuns(run.shape, earlier.shape);
  let reasonTable: ReasonTable | undefined;
  let whereTable: ReasonTable | undefined;
  let functionTable: FunctionTable | undefined;
  let roots: ReadonlySet<string> = new Set();
  const reasonsBefore = textOf(artifactIn(folder, 'reasonsJson')) ?? '';
  if (offcpu?.reasons && reasonsBefore !== '') {
    const { classified } = offcpu.profile;
    reasonTable = await steps.run('comparing reasons', 'offcpu-classify', (report) => {
      const where = rowsOfPlaces(offcpu.profile.places);
      const now = { ...runOf(names[1], classified), where, isWhole: scale.isWhole };
      const before = [{ name: names[0], ...parseResult(reasonsBefore), isWhole: earlier.scale.isWhole }];
      const compared = compare(now, before);
      whereTable = compareWhere(now, before);
      for (const doubt of doubtsOn(compared)) report.note(utf8(doubt));
      return compared;
    });
    await drawChange(
      run,
      earlier,
      PICTURES.reasons,
      namedAlike(offcpu.reasons.stacks, pids),
      scaleOf(scale, earlier.scale, 'us'),
      steps,
    );
  }
  if (cpu && textOf(artifactIn(folder, 'cpu'))) {
    functionTable = await steps.run('comparing functions', 'fold-diff', (report) => {
      const factor = areWhole(scale, earlier.scale) ? scaleOf(scale, earlier.scale, 'samples') : 1;
      const sides = readSides(earlier, 'cpu', cpu, report, factor);
      roots = rootsOf(sides.table);
      return comparedFunctions(sides, names, scale, earlier.scale);
    });
    await drawChange(run, earlier, PICTURES.cpu, cpu, scaleOf(scale, earlier.scale, 'samples'), steps);
  }
  const meaning = offcpu?.profile.hasMeanings ?? false;
  const tables = [
    ...unlike.map((line) => latin1(`  UNLIKE: ${line}`)),
    ...(whereTable ? [formatTable(withoutSmall(whereTable), { detail: false, meaning: true, wide: false })] : []),
    ...(reasonTable ? [formatTable(reasonTable, { detail: false, meaning, wide: false })] : []),
    ...(functionTable ? [functionsText(functionTable)] : []),
  ];
  // what makes the runs unlike stands above the first number
  steps.write('comparison', [Buffer.from(tables.join('\n'), 'latin1')]);
  const samples = { now: run.cpuSamples, before: earlier.samples };
  const whole = areWhole(scale, earlier.scale) ? { before: earlier.scale.seconds, after: scale.seconds } : undefined;
  return {
    ...{ label, unlike, whole, reasonTable, whereTable, functionTable, roots, frequency: scale.frequency },
    reportBefore: textOf(artifactIn(folder, 'reportJson')) ?? '',
    onCpu: onCpuChange(reasonTable, samples, scale, earlier.scale),
    workloadBefore: earlier.workload,
  };
}

/** What grew (red) and shrank (blue) since the earlier run. */
async function drawChange(
  { settings }: ComparedRun,
  earlier: Earlier,
  picture: RunPicture,
  now: StackTable,
  scale: number,
  steps: RenderSteps,
): Promise<void> {
  const { to, options } = comparedPicture(settings, earlier.label, picture);
  await steps.run(`comparing ${picture.what}`, 'flame-svg', (report) => {
    const sides = readSides(earlier, picture.from, now, report, scale);
    pairCounts(sides, false);
    steps.write(to, drawFlameGraph({ table: sides.table, isDifferential: true }, drawSettingsOf(options)));
  });
}

/** The folded stacks of the earlier run, their counts scaled, beside those of this one. Throws InputError, system errors. */
function readSides({ folder, shape }: Earlier, from: Artifact, now: StackTable, report: Report, scale = 1): Sides {
  const file = artifactIn(folder, from);
  const reader = new FoldedReader((kind, line, text) => report.skip(kind, `${file}:${line}`, text));
  reader.begin();
  reader.block(readFileSync(file));
  reader.end();
  return sidesOf(namedAlike(reader.table, shape.pids ?? []), now, scale);
}
