// Texts of other programs that none of the tools reads: what only that program prints, and what to do instead.

const PERF_SCRIPT = 'pipe `perf script` into perf-fold';
const ONE_MOMENT = 'these are backtraces of single moments, not a profile; record with perf record -g';
const NOT_READ = 'none of the tools reads it: give the data it was made from';

interface ForeignText {
  pattern: RegExp;
  /** as the end of a message */
  whatToDo: string;
}

/** By name, in the order in which they are tried. */
export const FOREIGN_TEXTS = {
  //# tracer: function_graph        cpus=4       CPU 0 is empty
  ftrace: {
    pattern: /^(?:# tracer: \w+\n|cpus=\d+\n|CPU \d+ is empty\n)/,
    whatToDo: 'this is the text of ftrace or trace-cmd; for stacks record with perf record -g',
  },
  // Percent |      Source code & Disassembly of app for cpu-clock (12 samples, percent: local period)
  //Samples: 12  of event 'cpu-clock', 4000 Hz, Event count (approx.): 3000000, [percent: local period]      --stdio2
  'perf annotate': {
    pattern: /^ *Percent\b.*Source code & Disassembly of |^Samples: [\d.]+[KMG]? +of events? '/m,
    whatToDo: `this is the text of perf annotate; ${PERF_SCRIPT}`,
  },
  //     0.038 ( 0.010 ms): ls/4242 brk() = 0x55d0c0de1000           ? (         ): ls/4242  ... [continued]: execve()) = 0
  //     0.000 ls/4242 sched:sched_switch(prev_comm: "ls", …
  // Summary of events:                                              -s
  'perf trace': {
    pattern: /^ *(?:\d+\.\d+|\?) \( *(?:\d+\.\d+ ms)? *\): |^ +\d+\.\d+ \S+\/\d+ \w+:\w+\(|^ Summary of events:$/m,
    whatToDo: 'this is the text of perf trace; pipe `perf script` in',
  },
  //# Baseline  Delta Abs  Shared Object  Symbol
  'perf diff': {
    pattern: /^# Baseline +(?:Delta|Ratio|Weighted|\[)/m,
    whatToDo: 'this is the text of perf diff; give perf-fold the `perf script` of each side, and both to fold-diff',
  },
  //  Task                  |   Runtime ms  | Switches | Avg delay ms    | Max delay ms    |                latency
  //           time    cpu  task name                       wait time  sch delay   run time                 timehist
  //  *A0           5122.617485 secs A0 => perf:4242                                                        map
  'perf sched': {
    pattern:
      /^ *Task +\| +Runtime ms +\||^ +time +cpu +task name\b|^(?: +[*.]?(?:[A-Za-z][0-9A-Za-z]|\.|-))+ +\d+\.\d{6} secs\b|^run measurement overhead: \d+ nsecs|^Runtime summary\n +comm +parent/m,
    whatToDo: 'this is the text of perf sched; give the `perf script` of that recording to offcpu-classify',
  },
  //   contended   total wait     max wait     avg wait         type   caller
  //                Name   acquired  contended     avg wait   total wait
  'perf lock': {
    pattern: /^ *(?:contended +total wait|Name +acquired +contended) /m,
    whatToDo: `this is the text of perf lock; ${PERF_SCRIPT}`,
  },
  //            Trace Event Information                               perf c2c
  'perf c2c': {
    pattern: /^ +(?:Trace Event Information|Shared Data Cache Line Table) *$/m,
    whatToDo: `this is the text of perf c2c; ${PERF_SCRIPT}`,
  },
  //cpu-clock: type: 1, size: 128, { sample_period, sample_freq }: 500, …          -v
  //cpu-clock: type: 1 (software), size: 136, config: 0 (PERF_COUNT_SW_CPU_CLOCK), { sample_period, …       6.12, 7.2
  'perf evlist': {
    pattern:
      /^\S+: (?:type: \d+(?: \(\w+\))?, )?size: \d+, (?:config: [^{\n]* )?\{ sample_period, sample_freq \}: \d+/m,
    whatToDo: `this is the text of perf evlist; ${PERF_SCRIPT}`,
  },
  //  Error: unknown switch `Z'⏎⏎ Usage: perf script [<options>]         2>&1        PERF-SCRIPT(1)  … perf Manual …
  'perf help': {
    pattern: /^ *[Uu]sage: perf |^PERF[-\w]*\(1\) +perf Manual /m,
    whatToDo: 'this is the help of perf, which did not understand its options: run it alone to see what it needs',
  },
  //   PerfTop:    4013 irqs/sec  kernel:12.1%  exact:  0.0% …
  'perf top': {
    pattern: /^ +PerfTop: +\d+ irqs\/sec/m,
    whatToDo: 'this is the text of perf top; record with perf record -g, pipe `perf script` into perf-fold',
  },
  //  branch-instructions OR branches                    [Hardware event]
  //software:⏎  alignment-faults⏎       [Number of …                                 sw, 7.2
  'perf list': {
    pattern:
      /^List of pre-defined events|^ {2}\S.* \[(?:Hardware|Software|Hardware cache|Kernel PMU|Tracepoint) event\]$|^\n?\w+:\n {2}\S+\n {7}\[/m,
    whatToDo: 'this is the text of perf list; record an event with perf record -g -e EVENT, pipe `perf script` in',
  },
  //openat(AT_FDCWD, "/etc/ld.so.cache", O_RDONLY|O_CLOEXEC) = 3           strace: Process 4242 attached
  //[pid  4242] 12:00:00.123456 futex(0x7f…, FUTEX_WAIT, 2, NULL <unfinished ...>
  //% time     seconds  usecs/call     calls    errors syscall             -c
  strace: {
    pattern:
      /^(?:\[pid +\d+\] |\d+ +)?(?: *\d[\d:.]* )?\w+\(.*(?:\) += (?:-?\d+|0x[0-9a-f]+|\?)(?: |$)| <unfinished \.\.\.>$)|^strace: Process \d+ attached|^% time +seconds +usecs\/call/m,
    whatToDo:
      'this is the text of strace or ltrace; for stacks record with perf record -g, or with bpf/offcpu.bt off the CPU',
  },
  //Sampling at 99 Hertz of all threads by user + kernel stack... Hit Ctrl-C to end.        and no folded line
  profile: {
    pattern: /^(?:\^C)?Sampling (?:at \d+ Hertz|every \d+ events) of .*\n\s*\n/m,
    whatToDo: "this is the text of bcc's profile; record with -f, which prints folded stacks, for flame-svg",
  },
  //Tracing 1 functions for "vfs_read"... Hit Ctrl-C to end.
  stackcount: {
    pattern: /^Tracing \d+ functions for ".*"\.\.\. Hit Ctrl-C to end\.$/m,
    whatToDo: "this is the text of bcc's stackcount; run it with -f, which prints folded stacks, for flame-svg",
  },
  //     usecs               : count     distribution
  histograms: {
    pattern: /^ +\w+ +: count +distribution *$/m,
    whatToDo: 'these are histograms of bcc, which hold no stacks',
  },
  //--- Execution profile ---           ns  percent  samples  top
  'async-profiler': {
    pattern: /^--- Execution profile ---$|^ +\w+ +percent +samples +top$/m,
    whatToDo: 'this is the text of async-profiler; let it write collapsed stacks: asprof -o collapsed',
  },
  //              genunix`kmem_alloc+0x10
  DTrace: {
    pattern: /^ {8,}[\w.-]+`[\x21-\x5f\x61-\x7e]+$/m,
    whatToDo: "this is the output of DTrace; fold it with FlameGraph's stackcollapse.pl, for flame-svg",
  },
  //heap profile: 1: 2 [3: 4] @ heap/1048576     --- contention:     goroutine profile: total 5      ?debug=1
  //Showing nodes accounting for 5s, 100% of 5s total       PeriodType: cpu nanoseconds              go tool pprof
  'pprof text': {
    pattern:
      /^\w+ profile: +(?:total \d+$|\d+: \d+ \[)|^--- \w+:\n\w+\/\w+ ?=|^Showing nodes accounting for |^PeriodType: \w+ \w+\n|^-{5,}\+-{5,}$/m,
    whatToDo:
      'this is the text form of a profile; give the profile itself, which Go serves without ?debug=1, to pprof-fold',
  },
  //Process 42: python app.py
  //Python v3.11.2 (/usr/bin/python3)
  'py-spy': {
    pattern: /^Process \d+: .*\nPython v\d/m,
    whatToDo: 'this is the text of py-spy dump; record with py-spy record -f raw',
  },
  rbspy: {
    pattern: /^rbspy\d\d/,
    whatToDo: 'this is raw data of rbspy; convert it first: rbspy report -f collapsed',
  },
  //Each sample counts as 0.01 seconds.         ncalls  tottime  percall  cumtime  percall filename:lineno(function)
  gprof: {
    pattern: /^Each sample counts as [\d.]+ |^ +ncalls +tottime +percall +cumtime /m,
    whatToDo: 'these are sums of functions, of gprof or cProfile, which hold no stacks; record with perf record -g',
  },
  //Function Stack,CPU Time:Total,…        Running Time	Self (ms)		Symbol Name
  tables: {
    pattern: /^(?:Function|Function Stack|Source Function)[,;\t](?:CPU|Effective) Time|^Running Time\tSelf /,
    whatToDo: `this is a table of VTune or Instruments; ${NOT_READ}`,
  },
  //Thread 1 (Thread 0x7f5c3a3c1740 (LWP 4242) "app"):       #1  0x00007f5c3a4b1d96 in poll () from …        gdb, pstack
  //PID 4242 - process          TID 4242:                                                                   eu-stack
  //  * frame #0: 0x00007f…                                                                                 lldb
  //[<0>] do_epoll_wait+0x6b3/0x7e0                                                                         /proc/PID/stack
  //Full thread dump OpenJDK …                                                                              jstack
  backtraces: {
    pattern:
      /^Thread \d+ \((?:Thread 0x|LWP )|^#\d+ +0x[0-9a-f]+ in |^PID \d+ - (?:process|core)$|^TID \d+:$|^ +(?:\* )?frame #\d+: 0x|^\[<[0-9a-f]+>\] \w+[+.]|^Full thread dump |^goroutine \d+ \[/m,
    whatToDo: ONE_MOMENT,
  },
  //{"version":"0.0.1","$schema":"https://www.speedscope.app/file-format-schema.json",…
  speedscope: {
    pattern:
      /^\s*\{[\s\S]*"https:\/\/www\.speedscope\.app\/file-format-schema\.json"|^\s*\{\s*"shared":\s*\{\s*"frames":/,
    whatToDo: `this is a file of speedscope; ${NOT_READ}`,
  },
  //{"nodes":[{"id":1,"callFrame":{"functionName":"(root)",…      node --cpu-prof, Chrome
  cpuprofile: {
    pattern:
      /^v8-version,\d|^Statistical profiling result from |^\s*\{(?:[\s\S]*"nodes":\s*\[\s*\{\s*"id":\s*\d+,\s*"callFrame":|\s*"head":\s*\{\s*"(?:callFrame|functionName)":)/,
    whatToDo:
      'this is a profile or log of V8, for Chrome or its own tools; here, record node --perf-basic-prof with perf record -g',
  },
  //{"traceEvents":[{"ph":"X",…             {"meta":{"interval":1,… {"libs":[…      of Firefox
  'trace events': {
    pattern: /^\s*\{\s*(?:"traceEvents":|"meta":\s*\{|"libs":\s*\[)|^\s*\[\s*\{[^[\]]*"ph":\s*"/,
    whatToDo: `this is a trace for Chrome, Perfetto or Firefox; ${NOT_READ}`,
  },
  //{"version":1,"flamebearer":{"names":[…         {"resourceProfiles":[…
  'profiles as JSON': {
    pattern: /^\s*\{[\s\S]*"(?:flamebearer|resourceProfiles)":\s*[{[]/,
    whatToDo: 'this is JSON of Pyroscope or OpenTelemetry; give the profile as pprof to pprof-fold',
  },
  'perf data': {
    pattern: /^\s*\{\s*"linux-perf-json-version":/,
    whatToDo: `this is JSON of perf data convert; ${PERF_SCRIPT}`,
  },
  //# callgrind format
  callgrind: {
    pattern: /^# callgrind format$|^creator: callgrind-|^version: 1\ncreator: |^desc: .*\ncmd: /m,
    whatToDo: 'this is a file of callgrind or massif, for their own viewers; for stacks record with perf record -g',
  },
  //Cmdline: /system/bin/simpleperf record …
  simpleperf: {
    pattern: /^Cmdline: .*simpleperf record /m,
    whatToDo: "this is the text of simpleperf report; give that of simpleperf's report_sample.py to perf-fold",
  },
  //Analysis of sampling app (pid 4242) every 1 millisecond
  sample: {
    pattern: /^Analysis of sampling .* \(pid \d+\) every /m,
    whatToDo: "this is a report of macOS's sample; none of the tools reads it",
  },
} as const satisfies Record<string, ForeignText>;

export type ForeignKind = keyof typeof FOREIGN_TEXTS;

/** Which of them a text (latin1) is; one that has headers of `perf script` can be few. */
export function foreignTextOf(text: string, isScript: boolean): ForeignKind | undefined {
  if (isScript) return FOREIGN_TEXTS.ftrace.pattern.test(text) ? 'ftrace' : undefined;
  for (const [name, { pattern }] of Object.entries(FOREIGN_TEXTS)) if (pattern.test(text)) return name as ForeignKind;
  return undefined;
}

/** What to do with each, as the end of a message. */
export const FOREIGN_TO_DO = Object.fromEntries(
  Object.entries(FOREIGN_TEXTS).map(([name, { whatToDo }]) => [name, whatToDo]),
) as Record<ForeignKind, string>;
