// V8 compiles a function anew when it is hot, and names each of its codes apart. They are one function.

// JS:~run /srv/a.js:10:5 (interpreted)     JS:^run … (baseline)     JS:+run … (mid-tier)     JS:*run … (optimised)
//    ┴ the tier
const TIER = /^((?:JS|LazyCompile|Function|Eval|Script):)[*~^+]/;

/** The name of a function, whichever tier of its code ran. */
export function withoutTier(name: string): string {
  return name.replace(TIER, '$1');
}
