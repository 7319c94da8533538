import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { failureText } from '../../../src/record/failure.ts';
import { type Material, renderSteps, type Slept, STEPS } from '../../../src/record/render/render-plan.ts';
import { shellLine, shellWord } from '../../../src/record/render/shell-words.ts';
import { lossesIn, samplesIn } from '../../../src/record/render/summary.ts';
import type { Settings } from '../../../src/record/settings.ts';
import {
  bpftraceCommand,
  cutsOf,
  type Environment,
  kernelSymbolsStep,
  perfCommand,
  programStep,
  type Step,
  scriptSlices,
  type Window,
} from '../../../src/record/window/plan.ts';
import { ROOT, shell, temporaryFolder } from '../../tools.ts';
import { ENVIRONMENT, SETTINGS } from '../plan-settings.ts';

const STEP = (what: string, settings = SETTINGS, environment = ENVIRONMENT, material: Partial<Material> = {}): Step[] =>
  renderSteps(settings, environment, {
    samples: { window: undefined },
    hasDump: true,
    slept: undefined,
    ...material,
  }).filter((step) => step.what === what);
const foldCpu = (settings: Settings, environment: Environment, window?: Window): Step =>
  STEP(STEPS.foldCpu, settings, environment, { samples: { window } })[0] as Step;
const reasonSteps = (environment: Environment, slept?: Slept): Step[] =>
  STEP(STEPS.reasons, SETTINGS, environment, { slept });

describe('plan', () => {
  test('perf samples cycles where there are any, else the clock', () => {
    const event = (hasCycles: boolean): unknown => perfCommand(SETTINGS, { ...ENVIRONMENT, hasCycles })?.argv[6];
    assert.deepEqual([event(true), event(false)], ['cycles', 'cpu-clock']);
  });

  test('a mode is which profilers there are', () => {
    assert.equal(perfCommand({ ...SETTINGS, mode: 'offcpu' }, ENVIRONMENT), undefined);
    assert.equal(bpftraceCommand({ ...SETTINGS, mode: 'cpu' }, ENVIRONMENT), undefined);
    assert.deepEqual(bpftraceCommand(SETTINGS, ENVIRONMENT)?.argv, [
      ...['setpriv', '--pdeathsig', 'KILL', 'env', 'BPFTRACE_NO_USER_SYMBOLS=1'],
      ...['BPFTRACE_MAP_KEYS_MAX=65536', 'BPFTRACE_MAX_MAP_KEYS=65536', 'bpftrace', '/p/offcpu.bt', '7'],
    ]);
  });

  test('bpftrace names user functions only where the recording can name them no other way', () => {
    for (const settings of [{ inline: false }, { wakerStacks: true }, { symfs: '/srv' }]) {
      const argv = bpftraceCommand({ ...SETTINGS, ...settings }, ENVIRONMENT)?.argv;
      assert.ok(argv?.includes('BPFTRACE_CACHE_USER_SYMBOLS=1'), String(argv));
    }
  });

  test('wait events: their address is the second operand, and their version what the reasons are read with', () => {
    const environment = { ...ENVIRONMENT, waitEvents: { address: 0x55aa00fa, version: 16 } };
    assert.deepEqual(bpftraceCommand(SETTINGS, environment)?.argv.slice(-3), ['/p/offcpu.bt', '7', '0x55aa00fa']);
    for (const { stages } of reasonSteps(environment)) {
      assert.match((stages[0] ?? []).join(' '), /^offcpu-classify .* --meaning --pg-version 16 -- /);
    }
    const without = { ...ENVIRONMENT, waitEvents: 'Postgres 13 exports no my_wait_event_info' };
    assert.deepEqual(bpftraceCommand(SETTINGS, without)?.argv.slice(-2), ['/p/offcpu.bt', '7']);
    assert.ok(!reasonSteps(without)[0]?.stages[0]?.includes('--meaning'));
  });

  test('statements: six numbers behind the address, no children and no other processes', () => {
    const statements = { context: 1, callback: 2, debug: 3, entry: 4, activity: 248, query: 424 };
    const waitEvents = { address: 0x55aa00fa, version: 16 };
    const argvOf = (environment: typeof ENVIRONMENT): string[] =>
      [...(bpftraceCommand(SETTINGS, environment)?.argv ?? [])].slice(-18);
    const rest = ['0', '0', '0', '0', '0', '0', '0', '0', '0', '0x1', '0x2', '0x3', '0x4', '248', '424'];
    assert.deepEqual(argvOf({ ...ENVIRONMENT, statements, waitEvents }), [
      ...['/p/offcpu.bt', '7', '0x55aa00fa', ...rest],
    ]);
    assert.deepEqual(argvOf({ ...ENVIRONMENT, statements }), ['/p/offcpu.bt', '7', '0', ...rest]);
  });

  test('no profiler outlives flame-record for ever', () => {
    const first = (sudo: boolean, hasSetpriv: boolean): string | undefined =>
      perfCommand({ ...SETTINGS, sudo }, { ...ENVIRONMENT, hasSetpriv })
        ?.argv.join(' ')
        .split(' perf record ')[0];
    assert.equal(first(false, true), 'setpriv --pdeathsig KILL');
    assert.equal(first(false, false), 'timeout --foreground --signal=INT 690');
    assert.equal(first(true, true), 'sudo -n timeout --foreground --signal=INT 690');
    assert.deepEqual(foldCpu({ ...SETTINGS, sudo: true }, ENVIRONMENT).stages[0]?.slice(0, 3), ['sudo', '-n', 'perf']);
  });

  test('children are followed by both profilers, and none of their samples is left out', () => {
    const operands = (settings: Settings, environment = ENVIRONMENT): string[] =>
      (bpftraceCommand(settings, environment)?.argv ?? []).slice(8);
    const settings = { ...SETTINGS, followChildren: true };
    assert.deepEqual(operands(settings), ['/p/offcpu.bt', '7', '0', '1']);
    const waitEvents = { address: 0x55aa00fa, version: 16 };
    assert.deepEqual(operands(settings, { ...ENVIRONMENT, waitEvents }), ['/p/offcpu.bt', '7', '0x55aa00fa', '1']);
    const isFiltered = (settings: Settings): unknown =>
      foldCpu(settings, ENVIRONMENT).stages[0]?.join(' ').includes(' --pid 7');
    assert.deepEqual([isFiltered(SETTINGS), isFiltered(settings)], [true, false]);
    assert.doesNotMatch(perfCommand(settings, ENVIRONMENT)?.argv.join(' ') ?? '', /inherit/);
  });

  test('the stacks of wakers are the last operand', () => {
    const settings = { ...SETTINGS, wakerStacks: true };
    const zeros = Array.from({ length: 17 }, () => '0');
    assert.deepEqual(bpftraceCommand(settings, ENVIRONMENT)?.argv.slice(8), ['/p/offcpu.bt', '7', ...zeros, '1']);
  });

  test('several processes are operands of the program; those that find no room are written into it', () => {
    const nine = [7, 8, 9, 10, 11, 12, 13, 14, 15];
    const last = (pids: number[]): string =>
      bpftraceCommand(SETTINGS, { ...ENVIRONMENT, pids })
        ?.argv.slice(8)
        .join(' ') ?? '';
    assert.equal(programStep({ ...ENVIRONMENT, pids: nine }), undefined);
    assert.equal(last([7, 8]), '/p/offcpu.bt 7 0 0 8');
    assert.equal(last(nine), '/p/offcpu.bt 7 0 0 8 9 10 11 12 13 14 15');
    assert.equal(last([...nine, 16]), 'out/a/offcpu.bt 7 0 0 8 9 10 11 12 13 14 15');
    const environment = { ...ENVIRONMENT, pids: [...nine, 16, 17], program: join(ROOT, 'bpf/offcpu.bt') };
    const [argv = []] = programStep(environment)?.stages ?? [];
    const { stdout } = spawnSync(argv[0] ?? '', argv.slice(1), { encoding: 'utf8' });
    assert.match(stdout, /^\t@ours\[\(uint64\)\$1\] = \(uint64\)1;((?: @ours\[\(uint64\)1[67]\] = \(uint64\)1;){2})$/m);
  });

  test('a kernel without BTF: the program without the lines that need it', () => {
    const program = join(ROOT, 'bpf/offcpu.bt');
    const [argv = []] = programStep({ ...ENVIRONMENT, program, registers: undefined })?.stages ?? [];
    const { stdout } = spawnSync(argv[0] ?? '', argv.slice(1), { encoding: 'utf8' });
    assert.doesNotMatch(stdout, /pt_regs|task_struct|BTF$/m);
    assert.deepEqual(stdout.match(/\{/g)?.length, stdout.match(/\}/g)?.length);
    assert.match(stdout, /@ours\[\(uint64\)\$1\]/);
  });

  test('a kernel without tracepoints of system calls: the program without them', () => {
    const program = join(ROOT, 'bpf/offcpu.bt');
    const [argv = []] = programStep({ ...ENVIRONMENT, program, hasCallEvents: false })?.stages ?? [];
    const { stdout } = spawnSync(argv[0] ?? '', argv.slice(1), { encoding: 'utf8' });
    assert.doesNotMatch(stdout, /syscalls:|@called|@calls/);
    const run = stdout.replace(/^\t*\/\/arm64 .*/gm, '');
    assert.deepEqual(run.match(/\{/g)?.length, run.match(/\}/g)?.length);
    assert.match(stdout, /sched_waking/);
  });

  test("bpftrace's own unwinder: its tables, and the program that uses it", () => {
    const program = join(ROOT, 'bpf/offcpu.bt');
    const unwinding = { ...ENVIRONMENT, program, offcpuStacks: { how: 'dw_ustack', why: '' } } as const;
    const argv = bpftraceCommand(SETTINGS, { ...unwinding, pids: [7, 8] })?.argv ?? [];
    const rest = ['--dwarf-pid', '7', '--dwarf-pid', '8', 'out/a/offcpu.bt', '7', '0', '0', '8'];
    assert.deepEqual(argv.slice(argv.indexOf('bpftrace') + 1), rest);
    const [sed = []] = programStep(unwinding)?.stages ?? [];
    const { stdout } = spawnSync(sed[0] ?? '', sed.slice(1), { encoding: 'utf8' });
    assert.match(stdout, /^config = \{ unstable_dw_ustack=enable \}\nBEGIN/m);
    assert.match(stdout, /^\t\$unwound = 1;/m);
    assert.doesNotMatch(stdout, /[^_]ustack\(perf\)/);
  });

  test('where frame pointers lead nowhere, bpftrace takes the innermost frame alone', () => {
    const bare = { ...ENVIRONMENT, program: join(ROOT, 'bpf/offcpu.bt'), isBare: true };
    const [sed = []] = programStep(bare)?.stages ?? [];
    const { stdout } = spawnSync(sed[0] ?? '', sed.slice(1), { encoding: 'utf8' });
    assert.match(stdout, /kstack, ustack\(perf, 1\), comm\);$/m);
    assert.doesNotMatch(stdout, /ustack\(perf\)/);
  });

  test('on arm64 the program has lines of its own in place of those for x86-64', () => {
    const program = join(ROOT, 'bpf/offcpu.bt');
    const [argv = []] = programStep({ ...ENVIRONMENT, program, registers: 'arm64' })?.stages ?? [];
    const { stdout } = spawnSync(argv[0] ?? '', argv.slice(1), { encoding: 'utf8' });
    assert.doesNotMatch(stdout, /x86 BTF$|regs->(?:orig_ax|cs|di)|^\t*\/\/arm64 /m);
    assert.match(stdout, /\$objects = 2;/);
    assert.match(stdout, /\$call = \(int64\)\$regs->syscallno;/);
    assert.deepEqual(stdout.match(/\{/g)?.length, stdout.match(/\}/g)?.length);
  });

  test('samples are cut to the window, every digit kept', () => {
    const [script] = foldCpu(SETTINGS, ENVIRONMENT, { startNs: 6713000000001, endNs: 6716366830002 }).stages;
    assert.ok(script?.includes('6713.000000001,6716.366830002'), script?.join(' '));
    assert.ok(script?.includes('--no-inline'));
    const steps = (inline: boolean): string =>
      foldCpu({ ...SETTINGS, inline }, ENVIRONMENT)
        .stages.flat()
        .join(' ');
    assert.match(steps(true), / --no-inline --show-mmap-events .*perf-fold .* --inline$/);
    assert.doesNotMatch(steps(false), /mmap|perf-fold.* --inline/);
  });

  test("the kernel's symbols: copied before, and perf-fold reads the copy; else perf finds them, as it does with --symfs", () => {
    const environment = { ...ENVIRONMENT, hasKernelSymbols: true };
    assert.equal(kernelSymbolsStep(SETTINGS, ENVIRONMENT), undefined);
    assert.equal(kernelSymbolsStep({ ...SETTINGS, mode: 'offcpu' }, environment), undefined);
    assert.equal(kernelSymbolsStep(SETTINGS, environment)?.output, 'out/a/kallsyms');
    const ends = (environment: Environment): (string | undefined)[] =>
      foldCpu(SETTINGS, environment).stages.map((argv) => / --kallsyms \S+/.exec(argv.join(' '))?.[0]);
    assert.deepEqual(ends(environment), [' --kallsyms /dev/null', ' --kallsyms out/a/kallsyms']);
    assert.deepEqual(ends(ENVIRONMENT), [undefined, undefined]);
    assert.deepEqual(ends({ ...ENVIRONMENT, symfs: '/x' }), [' --kallsyms /proc/kallsyms', undefined]);
    const [script = []] = foldCpu(SETTINGS, { ...ENVIRONMENT, oldRoot: '/x' }).stages;
    assert.match(script.join(' '), / --symfs \/x --kallsyms \/proc\/kallsyms$/, 'old builds in their places');
    assert.deepEqual(ends({ ...environment, symfs: '/x' }), [' --kallsyms /dev/null', ' --kallsyms out/a/kallsyms']);
  });

  test('a large recording is cut between two samples, so that all processors unwind it', () => {
    const window = { startNs: 1e9, endNs: 5e9 };
    const cuts = (bytes: number, cpus: number): number[] => cutsOf(window, bytes, cpus);
    assert.deepEqual(cuts(1 << 20, 8), []);
    assert.deepEqual(cuts(1 << 30, 1), []);
    assert.deepEqual(cuts(1 << 30, 2), [3e9]);
    assert.deepEqual(cuts(1 << 30, 4), [2e9, 3e9, 4e9]);
    const times = (bounds: typeof window | undefined): string[] =>
      scriptSlices(SETTINGS, ENVIRONMENT, bounds, [2e9, 3e9], undefined).map(
        (argv) => argv[argv.indexOf('--time') + 1] ?? '',
      );
    assert.deepEqual(times(window), ['1.000000000,2.000000000', '2.000000001,3.000000000', '3.000000001,5.000000000']);
    assert.deepEqual(times(undefined), [',2.000000000', '2.000000001,3.000000000', '3.000000001,']);
    assert.deepEqual(scriptSlices(SETTINGS, ENVIRONMENT, window, [], undefined), [
      foldCpu(SETTINGS, ENVIRONMENT, window).stages[0],
    ]);
  });

  test('both halves are of the same processes: the targets, or with --children those of the dump', () => {
    const of = (settings: Partial<Settings>, pids: number[] | undefined): string | undefined => {
      const [argv = []] = scriptSlices({ ...SETTINGS, ...settings }, ENVIRONMENT, undefined, [], pids);
      return argv.includes('--pid') ? argv[argv.indexOf('--pid') + 1] : undefined;
    };
    assert.deepEqual([of({}, [7, 8]), of({ followChildren: true }, [7, 8])], ['7', '7,8']);
    assert.deepEqual([of({ followChildren: true }, undefined), of({ mode: 'cpu' }, [7])], [undefined, undefined]);
    const argv = perfCommand(SETTINGS, { ...ENVIRONMENT, family: [8, 9] })?.argv ?? [];
    assert.equal(argv[argv.indexOf('-p') + 1], '7,8,9');
  });

  test('stacks by DWARF: perf records the switches, and its text is one more input', () => {
    const environment = { ...ENVIRONMENT, offcpuStacks: { how: 'dwarf', why: '' } } as const;
    const record = (how: string): string =>
      (perfCommand(SETTINGS, { ...environment, callGraph: { how, why: '' } })?.argv ?? []).join(' ');
    const samples = ' -m 16M -e cycles/freq=99/ -e sched:sched_switch';
    assert.ok(record('dwarf,8192').includes(`${samples} --switch-events --call-graph dwarf,8192 `));
    const terms = 'call-graph=dwarf,stack-size=16384';
    assert.ok(record('fp').includes(`${samples}/${terms}/ -d --switch-events --call-graph fp `));
    assert.equal(bpftraceCommand(SETTINGS, environment)?.argv.at(-1), '1');
    assert.equal(bpftraceCommand(SETTINGS, environment)?.argv.length, 9 + 18);
    const steps = [STEPS.foldOffcpu, STEPS.reasons].flatMap((what) => STEP(what, SETTINGS, environment));
    for (const { stages } of steps) {
      assert.match(
        stages[0]?.join(' ') ?? '',
        /^perf script .* -F comm,pid,tid,time,period,event,trace,ip,sym,dso --ns /,
      );
      assert.deepEqual(stages[1]?.slice(-2), ['out/a/offcpu.raw', '-']);
    }
    assert.match(foldCpu(SETTINGS, environment).stages[1]?.join(' ') ?? '', / --event-filter cycles /);
  });

  test('sleepers are one more input, and the only one if nobody else is there', () => {
    const inputs = (slept?: Slept): string[] => {
      const argv = reasonSteps(ENVIRONMENT, slept)[0]?.stages[0] ?? [];
      return argv.slice(argv.indexOf('--') + 1);
    };
    const [dump, sleepers] = ['out/a/offcpu.raw', 'out/a/offcpu.sleepers.folded'];
    assert.deepEqual(inputs(), [dump]);
    assert.deepEqual(inputs({ seconds: 2.5, isAll: false }), [dump, sleepers]);
    assert.deepEqual(inputs({ seconds: 2.5, isAll: true }), [sleepers]);
    const material = { samples: undefined, hasDump: true, slept: { seconds: 2.5, isAll: true } };
    assert.ok(renderSteps(SETTINGS, ENVIRONMENT, material).every(({ stages }) => !stages.flat().includes(dump)));
  });
});

test('the log of perf may say how many samples it took', () => {
  const log = (end: string): string =>
    `Events enabled\n[ perf record: Captured and wrote 0.005 MB a b/perf.data${end} ]\n`;
  assert.deepEqual([log(''), log(' (152 samples)'), ''].map(samplesIn), [undefined, 152, undefined]);
});

test('perf says in its log that it lost samples', () => {
  const log = `Events enabled
[ perf record: Woken up 42 times to write data ]
Warning:
Processed 11180 events and lost 812 chunks!

Check IO/CPU overload!

Warning:
Processed 7600 samples and lost 19.57%!

[ perf record: Captured and wrote 382.184 MB perf.data (6113 samples) ]
`;
  const lost = ['Processed 11180 events and lost 812 chunks!', 'Processed 7600 samples and lost 19.57%!'];
  assert.deepEqual([lossesIn(log), lossesIn('')], [lost, []]);
});

test('a shell reads a quoted line back as it was', async () => {
  const words = ['a b', "it's", '$(reboot)', '`x`', '*', '', '\\', 'a\nb', '--x=1', '~', '!', 'é;&|<>'];
  const { out } = await shell(`printf '%s\\0' ${shellLine(words)}`, temporaryFolder());
  assert.deepEqual(out.toString().split('\0').slice(0, -1), words);
  assert.equal(shellWord('/a-b_c.d,e=f:g@h'), '/a-b_c.d,e=f:g@h');
});

test('a failure is told in the words of the tool', () => {
  const failed = { code: 255, signal: null };
  const perf = 'Error:\nAccess to performance monitoring is limited.\nConsider adjusting\n';
  assert.equal(
    failureText('perf', failed, perf),
    'perf failed (status 255): Access to performance monitoring is limited. Consider adjusting',
  );
  const warned = 'x.bt:3:1: WARNING: Addrspace mismatch\n  if ($a) {\n  ~~\nERROR: Loading BPF object(s) failed.\n';
  assert.equal(
    failureText('bpftrace', failed, warned),
    'bpftrace failed (status 255): ERROR: Loading BPF object(s) failed.',
  );
  assert.equal(failureText('perf', { code: null, signal: 'SIGKILL' }, ''), 'perf failed (SIGKILL) without a word');
  assert.equal(failureText('perf', { ...failed, problem: 'perf is not installed' }, 'x'), 'perf is not installed');
});
