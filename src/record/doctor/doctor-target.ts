// The doctor's findings on a process: what its binaries offer to tools that look up symbols in them.

import type { ElfFacts } from '../../symbols/elf.ts';
import { framePointersMend, isRuntime, languageText, type TargetLanguage } from '../target/language.ts';
import { fileName } from '../target/own-code.ts';
import type { Finding } from './doctor.ts';

export interface ObjectFacts {
  path: string;
  isMain: boolean;
  /** undefined: no ELF file, or not readable */
  elf: ElfFacts | undefined;
  hasDebugFile: boolean;
  /** the Debian package it came with; '': none; undefined: this machine can't tell */
  owner: string | undefined;
}

export interface TargetFacts {
  pid: number;
  command: string;
  root: string;
  isForeignNamespace: boolean;
  objects: ObjectFacts[];
  /** files with mapped code that were deleted or replaced since */
  replaced: readonly string[];
  /** may its maps be read? */
  mayRead: boolean;
  /** how to start flame-record by sudo: sudoSelf() */
  sudoSelf: string;
  language: TargetLanguage;
}

const RUST = 'Cargo.toml: [profile.release] strip = "none", debug = "line-tables-only"';
const RUST_LINES =
  'Cargo.toml: [profile.release] debug = "line-tables-only"    (debug = 1: full names of inlined functions)';
const GO_LINES = "go build, without -ldflags '-s -w'";
const C_LINES = 'compile with -g1 or -g';
const C = 'compile and link with -g, without -s and strip';
/** With this many exported functions, the stacks of a stripped program still say enough: postgres exports 10 000. */
const MANY = 1000;

/** Findings on the target's root, its language and its own binaries; one for all libraries of the distribution. */
export function targetFindings({
  pid,
  command,
  root,
  isForeignNamespace,
  objects,
  replaced,
  mayRead,
  sudoSelf,
  language,
}: TargetFacts): Finding[] {
  const findings: Finding[] = [{ level: 'ok', text: `process ${pid}: ${command}` }];
  if (mayRead) findings.push(rootFinding(root, isForeignNamespace));
  else findings.push({ level: 'fault', text: 'what it has mapped may not be read', mend: `${sudoSelf} doctor ...` });
  // an unreadable process looks like one of C without options
  if (mayRead) findings.push({ level: 'ok', text: `language: ${languageText(language)}` });
  for (const { text, mend: general, what } of mayRead ? language.lacks : []) {
    const mend = general.replace(/\bPID\b/, String(pid));
    if (what === 'names' || language.language === 'Java') findings.push({ level: 'fault', text, mend });
    else if (language.language === 'Node' || language.language === 'Python')
      findings.push({ level: 'note', text, mend });
  }
  for (const path of replaced) findings.push({ level: 'fault', text: replacedText(pid, path), mend: RESTART });
  const misread = misreadPath(objects.map((one) => one.path));
  if (misread !== undefined) findings.push({ level: 'note', text: misreadText(pid, misread), mend: ELSEWHERE });
  // nobody builds the distribution's node or python anew: it is like a library
  const isInterpreter = ({ isMain, owner }: ObjectFacts): boolean =>
    isMain && Boolean(owner) && isRuntime(language) && language.language !== 'Go';
  const libraries = objects.filter((one) => isBare(one) && !one.isMain && one.owner !== '');
  for (const one of ownFirst(objects)) {
    if (!one.elf) findings.push({ level: 'note', text: `${one.path} cannot be read as ELF` });
    else if (isInterpreter(one)) findings.push(...bareNote(fileName(one.path), 'has', [one], pid));
    else if (!libraries.includes(one)) findings.push(...objectFindings(one, one.elf));
  }
  const text = count(libraries.length, 'library', 'libraries');
  return [...findings, ...bareNote(text, libraries.length === 1 ? 'has' : 'have', libraries, pid)];
}

function bareNote(subject: string, verb: string, objects: readonly ObjectFacts[], pid: number): Finding[] {
  const bare = objects.filter(isBare);
  if (bare.length === 0) return [];
  const text = `${subject} ${verb} no symbols but those of exported functions`;
  return [{ level: 'note', text, mend: installedForAll(bare, pid) }];
}

/** The target's own code first, then libc, then what the distribution brought. */
function ownFirst(objects: readonly ObjectFacts[]): ObjectFacts[] {
  const rank = ({ isMain, owner, path }: ObjectFacts): number => {
    if (isMain) return 0;
    if (!owner) return 1;
    return LIBC.test(path) ? 2 : 3;
  };
  return objects.toSorted((a, b) => rank(a) - rank(b));
}

/** Most waits are calls of libc, so all off-CPU stacks depend on its frame pointers. */
const LIBC = /\/(?:libc[.-][^/]*|ld-musl-[^/]*)$/;
/** A command with more packages would be too long to read. */
const MOST_PACKAGES = 4;

function installedForAll(libraries: readonly ObjectFacts[], pid: number): string {
  const packages = new Set(libraries.flatMap(({ owner }) => (owner ? debugPackage(owner) : [])));
  if (packages.size <= MOST_PACKAGES) return installed(libraries);
  return `if a hot function is in one: apt-get install debian-goodies && find-dbgsym-packages --install ${pid}${DEBUG_ARCHIVE}`;
}

// /tmp/gr\xc3\xb6\xc3\x9fe/app
const BEYOND_ASCII = /[^\0-\x7f]/;

/** The first path that perf (6.1 to 6.12) can't read when it looks at what a process has mapped already. */
export function misreadPath(mapped: readonly string[]): string | undefined {
  return mapped.find((path) => BEYOND_ASCII.test(path));
}

/** perf sees a mapping that is made while it records whatever its path is. */
export function misreadText(pid: number, path: string): string {
  return `${path} has letters beyond ASCII: perf loses names and callers of what process ${pid} had mapped before it came`;
}

export const ELSEWHERE = 'put it below another path, or let flame-record start it: flame-record ... -- COMMAND';

const RESTART = 'restart the process, or the server that it belongs to';

/** perf and bpftrace look up symbols by path, where another file lies now, or none; flame-record opens the old one. */
export function replacedText(pid: number, path: string): string {
  return `${goneText(pid, path)}: perf loses the callers of its code, and tools that open that path its names`;
}

/** The same in a run that has kept the old one, where perf finds it. */
export function oldBuildText(pid: number, path: string): string {
  return `${goneText(pid, path)}: what was recorded is the old build`;
}

function goneText(pid: number, path: string): string {
  return `${path} was deleted or replaced since process ${pid} started`;
}

function rootFinding(root: string, isForeignNamespace: boolean): Finding {
  if (isForeignNamespace) {
    return { level: 'ok', text: 'in a container: perf and bpftrace enter its mount namespace for symbols' };
  }
  if (root === '/') return { level: 'ok', text: 'its root is that of this machine' };
  return { level: 'ok', text: `its root is ${root}: binaries are found by their full paths` };
}

function isBare({ elf, hasDebugFile }: ObjectFacts): boolean {
  return elf !== undefined && !elf.hasSymbols && !hasDebugFile;
}

function objectFindings(one: ObjectFacts, elf: ElfFacts): Finding[] {
  const { path, isMain, owner } = one;
  const findings: Finding[] = [];
  const named = elf.exported > 0 ? `only its ${elf.exported} exported functions have names` : 'functions have no names';
  if (isBare(one)) {
    const isFault = isMain && elf.exported < MANY;
    const mend = owner ? installed([one]) : elf.isRust ? RUST : owner === '' ? C : installed([one]);
    findings.push({ level: isFault ? 'fault' : 'note', text: `${path} is stripped: ${named}`, mend });
  }
  const isOwn = isMain || owner === '';
  if (isOwn && !isBare(one) && !elf.hasLines && !one.hasDebugFile) {
    const text = `${path} has no debug information: no inlined functions and source lines in its stacks`;
    findings.push({
      level: 'note',
      text,
      mend: owner ? installed([one]) : elf.isRust ? RUST_LINES : elf.isGo ? GO_LINES : C_LINES,
    });
  }
  if (isOwn && elf.framePointers === false) {
    const text = `most code of ${path} keeps no frame pointers: bpftrace can't unwind it, off-CPU stacks are cut`;
    findings.push({ level: 'note', text, mend: framePointersMend(elf.isRust) });
  }
  return findings.length > 0 || !isOwn
    ? findings
    : [{ level: 'ok', text: `${path} has symbols and debug information` }];
}

/** Packages whose symbols Debian has beside the programs. Those of all others are in an archive of their own. */
const DEBUG_PACKAGES: readonly (readonly [owner: RegExp, debug: string])[] = [
  [/^libc6$/, 'libc6-dbg'],
  // python3.13-minimal   libpython3.13-stdlib   libpython3.13
  [/^(?:lib)?python(3\.\d+)(?:-minimal|-stdlib|t64)?$/, 'python$1-dbg'],
  // perl-base   libperl5.40
  [/^(?:perl(?:-base)?|libperl5\.\d+(?:t64)?)$/, 'perl-debug'],
  // openjdk-21-jre-headless
  [/^openjdk-(\d+)-.*$/, 'openjdk-$1-dbg'],
];
const DEBUG_ARCHIVE = '    (-dbgsym: from the debian-debug archive, docs/symbols.md)';

const DBGSYM = '-dbgsym';

/** The package with the symbols of another. */
function debugPackage(owner: string): string {
  const [pattern, debug] = DEBUG_PACKAGES.find(([owners]) => owners.test(owner)) ?? [/$/, DBGSYM];
  return owner.replace(pattern, debug);
}

/** One command for all: by package if they have one, else by build-id. */
function installed(objects: readonly ObjectFacts[]): string {
  const owners = new Set(objects.flatMap(({ owner }) => owner || []));
  if (owners.size > 0) {
    const packages = [...new Set(Array.from(owners, debugPackage))].sort();
    const archive = packages.some((name) => name.endsWith(DBGSYM)) ? DEBUG_ARCHIVE : '';
    return `apt-get install ${packages.join(' ')}${archive}`;
  }
  const ids = objects.flatMap(({ elf }) => elf?.buildId ?? []);
  return ids.length > 0 ? ids.map((id) => `debuginfod-find debuginfo ${id}`).join(' && ') : C;
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}

const COLUMNS = ['.symtab', '.debug_line', 'debug file', 'frame pointers', 'exported', ''] as const;

/** A longer table leaves out the distribution's libraries, except libc. */
const MOST_ROWS = 10;

/** What each mapped file has, a line a file: the target's own first. */
export function objectTable(objects: readonly ObjectFacts[]): string {
  const all = ownFirst(objects).filter(({ elf }) => elf);
  const isFolded = ({ isMain, owner, path }: ObjectFacts): boolean =>
    !isMain && !LIBC.test(path) && owner !== '' && owner !== undefined;
  const shown = all.length > MOST_ROWS ? all.filter((one) => !isFolded(one)) : all;
  const rows = shown.flatMap(({ path, elf, hasDebugFile }) =>
    elf
      ? [
          [
            yes(elf.hasSymbols),
            yes(elf.hasLines),
            yes(hasDebugFile),
            elf.framePointers === undefined ? '?' : yes(elf.framePointers),
            String(elf.exported),
            path,
          ],
        ]
      : [],
  );
  if (rows.length === 0) return '';
  const lines = [COLUMNS, ...rows].map((cells) =>
    cells.map((cell, i) => (i === COLUMNS.length - 1 ? cell : cell.padStart((COLUMNS[i] as string).length))).join('  '),
  );
  const more = all.length > shown.length ? `  (and ${all.length - shown.length} libraries of the distribution)\n` : '';
  return `\n${lines.map((line) => `  ${line.trimEnd()}\n`).join('')}${more}`;
}

function yes(is: boolean): string {
  return is ? 'yes' : 'no';
}
