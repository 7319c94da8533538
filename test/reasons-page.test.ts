// docs/reasons.md names all reasons there are.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ownText } from '../src/engine/own-data.ts';
import { KernelRules } from '../src/offcpu/reason/kernel-rules.ts';
import { unpackRules } from '../src/offcpu/reason/packed-rules.ts';
import { ROOT } from './tools.ts';

const page = readFileSync(join(ROOT, 'docs/reasons.md'), 'utf8');

test('docs/reasons.md has a row for each reason, with what it means', () => {
  const { rules } = new KernelRules(unpackRules(ownText('reasons.generated.json')));
  for (const { label, kind, inPageFault } of rules) {
    assert.match(page, new RegExp(`^\\| .*\\| ${label} \\| .* \\| ${kind} \\|$`, 'm'), label);
    if (inPageFault !== undefined) assert.ok(page.includes(`| ${inPageFault} |`), inPageFault);
  }
});
