// The name that code has in all runs of a program, and however it was compiled.

// JS:~run /srv/a.js:10:5 (interpreted)     JS:^run … (baseline)     JS:+run … (mid-tier)     JS:*run … (optimised)
//    ┴ the tier: V8 compiles a function anew when it is hot, and names each of its codes apart
const TIER = /^((?:JS|Eval|Script):)[*~^+]/;
// LazyCompile:*run /srv/a.js:10 (optimised, as of its first call)     Function:^run …     of Node 18 and before
const OLD_TIER = /^(?:LazyCompile|Function):[*~^+]/;
// [perf-2070.map]     [jitted-2070-17.so]     code that a compiler made in memory, without a name
//       └ PID
const JIT_OBJECT = /^\[(?:perf-\d+\.map|jitted-\d+-\d+\.so)\]$/;

/** The name of all objects that a compiler made in memory. */
export const JIT = 'JIT code';

/** A function's name, whichever tier of its code ran; `[JIT code]` for code of a compiler that has none. */
export function stableName(name: string): string {
  return JIT_OBJECT.test(name) ? `[${JIT}]` : name.replace(TIER, '$1').replace(OLD_TIER, 'JS:');
}
