// The lines that a run prints at its end; run.json keeps some of them.

import type { OffcpuStats } from '../../offcpu/read/stats.ts';
import { lossIn } from '../../perf/noise.ts';
import type { PerfStats } from '../../perf/stats.ts';
import { MUCH_CUT } from '../../stacks/reach.ts';
import { LARGEST } from '../call-graph.ts';
import { mendOfCallers, mendOfOffcpuCallers, type TargetLanguage } from '../target/language.ts';

/** quality: 1485 samples of cpu-clock, 2.1 % unresolved at the leaf …; off-CPU 0.0 % without a stack … */
export function qualityLine(cpu: PerfStats | undefined, offcpu: OffcpuStats | undefined): string {
  const parts: string[] = [];
  if (cpu) {
    const events = cpu.events.filter(({ folded }) => folded).map(({ name }) => eventText(name));
    const empty = cpu.emptySamples > 0 ? `, ${cpu.emptySamples} without a callchain` : '';
    const frames = cpu.userFrames;
    const named = frames
      ? `, ${share(frames.namedWeight, frames.weight)} of user frames named, ${share(frames.debugWeight, frames.weight)} with debug information`
      : '';
    const loss = cpu.losses.length > 0 ? `, ${cpu.losses.join(', ')}` : '';
    const skipped = cpu.skippedLines > 0 ? `, ${cpu.skippedLines} lines of perf not understood` : '';
    parts.push(
      `${cpu.samples} samples of ${events.join(', ')}, ${share(cpu.unresolvedWeight, cpu.weight)} unresolved at the leaf, ` +
        `${share(cpu.cutWeight, cpu.weight)} cut${named}${empty}${loss}${skipped}`,
    );
  }
  if (offcpu) {
    const whole =
      offcpu.wholeWeight === undefined ? '' : `, ${share(offcpu.wholeWeight, offcpu.weight)} with perf's stacks`;
    parts.push(
      `off-CPU ${share(offcpu.lostWeight, offcpu.weight)} without a stack, ${share(offcpu.unresolvedWeight, offcpu.weight)} ` +
        `unresolved in user code, ${share(offcpu.cutWeight, offcpu.weight)} cut, ${share(offcpu.callerlessWeight, offcpu.weight)} without the caller of libc, ${share(offcpu.inProgressWeight, offcpu.weight)} in progress${whole}`,
    );
  }
  if (parts.length === 0) parts.push('no sample and no switch');
  return `quality: ${parts.join('; ')}`;
}

// cpu-clock/freq=99/u      as perf prints an event that has a frequency of its own
export function eventText(name: string): string {
  return name.replace(/\/freq=\d+\/([a-zA-Z]*)$/, (_, modifiers: string) => (modifiers === '' ? '' : `:${modifiers}`));
}

/** How many stacks lack callers, and what to do, a line a half; `callGraph` is how perf unwound. */
export function cutWarnings(
  cpu: PerfStats | undefined,
  offcpu: OffcpuStats | undefined,
  callGraph: string,
  languages: readonly TargetLanguage[] = [],
): string[] {
  const lines: string[] = [];
  const behind = (mend: string | undefined): string => (mend === undefined ? '' : `: ${mend}`);
  if (cpu && cpu.cutWeight > MUCH_CUT * cpu.weight) {
    const part = share(cpu.cutWeight, cpu.weight);
    const mend = behind(mendOfCallers(languages, mendOfCut(callGraph)));
    lines.push(`warning: ${part} of the on-CPU samples lack their outermost callers (${callGraph})${mend}`);
  }
  if (offcpu && offcpu.cutWeight > MUCH_CUT * offcpu.weight) {
    const part = share(offcpu.cutWeight, offcpu.weight);
    const mend = behind(mendOfOffcpuCallers(languages, isOfSwitches(offcpu) ? mendOfCut(callGraph) : undefined));
    lines.push(`warning: ${part} of the off-CPU time lacks its outermost callers${mend}`);
  }
  return lines;
}

/** Are most of the cut stacks off the CPU perf's own, and not those of the waits that it has told no stack of? */
export function isOfSwitches({ weight, wholeWeight, cutWeight }: OffcpuStats): boolean {
  return wholeWeight !== undefined && cutWeight > 2 * (weight - wholeWeight);
}

/** How to get back the outermost callers of stacks that perf unwound by `callGraph`. */
export function mendOfCut(callGraph: string): string {
  if (!callGraph.startsWith('dwarf')) return '--call-graph dwarf';
  return callGraph === LARGEST ? FRAMES : `--call-graph ${LARGEST}`;
}

/** How many samples perf took, as its log says; undefined: it does not say, as perf 7.2 of a run. */
export function samplesIn(perfLog: string): number | undefined {
  // [ perf record: Captured and wrote 2.448 MB perf.data (152 samples) ]
  const [, count] = /^\[ perf record: Captured and wrote .* \(~?(\d+) samples\) \]$/m.exec(perfLog) ?? [];
  return count === undefined ? undefined : Number(count);
}

/** perf's words in its log on samples that it lost while it recorded: `perf script` tells them on its stderr only. */
export function lossesIn(perfLog: string): string[] {
  return perfLog.split('\n').flatMap(lossIn);
}

const FRAMES =
  'compile with frame pointers (-fno-omit-frame-pointer, -C force-frame-pointers=yes) and record with --call-graph fp';

export function shortName(name: string, columns: number): string {
  return name.length > columns ? `${name.slice(0, columns - 3)}...` : name;
}

const LINE_COLUMNS = 170;

/** A table of functions with the long names cut. */
export function cutLines(table: string): string {
  return table.replace(/^.*$/gm, (line) =>
    line.length > LINE_COLUMNS ? `${line.slice(0, LINE_COLUMNS - 3)}...` : line,
  );
}

function share(part: number, whole: number): string {
  return `${(whole > 0 ? (100 * part) / whole : 0).toFixed(1)} %`;
}

/** 10.02 s (6713.482 to 6723.502 s since boot) */
export function windowText(startNs: number, endNs: number): string {
  const at = (ns: number): string => (ns / 1e9).toFixed(3);
  return `${((endNs - startNs) / 1e9).toFixed(2)} s (${at(startNs)} to ${at(endNs)} s since boot)`;
}

/** perf samples user code only if it may not see the kernel; undefined: it saw the kernel. */
export function userOnlyText(cpu: PerfStats | undefined): string | undefined {
  const folded = cpu?.events.filter((event) => event.folded) ?? [];
  return folded.length > 0 && folded.every(({ name }) => /:u+$/.test(eventText(name)))
    ? 'warning: perf saw user code only; time in the kernel is missing: flame-record doctor says why'
    : undefined;
}

/** Of a recording that holds nothing else. */
export function noSampleText(frequency: number): string {
  const period = (1000 / frequency).toFixed(0);
  return `perf took no sample: the target ran for less than ${period} ms, or not at all. --frequency 4999 takes more, --mode both tells its waits, too`;
}

/** Of a recording with samples of children alone. `hasEnded`: did the target end before the window did? */
export function childrenOnlyText(frequency: number, hasEnded: boolean): string {
  const children = 'or record its children, too, with --children';
  return hasEnded
    ? `note: perf took no sample of the target itself, which ended before it had run for a period of perf's clock: --frequency ${10 * frequency + 9}, ${children}`
    : `note: perf took no sample of the target itself, which did nothing in the window: give it work with --workload, ${children}`;
}

/** Of several processes those that perf took no sample of; undefined: there is none. */
export function unsampledText(recorded: readonly number[], sampled: ReadonlySet<number>): string | undefined {
  const missing = recorded.filter((pid) => !sampled.has(pid));
  if (missing.length === 0) return undefined;
  const named = missing.slice(0, NAMED).join(', ') + (missing.length > NAMED ? ' …' : '');
  return `note: perf took no sample of ${missing.length} of ${recorded.length} processes (${named}): they slept, or ran for less than a period of its clock`;
}

const NAMED = 3;

/** `, 495 samples (8.1 MB) so far` */
export function recordedText(samples: number | undefined, bytes: number | undefined): string {
  if (samples === undefined || bytes === undefined) return sizeText(bytes);
  return `, ${samples} ${samples === 1 ? 'sample' : 'samples'} (${(bytes / 1e6).toFixed(1)} MB) so far`;
}

/** `, 1.2 MB so far`; '' where there is no file yet. */
export function sizeText(bytes: number | undefined): string {
  return bytes === undefined ? '' : `, ${(bytes / 1e6).toFixed(1)} MB so far`;
}

/** Why a window was shorter than asked for; undefined: it was not. */
export function cutText(
  cause: 'time' | 'done' | 'signal' | 'target' | 'profilers',
  seconds: number,
): string | undefined {
  if (cause === 'signal') return `stopped by a signal before its ${seconds} s were over: partial`;
  if (cause === 'target') return `the target ended before the ${seconds} s were over: the window is cut there`;
  if (cause === 'profilers') return `the profilers ended before the ${seconds} s were over`;
  return undefined;
}
