// The data files of off-CPU analysis as the tools read them.

import { readFileSync } from 'node:fs';
import { packRules } from '../src/offcpu/reason/packed-rules.ts';
import { parseRules } from '../src/offcpu/reason/rule-file.ts';

const FOLDER = 'src/offcpu/reason';

/** FOLDER/KIND.rules, parsed and packed. */
export function offcpuRules(kind: string): string {
  const file = `${kind}.rules`;
  return JSON.stringify(packRules(parseRules(readFileSync(`${FOLDER}/${file}`, 'utf8'), file)));
}

/** FOLDER/pg-wait-events.tsv without its comments. */
export function waitEvents(): string {
  const lines = readFileSync(`${FOLDER}/pg-wait-events.tsv`, 'utf8').split('\n');
  return lines.filter((line) => !line.startsWith('#')).join('\n');
}
