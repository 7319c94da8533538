// Folds the text of `perf script` while that prints it.

import type { Report } from '../../../cli/report.ts';
import { UsageError } from '../../../engine/errors.ts';
import type { OffcpuFold } from '../../../offcpu/read/fold-offcpu.ts';
import { NoSuchEvent } from '../../../perf/events.ts';
import { PerfFold, type PerfFolded } from '../../../perf/fold-perf.ts';
import type { PerfScriptOptions } from '../../../perf/script.ts';
import type { Source } from '../system/source.ts';
import { checkEndings } from './render-steps.ts';

/**
 * Reads the source to its end, and settles names after `allIsRead`. `switches` reads the same text. The report gets
 * what it can't use. Undefined: the source held no sample. Throws InputError and UsageError if nothing could be folded,
 * and ProgramFailed if a program of the source failed.
 */
export async function foldSamples(
  source: Source,
  options: Partial<PerfScriptOptions>,
  report: Report,
  allIsRead: () => Promise<void> = async () => {},
  switches?: Pick<OffcpuFold, 'begin' | 'block' | 'end'>,
): Promise<PerfFolded | undefined> {
  const fold = new PerfFold(options, (kind, place, text) => report.skip(kind, place, text));
  let folded: ReturnType<PerfFold['finish']> | undefined;
  let endings: Awaited<ReturnType<Source['end']>> = [];
  let isEmpty = true;
  try {
    fold.begin('<stdin>');
    switches?.begin('perf');
    for await (const block of source.text) {
      isEmpty = false;
      fold.block(block);
      switches?.block(block);
    }
    fold.end();
    switches?.end();
    await allIsRead();
    folded = finished(fold);
  } finally {
    endings = await source.end();
    // perf script says why there is nothing to read, as for a recording of a newer perf
    if (isEmpty) checkEndings(endings);
  }
  if (folded && 'why' in folded && folded.isForeign) throw new UsageError(folded.why);
  if (folded && !('why' in folded)) for (const note of folded.notes) report.note(note);
  checkEndings(endings);
  return folded && 'why' in folded ? undefined : folded;
}

/** Undefined: a target that slept through the window has switches only. */
function finished(fold: PerfFold): ReturnType<PerfFold['finish']> | undefined {
  try {
    return fold.finish();
  } catch (error) {
    if (error instanceof NoSuchEvent) return undefined;
    throw error;
  }
}
