// How bpf/offcpu.bt is changed, by sed, before it runs.

/** Whose registers bpf/offcpu.bt can read. arm64 comes from the kernel's headers: nobody has run it yet. */
export type Registers = 'x86-64' | 'arm64';

export interface ProgramFacts {
  /** more processes than it takes as operands */
  more: readonly number[];
  /** whether bpftrace unwinds by DWARF */
  unwinds: boolean;
  /** do frame pointers lead nowhere in these processes? */
  isBare?: boolean;
  /** undefined: this kernel has no BTF */
  registers: Registers | undefined;
  hasCallEvents: boolean;
}

/** The commands of sed; none: it runs unchanged. */
export function programEdits({ more, unwinds, isBare = false, registers, hasCallEvents }: ProgramFacts): string[] {
  const ours = more.map((pid) => ` @ours[(uint64)${pid}] = (uint64)1;`).join('');
  return [
    ...(more.length > 0 ? [`s/@ours\\[(uint64)\\$1\\] = (uint64)1;/&${ours}/`] : []),
    ...(unwinds ? ['s,//dwarf ,,', 's/ustack(perf)/dw_ustack(perf)/g'] : []),
    // random words behind the innermost frame gave each wait a stack of its own: the map was full after 25 seconds
    ...(isBare && !unwinds ? ['s/ustack(perf)/ustack(perf, 1)/g'] : []),
    ...(hasCallEvents ? [] : ['/[/] calls/d']),
    ...editsFor(registers),
  ];
}

/** Without BTF the lines that need it go; on arm64 its own lines replace those for x86-64. */
function editsFor(registers: Registers | undefined): string[] {
  if (registers === 'x86-64') return [];
  return registers === 'arm64' ? ['/ x86 BTF$/d', 's,//arm64 ,,'] : ['/ BTF$/d'];
}
