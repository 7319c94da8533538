// What the benchmarks read: a recording of this machine made there and then, a repetitive one, and many folded stacks.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  createWriteStream,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { capture } from './measure.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MIB = 1 << 20;

/**
 * Records the whole machine, while it lints, type-checks and tests this project, until the text has at least `bytes`; once
 * for all who ask for it. Gives undefined, and says why, where perf may not.
 */
export async function recordSystem(folder: string, bytes: number): Promise<string | undefined> {
  const data = join(folder, 'perf.data');
  const file = join(folder, 'system.txt');
  if (existsSync(file)) return file;
  for (let seconds = 40; seconds <= 160; seconds *= 2) {
    const load = startLoad();
    const perf = spawnSync(
      'perf',
      ['record', '-F', '1999', '-a', '-g', '-e', 'cpu-clock', '-o', data, '--', 'sleep', String(seconds)],
      { encoding: 'utf8' },
    );
    stopLoad(load);
    if (perf.status !== 0) {
      console.error(
        `bench: no recording of this machine: perf record: ${(perf.stderr ?? perf.error?.message ?? '').trim()}`,
      );
      return undefined;
    }
    const out = openSync(file, 'w');
    spawnSync('perf', ['script', '--no-inline', '-i', data], { stdio: ['ignore', out, 'ignore'], maxBuffer: 1 << 30 });
    closeSync(out);
    rmSync(data);
    if (statSync(file).size >= bytes) return file;
  }
  return file;
}

/** The first samples of a recording, some `bytes` of them; if it has fewer, all of it over and over. */
export function beginningOf(file: string, bytes: number): string {
  const to = join(dirname(file), 'beginning.txt');
  const [from, out] = [openSync(file, 'r'), openSync(to, 'w')];
  const block = Buffer.alloc(MIB);
  for (let left = bytes, at = 0; left > 0; ) {
    const size = readSync(from, block, 0, MIB, at);
    at = size === 0 ? 0 : at + size;
    left -= size;
    // the last block ends where a sample does
    const end = left > 0 ? size : block.subarray(0, size).lastIndexOf('\n\n') + 2;
    writeSync(out, block, 0, end);
  }
  closeSync(from);
  closeSync(out);
  return to;
}

/** Many different programs, again and again. */
function startLoad(): ChildProcess[] {
  const loops = [
    'npx tsc --noEmit -p .; npx biome check src >/dev/null; find / -xdev -name "*.ts" 2>/dev/null | head -20000 | sort >/dev/null',
    'node --import tsx --test test/perf/*.test.ts test/stacks/*.test.ts >/dev/null 2>&1; git log -p | gzip -9 >/dev/null; tar c node_modules | xz -1 >/dev/null',
    'gcc -O2 -x c -c -o /dev/null - <<< "#include <stdio.h>"; perl -e "my %h; \\$h{\\$_ % 99991} .= \\$_ for 1..1e6"; python3 -c "import json; [json.loads(json.dumps(list(range(2000)))) for _ in range(500)]"',
  ];
  return loops.map((line) =>
    spawn('bash', ['-c', `while :; do ${line}; done`], { cwd: ROOT, stdio: 'ignore', detached: true }),
  );
}

function stopLoad(load: readonly ChildProcess[]): void {
  for (const { pid } of load) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
}

/** The demo's recording over and over: a program that does little else than the same few things. */
export async function repeatRecording(folder: string, bytes: number): Promise<string> {
  const text = gunzipSync(readFileSync(join(ROOT, 'fixtures/demo/recording.txt.gz')));
  const file = join(folder, 'repetitive.txt');
  const out = createWriteStream(file);
  for (let size = 0; size < bytes; size += text.length) if (!out.write(text)) await once(out, 'drain');
  out.end();
  await once(out, 'close');
  return file;
}

/** Distinct stacks of 40 to 90 frames that share their outer parts, as places in an endless list of names; a fixed seed. */
function* deepStacks(): Generator<readonly number[]> {
  let state = 12345;
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
  const path: number[] = [];
  for (;;) {
    path.length = Math.min(path.length, 4 + random(70));
    const depth = 40 + random(50);
    while (path.length < depth) path.push(random(path.length < 8 ? 12 : 9000));
    yield path;
  }
}

const SPACES = [
  'std::collections::hash',
  'tokio::runtime::scheduler',
  'core::iter::adapters',
  'postgres::executor',
  'alloc::vec',
];

function nameOf(n: number): string {
  return `${SPACES[n % SPACES.length]}::module_${n % 97}::Type${n % 31}<T>::method_${n}`;
}

/** Writes entries made of deep stacks, until there are at least `bytes` and `stacks`. */
function writeEntries(
  file: string,
  bytes: number,
  stacks: number,
  sorted: boolean,
  entry: (path: readonly number[], count: number) => string,
): string {
  const out = openSync(file, 'w');
  let entries: string[] = [];
  const write = (): void => {
    for (let i = 0; i < entries.length; i += 5000) writeSync(out, entries.slice(i, i + 5000).join(''));
    entries = [];
  };
  let [count, size] = [0, 0];
  for (const path of deepStacks()) {
    const text = entry(path, ++count);
    entries.push(text);
    size += text.length;
    if (!sorted && entries.length === 5000) write(); // ten million do not fit into memory
    if (count >= stacks && size >= bytes) break;
  }
  if (sorted) entries.sort();
  write();
  closeSync(out);
  return file;
}

/** Sorted folded text, made once for all who ask for it. `most`: how many frames of a stack it keeps, the innermost. */
export function growFolded(folder: string, bytes: number, stacks: number, most = Number.POSITIVE_INFINITY): string {
  const line = (path: readonly number[], count: number): string =>
    `app;${path.slice(-most).map(nameOf).join(';')} ${count}\n`;
  const file = join(folder, `deep-${bytes}-${stacks}.folded`);
  return existsSync(file) ? file : writeEntries(file, bytes, stacks, most === Number.POSITIVE_INFINITY, line);
}

/** The same stacks, at most `most` frames of each, as samples of `perf script`. */
export function growSamples(folder: string, stacks: number, most: number): string {
  const frame = (place: number): string =>
    `\t    ${(0x400000 + 16 * place).toString(16).padStart(12)} ${nameOf(place)}+0x10 (/opt/app)\n`;
  const sample = (path: readonly number[], count: number): string =>
    `app              4242 [001] 12345.678901: ${String(count).padStart(10)} cpu-clock: \n${path.slice(-most).reverse().map(frame).join('')}\n`;
  return writeEntries(join(folder, `samples-${stacks}.txt`), 0, stacks, false, sample);
}

const PREFIXES = ['std::', 'tokio::', 'pg_', 'exec_', 'v8::', 'alloc::', '', '', 'Perl_', 'ssl_'];
const WORDS = [
  'scan',
  'insert_node',
  'hash_lookup',
  'evaluate',
  'poll',
  'read',
  'next',
  'alloc',
  'parse_expr',
  'visit',
];

/**
 * Sorted folded text of a program of `functions` functions. Each calls a few others, mostly the same one. It has `stacks`
 * distinct stacks, and about `bytes` bytes; a fixed seed.
 */
export function growCalls(file: string, stacks: number, bytes: number, functions: number): string {
  let state = 12345;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const name = (n: number): string => `${PREFIXES[n % 10]}${WORDS[(n * 7) % 10]}_${WORDS[(n >> 3) % 10]}_${n % 997}`;
  const callees = Array.from({ length: functions }, () =>
    Array.from({ length: 1 + Math.floor(random() ** 2 * 6) }, () => Math.floor(random() ** 1.7 * functions)),
  );
  const depth = bytes / stacks / 22;
  const counts = new Map<string, number>();
  while (counts.size < stacks) {
    const most = Math.floor(depth * (0.5 + random()));
    let at = Math.floor(random() ** 3 * 12);
    const path = ['app', name(at)];
    while (path.length < most) {
      const next = callees[at] as number[];
      at = next[Math.floor(random() ** 3 * next.length)] as number;
      path.push(name(at));
    }
    const stack = path.join(';');
    counts.set(stack, (counts.get(stack) ?? 0) + 1);
  }
  const lines = [...counts].map(([stack, count]) => `${stack} ${count}\n`).sort();
  const out = openSync(file, 'w');
  for (let i = 0; i < lines.length; i += 5000) writeSync(out, lines.slice(i, i + 5000).join(''));
  closeSync(out);
  return file;
}

/** A later run of the same program: folded text with each seventh stack gone, and most counts changed. */
export function changeFolded(file: string): string {
  const lines = readFileSync(file, 'latin1').split('\n').slice(0, -1);
  const changed = lines.flatMap((line, i) => {
    const at = line.lastIndexOf(' ');
    return i % 7 === 0 ? [] : [`${line.slice(0, at)} ${Number(line.slice(at)) * ((i % 5) + 1)}\n`];
  });
  const to = file.replace(/\.folded$/, '.later.folded');
  const out = openSync(to, 'w');
  for (let i = 0; i < changed.length; i += 5000) writeSync(out, changed.slice(i, i + 5000).join(''));
  closeSync(out);
  return to;
}

/** The folded text of the demo's recording, over and over, as of many runs of one program. */
export function growRecordings(folder: string, bytes: number): string {
  const recording = join(ROOT, 'fixtures/demo/recording.txt.gz');
  const text = capture(process.execPath, [join(ROOT, 'dist/perf-fold.cjs'), recording]);
  const file = join(folder, 'recordings.folded');
  const out = openSync(file, 'w');
  for (let size = 0; size < bytes; size += text.length) writeSync(out, text);
  closeSync(out);
  return file;
}

/** A bpftrace dump of the one kind that stackcollapse-bpftrace.pl can read: an unnamed map with one stack as its key. */
export function growDump(folder: string, bytes: number): string {
  const entry = (path: readonly number[], count: number): string =>
    `@[\n${path
      .map((n) => `    ${nameOf(n)}+${(n * 31) % 700}\n`)
      .reverse()
      .join('')}]: ${count}\n`;
  return writeEntries(join(folder, 'dump.txt'), bytes, 1, false, entry);
}

const FUTEX = ['__schedule+1560', 'schedule+35', 'futex_wait_queue_me+185', 'do_futex+94', '__x64_sys_futex+113'];
const EPOLL = ['__schedule+1560', 'schedule+35', 'ep_poll+900', 'do_epoll_wait+180', '__x64_sys_epoll_wait+100'];

/** A dump as of a busy server and a long window: distinct entries of some 17 frames, by thread. */
export function growEntries(folder: string, entries: number): string {
  const entry = (path: readonly number[], count: number): string => {
    const kernel = [...(count % 5 < 3 ? FUTEX : EPOLL), 'do_syscall_64+113', 'entry_SYSCALL_64_after_hwframe+100'];
    const user = [...path.slice(-12).map((n) => `fn_${n % 97}::method_${n}+${(n * 31) % 700}`), 'main+33'];
    const lines = (frames: readonly string[]): string => frames.map((frame) => `    ${frame}\n`).join('');
    return `@offcpu[\n${lines(kernel)}, \n${lines(user)}, worker-${count % 64}]: ${(count % 9973) * 1009}\n`;
  };
  return writeEntries(join(folder, 'entries.txt'), 0, entries, false, entry);
}

/** Forms that profilers and `perf script -F` give the line above a sample's frames. */
export const SAMPLE_FORMS: Readonly<Record<string, string>> = {
  "perf's own": 'app              4242 [001] 12345.678901:     250000 cpu-clock:ppp: \n',
  'unpadded tid': 'app 4242 [001] 12345.678901: 250000 cpu-clock:ppp: \n',
  'pid and tid': 'app              4242/4243 [001] 12345.678901:     250000 cpu-clock:ppp: \n',
  'no cpu': 'app              4242 12345.678901:     250000 cpu-clock:ppp: \n',
  'no period': 'app              4242 [001] 12345.678901: cpu-clock:ppp: \n',
  'no time': 'app              4242 [001]     250000 cpu-clock:ppp: \n',
  'no event': 'app              4242 [001] 12345.678901:     250000 \n',
  tabs: 'app\t4242\t[001]\t12345.678901:\t250000\tcpu-clock:ppp:\n',
  'comm, event': 'app cpu-clock:ppp: \n',
  'tid, time': ' 4242 12345.678901: \n',
  'a tracepoint':
    'app              4242 [001] 12345.678901: sched:sched_switch: app:4242 [120] S ==> swapper/1:0 [120]\n',
  'a data address':
    'app              4242 [001] 12345.678901:     250000 cpu/mem-loads/P:     ffff88810a |OP LOAD|LVL L1 hit|SNP None\n',
};

/** Samples of two frames, in a form of SAMPLE_FORMS. */
export function shortSamples(folder: string, form: string, bytes: number): string {
  const header = SAMPLE_FORMS[form] as string;
  const samples = Array.from({ length: 1000 }, (_, i) => {
    const leaf = (0x55d0 + i * 16).toString(16);
    return `${header}\t        5555555${leaf} work_${i % 100}+0x10 (/opt/app)\n\t        55555555${leaf} main+0x10 (/opt/app)\n\n`;
  }).join('');
  const file = join(folder, 'short.txt');
  const out = openSync(file, 'w');
  for (let size = 0; size < bytes; size += samples.length) writeSync(out, samples);
  closeSync(out);
  return file;
}

export function sizeOf(file: string): number {
  return statSync(file).size / MIB;
}
