// Commands of golden cases that need no shell: `perf-fold --tid in.txt | fold-merge; echo $?`. They run in the process of the
// test, because Node takes longer to start than they take; those with a variable, a loop or other programs need a shell.

import { readFileSync } from 'node:fs';
import type { OptionTable } from '../src/cli/options.ts';
import { Report } from '../src/cli/report.ts';
import { type Command, statusOf } from '../src/cli/run.ts';
import { Stop } from '../src/cli/stop.ts';
import { flameSvg } from '../src/tools/flame-svg.ts';
import { foldDiff } from '../src/tools/fold-diff.ts';
import { foldExport } from '../src/tools/fold-export.ts';
import { foldGrep } from '../src/tools/fold-grep.ts';
import { foldMerge } from '../src/tools/fold-merge.ts';
import { offcpuClassify } from '../src/tools/offcpu-classify.ts';
import { offcpuFold } from '../src/tools/offcpu-fold.ts';
import { perfFold } from '../src/tools/perf-fold.ts';
import { pprofFold } from '../src/tools/pprof-fold.ts';
import { type Result, shell } from './tools.ts';

/** flame-record starts programs itself. */
const COMMANDS = new Map(
  [flameSvg, foldDiff, foldExport, foldGrep, foldMerge, offcpuClassify, offcpuFold, perfFold, pprofFold].map(
    (command) => [command.name, command as unknown as Command<OptionTable>],
  ),
);

interface Plain {
  tool: Command<OptionTable>;
  argv: string[];
  /** the file that is its stdin; undefined: what the command before it printed, or nothing */
  stdin: string | undefined;
}
/** What another program makes of what the command before it printed. */
type Filter = (text: string) => string;
/** Commands, each of which reads what the one before it printed. */
interface Pipeline {
  /** what stands before it: it runs always, where the one before passed, or where that failed */
  when: string;
  /** `echo`: what it prints before the status of the pipeline before */
  parts: (Plain | Filter)[] | { echo: string };
  /** is its status that of the last part that failed? */
  pipefail: boolean;
  /** does its output go to /dev/null? */
  drops: boolean;
}

/** Programs that need not be started for what they do here. */
const FILTERS = new Map<string, Filter>([
  ["sed '/^<style/d'", (text) => text.replace(/^<style.*\n/gm, '')],
  ['wc -l', (text) => `${text.split('\n').length - 1}\n`],
  ['wc -c', (text) => `${text.length}\n`],
]);

//                ('in quotes' "without $" \x  what means nothing to a shell  )
const WORD = /(?:'[^']*'|"[^"$`\\]*"|\\.|[^\s'"$`\\;&|<>(){}[*?#~!])+/y;
//                     echo "status $?"
const ECHO = /^echo (?:"(status |)\$\?"|\$\?)$/;
//              (                command                 ) or what stands between two
const PIECE = /(?:'[^']*'|"[^"]*"|\\.|[^;\n'"|&\\])+|&&|\|\||[;\n|]/g;

/** The pipelines of these lines, which `;`, `&&`, `||` or line ends part; undefined where one of them needs a shell. */
export function plainCommands(lines: string): Pipeline[] | undefined {
  const pipelines: Pipeline[] = [];
  const pieces = lines.trim().match(PIECE) ?? [];
  if (pieces.join('') !== lines.trim()) return undefined;
  let pipefail = false;
  let between = ';';
  for (const piece of pieces) {
    const text = piece.trim();
    if (text === '' || /^[;&|]+$/.test(text)) {
      between = text || ';';
      continue;
    }
    const echo = ECHO.exec(text);
    const before = pipelines.at(-1);
    if (text === 'set -o pipefail' && between === ';') pipefail = true;
    else if (echo) pipelines.push({ when: between, parts: { echo: echo[1] ?? '' }, pipefail, drops: false });
    else {
      const drops = / *> *\/dev\/null$/.exec(text);
      const command = text.slice(0, drops?.index);
      const part = FILTERS.get(command) ?? plainCommand(command);
      if (part === undefined || (before?.drops === true && between === '|')) return undefined;
      if (between !== '|') pipelines.push({ when: between, parts: [part], pipefail, drops: drops !== null });
      else if (Array.isArray(before?.parts)) {
        before.parts.push(part);
        before.drops = drops !== null;
      } else return undefined;
    }
  }
  return pipelines;
}

function plainCommand(text: string): Plain | undefined {
  const words: string[] = [];
  const files: string[] = [];
  for (let at = 0; at < text.length; ) {
    const gap = /^(?: *(<) *| +|)/.exec(text.slice(at))!;
    WORD.lastIndex = at + gap[0].length;
    const [word] = WORD.exec(text) ?? [];
    if (word === undefined) return undefined;
    (gap[1] ? files : words).push(word.replace(/'([^']*)'|"([^"]*)"|\\(.)/g, '$1$2$3'));
    at = WORD.lastIndex;
  }
  const tool = COMMANDS.get(words[0] ?? '');
  if (words.some((word) => word.startsWith('/dev/'))) return undefined; // the test's own
  return tool && files.length < 2 ? { tool, argv: words.slice(1), stdin: files[0] } : undefined;
}

/** The same as shell(), but in this process where no shell is needed; not two at a time, because the process has one folder. */
export function runLine(line: string, cwd: string): Promise<Result> {
  const commands = plainCommands(line);
  return commands ? runPlain(commands, cwd) : shell(line, cwd);
}

/** What they print, one after the other, in the folder `cwd`, and the status of the last one. */
export async function runPlain(pipelines: readonly Pipeline[], cwd: string): Promise<Result> {
  const [out, err]: Uint8Array[][] = [[], []];
  const before = process.cwd();
  let status = 0;
  process.chdir(cwd);
  try {
    for (const { when, parts, pipefail, drops } of pipelines) {
      if ((when === '&&' && status !== 0) || (when === '||' && status === 0)) continue;
      if (!Array.isArray(parts)) {
        out!.push(Buffer.from(`${parts.echo}${status}\n`));
        status = 0;
        continue;
      }
      let printed: Uint8Array = Buffer.of();
      status = 0;
      for (const part of parts) {
        const own: Uint8Array[] = [];
        const ended = await run(part, printed, own, err!);
        status = pipefail ? ended || status : ended;
        printed = Buffer.concat(own);
      }
      if (!drops) out!.push(printed);
    }
  } finally {
    process.chdir(before);
  }
  return { out: Buffer.concat(out!), err: Buffer.concat(err!), status };
}

/** Gives its status. */
async function run(part: Plain | Filter, piped: Uint8Array, out: Uint8Array[], err: Uint8Array[]): Promise<number> {
  if (typeof part === 'function') {
    out.push(Buffer.from(part(Buffer.from(piped).toString('latin1')), 'latin1'));
    return 0;
  }
  const { tool, argv, stdin } = part;
  const input = stdin === undefined ? piped : readFileSync(stdin);
  return statusOf(tool, argv, {
    report: new Report(tool.name, (text) => err.push(Buffer.from(text as Uint8Array))),
    stop: new Stop(),
    stdin: (async function* () {
      if (input.length > 0) yield Buffer.from(input);
    })(),
    interactive: false,
    terminal: false,
    columns: undefined,
    async output(blocks) {
      for (const block of blocks) out.push(Buffer.from(block as Uint8Array)); // the next one may overwrite it
    },
  });
}
