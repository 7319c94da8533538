// V8's optimising compiler, which some launchers start without (scripts/code-cache.cjs): where there is little to do, it has
// won back nothing of what it takes, a third of all CPU time.

let isOff = process.execArgv.includes('--no-opt');

/** There is more to do. */
export function optimize(): void {
  if (!isOff) return;
  isOff = false;
  process.getBuiltinModule('node:v8').setFlagsFromString('--opt');
}
