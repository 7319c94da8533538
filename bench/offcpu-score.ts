// How right are the reasons? Classifies dumps whose truth is known: node --import tsx bench/offcpu-score.ts FOLDER [--state]
//
// A dump is NAME.tsv: microseconds, true labels joined by `|` (`disk/*`: any of the group), prev_state, folded stack.
// The score of a dump is the share of its time that gets a true label; the score of a folder is the mean over dumps.

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownText } from '../src/engine/own-data.ts';
import { Classifier } from '../src/offcpu/reason/classify.ts';
import { partsOf } from '../src/offcpu/reason/folded-parts.ts';
import { KernelRules } from '../src/offcpu/reason/kernel-rules.ts';
import { unpackRules } from '../src/offcpu/reason/packed-rules.ts';

export interface Score {
  dump: string;
  us: number;
  rightUs: number;
  otherUs: number;
  /** time by `truth → label, frame`, of what is wrong */
  wrong: Map<string, number>;
}

/** Scores each dump of a folder. `withState`: the classifier sees prev_state, too. */
export function scoreFolder(folder: string, withState: boolean): Score[] {
  const table = new KernelRules(unpackRules(ownText('reasons.generated.json')));
  const classifier = new Classifier(table);
  const scoreOf = (file: string): Score => {
    const score: Score = { dump: basename(file, '.tsv'), us: 0, rightUs: 0, otherUs: 0, wrong: new Map() };
    for (const line of readFileSync(join(folder, file), 'latin1').split('\n')) {
      const [us, truth, state, stack] = line.split('\t');
      if (us === undefined || truth === undefined || stack === undefined) continue;
      const { user, kernel } = partsOf(stack.split(';'), table);
      const frames = user.map((one) => ({ frame: one }));
      const stateOrNone = withState ? Number(state) : undefined;
      const { rule, frame } = classifier.classify({ user: frames, kernel, state: stateOrNone });
      score.us += Number(us);
      if (rule.bracket === 'other') score.otherUs += Number(us);
      if (truth.split('|').some((allowed) => isLabel(rule.label, allowed))) {
        score.rightUs += Number(us);
      } else {
        const what = `${truth} → ${rule.label} by ${frame ?? 'state'}: ${kernel.slice(0, 9).join(' ')}`;
        score.wrong.set(what, (score.wrong.get(what) ?? 0) + Number(us));
      }
    }
    return score;
  };
  return readdirSync(folder)
    .filter((file) => file.endsWith('.tsv'))
    .sort()
    .map(scoreOf);
}

function isLabel(label: string, allowed: string): boolean {
  return allowed.endsWith('/*') ? label.startsWith(allowed.slice(0, -1)) : label === allowed;
}

/** The mean over dumps of a share, in percent. */
export function meanShare(scores: readonly Score[], part: (score: Score) => number): number {
  return (100 * scores.reduce((sum, score) => sum + part(score) / score.us, 0)) / scores.length;
}

const WORST = 12;

function print(folder: string, withState: boolean): void {
  const scores = scoreFolder(folder, withState);
  const percent = (part: number, whole: number): string => ((100 * part) / whole).toFixed(3);
  console.log(
    `${scores.length} dumps, ${withState ? 'with' : 'without'} prev_state: ` +
      `right ${meanShare(scores, ({ rightUs }) => rightUs).toFixed(3)} %, ` +
      `[other] ${meanShare(scores, ({ otherUs }) => otherUs).toFixed(4)} % ` +
      `(worst ${Math.max(...scores.map(({ otherUs, us }) => (100 * otherUs) / us)).toFixed(3)} %)`,
  );
  const worst = scores.toSorted((a, b) => a.rightUs / a.us - b.rightUs / b.us).slice(0, WORST);
  for (const { dump, us, rightUs, otherUs, wrong } of worst) {
    if (rightUs === us) continue;
    console.log(`  ${dump}: right ${percent(rightUs, us)} %, [other] ${percent(otherUs, us)} %`);
    const rows = [...wrong].sort((a, b) => b[1] - a[1]).slice(0, 4);
    for (const [what, time] of rows) console.log(`    ${percent(time, us)} %  ${what}`);
  }
}

const folder = process.argv[2];
if (fileURLToPath(import.meta.url) === process.argv[1] && folder !== undefined) {
  print(folder, false);
  print(folder, true);
}
