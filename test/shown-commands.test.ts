// What documents, comments and messages show of a command line works: each option there stands in the tool's --help, which
// its page shows (test/docs.test.ts runs the pages).

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT, TOOLS } from './tools.ts';

const PLACES = [
  'README.md',
  'CONTRIBUTING.md',
  'Makefile',
  'flamepipe.mk',
  'docs',
  'src',
  'bpf',
  'examples',
  'scripts',
];

/** One per tool, of the options that its --help shows. */
const options = new Map(TOOLS.map((tool) => [tool, optionsOf(readFileSync(join(ROOT, `docs/${tool}.md`), 'utf8'))]));

const TOOL = TOOLS.join('|');
// a quotation mark, a tool at the beginning of a word, and what follows, up to the end of its command or sentence
const COMMAND = new RegExp(
  `(['"]?)(?<![\\w./-])(${TOOL})((?:\\\\\\n| (?:(?!, )[ -~])*?)+)(?=[|;&<>\`)\\n]|[^ -~]|, )`,
  'g',
);

for (const place of PLACES) {
  test(`${place} shows options that exist`, () => {
    const unknown = filesOf(place).flatMap((file) =>
      [...readFileSync(join(ROOT, file), 'utf8').matchAll(COMMAND)].flatMap(([line, quote, tool, rest]) =>
        optionsUsed(quote === '' ? rest! : rest!.split(quote!, 1)[0]!)
          .filter((option) => !options.get(tool!)?.has(option))
          .map((option) => `${file}: ${tool} ${option} in ${line}`),
      ),
    );
    assert.deepEqual(unknown, []);
  });
}

/** `perf-fold -k --event=cycles x -- ls --all` → -k, --event */
function optionsUsed(rest: string): string[] {
  const own = rest.replace(/'[^'\n]*'|"[^"\n]*"/g, 'TEXT').split(/ -- /, 1)[0]!;
  return [...own.matchAll(/(?<=[ \n[])-(?:[a-zA-Z]\b|-[a-z][\w-]*)/g)].map(([option]) => option);
}

/** The lines of a help: `  -k, --kernel      marks kernel frames` */
function optionsOf(page: string): Set<string> {
  const help = page.split(/^\$ .*--help\n/m)[1]!;
  return new Set([...help.matchAll(/^ {2,}-[^\n]*?(?= {2}|$)/gm)].flatMap(([names]) => names.match(/(?<= )-[\w-]+/g)!));
}

function filesOf(place: string): string[] {
  if (/\.|file$/.test(place)) return [place];
  return readdirSync(join(ROOT, place), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(?:md|ts|bt|sh|mjs|cjs|toml)$/.test(file) && !file.includes('.generated.'))
    .map((file) => join(place, file));
}
