// Packed stacks in a picture: whatever the pieces they are deflated in, one reader gets all bytes back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { deflated } from '../../src/flamegraph/deflated.ts';

test('what is deflated in pieces is what went in', () => {
  const parts = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(parts, fc.integer({ min: 1, max: 300 }), (some, piece) => {
      const text = [...deflated(some, piece)].join('');
      assert.deepEqual(inflateSync(Buffer.from(text, 'base64')), Buffer.concat(some));
      assert.match(text, /^[^=]*={0,2}$/);
    }),
  );
});

test('pieces look back on the one before', () => {
  const bytes = Buffer.from(Array.from({ length: 20_000 }, (_, i) => (Math.imul(i, 2654435761) ^ (i * i * i)) >>> 7));
  const text = [...deflated([bytes, bytes, bytes], bytes.length)].join('');
  assert.deepEqual(inflateSync(Buffer.from(text, 'base64')), Buffer.concat([bytes, bytes, bytes]));
  const whole = [...deflated([bytes, bytes, bytes])].join('');
  assert.ok(text.length < whole.length * 1.2, `${text.length} and ${whole.length}`);
});
