// The target's own code: which of the objects that perf saw are the user's program, and which functions are theirs.

import { isJit } from '../../perf/frame.ts';
import { isNameless, withoutDeleted } from '../../stacks/frame-name.ts';
import { JIT, stableName } from '../../stacks/stable-name.ts';
import { LIBRARY_SOURCE } from '../../symbols/library-source.ts';
import { isInterpreter, runtimeOf } from './runtimes.ts';

/** Names are those of folded frames, latin1. */
export interface OwnCode {
  /** file names of the objects: `two`, `pgmqtt.so`; `JIT code` is what a compiler made in memory */
  objects: readonly string[];
  /** has any function a name that a compiler made in memory? */
  hasCompiledNames: boolean;
  /** also true for frames of these objects without a function's name: `[two]` */
  isOwn(name: string): boolean;
  /** the file names of an own function's objects; undefined: it was never seen on a CPU */
  objectOf(name: string): string | undefined;
}

/** The names of a recording, and what profilers saw of them. */
export interface SeenNames {
  /** paths of the target's executables; none where they are not known */
  executables: readonly string[];
  /** were descendants recorded, too, which may have executables of their own? */
  followsChildren: boolean;
  /** by name: the objects it was found in, as perf prints them */
  objects: ReadonlyMap<string, readonly string[]>;
  /** were the executables made by Go's compiler, which puts all packages into them? */
  isGo: boolean;
  /** is the function neither libc's nor a runtime's? */
  isOfProgram(name: string): boolean;
}

// Programs that load what others wrote as a shared object in a folder of theirs.
const SERVERS: readonly { executable: RegExp; extension: RegExp; standard: RegExp }[] = [
  {
    executable: /^(?:postgres|postmaster)$/,
    // /usr/lib/postgresql/15/lib/pgmqtt.so     ~/.pgrx/15.4/pgrx-install/lib/postgresql/pgmqtt.so
    // dynamic_library_path names any other folder: /opt/ours/pgmqtt.so; what lies in the system's own is no extension
    extension:
      /\/(?:postgresql|pgsql|postgres)(?:[-\d.]*)\/.*\.so$|^(?!\/(?:usr\/)?lib(?:32|64)?\/)(?:.*\/)(?!lib)[^/]+\.so$/,
    standard:
      /^(?:plpgsql|pgoutput|libpqwalreceiver|llvmjit\w*|dict_\w+|\w+_and_\w+|pg_stat_statements|auto_explain|pgcrypto|pg_trgm|hstore|postgres_fdw|file_fdw|dblink|pg_prewarm|pg_buffercache|pgstattuple|amcheck|btree_g\w+|test_decoding)\.so$/,
  },
  { executable: /^nginx$/, extension: /\/nginx\/.*\.so$/, standard: /^$/ },
  { executable: /^(?:apache2|httpd)$/, extension: /\/modules\/.*\.so$/, standard: /^$/ },
  { executable: /^(?:mysqld|mariadbd)$/, extension: /\/plugin\/.*\.so$/, standard: /^$/ },
];

// Functions of a runtime's own libraries, as its compiler names them for perf:
// py::loads:/usr/lib/python3.12/json/__init__.py   py::f:<frozen importlib>   JS:~ node:internal/streams/writable:1:1
// JS:*'writeTextFile ext:deno_fs/30_fs.js:1:11014
// $global::apply_fun_shared   Builtin:ArrayMap   BytecodeHandler:Ldar   java.lang.String java.lang.String.concat
// void sun.nio.ch.Net.poll
const OF_RUNTIME =
  /^(?:py::.*:(?:<frozen .*>|\/.*\/lib\/python[\d.]+\/.*)$|\w+:[*~^+]?\S* (?:node|ext):|\$global::|(?:Builtin|BytecodeHandler|Stub|RegExp|WasmBuiltin)s?:|(?:\S+ )*L?(?:java|javax|jdk|sun|com[./]sun)[./][^ ]*$)/;
// double Booking.quote   LBooking;::quote   and what the JVM compiled for itself: vtable chunks   StubRoutines (1)   _new_array_Java
const OF_A_CLASS = /\.|::/;
// fmt.Sprint   net/http.(*conn).serve   vendor/golang.org/x/net   type:.eq   and functions in assembler, without a package
const OF_GO =
  /^(?:(?:archive|bufio|bytes|cmp|compress|container|context|crypto|database|debug|embed|encoding|errors|expvar|flag|fmt|go|hash|html|image|index|internal|io|iter|log|maps|math|mime|net|os|path|plugin|reflect|regexp|runtime|slices|sort|strconv|strings|structs|sync|syscall|testing|text|time|type:|unicode|unique|unsafe|vendor|weak)[./]|[^./]+(?:\.abi\w+)?$)/;

// memcmp@plt: a jump that the linker made, to a function of a library
const STUB = /@plt$/;

/**
 * Own code is that of a server's extensions, else what a runtime compiled, else that of the executable itself, and of the
 * interpreter that it calls. Of descendants it is that of their executables, unless these are a runtime whose code was
 * seen. A server with all its processes is own code as well, because most of them run nothing of an extension.
 */
export function ownCodeOf({ executables, followsChildren, objects: seen, isGo, isOfProgram }: SeenNames): OwnCode {
  const objects = new Map([...seen, ...Array.from(seen, ([name, paths]) => [stableName(name), paths] as const)]);
  const paths = new Set([...objects.values()].flat());
  const files = executables.length > 0 ? executables : [...(objects.get('main') ?? objects.get('_start') ?? [])];
  const programs = new Set(files.map(fileName));
  if (followsChildren) for (const path of paths) if (isExecutable(path)) programs.add(fileName(path));
  const extensions = extensionsIn(programs, paths);
  const own = new Set(extensions);
  const isCompiled = own.size === 0 && [...programs].some(runtimeOf) && [...paths].some(isJitted);
  if (isCompiled) for (const path of paths) if (isJitted(path)) own.add(path);
  if (own.size === 0 || (followsChildren && (isCompiled || extensions.length > 0))) {
    const runtimes = isCompiled ? [] : [...programs].flatMap((name) => runtimeOf(name) ?? []);
    for (const path of paths) {
      const name = fileName(path);
      if (programs.has(name) && !(isCompiled && runtimeOf(name))) own.add(path);
      if (runtimes.some((runtime) => isInterpreter(name, runtime))) own.add(path);
    }
  }
  const names = new Set([...own].map(shownName));
  const isJava = isCompiled && [...programs].some((name) => runtimeOf(name) === 'Java');
  // a server or runtime has many functions, so only those that a profiler saw in an own object count
  const isSeenOnly = own.size === 0 || isCompiled || extensions.length > 0;
  // a program of cargo install has its own source where libraries have theirs
  const isFound = (name: string, seenIn: readonly string[]): boolean =>
    name !== 'main' && isOfProgram(name) && seenIn.some((path) => own.has(path));
  if (!isSeenOnly && ![...objects].some(([name, seenIn]) => isFound(name, seenIn))) own.add(LIBRARY_SOURCE);
  const ownPathsOf = (name: string): string[] => objects.get(name)?.filter((path) => own.has(path)) ?? [];
  return {
    objects: [...names].sort(),
    hasCompiledNames: [...objects].some(([name, seenIn]) => !isNameless(name) && seenIn.some(isJitted)),
    isOwn(name) {
      if (names.has(bare(stableName(name)))) return true;
      if (STUB.test(name)) return false;
      if (!isOfProgram(name) || (isCompiled && OF_RUNTIME.test(name)) || (isGo && OF_GO.test(name))) return false;
      if (isJava && !OF_A_CLASS.test(name)) return false;
      return objects.has(name) ? ownPathsOf(name).length > 0 : !isSeenOnly;
    },
    objectOf(name) {
      const files = new Set(ownPathsOf(name).map(shownName));
      return files.size === 0 ? undefined : [...files].sort().join(', ');
    },
  };
}

/** The same without what was seen in such objects only. Rules know the usual names of libraries alone. */
export function beyond(
  isForeign: (object: string) => boolean,
  isOfProgram: (name: string) => boolean,
  objects: ReadonlyMap<string, readonly string[]>,
): (name: string) => boolean {
  return (name) => isOfProgram(name) && objects.get(name)?.every(isForeign) !== true;
}

/** The same without the interpreter's functions in C: where those of scripts have names, they only run these. */
export function beyondInterpreter(
  isOfInterpreter: (name: string) => boolean,
  isOfProgram: (name: string) => boolean,
): (name: string) => boolean {
  return (name) => isOfProgram(name) && (name.startsWith('py::') || !isOfInterpreter(name));
}

/** The objects by name that either profiler saw; both name them by the paths of mappings. */
export function bothObjects(
  onCpu: ReadonlyMap<string, readonly string[]>,
  offCpu: ReadonlyMap<string, ReadonlySet<string>>,
): Map<string, readonly string[]> {
  const both = new Map(onCpu);
  for (const [name, paths] of offCpu) both.set(name, [...new Set([...(both.get(name) ?? []), ...paths])]);
  return both;
}

/** The paths of extensions that a server among these programs loads, and that do not come with it. */
export function extensionsIn(programs: ReadonlySet<string>, paths: Iterable<string>): string[] {
  const servers = SERVERS.filter(({ executable }) => [...programs].some((name) => executable.test(name)));
  return [...paths].filter((path) =>
    servers.some(({ extension, standard }) => extension.test(path) && !standard.test(fileName(path))),
  );
}

/** What a process runs, as far as its path tells: neither a library nor what a runtime loads. */
function isExecutable(path: string): boolean {
  return FILE.test(path) && !isJitted(path) && !LOADED.test(withoutDeleted(path));
}

// not //anon, /dev/zero, /memfd:heap, /SYSV00000000
const FILE = /^\/(?!\/|dev\/|memfd:|SYSV)/;
// libc.so.6   bcrypt.node   classes.jsa
const LOADED = /\.(?:so|node|jar|jsa|map|dll)(?:\.[\d.]*)?$/;

function isJitted(path: string): boolean {
  return isJit({ dso: path });
}

function shownName(path: string): string {
  return isJitted(path) ? JIT : fileName(path);
}

/** The last part of a path. */
export function fileName(path: string): string {
  return withoutDeleted(path).replace(/^.*\//, '');
}

/** `two` of the frame `[two]`. */
function bare(name: string): string {
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : '';
}
