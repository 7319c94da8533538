// Compressed data in pieces of any size comes out as the text that went in.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Intake } from '../../src/cli/intake.ts';
import { SNIFFED_BYTES } from '../../src/stacks/sniff.ts';
import { ROOT } from '../tools.ts';

const TEXT = Array.from({ length: 50_000 }, (_, i) => `app;main;work${i * 7919};leaf ${i}\n`).join('');
/** `zstd` of fixtures/docs/out.perf-script, twice */
const ZSTD = readFileSync(join(ROOT, 'fixtures/perf-fold/compressed-with-zstd/two-frames.zst'));
const SAMPLES = readFileSync(join(ROOT, 'fixtures/docs/out.perf-script'), 'latin1');

/** What comes out, and whether it was whole. One buffer is used for all pieces, as the reader of files does. */
async function taken(bytes: Uint8Array, piece: number): Promise<{ text: string; whole: boolean; blocks: string[] }> {
  const blocks: string[] = [];
  const intake = new Intake((block) => blocks.push(Buffer.from(block).toString('latin1')));
  const buffer = Buffer.alloc(piece);
  try {
    for (let at = 0; at < bytes.length; at += piece) {
      const part = bytes.subarray(at, at + piece);
      buffer.set(part);
      await intake.take(buffer.subarray(0, part.length));
    }
    const whole = await intake.end();
    return { text: blocks.join(''), whole, blocks };
  } finally {
    intake.close();
  }
}

const PIECES = [1, 3, 1000, 1 << 18];

describe('intake', () => {
  for (const piece of PIECES) {
    test(`in pieces of ${piece} bytes`, async () => {
      const long = piece < 1000 ? TEXT.slice(0, 50_000) : TEXT;
      assert.equal((await taken(Buffer.from(long), piece)).text, long);
      const twice = Buffer.concat([gzipSync(long), gzipSync('a;b 1\n')]);
      assert.deepEqual(await taken(twice, piece).then(({ text, whole }) => ({ text, whole })), {
        text: `${long}a;b 1\n`,
        whole: true,
      });
      assert.equal((await taken(ZSTD, piece)).text, SAMPLES + SAMPLES);
    });
  }

  test('plain text that begins as compressed data does, or is shorter than that', async () => {
    for (const text of ['', '(', '(a)', '\x1f', '\x1f\x8b', 'P*', 'P*M;x 1\n', '\x28\xb5\x2f']) {
      for (const piece of PIECES) {
        assert.deepEqual((await taken(Buffer.from(text, 'latin1'), piece)).text, text);
      }
    }
  });

  test('the first block tells what the input is, however short the pieces are', async () => {
    const { blocks } = await taken(Buffer.from(TEXT), 7);
    assert.ok((blocks[0]?.length ?? 0) >= SNIFFED_BYTES);
  });

  test('what was held back counts when the reading is stopped', () => {
    const blocks: string[] = [];
    const intake = new Intake((block) => blocks.push(Buffer.from(block).toString()));
    intake.take(Buffer.from('a;b 1\n'));
    intake.stop();
    assert.deepEqual(blocks, ['a;b 1\n']);
  });

  test('cut off: whole lines only, wherever it was', async () => {
    const packed = gzipSync(TEXT.slice(0, 3000));
    for (let size = 4; size < packed.length; size += 7) {
      const { text, whole } = await taken(packed.subarray(0, size), 100);
      assert.equal(whole, false);
      assert.ok(TEXT.startsWith(text) && (text === '' || text.endsWith('\n')), text.slice(-50));
    }
    const { text, whole } = await taken(ZSTD.subarray(0, ZSTD.length - 9), 10);
    assert.deepEqual({ text, whole }, { text: SAMPLES, whole: false });
  });

  test('a last line without newline is there', async () => {
    assert.equal((await taken(gzipSync('a;b 1\nc 2'), 5)).text, 'a;b 1\nc 2');
  });

  test('zeros behind gzip are none of it, and something else behind them is told', async () => {
    const text = TEXT.slice(0, 3000);
    const filled = Buffer.concat([gzipSync(text), Buffer.alloc(64)]);
    for (const piece of [...PIECES, filled.length - 64, filled.length - 63]) {
      const { text: found, whole } = await taken(filled, piece);
      assert.deepEqual([found, whole], [text, true], `pieces of ${piece}`);
      const more = Buffer.concat([filled, gzipSync('a;b 1\n')]);
      await assert.rejects(
        taken(more, piece),
        /^Error: the compressed data is damaged: something else stands behind it$/,
      );
    }
  });

  test('damaged data is told', async () => {
    const packed = gzipSync(TEXT);
    packed[packed.length >> 1]! ^= 0x55;
    await assert.rejects(taken(packed, 1000), /^Error: the compressed data is damaged: /);
    const zstd = Buffer.from(ZSTD);
    zstd.fill(0xff, 30, 60);
    await assert.rejects(taken(zstd, 1000), /^Error: the compressed data is damaged: /);
  });

  test('what the taker throws comes out as it is', async () => {
    const wrong = new Error('no text');
    const intake = new Intake(() => {
      throw wrong;
    });
    const all = async (): Promise<void> => {
      await intake.take(gzipSync(TEXT));
      await intake.end();
    };
    await assert.rejects(all, (error) => error === wrong && !intake.isDamage(error));
    intake.close();
  });
});
