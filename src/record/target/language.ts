// The target's language, and the options that its runtime needs so that profilers see its functions.

import { isShell } from './launcher.ts';
import { extensionsIn, fileName } from './own-code.ts';
import { RUNTIME_NAMES, type Runtime, runtimeOf } from './runtimes.ts';

/** Facts about a process, or about a command that will be started. */
export interface ProgramFacts {
  /** path of its executable */
  executable: string;
  arguments: readonly string[];
  environment: Readonly<Record<string, string | undefined>>;
  /** paths of the files that it has mapped */
  mapped: readonly string[];
  isGo: boolean;
  isNode: boolean;
  /** of the executable, or of a server's extension */
  isRust: boolean;
  /** does it tell perf what it compiled, in /tmp/perf-PID.map? */
  hasPerfMap: boolean;
  /** will flame-record ask it for these names when the window ends? */
  isAsked: boolean;
  /** does the program itself keep frame pointers, and Node's libuv? undefined: not known */
  framePointers: boolean | undefined;
}

export interface TargetLanguage {
  language: 'C or C++' | 'Rust' | 'Go' | 'Postgres' | Runtime;
  /** file names of a server's extensions */
  extensions: readonly string[];
  /** why its functions are hidden */
  lacks: readonly Lack[];
}

export interface Lack {
  text: string;
  /** what to change, and to type */
  mend: string;
  /** names: functions have none; callers: bpftrace, and perf with fp, lose them */
  what: 'names' | 'callers';
}

// python3.11   libpython3.12.so.1.0
const PYTHON = /^(?:lib)?python(?:(\d+)\.(\d+))?/;
const LEAST_PYTHON = 12;

/** How to build a program that keeps frame pointers. */
export function framePointersMend(isRust: boolean): string {
  return isRust
    ? "RUSTFLAGS='-C force-frame-pointers=yes' cargo build --release"
    : 'compile with -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer';
}

/** A target's language, and what it lacks for whole stacks and names. */
export function languageOf(facts: ProgramFacts): TargetLanguage {
  const name = fileName(facts.executable);
  const of = (language: TargetLanguage['language'], lacks: readonly Lack[]): TargetLanguage => ({
    language,
    extensions: [],
    lacks,
  });
  const runtime = runtimeOf(name);
  if (facts.isNode || runtime === 'Node') return of('Node', nodeLacks(facts));
  if (facts.isGo) return of('Go', []);
  if (runtime === 'Java' || mappedName(facts, /^libjvm\.so$/)) return of('Java', javaLacks(facts));
  if (runtime === 'Python' || mappedName(facts, PYTHON)) return of('Python', pythonLacks(facts));
  if (name === 'postgres' || name === 'postmaster') {
    return {
      ...of('Postgres', callerLacks(facts)),
      extensions: extensionsIn(new Set([name]), facts.mapped).map(fileName),
    };
  }
  if (mappedName(facts, /^libcoreclr\.so$/)) return of('.NET', otherLacks('.NET', facts));
  if (runtime) return of(runtime, otherLacks(runtime, facts));
  return of(facts.isRust ? 'Rust' : 'C or C++', callerLacks(facts));
}

// measured with Debian 13's Node: nine tenths of the stacks end in libuv or OpenSSL
const NODE_CALLERS: Lack = {
  text: 'The libuv of this Node keeps no frame pointers: callers are missing',
  mend: "run it with Node's own build, such as that of the npm package node",
  what: 'callers',
};

function nodeLacks(facts: ProgramFacts): Lack[] {
  return [...nodeNamesLacks(facts), ...(facts.framePointers === false ? [NODE_CALLERS] : [])];
}

function nodeNamesLacks({ arguments: given, environment }: ProgramFacts): Lack[] {
  const options = [...given, environment.NODE_OPTIONS ?? ''].join(' ');
  const missing = [
    ...(/--perf-(?:basic-)?prof/.test(options) ? [] : ['--perf-basic-prof']),
    ...(options.includes('--interpreted-frames-native-stack') ? [] : ['--interpreted-frames-native-stack']),
  ];
  if (missing.length === 0) return [];
  const text =
    missing.length === 2
      ? 'Node does not tell the names of its functions'
      : `Node runs without ${missing[0]}: some of its functions have no name`;
  return [{ text, mend: `node ${missing.join(' ')} ... (or in NODE_OPTIONS)`, what: 'names' }];
}

/** The JVM does not start with the second flag alone. */
const MAP_AT_EXIT = '-XX:+UnlockDiagnosticVMOptions -XX:+DumpPerfMapAtExit';

function javaLacks({ arguments: given, environment, hasPerfMap, isAsked }: ProgramFacts): Lack[] {
  const { JAVA_TOOL_OPTIONS = '', JDK_JAVA_OPTIONS = '' } = environment;
  const options = [...given, JAVA_TOOL_OPTIONS, JDK_JAVA_OPTIONS].join(' ');
  const lacks: Lack[] = [];
  if (!options.includes('-XX:+PreserveFramePointer')) {
    lacks.push({
      text: 'Java keeps no frame pointers: callers are missing',
      mend: 'java -XX:+PreserveFramePointer ...',
      what: 'callers',
    });
  }
  if (!hasPerfMap && !isAsked && !/perf-map-agent|libperfmap/.test(options)) {
    const later = options.includes('-XX:+DumpPerfMapAtExit');
    lacks.push({
      text: later
        ? 'Java writes the names of its functions when it ends'
        : 'Java does not tell the names of its functions',
      mend: later
        ? 'end it, then flame-record report DIR/LABEL'
        : `run it with a JDK (17 or newer), which must outlive the recording: flame-record asks its jcmd at the end; or java ${MAP_AT_EXIT} ... and flame-record report when it has ended`,
      what: 'names',
    });
  }
  return lacks;
}

const PYTHON_CALLERS: Lack = {
  text: 'This Python keeps no frame pointers: of its functions only the innermost is seen',
  mend: "build Python with CFLAGS='-fno-omit-frame-pointer -mno-omit-leaf-frame-pointer'",
  what: 'callers',
};

function pythonLacks({ executable, mapped, arguments: given, environment, framePointers }: ProgramFacts): Lack[] {
  const names = [fileName(executable), ...mapped.map(fileName)];
  const [, major, minor] = names.map((name) => PYTHON.exec(name)).find((match) => match?.[2] !== undefined) ?? [];
  const text = 'Python does not tell the names of its functions';
  if (major !== undefined && (Number(major) < 3 || Number(minor) < LEAST_PYTHON)) {
    return [
      {
        text: `${text}: ${major}.${minor} can't`,
        mend: `python3.${LEAST_PYTHON} -X perf ... (or newer), or py-spy record --idle --pid PID`,
        what: 'names',
      },
    ];
  }
  const lacks: Lack[] = tellsPerf(given, environment)
    ? []
    : dumpsCode(given, environment)
      ? [{ text: DUMPS, mend: 'python3 -X perf ..., and no PYTHON_PERF_JIT_SUPPORT', what: 'names' }]
      : [{ text, mend: 'python3 -X perf ..., or PYTHONPERFSUPPORT=1', what: 'names' }];
  return framePointers === false ? [...lacks, PYTHON_CALLERS] : lacks;
}

const DUMPS =
  'Python writes the names of its functions into /tmp/jit-PID.dump (-X perf_jit), which only perf inject --jit reads';

/** Do the words and the environment of a Python make it tell perf the names of its functions, in /tmp/perf-PID.map? */
function tellsPerf(words: readonly string[], environment: ProgramFacts['environment']): boolean {
  const isAsked = / -X ?perf(?= |$)/.test(` ${words.join(' ')}`) || /^[1-9]/.test(environment.PYTHONPERFSUPPORT ?? '');
  return isAsked && !dumpsCode(words, environment);
}

/** Does it write them beside its code into /tmp/jit-PID.dump? Then it tells nothing else, whatever it was asked. */
function dumpsCode(words: readonly string[], environment: ProgramFacts['environment']): boolean {
  return / -X ?perf_jit(?= |$)/.test(` ${words.join(' ')}`) || /^[1-9]/.test(environment.PYTHON_PERF_JIT_SUPPORT ?? '');
}

/** What makes other runtimes tell perf the names of their functions, and how that shows in words and variables. */
const TOLD: Partial<Record<Runtime, { mend: string; given: RegExp }>> = {
  // the emulator sees -JPperf
  Erlang: { mend: "ERL_FLAGS='+JPperf true' erl ... (OTP 25 or newer)", given: /[-+]JPperf (?:true|map|dump)/ },
  '.NET': { mend: 'DOTNET_PerfMapEnabled=1 dotnet ...', given: /_PerfMapEnabled=0*[1-9]/ },
  Deno: {
    mend: 'deno run --v8-flags=--perf-basic-prof,--interpreted-frames-native-stack ...',
    given: /--perf-basic-prof/,
  },
};
/** Profilers that name functions which no option makes known to perf. */
const OWN_PROFILER: Partial<Record<Runtime, string>> = {
  Ruby: 'rbspy record --pid PID',
  PHP: 'phpspy --pid=PID',
  Perl: 'perl -d:NYTProf ...',
  PyPy: 'pypy3 -m vmprof ...',
  LuaJIT: 'luajit -jp=f ...',
  Bun: 'bun --cpu-prof ...',
  R: 'Rprof("FILE") in the program, then summaryRprof("FILE")',
};

function otherLacks(runtime: Runtime, { hasPerfMap, arguments: given, environment }: ProgramFacts): Lack[] {
  if (hasPerfMap) return [];
  const text = `${runtime} does not tell the names of its functions`;
  const told = TOLD[runtime];
  if (!told) {
    const mend = OWN_PROFILER[runtime] ?? "a profiler of the language's own";
    return [{ text: `${text}, and perf sees those of its interpreter`, mend, what: 'names' }];
  }
  return isGiven(told.given, given, environment) ? [] : [{ text, mend: told.mend, what: 'names' }];
}

function isGiven(option: RegExp, words: readonly string[], environment: ProgramFacts['environment']): boolean {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return option.test([...words, ...variables].join(' '));
}

/** Will a program of this path, started so, tell perf what it compiles, in /tmp/perf-PID.map? Scripts of a shell start Erlang. */
export function willTellPerf(
  path: string,
  words: readonly string[],
  environment: ProgramFacts['environment'],
): boolean {
  const name = fileName(path);
  const runtime = runtimeOf(name) ?? (isShell(name) ? 'Erlang' : undefined);
  const told = runtime && TOLD[runtime];
  return told ? isGiven(told.given, words, environment) : tellsPerf(words, environment);
}

function callerLacks({ isRust, framePointers }: ProgramFacts): Lack[] {
  if (framePointers !== false) return [];
  const text = 'Its code keeps no frame pointers, which bpftrace needs to find callers';
  return [{ text, mend: framePointersMend(isRust), what: 'callers' }];
}

function mappedName({ mapped }: ProgramFacts, pattern: RegExp): boolean {
  return mapped.some((path) => pattern.test(fileName(path)) && path.includes('.so'));
}

/** `Rust`, `Postgres with pgmqtt.so` */
export function languageText({ language, extensions }: TargetLanguage): string {
  return extensions.length === 0 ? language : `${language} with ${extensions.join(', ')}`;
}

/** The languages without the lacks that Java's map of names mended during the recording. */
export function withNames(languages: readonly TargetLanguage[]): TargetLanguage[] {
  return languages.map((one) =>
    one.language === 'Java' ? { ...one, lacks: one.lacks.filter(({ what }) => what !== 'names') } : one,
  );
}

/** Why functions have no names, and what to do, a line each. */
export function namesMissing(languages: readonly TargetLanguage[]): string[] {
  return linesOf(languages.flatMap(({ lacks }) => lacks.filter(({ what }) => what === 'names')));
}

/** Why callers are missing, and what to do, a line each. `needsFrames`: does bpftrace alone walk stacks off the CPU? */
export function callersMissing(languages: readonly TargetLanguage[], needsFrames: boolean): string[] {
  return linesOf(languages.flatMap((one) => (needsFrames || isRuntime(one) ? callersOf(one) : [])));
}

function linesOf(lacks: readonly Lack[]): string[] {
  return [...new Set(lacks.map(({ text, mend }) => `${text}: ${mend}`))];
}

function callersOf({ lacks }: TargetLanguage): Lack[] {
  return lacks.filter(({ what }) => what === 'callers');
}

/** Waits that the kernel does not see: what waits leaves its thread to others. */
const UNSEEN: Partial<Record<TargetLanguage['language'], Unseen>> = {
  Go: {
    text: 'Goroutines that wait for a mutex, a channel or a socket leave their thread: no wait here is theirs',
    mend: "curl 'http://HOST:PORT/debug/pprof/trace?seconds=5' > trace.out, of a program that imports net/http/pprof; then go tool trace -pprof=sync trace.out | pprof-fold, and -pprof=net for sockets",
  },
  Java: {
    text: "A wait ends in the virtual machine's code, which hides its callers: the thread is known, its method often is not",
    mend: 'jcmd PID Thread.print, while it waits',
  },
  Node: {
    text: 'While JavaScript awaits a reply, a timer or a file, its thread waits for work: no wait here tells which function awaits',
    mend: undefined,
  },
  Erlang: {
    text: 'Processes of Erlang that wait for a message leave their scheduler: no wait here is theirs',
    mend: undefined,
  },
};
type Unseen = Pick<Lack, 'text'> & { mend: string | undefined };

// tokio:park
const OF_TOKIO = /^tokio:/;
const UNSEEN_TASKS: Unseen = {
  text: 'Tasks of tokio that await a lock, a channel or a reply leave their thread: no wait here is theirs',
  mend: 'tokio-console, of a program with console_subscriber',
};

/** What no recording off the CPU shows of these languages and runtimes, whose waits have `meanings`, and which tool does. */
export function unseenWaits(languages: readonly TargetLanguage[], meanings: readonly string[]): Unseen[] {
  const tasks = meanings.some((meaning) => OF_TOKIO.test(meaning)) ? [UNSEEN_TASKS] : [];
  return [...new Set(languages.flatMap(({ language }) => UNSEEN[language] ?? [])), ...tasks];
}

/**
 * How to get the outermost callers back, in the target's languages. It is `otherwise`, unless a runtime has stacks or
 * code that DWARF can't unwind. Undefined: no way is known.
 */
export function mendOfCallers(languages: readonly TargetLanguage[], otherwise: string): string | undefined {
  const runtimes = languages.filter(isRuntime);
  const [lack] = runtimes.flatMap(callersOf);
  return lack?.mend ?? (runtimes.length > 0 ? undefined : otherwise);
}

/** The same off the CPU. `ofWhole` is for stacks of switches that perf has told already; undefined: it has told none. */
export function mendOfOffcpuCallers(
  languages: readonly TargetLanguage[],
  ofWhole: string | undefined,
): string | undefined {
  const mends = languages.flatMap(callersOf).map(({ mend }) => mend);
  return mendOfCallers(languages, ofWhole ?? [...new Set([WHOLE_STACKS, ...mends])].join(', or '));
}

/** Of perf's switches, by DWARF. */
export const WHOLE_STACKS = 'flame-record --mode both --off-cpu-stacks dwarf';

const RUNTIMES: ReadonlySet<string> = new Set(['Go', ...RUNTIME_NAMES]);

/** Is the program's code that of an interpreter, or of a compiler at run time? */
export function isRuntime({ language }: TargetLanguage): boolean {
  return RUNTIMES.has(language);
}
