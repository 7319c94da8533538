// Reads the earlier runs that offcpu-classify compares with: dumps, folded stacks, or results of --json.

import type { Sink, Surroundings } from '../../cli/inputs.ts';
import { latin1 } from '../../cli/latin1.ts';
import type { Report } from '../../cli/report.ts';
import { InputError, UsageError } from '../../engine/errors.ts';
import type { Run } from '../../offcpu/table/comparison.ts';
import { isResult, parseResult, RESULT_SNIFFED_BYTES } from '../../offcpu/table/json-read.ts';
import { comparable, type RunSettings, readRun } from './run.ts';

export interface Named {
  name: string;
  file: string;
}

/** `FILE` or `NAME=FILE`. Write `./a=b` for a file with a `=` in its name. Throws UsageError. */
export function namedFiles(given: readonly string[]): Named[] {
  const files = given.map((text) => {
    const own = text === '-' ? '<stdin>' : text;
    const [, name = own, file = text] = /^([^/=]+)=(.+)$/s.exec(text) ?? [];
    return { name: latin1(name), file };
  });
  if (new Set(files.map(({ name }) => name)).size < files.length) {
    throw new UsageError('two baselines have the same name; name them: --baseline NAME=FILE');
  }
  return files;
}

/** Throws UsageError for a baseline that it can't read, or only in part. */
export async function readBaseline(
  { name, file }: Named,
  settings: RunSettings,
  report: Report,
  surroundings: Surroundings,
): Promise<{ run: Run; notes: string[]; losses: string[] }> {
  let json: Buffer[] = [];
  const read = await readRun([file], settings, report, surroundings, (sink) => {
    const fail = (message: string): never => {
      throw new UsageError(`--baseline ${message}`);
    };
    const kept = keepingResult({ ...sink, fail });
    json = kept.json;
    return kept.sink;
  });
  if (json.length > 0)
    return { run: { name, ...resultOf(file === '-' ? '<stdin>' : file, json, settings.busy) }, notes: [], losses: [] };
  if (read.account.isEmpty) throw new UsageError(`--baseline ${file}: the input has no off-CPU time`);
  return { run: comparable(name, read), notes: read.notes, losses: read.losses };
}

/** Keeps an input that is a result of --json, and passes any other to `sink`. */
function keepingResult(sink: Sink): { sink: Sink; json: Buffer[] } {
  const json: Buffer[] = [];
  let start: Buffer | undefined = Buffer.alloc(0);
  const pass = (bytes: Uint8Array): void => {
    if (json.length > 0) json.push(Buffer.from(bytes));
    else sink.block(bytes);
  };
  const passStart = (bytes: Buffer): void => {
    start = undefined;
    if (isResult(bytes)) json.push(bytes);
    else pass(bytes);
  };
  return {
    json,
    sink: {
      ...sink,
      block(bytes) {
        if (start === undefined) return pass(bytes);
        start = Buffer.concat([start, bytes]);
        if (start.length >= RESULT_SNIFFED_BYTES) passStart(start);
      },
      end(isWhole) {
        if (start !== undefined) passStart(start);
        if (json.length === 0) sink.end(isWhole);
      },
    },
  };
}

function resultOf(file: string, json: readonly Buffer[], busy: boolean): Omit<Run, 'name'> {
  try {
    const { isBusy, ...run } = parseResult(Buffer.concat(json).toString('latin1'));
    if (isBusy === busy) return run;
    throw new InputError(
      `made ${isBusy ? 'with' : 'without'} --busy, but this run ${busy ? 'is with' : 'is without'} it`,
    );
  } catch (error) {
    throw error instanceof InputError ? new UsageError(`--baseline ${file}: ${error.message}`) : error;
  }
}
