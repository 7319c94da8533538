// The target's own code: which of the objects that perf saw are the user's program, and which functions are theirs.

import { isJit } from '../perf/frame.ts';

/** Names are those of folded frames, latin1. */
export interface OwnCode {
  /** file names of the objects: `two`, `pgmqtt.so`; `JIT code` is what a compiler made in memory */
  objects: readonly string[];
  /** frames without a function's name, `[two]`, count where they are of these objects */
  isOwn(name: string): boolean;
  /** the file name of an own function's object; undefined: it was never seen on a CPU */
  objectOf(name: string): string | undefined;
}

/** What is known of the names of a recording. */
export interface SeenNames {
  /** paths of the target's executables; none where they are not known */
  executables: readonly string[];
  /** by name: the objects it was found in, as perf prints them */
  objects: ReadonlyMap<string, readonly string[]>;
  /** is it neither libc's nor a runtime's? */
  isOfProgram(name: string): boolean;
}

// Programs that run what others wrote: by a JIT compiler, whose code has no file, or as a shared object in a folder of theirs.
const RUNTIME =
  /^(?:node|nodejs|deno|bun|java|python[\d.]*|pypy[\d.]*|ruby[\d.]*|php[\d.-]*\w*|dotnet|beam\.smp|luajit|julia)$/;
const SERVERS: readonly { executable: RegExp; extension: RegExp; standard: RegExp }[] = [
  {
    executable: /^(?:postgres|postmaster)$/,
    // /usr/lib/postgresql/15/lib/pgmqtt.so     ~/.pgrx/15.4/pgrx-install/lib/postgresql/pgmqtt.so
    extension: /\/(?:postgresql|pgsql|postgres)(?:[-\d.]*)\/.*\.so$/,
    standard:
      /^(?:plpgsql|pgoutput|libpqwalreceiver|llvmjit\w*|dict_\w+|\w+_and_\w+|pg_stat_statements|auto_explain|pgcrypto|pg_trgm|hstore|postgres_fdw|file_fdw|dblink|pg_prewarm|pg_buffercache|pgstattuple|amcheck|btree_g\w+|test_decoding)\.so$/,
  },
  { executable: /^nginx$/, extension: /\/nginx\/.*\.so$/, standard: /^$/ },
  { executable: /^(?:apache2|httpd)$/, extension: /\/modules\/.*\.so$/, standard: /^$/ },
  { executable: /^(?:mysqld|mariadbd)$/, extension: /\/plugin\/.*\.so$/, standard: /^$/ },
];
const JIT = 'JIT code';

/** Own are the extensions of a server, else what a runtime compiled, else the executable itself. */
export function ownCodeOf({ executables, objects, isOfProgram }: SeenNames): OwnCode {
  const paths = new Set([...objects.values()].flat());
  const files = executables.length > 0 ? executables : [...(objects.get('main') ?? objects.get('_start') ?? [])];
  const programs = new Set(files.map(fileName));
  const own = new Set(extensionsOf(programs, paths));
  if (own.size === 0 && [...programs].some((name) => RUNTIME.test(name))) {
    for (const path of paths) if (isJit({ dso: path })) own.add(path);
  }
  if (own.size === 0) for (const path of paths) if (programs.has(fileName(path))) own.add(path);
  const names = new Set([...own].map(shownName));
  const isServers = extensionsOf(programs, paths).length > 0;
  const ownPathOf = (name: string): string | undefined => objects.get(name)?.find((path) => own.has(path));
  return {
    objects: [...names].sort(),
    isOwn(name) {
      if (names.has(bare(name))) return true;
      if (!isOfProgram(name)) return false;
      // of a server's many functions only those seen in the extension are sure
      return objects.has(name) ? ownPathOf(name) !== undefined : own.size > 0 && !isServers;
    },
    objectOf(name) {
      const path = ownPathOf(name);
      return path === undefined ? undefined : shownName(path);
    },
  };
}

function extensionsOf(programs: ReadonlySet<string>, paths: ReadonlySet<string>): string[] {
  const servers = SERVERS.filter(({ executable }) => [...programs].some((name) => executable.test(name)));
  return [...paths].filter((path) =>
    servers.some(({ extension, standard }) => extension.test(path) && !standard.test(fileName(path))),
  );
}

function shownName(path: string): string {
  return isJit({ dso: path }) ? JIT : fileName(path);
}

function fileName(path: string): string {
  return path.replace(/ \(deleted\)$/, '').replace(/^.*\//, '');
}

/** `two` of the frame `[two]`. */
function bare(name: string): string {
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : '';
}
