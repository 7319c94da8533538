// What processes had mapped, by copies of /proc/PID/maps: names of user frames and of locks.

import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isSystemError, reason } from '../../cli/inputs.ts';
import { OpenFiles } from '../../cli/open-files.ts';
import { optimize } from '../../cli/optimizer.ts';
import { UsageError } from '../../engine/errors.ts';
import type { FrameLookup } from '../../offcpu/read/bpftrace/user-frames.ts';
import type { NameLock } from '../../offcpu/table/particular-names.ts';
import { BUILD_IDS_FILE, readBuildIds } from '../../symbols/build-ids.ts';
import { DataNames } from '../../symbols/data-names.ts';
import { ANY_PROCESS, Mappings } from '../../symbols/mappings.ts';
import { PerfMap, perfMapPath } from '../../symbols/perf-map.ts';

// /proc/4242/maps     run/4242.maps     maps.4242
const PID = /(?:^|[/.])(\d+)(?=[/.]|$)/;

export interface NamesByMaps {
  /** undefined: no file of maps was given */
  lookup: FrameLookup | undefined;
  nameLock: NameLock;
}

/** Throws UsageError for a file that it can't read, and for --symfs without --maps. */
export async function namesByMaps(maps: readonly string[], symfs: string | undefined): Promise<NamesByMaps> {
  if (maps.length === 0) {
    if (symfs !== undefined) throw new UsageError('--symfs is for --maps');
    return { lookup: undefined, nameLock: () => undefined };
  }
  optimize(); // the files of the objects are large
  const { Symbolizer } = await import('../../symbols/symbolizer.ts');
  const files = new OpenFiles(symfs);
  const folders = new Set(maps.map((file) => dirname(file)));
  const symbolizer = new Symbolizer(
    (path) => files.open(path),
    new Map([...folders].flatMap((one) => [...buildIdsIn(one)])),
  );
  const data = new DataNames((path) => symbolizer.object(path));
  const mappings = new Mappings();
  for (const file of maps) {
    const named = PID.exec(file)?.[1];
    const pid = maps.length > 1 ? named : undefined;
    const text = textOf(file);
    const compiled = named === undefined ? undefined : perfMapOf(Number(named), dirname(file), symfs);
    if (compiled) mappings.addCompiled(Number(named), compiled);
    data.addMaps(pid === undefined ? undefined : Number(pid), text);
    mappings.addMaps(pid === undefined ? ANY_PROCESS : Number(pid), text);
  }
  return { lookup: { mappings, symbolizer, objects: new Map() }, nameLock: (address, pid) => data.at(address, pid) };
}

/** Those that a run of flame-record keeps beside its maps; none elsewhere. */
function buildIdsIn(folder: string): Map<string, string> {
  try {
    return readBuildIds(readFileSync(join(folder, BUILD_IDS_FILE), 'latin1'));
  } catch {
    return new Map(); // it is not there
  }
}

/** A compiler's map: it lies beside the maps, as a run of flame-record keeps it, or where perf finds it. undefined: none. */
function perfMapOf(pid: number, folder: string, symfs = ''): PerfMap | undefined {
  const path = perfMapPath(pid);
  for (const file of [join(folder, basename(path)), symfs + path]) {
    try {
      return new PerfMap(path, readFileSync(file, 'latin1'));
    } catch {
      // it is not there
    }
  }
  return undefined;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    throw isSystemError(error) ? new UsageError(`${file}: ${reason(error)}`) : error;
  }
}
