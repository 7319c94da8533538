// recording.json: what the rendering of a run needs beside the profilers' files, so that flame-record can report it
// again.

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../../engine/errors.ts';
import { ARTIFACTS, artifactIn } from '../artifacts.ts';
import type { Settings } from '../settings.ts';
import { type Environment, hasSwitches, type Window } from '../window/plan.ts';
import type { Rendering } from './render/write-report.ts';
import { handOver } from './system/hand-over.ts';
import { type Host, hostHere, type ProfilerName } from './system/machine.ts';
import type { Progress } from './system/progress.ts';
import { ownTool } from './system/run-folder.ts';
import type { Recording } from './window/record-window.ts';
import { TargetMaps } from './window/target-maps.ts';

const FORMAT = 'flamepipe recording';
const VERSION = 1;
/** What the first files of this version lack. */
const FIRST_ONES = { offcpuStacks: { how: 'fp', why: 'as always then' } } as const;

interface RecordingFile {
  format: string;
  version: number;
  settings: Settings;
  environment: Omit<Environment, 'tool'>;
  recording: Omit<Recording, 'tidsAtStart' | 'versions' | 'host' | 'maps'> & {
    host?: Host;
    tidsAtStart: number[];
    versions: [ProfilerName, string][];
  };
}

const ROOM = '.room';
const ROOM_BYTES = 1 << 20;

/**
 * Keeps room for the file while the profilers write: without it a recording that filled the disk could never be rendered.
 * Throws system errors.
 */
export function keepRoom(folder: string): void {
  writeFileSync(join(folder, ROOM), Buffer.alloc(ROOM_BYTES));
}

export function freeRoom(folder: string): void {
  rmSync(join(folder, ROOM), { force: true });
}

/** Call it before the rendering, which adds its own failures. The file is whole, or absent. */
export function writeRecording({ settings, environment, recording, folder }: Rendering): void {
  const { tidsAtStart, versions, maps: _, ...rest } = recording;
  const json = {
    ...{ format: FORMAT, version: VERSION, settings, environment },
    recording: { ...rest, tidsAtStart: [...tidsAtStart], versions: [...versions] },
  };
  const file = artifactIn(folder.path, 'recording');
  const part = `${file}.part`;
  freeRoom(folder.path);
  try {
    writeFileSync(part, `${JSON.stringify(json, null, 1)}\n`);
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

/** Seconds from the start of the window; undefined: its start, its end. */
export interface Bounds {
  from: number | undefined;
  to: number | undefined;
}

/**
 * A run that render() can take once more: into its own folder, or, with bounds, into a folder within. Throws UsageError
 * if there is no such run, and for bounds outside of its window.
 */
export function readRecording(path: string, bounds: Bounds, progress: Progress): Rendering {
  const run = path.replace(/\/+$/, '');
  const { settings, environment, recording } = parsedRecording(run);
  const own = { ...settings, outDir: dirname(run), label: basename(run) };
  const { tidsAtStart, versions, ...rest } = recording;
  const maps = TargetMaps.ofRun(run, recording.targets, environment.symfs, settings.followChildren);
  const hasOldBuilds = maps.oldBuilds().size > 0;
  const rendering: Rendering = {
    settings: own,
    environment: { ...FIRST_ONES, ...environment, folder: run, tool: ownTool, hasOldBuilds },
    recording: {
      // the first files of this version lack it
      ...{ host: hostHere(), ...rest, tidsAtStart: new Set(tidsAtStart), versions: new Map(versions) },
      maps,
    },
    folder: { path: run, keep: () => handedOver(run) },
    progress,
  };
  if (bounds.from === undefined && bounds.to === undefined) return rendering;
  const whole = recording.window.dump ?? recording.window;
  const { part, name } = partOf(whole, bounds);
  if (part.startNs <= whole.startNs && part.endNs >= whole.endNs) return rendering;
  if (!existsSync(artifactIn(run, 'perfData'))) {
    throw new UsageError(`${run} has no ${ARTIFACTS.perfData}: only samples tell of a part, off-CPU stacks are sums`);
  }
  const folder = join(run, `part-${name.from}-${name.to}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    ...rendering,
    settings: {
      ...own,
      // sums of the whole window have no part
      mode: hasSwitches(rendering.environment) ? own.mode : 'cpu',
      title: `${own.title ?? own.label}, from ${name.from} to ${name.to} s`,
      compare: undefined,
    },
    folder: { path: folder, keep: () => handedOver(folder) },
    part: { ...part, argv: ['flame-record', 'report', run, '--from', name.from, '--to', name.to] },
  };
}

function handedOver(folder: string): string {
  handOver(folder);
  return folder;
}

function parsedRecording(run: string): RecordingFile {
  const file = artifactIn(run, 'recording');
  if (!existsSync(file)) {
    const why = existsSync(run) ? `it has no ${ARTIFACTS.recording}` : 'there is no such folder';
    throw new UsageError(`${run} is no run that can be reported again: ${why}; give DIR/LABEL of flame-record`);
  }
  try {
    const json = JSON.parse(readFileSync(file, 'utf8')) as RecordingFile;
    if (json.format === FORMAT && json.version === VERSION) return json;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new UsageError(`${file} is damaged, or of another version of flame-record`);
}

function partOf(
  { startNs, endNs }: Window,
  { from, to }: Bounds,
): { part: Window; name: { from: string; to: string } } {
  const seconds = (endNs - startNs) / 1e9;
  const [first, last] = [from ?? 0, Math.min(to ?? seconds, seconds)];
  if (first >= last) {
    throw new UsageError(
      `--from ${first} --to ${to ?? seconds.toFixed(2)} holds nothing of a window of ${seconds.toFixed(2)} s`,
    );
  }
  const [a, b] = [first, last].map((value) => String(Number(value.toFixed(3)))) as [string, string];
  const part = { startNs: Math.round(startNs + first * 1e9), endNs: Math.round(startNs + last * 1e9) };
  return { part, name: { from: a, to: b } };
}
