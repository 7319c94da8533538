// Programs that run what others wrote, by the names of their executables. The code of these others is an interpreter's, or
// that of a JIT compiler, which has no file.

// node nodejs   java   python3 python3.11d   pypy3.10 ruby3.1 php-fpm8.2 perl5.36.0 lua5.4 luajit   deno bun.exe (npm's, on Linux, too) beam.smp
const RUNTIMES = [
  ['Node', /^node(?:js)?$/],
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
] as const;

export type Runtime = (typeof RUNTIMES)[number][0];

export const RUNTIME_NAMES: readonly Runtime[] = RUNTIMES.map(([name]) => name);

/** The runtime that is an executable of this name; undefined: none that is known. */
export function runtimeOf(executable: string): Runtime | undefined {
  return RUNTIMES.find(([, pattern]) => pattern.test(executable))?.[0];
}
