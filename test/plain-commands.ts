// Commands of golden cases that need no shell: `perf-fold --tid in.txt; echo $?`. They run in the process of the test,
// because Node takes longer to start than they take; those with a pipe, a variable or a redirected output start programs.

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
  /** the file that is its stdin; undefined: it is empty */
  stdin: string | undefined;
}
/** What `echo` prints before the status of the command before it. */
type Echo = string;

//                ('in quotes' "without $" \x  what means nothing to a shell  )
const WORD = /(?:'[^']*'|"[^"$`\\]*"|\\.|[^\s'"$`\\;&|<>(){}[*?#~!])+/y;
//                     echo "status $?"
const ECHO = /^echo (?:"(status |)\$\?"|\$\?)$/;

/** The commands of these lines, which `;` or line ends part; undefined where one of them needs a shell. */
export function plainCommands(lines: string): (Plain | Echo)[] | undefined {
  const parts = lines.trim().match(/(?:'[^']*'|"[^"]*"|[^;\n'"])+/g) ?? [];
  const commands = parts.map((part) => plainCommand(part.trim()));
  return commands.includes(undefined) ? undefined : (commands as (Plain | Echo)[]);
}

function plainCommand(text: string): Plain | Echo | undefined {
  const echo = ECHO.exec(text);
  if (echo) return echo[1] ?? '';
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
  return tool && files.length < 2 ? { tool, argv: words.slice(1), stdin: files[0] } : undefined;
}

/** The same as shell(), but in this process where no shell is needed; not two at a time, because the process has one folder. */
export function runLine(line: string, cwd: string): Promise<Result> {
  const commands = plainCommands(line);
  return commands ? runPlain(commands, cwd) : shell(line, cwd);
}

/** What they print, one after the other, in the folder `cwd`, and the status of the last one. */
export async function runPlain(commands: readonly (Plain | Echo)[], cwd: string): Promise<Result> {
  const [out, err]: Uint8Array[][] = [[], []];
  const before = process.cwd();
  let status = 0;
  process.chdir(cwd);
  try {
    for (const command of commands) {
      if (typeof command === 'string') {
        out!.push(Buffer.from(`${command}${status}\n`));
        status = 0;
      } else status = await run(command, out!, err!);
    }
  } finally {
    process.chdir(before);
  }
  return { out: Buffer.concat(out!), err: Buffer.concat(err!), status };
}

function run({ tool, argv, stdin }: Plain, out: Uint8Array[], err: Uint8Array[]): Promise<number> {
  const input = stdin === undefined ? [] : [readFileSync(stdin)];
  return statusOf(tool, argv, {
    report: new Report(tool.name, (text) => err.push(Buffer.from(text as Uint8Array))),
    stop: new Stop(),
    stdin: (async function* () {
      yield* input;
    })(),
    interactive: false,
    terminal: false,
    columns: undefined,
    async output(blocks) {
      for (const block of blocks) out.push(Buffer.from(block as Uint8Array)); // the next one may overwrite it
    },
  });
}
