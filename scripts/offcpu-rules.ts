// The data files of off-CPU analysis as the tools read them.

import { readFileSync } from 'node:fs';
import { packRules } from '../src/offcpu/reason/packed-rules.ts';
import { parseRules, type Section } from '../src/offcpu/reason/rule-file.ts';

const FOLDER = 'src/offcpu/reason';

/** FOLDER/KIND.rules, parsed and packed. */
export function offcpuRules(kind: string): string {
  return JSON.stringify(packRules(rulesOf(kind)));
}

/** The module that tells the colours which meanings are no wait: those that meanings.rules calls idle, or a timer. */
export function quietMeanings(): string {
  const rules = rulesOf('meanings').flatMap(({ patterns }) => patterns.flatMap(({ rule }) => rule ?? []));
  const quiet = rules.filter(({ kind }) => kind === 'idle' || kind === 'timer').map(({ label }) => label);
  return `export const QUIET_MEANINGS = ${JSON.stringify([...new Set(quiet)].sort())};\n`;
}

function rulesOf(kind: string): Section[] {
  const file = `${kind}.rules`;
  return parseRules(readFileSync(`${FOLDER}/${file}`, 'utf8'), file);
}

/** FOLDER/pg-wait-events.tsv without its comments. */
export function waitEvents(): string {
  const lines = readFileSync(`${FOLDER}/pg-wait-events.tsv`, 'utf8').split('\n');
  return lines.filter((line) => !line.startsWith('#')).join('\n');
}
