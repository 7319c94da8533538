// Names locks by copies of /proc/PID/maps and the files in them.

import { readFileSync } from 'node:fs';
import { isSystemError, reason } from '../../cli/inputs.ts';
import { OpenFiles } from '../../cli/read-at.ts';
import { UsageError } from '../../engine/errors.ts';
import type { NameLock } from '../../offcpu/table/particular-names.ts';
import { DataNames } from '../../symbols/data-names.ts';

// /proc/4242/maps     run/4242.maps     maps.4242
const PID = /(?:^|[/.])(\d+)(?=[/.]|$)/;

/** Throws UsageError for a file that it can't read. */
export async function lockNames(maps: readonly string[], symfs: string | undefined): Promise<NameLock> {
  if (maps.length === 0) {
    if (symfs !== undefined) throw new UsageError('--symfs is for --maps');
    return () => undefined;
  }
  const { Symbolizer } = await import('../../symbols/symbolizer.ts');
  const files = new OpenFiles(symfs);
  const symbolizer = new Symbolizer((path) => files.open(path));
  const names = new DataNames((path) => symbolizer.object(path));
  for (const file of maps) {
    const pid = maps.length > 1 ? PID.exec(file)?.[1] : undefined;
    names.addMaps(pid === undefined ? undefined : Number(pid), textOf(file));
  }
  return (address, pid) => names.at(address, pid);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    throw isSystemError(error) ? new UsageError(`${file}: ${reason(error)}`) : error;
  }
}
