// The doctor: from facts about the machine to findings, each fault with the one command that mends it.

export interface MachineFacts {
  /** first lines of --version; undefined: not installed */
  perf: string | undefined;
  bpftrace: string | undefined;
  uid: number;
  /** how to start flame-record by sudo: sudoSelf() */
  sudoSelf: string;
  /** does sudo let us in without a password? undefined: the user did not ask for sudo */
  sudo: boolean | undefined;
  /** effective, as in /proc/self/status */
  capabilities: bigint;
  /** those that setcap gave the perf program, as getcap prints them */
  perfCapabilities: string;
  paranoid: number | undefined;
  /** may perf count in a process of this user? undefined: not tried, because perf_event_paranoid lets it */
  mayCount: boolean | undefined;
  kptrRestrict: number | undefined;
  /** is it mounted, and may this user read sched_switch there? */
  tracefs: 'readable' | 'mounted' | 'missing';
  hasBtf: boolean;
  hasCycles: boolean;
  /** bytes; undefined: unlimited */
  memlock: number | undefined;
  kernel: string;
}

export interface Finding {
  level: 'ok' | 'note' | 'fault';
  text: string;
  /** a command line, or lines for a configuration file */
  mend?: string;
  /** the profiler that can't work because of it */
  stops?: 'perf' | 'bpftrace';
}

const CAPABILITIES = { sys_admin: 21n, sys_ptrace: 19n, perfmon: 38n, bpf: 39n, syslog: 34n } as const;
const MEMLOCK_UNCHARGED = [5, 11] as const;
const MEMLOCK_ENOUGH = 64 << 20;
const PERF_LEAST = [5, 10] as const;
const BPFTRACE_LEAST = [0, 17] as const;
const SETCAP = 'sudo setcap cap_perfmon,cap_sys_ptrace,cap_syslog+ep "$(readlink -f "$(command -v perf)")"';

/** Where sudo looks for programs, whatever the user's PATH says: secure_path of Debian's sudoers. */
const SECURE_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** How a user starts flame-record by sudo. `folders` are those on their PATH that have it; none: it was called by its path. */
export function sudoSelf(folders: readonly string[]): string {
  const isSeen = folders.length === 0 || folders.some((folder) => SECURE_PATH.includes(folder));
  return isSeen ? 'sudo flame-record' : 'sudo "$(command -v flame-record)"';
}

export function machineFindings(facts: MachineFacts): Finding[] {
  return [
    perfFinding(facts),
    bpftraceFinding(facts),
    ...rightsFindings(facts),
    tracefsFinding(facts),
    ...kernelFindings(facts),
  ].map((finding) => typedBy(facts.uid, finding));
}

/** A finding with its command as this user types it: only root installs packages without sudo. */
export function typedBy(uid: number, finding: Finding): Finding {
  const { mend } = finding;
  if (uid === 0 || mend === undefined) return finding;
  return { ...finding, mend: mend.replace(/(?<!sudo )\bapt-get install\b/, 'sudo $&') };
}

function perfFinding({ perf, kernel }: MachineFacts): Finding {
  const mend = 'apt-get install linux-perf';
  if (perf === undefined) return { level: 'fault', stops: 'perf', text: 'perf is not installed', mend };
  if (!perf.startsWith('perf version')) {
    // WARNING: perf not found for kernel 6.8.0-45-generic          of Ubuntu's script, which looks for that kernel's perf
    const isOfKernel = perf.includes('not found for kernel');
    const text = `perf does not run: ${perf}`;
    return {
      level: 'fault',
      stops: 'perf',
      text,
      mend: isOfKernel ? 'apt-get install "linux-tools-$(uname -r)"' : mend,
    };
  }
  const text = `${perf}, Linux ${kernel}`;
  if (!isOlder(perf, PERF_LEAST)) return { level: 'ok', text };
  return {
    level: 'fault',
    stops: 'perf',
    text: `${text}: too old`,
    mend: `${mend}    (flame-record needs 5.10, for --control)`,
  };
}

function bpftraceFinding({ bpftrace }: MachineFacts): Finding {
  const mend = 'apt-get install bpftrace';
  if (bpftrace === undefined) {
    return { level: 'fault', stops: 'bpftrace', text: 'bpftrace is not installed: no off-CPU recording', mend };
  }
  if (!bpftrace.startsWith('bpftrace v')) {
    return { level: 'fault', stops: 'bpftrace', text: `bpftrace does not run: ${bpftrace}`, mend };
  }
  if (!isOlder(bpftrace, BPFTRACE_LEAST)) return { level: 'ok', text: bpftrace };
  return {
    level: 'fault',
    stops: 'bpftrace',
    text: `${bpftrace}: too old`,
    mend: `${mend}    (flame-record needs 0.17)`,
  };
}

/** May perf and bpftrace record: as root, by capabilities, or because perf_event_paranoid lets them? */
function rightsFindings(facts: MachineFacts): Finding[] {
  const { uid, sudo, capabilities, perfCapabilities } = facts;
  const has = (name: keyof typeof CAPABILITIES): boolean => ((capabilities >> CAPABILITIES[name]) & 1n) === 1n;
  if (sudo === true) return [{ level: 'ok', text: 'sudo lets perf and bpftrace run as root' }];
  const refused: Finding = {
    level: 'fault',
    text: 'sudo asks for a password, which profilers in the background can not give',
    mend: `${facts.sudoSelf} ...    (all of it as root), or NOPASSWD in sudoers`,
  };
  const asked = sudo === false ? [refused] : [];
  if (uid === 0 && has('sys_admin')) {
    return [
      ...asked,
      {
        level: 'ok',
        text: `root with CAP_SYS_ADMIN: perf_event_paranoid (${facts.paranoid ?? '?'}) does not limit it`,
      },
    ];
  }
  const names = Object.keys(CAPABILITIES).filter((name) => has(name as keyof typeof CAPABILITIES));
  const who = `${uid === 0 ? 'root' : `user ${uid}`} with ${names.map((name) => `CAP_${name.toUpperCase()}`).join(', ') || 'no capability that matters'}`;
  const mayTrace = has('sys_admin') || (has('bpf') && has('perfmon'));
  const bpftrace: Finding = mayTrace
    ? { level: 'ok', text: `${who}: bpftrace may trace, if it does not insist on root` }
    : {
        level: 'fault',
        stops: 'bpftrace',
        text: `${who}: bpftrace may not trace`,
        mend: uid === 0 ? 'start the container with --privileged' : `${facts.sudoSelf} ...    (or flame-record --sudo)`,
      };
  if (has('perfmon') || has('sys_admin') || perfCapabilities.includes('cap_perfmon')) {
    return [...asked, { level: 'ok', text: 'perf has CAP_PERFMON: it may record kernel and user stacks' }, bpftrace];
  }
  return [...asked, paranoidFinding(facts), bpftrace];
}

function paranoidFinding({ paranoid, mayCount, uid }: MachineFacts): Finding {
  const said = `perf_event_paranoid is ${paranoid ?? 'unreadable'}`;
  if (paranoid !== undefined && paranoid < 2) {
    return { level: 'ok', text: `${said}: perf may record kernel and user stacks of own processes` };
  }
  const mend = uid === 0 ? 'start the container with --cap-add PERFMON,SYS_PTRACE,SYSLOG' : SETCAP;
  if (paranoid !== 2 && !mayCount) return { level: 'fault', stops: 'perf', text: `${said}: perf may not record`, mend };
  // above 2 it forbids more with Debian's and Ubuntu's kernels only
  return { level: 'note', text: `${said}: perf may record own processes, without kernel frames`, mend };
}

/** Does a text of /proc/mounts hold a tracefs? Its first word is whatever the mounting command called it: tracefs, nodev, none. */
export function isTracefsMounted(mounts: string): boolean {
  return /^\S+ \S+ tracefs /m.test(mounts);
}

function tracefsFinding({ tracefs, uid, sudo }: MachineFacts): Finding {
  if (tracefs === 'readable') return { level: 'ok', text: 'tracefs is mounted, with sched_switch' };
  if (tracefs === 'mounted') return { level: 'ok', text: 'tracefs is mounted, and root may read it' };
  const mend = `${uid === 0 ? '' : 'sudo '}mount -t tracefs tracefs /sys/kernel/tracing`;
  const text = 'tracefs is not mounted: bpftrace finds no tracepoints';
  return sudo || uid === 0 ? { level: 'fault', stops: 'bpftrace', text, mend } : { level: 'note', text, mend };
}

function kernelFindings({ kptrRestrict, hasBtf, hasCycles, memlock, kernel, ...facts }: MachineFacts): Finding[] {
  const isRoot = facts.uid === 0 || facts.sudo === true;
  const findings: Finding[] = [];
  // from 2 on nobody sees addresses
  if ((kptrRestrict ?? 0) > (isRoot ? 1 : 0))
    findings.push({
      level: 'note',
      text: `kptr_restrict is ${kptrRestrict}: kernel frames have no names`,
      mend: `${facts.uid === 0 ? '' : 'sudo '}sysctl kernel.kptr_restrict=0`,
    });
  else findings.push({ level: 'ok', text: `kptr_restrict is ${kptrRestrict ?? 'unreadable'}` });
  findings.push(
    hasBtf
      ? { level: 'ok', text: 'the kernel has BTF' }
      : {
          level: 'note',
          text: 'the kernel has no BTF (/sys/kernel/btf/vmlinux); off-CPU recordings lack callers, objects and wakers',
        },
  );
  const isCharged = isOlder(kernel, MEMLOCK_UNCHARGED);
  const limit = `locked memory: ${memlock === undefined ? 'no limit' : `at most ${memlock} bytes`}`;
  if (isCharged && memlock !== undefined && memlock < MEMLOCK_ENOUGH)
    findings.push({ level: 'note', text: `${limit}: bpftrace may fail`, mend: 'ulimit -l unlimited' });
  else findings.push({ level: 'ok', text: `${limit}${isCharged ? '' : ', which this kernel does not count for BPF'}` });
  findings.push(
    hasCycles
      ? { level: 'ok', text: 'there is a cycle counter' }
      : { level: 'note', text: 'no cycle counter (a virtual machine?): samples come from cpu-clock' },
  );
  return findings;
}

const MARKS = { ok: 'ok   ', note: 'note ', fault: 'FAULT' } as const;

/** A line a finding, its remedy below. */
export function findingLines(findings: readonly Finding[]): string {
  return findings
    .map(({ level, text, mend }) => `${MARKS[level]}  ${text}\n${mend === undefined ? '' : `       > ${mend}\n`}`)
    .join('');
}

/** The command that may mend a profiler's failure; '': the doctor knows none. */
export function adviceOn(findings: readonly Finding[], tool: 'perf' | 'bpftrace'): string {
  return findings.find(({ stops }) => stops === tool)?.mend ?? '';
}

/** Is the version in `bpftrace v0.17.0`, `perf version 6.1.192`, `6.18.44-fc` older? No version: no. */
function isOlder(text: string, [major, minor]: readonly [number, number]): boolean {
  const [, a, b] = /(\d+)\.(\d+)/.exec(text) ?? [];
  if (a === undefined || b === undefined) return false;
  return Number(a) < major || (Number(a) === major && Number(b) < minor);
}
