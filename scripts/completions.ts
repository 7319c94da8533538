// Completions for bash, zsh and fish, from the same tables as --help.

import { COMMON_OPTIONS } from '../src/cli/help.ts';
import type { AnyManual } from './manuals.ts';

interface Word {
  /** with its dashes: --title, -n */
  spelled: string[];
  describe: string;
  /** what its value is, as --help names it; none: a flag */
  value?: string;
  choices?: readonly string[];
}

/** Each shell's file for a tool: where it belongs below a completions folder, and its text. */
export function completions(manual: AnyManual): [file: string, text: string][] {
  const words = wordsOf(manual);
  return [
    [`bash/${manual.name}`, bash(manual, words)],
    [`zsh/_${manual.name}`, zsh(manual, words)],
    [`fish/${manual.name}.fish`, fish(manual, words)],
  ];
}

function wordsOf({ options }: AnyManual): Word[] {
  const own = COMMON_OPTIONS.map(([usage, describe]) => ({ spelled: usage.split(', '), describe }));
  const shown = Object.entries(options).filter(([, { hidden }]) => !hidden);
  const listed = shown.map(([name, option]) => {
    const alias = option.alias === undefined ? [] : [`${option.alias.length > 1 ? '--' : '-'}${option.alias}`];
    const word: Word = { spelled: [...alias, `--${name}`], describe: option.describe };
    if (option.kind === 'choice') return { ...word, value: name.toUpperCase(), choices: option.choices };
    return option.kind === 'flag' ? word : { ...word, value: option.value };
  });
  return [...listed, ...own];
}

const namesFile = (value: string): boolean => /FILE|DIR/.test(value);

function bash({ name, commands = [] }: AnyManual, words: readonly Word[]): string {
  const run = `_${name.replaceAll('-', '_')}`;
  const cases = words.flatMap(({ spelled, choices }) =>
    choices
      ? [`    ${spelled.join(' | ')}) COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$cur")) && return ;;`]
      : [],
  );
  const all = words.flatMap(({ spelled }) => spelled);
  return `# bash completion for ${name}, generated from its option table
${run}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
  # --name=value is three words
  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  case $prev in
${cases.join('\n') || '    --) ;;'}
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W '${all.join(' ')}' -- "$cur"))
  elif ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '${commands.join(' ')}' -- "$cur"))
  fi
}
complete -o bashdefault -o default -F ${run} ${name}
`;
}

function zsh({ name, commands = [] }: AnyManual, words: readonly Word[]): string {
  const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  const specs = words.flatMap(({ spelled, describe, value, choices }) =>
    spelled.map((one) => {
      const text = `[${describe.replace(/[[\]\\]/g, '\\$&')}]`;
      if (value === undefined) return quote(`${one}${text}`);
      const action = choices ? `(${choices.join(' ')})` : namesFile(value) ? '_files' : ' ';
      return quote(`*${one}${one.startsWith('--') ? '=' : '+'}${text}:${value.replaceAll(':', '\\:')}:${action}`);
    }),
  );
  const operands =
    commands.length > 0
      ? [quote(`1:command:(${commands.join(' ')})`), quote('*:operand:_files')]
      : [quote('*:file:_files')];
  return `#compdef ${name}
# zsh completion for ${name}, generated from its option table
_arguments \\
${[...specs, ...operands].map((spec) => `  ${spec}`).join(' \\\n')}
`;
}

function fish({ name, commands = [] }: AnyManual, words: readonly Word[]): string {
  const quote = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`;
  const lines = words.map(({ spelled, describe, value, choices }) => {
    const names = spelled.map((one) => (one.startsWith('--') ? `-l ${one.slice(2)}` : `-s ${one.slice(1)}`));
    const takes = choices
      ? ` -x -a ${quote(choices.join(' '))}`
      : value === undefined
        ? ''
        : namesFile(value)
          ? ' -r -F'
          : ' -x';
    return `complete -c ${name} ${names.join(' ')}${takes} -d ${quote(describe)}\n`;
  });
  const first =
    commands.length > 0 ? [`complete -c ${name} -n __fish_use_subcommand -a ${quote(commands.join(' '))}\n`] : [];
  return `# fish completion for ${name}, generated from its option table\n${[...lines, ...first].join('')}`;
}
