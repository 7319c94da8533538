// Programs that run what others wrote, by the names of their executables. The code of these others is an interpreter's, or
// that of a JIT compiler, which has no file.

export type Runtime = 'Node' | 'Java' | 'Python' | 'another runtime';

// node nodejs   java   python3 python3.11d   pypy3.10 ruby3.1 php-fpm8.2 perl5.36.0 lua5.4 luajit   deno beam.smp
const RUNTIMES: readonly (readonly [Runtime, RegExp])[] = [
  ['Node', /^node(?:js)?$/],
  ['Java', /^java$/],
  ['Python', /^python[\d.]*(?:-?\w+)?$/],
  [
    'another runtime',
    /^(?:pypy|ruby|php|perl|lua|luajit)[\d.]*(?:-?\w+[\d.]*)?$|^(?:deno|bun|dotnet|beam\.smp|julia)$/,
  ],
];

/** The runtime that is an executable of this name; undefined: none that is known. */
export function runtimeOf(executable: string): Runtime | undefined {
  return RUNTIMES.find(([, pattern]) => pattern.test(executable))?.[0];
}
