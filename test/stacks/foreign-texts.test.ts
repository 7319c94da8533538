import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FOREIGN_TEXTS, type ForeignKind } from '../../src/stacks/foreign-texts.ts';
import { isCertain, sniff } from '../../src/stacks/sniff.ts';
import { ROOT } from '../tools.ts';

const EXAMPLES: Record<ForeignKind, string[]> = {
  ftrace: [
    '# tracer: nop\n#\n   <idle>-0  [001] d..2.  100.123456: sched_switch: prev_comm=x prev_pid=1\n',
    'cpus=2\n     ls-123   [001]   100.123456: sched_switch:         ls:123 [120] S ==> swapper/1:0 [120]\n',
  ],
  'perf annotate': [
    ' Percent |\tSource code & Disassembly of app for cpu-clock (12 samples, percent: local period)\n',
    "Samples: 12  of event 'cpu-clock', 500 Hz, Event count (approx.): 24000000, [percent: local period]\n",
  ],
  'perf trace': [
    '     0.038 ( 0.010 ms): ls/4242 brk()                                = 0x55d0c0de1000\n',
    '         ? (         ): ls/4242  ... [continued]: execve())               = 0\n',
    '     0.000 ls/4242 sched:sched_switch(prev_comm: "ls", prev_pid: 4242)\n',
  ],
  'perf diff': [
    "# Event 'cpu-clock'\n#\n# Baseline  Delta Abs  Shared Object  Symbol\n     5.00%     +1.00%  libc  [.] f\n",
  ],
  'perf sched': [
    '\n -----\n  Task                  |   Runtime ms  |  Count   | Avg delay ms    |\n -----\n  app:4242 | 1.0 ms | 3 |\n',
    '           time    cpu  task name                       wait time  sch delay   run time\n',
    '  *A0           5122.617485 secs A0 => perf:4242\n   A0  *B0       5122.617485 secs B0 => app:1\n',
  ],
  'perf lock': ['   contended   total wait     max wait     avg wait         type   caller\n'],
  'perf c2c': [
    '=====\n            Trace Event Information              \n=====\n  Total records                     :         39\n',
  ],
  'perf evlist': [
    'cpu-clock: type: 1, size: 128, { sample_period, sample_freq }: 500, sample_type: IP|TID|TIME\n',
    'cycles: type: 0 (cpu), size: 144, config: 0 (PERF_COUNT_HW_CPU_CYCLES), { sample_period, sample_freq }: 99\n',
  ],
  'perf help': [
    "  Error: unknown switch `Z'\n\n Usage: perf script [<options>]\n    or: perf script [<options>] record\n",
    'PERF-SCRIPT(1)                    perf Manual                   PERF-SCRIPT(1)\n\nNAME\n',
  ],
  'perf top': ['   PerfTop:    4013 irqs/sec  kernel:12.1%  exact:  0.0% lost: 0/0 drop: 0/0 [4000Hz cycles]\n'],
  'perf list': [
    '\nList of pre-defined events (to be used in -e or -M):\n',
    '  cpu-clock                     [Software event]\n',
    '\nsoftware:\n  alignment-faults\n       [Number of kernel handled memory alignment faults. Unit: software]\n',
  ],
  strace: [
    'openat(AT_FDCWD, "/etc/ld.so.cache", O_RDONLY|O_CLOEXEC) = 3\n',
    '[pid  4242] 12:00:00.123456 futex(0x7f00, FUTEX_WAIT, 2, NULL <unfinished ...>\n',
    '4242  1700000000.123456 exit_group(0)     = ?\n',
    '% time     seconds  usecs/call     calls    errors syscall\n',
  ],
  profile: ['Sampling at 49 Hertz of PID [42] by user + kernel stack... Hit Ctrl-C to end.\n\n    main\n'],
  stackcount: ['Tracing 1 functions for "vfs_read"... Hit Ctrl-C to end.\n  vfs_read\n    12\n'],
  histograms: ['     usecs               : count     distribution\n         0 -> 1          : 0        |      |\n'],
  'async-profiler': [
    '--- Execution profile ---\nTotal samples       : 100\n',
    '       ns  percent  samples  top\n  ----------  -------  -------  ---\n',
  ],
  DTrace: ['\n              genunix`kmem_alloc+0x10\n              unix`main+0x1\n               12\n'],
  'pprof text': [
    'heap profile:    1: 2 [3: 4] @ heap/1048576\n1: 2 [3: 4] @ 0x401000 0x402000\n',
    'goroutine profile: total 5\n3 @ 0x43a 0x44b\n',
    '--- contention:\ncycles/second=2000000000\n100 2 @ 0x401 0x402\n',
    'File: app\nType: cpu\nShowing nodes accounting for 5s, 100% of 5s total\n',
    'File: app\nType: cpu\n-----------+-------------------------------------\n      10ms   main.work\n',
    'PeriodType: cpu nanoseconds\nPeriod: 10000000\n',
  ],
  'py-spy': ['Process 42: python app.py\nPython v3.11.2 (/usr/bin/python3)\n'],
  rbspy: ['rbspy01{"t":1}'],
  gprof: [
    'Flat profile:\n\nEach sample counts as 0.01 seconds.\n',
    '\n   ncalls  tottime  percall  cumtime  percall filename:lineno(function)\n',
  ],
  tables: [
    'Function Stack\tCPU Time:Total\tCPU Time:Self\nTotal\t100.0%\t0s\n',
    'Running Time\tSelf (ms)\t\tSymbol Name\n',
  ],
  backtraces: [
    'Thread 1 (Thread 0x7f5c3a3c1740 (LWP 4242) "app"):\n#0  main () at a.c:12\n',
    '#0  0x00007f5c3a4b1d96 in poll () from /lib64/libc.so.6\n#1  0x000055d0c0de1000 in main ()\n',
    'PID 4242 - process\nTID 4242:\n#0  0x00007f5c3a4b1d96 __poll\n',
    '[<0>] do_epoll_wait+0x6b3/0x7e0\n',
  ],
  speedscope: ['{"$schema":"https://www.speedscope.app/file-format-schema.json","shared":{"frames":[]},"profiles":[]}'],
  cpuprofile: [
    '{"startTime":1,"nodes":[{"id":1,"callFrame":{"functionName":"(root)"}}]}',
    'v8-version,11,3,244,8,-node.16,0\nv8-platform,linux,linux\n',
    '{"nodes":[{"id":1,"callFrame":{"functionName":"(root)","scriptId":"0"}}],"samples":[1]}',
  ],
  'profiles as JSON': ['{"version":1,"flamebearer":{"names":[]}}', '{"resourceProfiles":[{}]}'],
  'trace events': [
    '{"traceEvents":[{"ph":"X","ts":5}]}',
    '[{"name":"a","cat":"b","ph":"X"}]',
    '{"meta":{"interval":1}}',
    '{"libs":[],"meta":{"interval":1}}',
  ],
  'perf data': ['{\n\t"linux-perf-json-version": 1,\n\t"headers": {\n'],
  callgrind: [
    '# callgrind format\nversion: 1\ncreator: callgrind-3.19.0\n',
    'version: 1\ncreator: rbspy\n',
    'desc: (none)\ncmd: ./a\n',
  ],
  simpleperf: ['Cmdline: /system/bin/simpleperf record -g\nArch: arm64\nEvent: cpu-cycles (type 0, config 0)\n'],
  sample: ['Analysis of sampling app (pid 4242) every 1 millisecond\nProcess:         app [4242]\n'],
};

test('texts of other programs are known by what only they print', () => {
  for (const [name, texts] of Object.entries(EXAMPLES)) {
    for (const text of texts) assert.equal(sniff(Buffer.from(text)), name, text);
    assert.ok(isCertain(name as ForeignKind));
    assert.match(FOREIGN_TEXTS[name as ForeignKind].whatToDo, /^th(?:is|ese) (?:is|are) /);
  }
});

test('no recording of ours is taken for one of them', () => {
  assert.ok(!(sniff(Buffer.from('\n 0`\x0e')) in FOREIGN_TEXTS), 'DTrace indents its frames');
  for (const folder of ['recordings', 'bpftrace'].map((name) => join(ROOT, 'fixtures', name))) {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!/\.(?:txt|folded|raw|json)$/.test(name)) continue;
      const kind = sniff(readFileSync(join(folder, name)));
      assert.ok(!(kind in FOREIGN_TEXTS), `${name}: ${kind}`);
    }
  }
});

test('a long header of comments hides nothing', () => {
  const header = '# CPU 0: Core ID 0, Die ID 0, Socket ID 0\n'.repeat(500);
  assert.equal(sniff(Buffer.from(`${header}app  1 [000]  12.345678: cycles: \n`)), 'perf script');
  assert.equal(sniff(Buffer.from(`${header}a;b 5\n`)), 'folded');
  assert.equal(sniff(Buffer.from(header)), 'text');
});

test('folded text is known by its stacks, however many stand beside single frames', () => {
  assert.equal(sniff(Buffer.from('swapper 9\r\na;b 5\r\nsh 3\r\n')), 'folded');
  assert.equal(sniff(Buffer.from(`# unit: us\n${'frame;'.repeat(1000)}leaf 5\n`)), 'folded');
  assert.equal(sniff(Buffer.from(`{"a":"${'b;c'.repeat(2000)}"}`)), 'JSON');
  assert.equal(sniff(Buffer.from('a;b 5 \nhello\nworld\n')), 'text');
  assert.equal(sniff(Buffer.from(`a;b 5\n${'total 5\n'.repeat(20)}`)), 'text');
});
