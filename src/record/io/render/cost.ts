// The cost of this process, its ended children included.

import { textOf } from '../system/proc-files.ts';

export interface Cost {
  seconds: number;
  cpuSeconds: number;
}

/** /proc counts in hundredths, on every machine. */
const TICKS_A_SECOND = 100;
// 4242 (flame-record) S 1 … utime stime cutime cstime           the 16th and 17th field are those of ended children
const CHILDREN_AT = 13;

/** The time since some moment in the past. Only differences of it mean something. */
export function costSoFar(): Cost {
  const stat = textOf('/proc/self/stat') ?? '';
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[CHILDREN_AT] ?? 0) + Number(fields[CHILDREN_AT + 1] ?? 0);
  const { user, system } = process.cpuUsage();
  return { seconds: performance.now() / 1000, cpuSeconds: (user + system) / 1e6 + ticks / TICKS_A_SECOND };
}

/** What has been taken since `before`. */
export function costSince(before: Cost): Cost {
  const now = costSoFar();
  return { seconds: now.seconds - before.seconds, cpuSeconds: now.cpuSeconds - before.cpuSeconds };
}
