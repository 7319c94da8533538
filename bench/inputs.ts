// What the benchmarks read: a recording of this machine made there and then, a repetitive one, and many folded stacks.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, createWriteStream, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const ROOT = new URL('..', import.meta.url).pathname;
const MIB = 1 << 20;

/**
 * Records the whole machine, while it lints, type-checks and tests this project, until the text has at least `bytes`.
 * Gives undefined, and says why, where perf may not.
 */
export async function recordSystem(folder: string, bytes: number): Promise<string | undefined> {
  const data = join(folder, 'perf.data');
  const file = join(folder, 'system.txt');
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

/** Many different programs, again and again. */
function startLoad(): ChildProcess[] {
  const loops = [
    'npx tsc --noEmit -p .; npx biome check src >/dev/null; find / -xdev -name "*.ts" 2>/dev/null | head -20000 | sort >/dev/null',
    'node --import tsx --test test/fold/*.test.ts test/parse/*.test.ts >/dev/null 2>&1; git log -p | gzip -9 >/dev/null; tar c node_modules | xz -1 >/dev/null',
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

/** Sorted folded text of at least `bytes` and `stacks` distinct stacks, 40 to 90 frames deep, from a fixed seed. */
export function growStacks(folder: string, bytes: number, stacks: number): string {
  const file = join(folder, 'deep.folded');
  const out = openSync(file, 'w');
  let state = 12345;
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
  const spaces = [
    'std::collections::hash',
    'tokio::runtime::scheduler',
    'core::iter::adapters',
    'postgres::executor',
    'alloc::vec',
  ];
  const nameOf = (n: number): string => `${spaces[n % spaces.length]}::module_${n % 97}::Type${n % 31}<T>::method_${n}`;
  const path: number[] = [];
  const lines: string[] = [];
  let size = 0;
  for (let i = 0; lines.length < stacks || size < bytes; i++) {
    path.length = Math.min(path.length, 4 + random(70));
    const depth = 40 + random(50);
    while (path.length < depth) path.push(random(path.length < 8 ? 12 : 9000));
    const line = `app;${path.map(nameOf).join(';')} ${1 + random(5000)}\n`;
    lines.push(line);
    size += line.length;
    if (i > 10 * stacks) break;
  }
  lines.sort();
  for (let i = 0; i < lines.length; i += 5000) writeSync(out, lines.slice(i, i + 5000).join(''));
  closeSync(out);
  return file;
}

export function sizeOf(file: string): number {
  return statSync(file).size / MIB;
}
