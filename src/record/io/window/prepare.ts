// Writes the files that a run's folder needs before the recording.

import { readFileSync, writeFileSync } from 'node:fs';
import { UsageError } from '../../../engine/errors.ts';
import { artifactIn } from '../../artifacts.ts';
import { lastWords } from '../../failure.ts';
import type { Settings } from '../../settings.ts';
import { type Environment, kernelSymbolsStep, programStep } from '../../window/plan.ts';
import { Child } from '../system/children.ts';
import { textOf } from '../system/proc-files.ts';

/** `hasBpftrace`: will one run? Throws UsageError, or system errors, if a file can't be written. */
export async function prepare(settings: Settings, environment: Environment, hasBpftrace: boolean): Promise<void> {
  const symbols = kernelSymbolsStep(settings, environment);
  if (symbols) writeFileSync(symbols.output, readFileSync('/proc/kallsyms'));
  const program = hasBpftrace ? programStep(environment) : undefined;
  if (!program) return;
  const { what, stages, output } = program;
  const [argv = []] = stages;
  const errors = artifactIn(environment.folder, 'renderLog');
  const ending = await new Child({ argv, output, errors }).ended;
  if (ending.code !== 0) throw new UsageError(`${what} failed (${lastWords(ending, textOf(errors) ?? '')})`);
}
