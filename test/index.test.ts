// The filters as streams, as a program imports them from the built package: the bytes, the memory, the errors.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createReadStream, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import * as flamepipe from 'flamepipe';
import highland from 'highland';
import type * as source from '../src/index.ts';
import { camelCase } from '../src/streams/stream-options.ts';
import { ROOT, shell, TOOLS, temporaryFolder } from './tools.ts';

// the types that are shipped say what the source says
const filters: typeof source = flamepipe;
const { FilterError, flameSvg, foldDiff, foldGrep, foldMerge, offcpuClassify, offcpuFold, perfFold } = filters;

const inputs = join(ROOT, 'fixtures/docs');
const read = (name: string): Readable => createReadStream(join(inputs, name), { highWaterMark: 100 });

test('the types pass for a program that checks those of its packages, too', async () => {
  const flags = '--ignoreConfig --strict --noEmit --skipLibCheck false --module nodenext --target es2022 --types node';
  const { out, err, status } = await shell(`node_modules/.bin/tsc ${flags} dist/index.d.ts`, ROOT);
  assert.deepEqual([`${out}${err}`, status], ['', 0]);
});

/** Tools that a program uses otherwise: they read or write files of other programs, whole. */
const NO_STREAMS = ['flame-record', 'fold-export', 'pprof-fold'];

test('every other tool is a stream', () => {
  const lacking = TOOLS.filter((tool) => !(camelCase(tool) in flamepipe));
  assert.deepEqual(lacking.sort(), NO_STREAMS);
});

/** All that a chain of streams gives. */
async function output(...streams: [Readable, ...NodeJS.ReadWriteStream[]]): Promise<Buffer> {
  const end = new PassThrough();
  const [bytes] = await Promise.all([buffer(end), pipeline([...streams, end])]);
  return bytes;
}

describe('a stream gives the bytes of its command line', () => {
  const chains: [string, () => Promise<Buffer>][] = [
    ['perf-fold --kernel < out.perf-script', () => output(read('out.perf-script'), perfFold({ kernel: true }))],
    [
      'perf-fold --tid out.perf-script | flame-svg --title x',
      () => output(read('out.perf-script'), perfFold({ tid: true }), flameSvg({ title: 'x' })),
    ],
    ['offcpu-fold --by none < offcpu.txt', () => output(read('offcpu.txt'), offcpuFold({ by: 'none' }))],
    [
      'offcpu-classify --table --meaning < offcpu.txt',
      () => output(read('offcpu.txt'), offcpuClassify({ table: true, meaning: true })),
    ],
    [
      'fold-grep --include ^vfs_ --depth 2 < cpu.folded',
      () => output(read('cpu.folded'), foldGrep({ include: ['^vfs_'], depth: 2 })),
    ],
    [
      'fold-merge --top 3 v1.folded v2.folded',
      () => output(foldMerge([read('v1.folded'), read('v2.folded')], { top: 3 })),
    ],
    [
      'fold-diff -n v1.folded v2.folded',
      () => output(foldDiff([read('v1.folded'), read('v2.folded')], { normalize: true })),
    ],
  ];
  for (const [line, run] of chains) {
    test(line, async () => {
      const { out } = await shell(line, inputs);
      assert.equal((await run()).toString('latin1'), out.toString('latin1'));
      assert.ok(out.length > 0);
    });
  }

  test('compressed input', async () => {
    const packed = Readable.from([gzipSync(readFileSync(join(inputs, 'v1.folded')))]);
    assert.deepEqual(await output(packed, foldMerge()), await output(read('v1.folded'), foldMerge()));
  });
});

test('foldMerge joins in order, and is a part of a highland pipeline', async () => {
  const joined = foldMerge([Readable.from([Buffer.from('a;b 1')]), Readable.from([Buffer.from('a;b 2\nc 3\n')])]);
  assert.equal((await output(joined)).toString(), 'a;b 3\nc 3\n');
  const through = highland<Buffer>(read('v1.folded')).through(foldMerge()) as Highland.Stream<Buffer>;
  const merged = Buffer.concat(await through.collect().toPromise(Promise));
  assert.deepEqual(merged, await output(read('v1.folded'), foldMerge()));
});

describe('problems', () => {
  test('skipped input is reported, the output is complete, and the status is 1', async () => {
    const reports: string[] = [];
    const fold = perfFold().on('report', (message) => reports.push(message));
    const { out, err } = await shell('perf-fold < damaged.perf-script', inputs);
    assert.deepEqual(await output(read('damaged.perf-script'), fold), out);
    assert.equal(`${reports.join('\n')}\n`, err.toString());
    assert.equal(fold.status, 1);
  });

  test('a broken limit has the status 3', async () => {
    const diff = foldDiff([read('v1.folded'), read('v2.folded')], { failOver: ['allocate>+5%'] });
    assert.ok((await output(diff)).length > 0);
    assert.equal(diff.status, 3);
  });

  test('foreign input, a missing file and --strict end in an error', async () => {
    const failure = async (...streams: Parameters<typeof output>): Promise<string> => {
      const error = await output(...streams).then(
        () => 'no error',
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof FilterError, String(error));
      return error.message;
    };
    assert.equal(
      await failure(read('cpu.folded'), perfFold()),
      'perf-fold: <stdin>: this is folded already; pipe it into flame-svg',
    );
    assert.equal(
      await failure(Readable.from([]), foldMerge()),
      'fold-merge: the input is empty; did the command before the pipe fail?',
    );
    const missing = foldMerge([read('v1.folded'), createReadStream('missing.folded')]);
    assert.equal(await failure(missing), 'fold-merge: missing.folded: no such file');
    assert.match(
      await failure(read('damaged.perf-script'), perfFold({ strict: true })),
      /^perf-fold: skipped 2 lines: /,
    );
  });

  test('options are checked when the stream is made', () => {
    // @ts-expect-error: no such option
    assert.throws(() => perfFold({ kernal: true }), new FilterError('perf-fold: there is no option "kernal"'));
    // @ts-expect-error: text for a flag
    assert.throws(() => perfFold({ kernel: 'yes' }), /kernel takes true or false/);
    assert.throws(() => perfFold({ maxDepth: 0 }), /max-depth takes a whole number of at least 1/);
  });

  test('an error before the filter reaches its end, one behind it reaches its inputs', async () => {
    const broken = new Readable({
      read() {
        this.destroy(new Error('unplugged'));
      },
    });
    await assert.rejects(output(broken, foldMerge()), /unplugged/);
    const input = read('v1.folded');
    const merged = foldMerge([input, new PassThrough()]);
    merged.on('error', () => {}).destroy(new Error('nobody reads'));
    await new Promise((resolve) => merged.once('close', resolve));
    assert.ok(input.destroyed);
  });
});

test('a slow reader holds the filter up: 600 MB pass in a tenth of that', () => {
  const program = join(temporaryFolder(), 'slow.mjs');
  writeFileSync(program, SLOW_READER.replace('FLAMEPIPE', join(ROOT, 'dist/index.js')));
  const [bytes, peakMb] = execFileSync(process.execPath, [program], { encoding: 'utf8' }).split(' ').map(Number);
  assert.equal(bytes, 6000 * 100_008);
  assert.ok((peakMb as number) < 200, `${peakMb} MB`);
});

const SLOW_READER = `
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { foldMerge } from 'FLAMEPIPE';
const frames = ('f'.repeat(999) + ';').repeat(100);
function* lines() { for (let i = 10000; i < 16000; i++) yield Buffer.from(frames + i + ' 1\\n'); }
let bytes = 0;
const slow = new Writable({
  async write(block, _, done) { bytes += block.length; if (bytes % 7 === 0) await setTimeout(1); done(); },
});
await pipeline(Readable.from(lines()), foldMerge(), slow);
console.log(bytes, Math.round(process.resourceUsage().maxRSS / 1024));
`;
