// Programs that run what others wrote, by the names of their executables. The code of these others is an interpreter's, or
// that of a JIT compiler, which has no file.

// node nodejs node-20   java   python3 python3.11d   pypy3.10 ruby3.1 php-fpm8.2 perl5.36.0 lua5.4 luajit   deno bun.exe (npm's, on Linux, too) beam.smp
const RUNTIMES = [
  ['Node', /^node(?:js)?-?[\d.]*$/],
  ['Java', /^java$/],
  ['Python', /^python[\d.]*(?:-?\w+)?$/],
  ['PyPy', /^pypy[\d.]*(?:-?\w+)?$/],
  ['Ruby', /^ruby[\d.]*$/],
  ['PHP', /^php[\d.]*(?:-?[a-z]+[\d.]*)?$/],
  ['Perl', /^perl[\d.]*$/],
  ['LuaJIT', /^luajit(?:-\d[\w.-]*)?$/],
  ['Lua', /^lua[\d.]*$/],
  ['Erlang', /^beam(?:\.\w+)?$/],
  ['.NET', /^dotnet$/],
  ['Deno', /^deno$/],
  ['Bun', /^bun(?:\.exe)?$/],
  ['Julia', /^julia$/],
  ['R', /^R$/],
] as const;

export type Runtime = (typeof RUNTIMES)[number][0];

export const RUNTIME_NAMES: readonly Runtime[] = RUNTIMES.map(([name]) => name);

/** The runtime that is an executable of this name; undefined: none that is known. */
export function runtimeOf(executable: string): Runtime | undefined {
  return RUNTIMES.find(([, pattern]) => pattern.test(executable))?.[0];
}

// libruby-3.1.so.3.1.2   libpython3.12.so.1.0   libperl.so.5.36   libphp8.2.so   liblua5.4.so.0   libluajit-5.1.so.2   libR.so
// libnode.so.115   libpypy3.9-c.so   libjulia-internal.so.1.11
const LIBRARIES =
  /^lib(node|python|pypy|ruby|php|perl|lua(?:jit)?|julia|R)[-\d.]*[a-z]?(?:-static|-internal)?\.so(?:\.[\d.]*)?$/;

/** Is the library of this name the interpreter of that runtime, whose executable is a stub that calls it? */
export function isInterpreter(library: string, runtime: Runtime): boolean {
  return LIBRARIES.exec(library)?.[1]?.toLowerCase() === runtime.toLowerCase();
}
