// The name that code has in all runs of a program, and however it was compiled.

// JS:~run /srv/a.js:10:5 (interpreted)     JS:^run … (baseline)     JS:+run … (mid-tier)     JS:*run … (optimised)
//    ┴ the tier: V8 compiles a function anew when it is hot, and names each of its codes apart
// JS:*'run file:///srv/a.ts:10:5     code for one closure alone, of V8 15 (Deno)
// JS:o*run file:///srv/a.ts:10:5     code that the function entered in the middle of a loop
const TIER = /^((?:JS|Eval|Script):)o?[*~^+]'?/;
// LazyCompile:*run /srv/a.js:10 (optimised, as of its first call)     Function:^run …     of Node 18 and before
const OLD_TIER = /^(?:LazyCompile|Function):[*~^+]/;
// Shop$$Lambda$7/0x00007f1914006228.run     Shop$$Lambda$7/1983747920.run     LambdaForm$MH/0x0000000800c03000
//               └ where the JVM put a class that it made; up to Java 8 a number by chance
const HIDDEN_CLASS = /^([^:]*)\/(?:0x[0-9a-f]{8,16}(?![0-9a-z])|(?<=\$\$Lambda\$\d+\/)\d+)/;
// [perf-2070.map]     [jitted-2070-17.so]     code that a compiler made in memory, without a name
//       └ PID
const JIT_OBJECT = /^\[(?:perf-\d+\.map|jitted-\d+-\d+\.so)\]$/;

/** The name of all objects that a compiler made in memory. */
export const JIT = 'JIT code';

/**
 * A function's name, whichever tier of its code ran, without the address of its class; `[JIT code]` for code of a
 * compiler that has none.
 */
export function stableName(name: string): string {
  if (JIT_OBJECT.test(name)) return `[${JIT}]`;
  const stable = name.replace(TIER, '$1').replace(OLD_TIER, 'JS:');
  return stable.includes('/') ? stable.replace(HIDDEN_CLASS, '$1') : stable;
}
