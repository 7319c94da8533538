// The programs in examples/ run, and docs/streams.md shows them as they are.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT, shell } from './tools.ts';

const inputs = join(ROOT, 'fixtures/docs');
const page = readFileSync(join(ROOT, 'docs/streams.md'), 'utf8');

/** What the example and then the command line print; the example writes $TMPDIR/x.svg. */
async function run(example: string, operands: string, line: string): Promise<string[]> {
  const program = join(ROOT, 'examples', example);
  assert.ok(
    page.includes(`\`\`\`js\n${readFileSync(program, 'utf8')}\`\`\``),
    `docs/streams.md does not show ${example}`,
  );
  const { out, err } = await shell(`node '${program}' ${operands} && cat $TMPDIR/x.svg && echo END && ${line}`, inputs);
  assert.equal(err.toString(), '');
  return out.toString().split('END\n');
}

test('without-idle.mjs filters lines between two filters', async () => {
  const line = `perf-fold --kernel out.perf-script | grep -v ';idle' | flame-svg --title 'Without the idle loop'`;
  const [svg, expected] = await run('without-idle.mjs', 'out.perf-script $TMPDIR/x.svg', line);
  assert.equal(svg, expected);
});

test('merge-hosts.mjs draws the sum of many files', async () => {
  const line = 'fold-merge --unit samples v1.folded v2.folded | flame-svg';
  const [svg, expected] = await run('merge-hosts.mjs', '$TMPDIR/x.svg v1.folded v2.folded', line);
  assert.equal(svg, expected);
});
