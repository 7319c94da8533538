// The console blocks of README.md and docs/*.md are executed and must print what they show:
//
//     $ perf-fold out.perf-script \
//         | head -1          a command, here on two lines
//     node;main;work 3       its stdout and stderr
//     …                      any number of lines
//
// The commands of a file run in one copy of fixtures/docs. `make docs` (UPDATE_DOCS=1) rewrites what differs.

import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { difference, ROOT, shell, temporaryFolder } from './tools.ts';

const updating = process.env.UPDATE_DOCS === '1';
const END_MARK = '--- end of a command ---';

interface Step {
  /** as it stands in the block, with its `$ ` */
  command: string;
  /** whole lines */
  output: string;
}

for (const page of pages()) {
  test(`${page} shows what happens`, async () => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    const parts = text.split(/^(```console\n[\s\S]*?^```)$/m);
    const opened = text.split('```console').length - 1;
    assert.equal(
      (parts.length - 1) / 2,
      opened,
      'a console block is indented, has a word after "console" or is not closed',
    );
    const folder = temporaryFolder();
    cpSync(join(ROOT, 'fixtures/docs'), folder, { recursive: true });
    for (let i = 1; i < parts.length; i += 2) parts[i] = await executed(parts[i]!, folder);
    const actual = parts.join('');
    assert.doesNotMatch(actual, /unknown argument: /, 'the page uses an option that the tool no longer has');
    if (updating && actual !== text) writeFileSync(join(ROOT, page), actual);
    const differs = difference(page, Buffer.from(text), Buffer.from(actual));
    assert.ok(updating || differs === undefined, `${differs}\n(make docs, then read the git diff)`);
  });
}

function pages(): string[] {
  const folder = join(ROOT, 'docs');
  const docs = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.md')) : [];
  return ['README.md', ...docs.sort().map((file) => `docs/${file}`)].filter((page) => existsSync(join(ROOT, page)));
}

/** The same block with what its commands print. Where shown and printed lines agree, the shown ones stay. */
async function executed(block: string, folder: string): Promise<string> {
  const steps = stepsOf(block);
  const script = steps.map(({ command }) => `${command.slice('$ '.length)}\nshow_end\n`).join('');
  // keeps $? for the next command
  const showEnd = `show_end() { local status=$?; printf '\\n%s\\n' '${END_MARK}'; return $status; }`;
  const { out } = await shell(`exec 2>&1; ${showEnd}\n${script}`, folder);
  const outputs = out.toString().split(`\n${END_MARK}\n`);
  assert.equal(outputs.length, steps.length + 1, `the shell stopped within this block:\n${block}\n${out}`);
  const lines = steps.map(({ command, output }, i) => {
    const printed = outputs[i]!.replace(/([^\n])$/, '$1\n');
    return `${command}\n${agree(output, printed) ? output : printed}`;
  });
  return `\`\`\`console\n${lines.join('')}\`\`\``;
}

function stepsOf(block: string): Step[] {
  const steps: Step[] = [];
  let continued = false;
  for (const line of block.split('\n').slice(1, -1)) {
    const last = steps.at(-1);
    if (continued && last) last.command += `\n${line}`;
    else if (line.startsWith('$ ')) steps.push({ command: line, output: '' });
    else if (last) last.output += `${line}\n`;
    else assert.fail(`a console block begins with a command ("$ …"), not: ${line}`);
    continued = (continued || line.startsWith('$ ')) && line.endsWith('\\');
  }
  return steps;
}

/** Are these the lines shown? A line `…` stands for any number of them. */
function agree(shown: string, printed: string): boolean {
  const pattern = shown.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replace(/^…\n/gm, '(?:.*\\n)*?');
  return new RegExp(`^${pattern}$`).test(printed);
}
