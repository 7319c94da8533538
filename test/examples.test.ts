// The programs in examples/ run, and a page of docs/ shows each as it is.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT, shell, temporaryFolder } from './tools.ts';

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

test('ci-compare.sh compares two programs in three runs, and says which limit is broken', async () => {
  const script = join(ROOT, 'examples/ci-compare.sh');
  const shown = readFileSync(join(ROOT, 'docs/ci.md'), 'utf8');
  assert.ok(shown.includes(`\`\`\`sh\n${readFileSync(script, 'utf8')}\`\`\``), 'docs/ci.md does not show it');
  const folder = temporaryFolder();
  // records what the program prints
  const perf = `#!/bin/sh
if [ $1 = script ]; then cat "$3"; exit; fi
while [ $1 != -o ]; do shift; done
data=$2; shift 3; "$@" > "$data"`;
  writeFileSync(join(folder, 'perf'), perf, { mode: 0o755 });
  const program = (parse: number): string =>
    ['#!/bin/sh', ...Array.from({ length: 100 }, (_, i) => sample(i < parse ? 'parse' : 'render'))].join('\n');
  for (const [name, parse] of [
    ['v1', 21],
    ['v2', 60],
  ] as const)
    writeFileSync(join(folder, name), program(parse), { mode: 0o755 });
  const line = `PATH=$PWD:$PATH; '${script}' ./v1 ./v2 'render>+5%' 'parse>+5%'`;
  const { out, err, status } = await shell(line, folder);
  assert.equal(
    `${out}${err}`,
    'fold-diff: --fail-over parse>+5% is broken: it is 60.0%, 39.0 points more than the 21.0% of main\n',
  );
  assert.equal(status, 3);
  assert.match(readFileSync(join(folder, 'comparison.md'), 'utf8'), /^\| `parse` \| 21 \| 60 \| \+39 /m);
  assert.match(readFileSync(join(folder, 'comparison.svg'), 'utf8'), /<svg/);
});

/** A line of shell that prints one sample of perf script. */
function sample(leaf: string): string {
  return `printf 'app 1/1 1.0: 1 cpu-clock:\\n\\t 10 ${leaf} (/app)\\n\\t 20 main (/app)\\n\\n'`;
}
