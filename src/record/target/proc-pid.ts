// A process, as the texts of /proc/PID describe it.

export interface Process {
  pid: number;
  parent: number;
  comm: string;
  /** its arguments with blanks in between; of a kernel thread: `[comm]` */
  command: string;
  /** effective user */
  uid: number;
  /** R, S, D, Z … */
  state: string;
  isKernelThread: boolean;
  /** clock ticks since boot; with the PID it is this process and no later one */
  startTicks: string;
  /** its id in each PID namespace it is in, outermost first */
  nsPids: number[];
}

/** The texts of /proc/PID. */
export interface ProcessTexts {
  stat: string;
  status: string;
  cmdline: string;
}

const KERNEL_THREAD = 0x00200000; // PF_KTHREAD
// 4242 (odd) name) S 1 4242 4242 0 -1 4194560 …      state, parent, group, session, tty, its group, flags; the 20th: start
// └pid └─ comm ──┘ └─ rest ───
const STAT = /^(\d+) \((.*)\) (\S .*)$/s;

/** Undefined: the process was gone before its files were read. */
export function processOf({ stat, status, cmdline }: ProcessTexts): Process | undefined {
  const match = STAT.exec(stat.trimEnd());
  if (!match) return undefined;
  const [, pid, comm = '', rest = ''] = match;
  const fields = rest.split(' ');
  const isKernelThread = (Number(fields[6]) & KERNEL_THREAD) !== 0;
  const command = cmdline.replace(/\0+$/, '').replaceAll('\0', ' ');
  return {
    pid: Number(pid),
    parent: Number(fields[1]),
    comm,
    command: command === '' ? `[${comm}]` : command,
    uid: ownerIn(status).uid,
    state: fields[0] ?? '?',
    isKernelThread,
    startTicks: fields[19] ?? '',
    nsPids: fieldOf(status, 'NSpid').map(Number),
  };
}

/** The effective user and group, from /proc/PID/status; NaN where it has none. */
export function ownerIn(status: string): { uid: number; gid: number } {
  return { uid: Number(fieldOf(status, 'Uid')[1]), gid: Number(fieldOf(status, 'Gid')[1]) };
}

/** The values of a line of /proc/PID/status: `Uid:	0	0	0	0` */
function fieldOf(status: string, name: string): string[] {
  const line = status.split('\n').find((text) => text.startsWith(`${name}:`));
  return line === undefined
    ? []
    : line
        .slice(name.length + 1)
        .trim()
        .split(/\s+/);
}
