// The rule files that come with the tools, as their authors wrote them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseRules, type Section } from '../../../src/offcpu/reason/rule-file.ts';
import { ROOT } from '../../tools.ts';

export function sectionsOf(name: 'reasons.rules' | 'meanings.rules'): Section[] {
  return parseRules(readFileSync(join(ROOT, 'src/offcpu/reason', name), 'utf8'), name);
}
