import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitLines } from '../../src/cli/fit-lines.ts';

const latin1 = (text: string): string => Buffer.from(text).toString('latin1');

test('rows are cut to the width, by characters and not by bytes; without a terminal they stay', () => {
  const text = latin1('reason  time\närger   12 ms  öööööö\n');
  assert.equal(fitLines(text, 16), latin1('reason  time\närger   12 ms  …\n'));
  assert.equal(fitLines(text, 22), text);
  assert.equal(fitLines(text, undefined), text);
});

test('sentences go on below themselves', () => {
  assert.equal(
    fitLines('  noise: a change up to this may be chance\n', 20),
    '  noise: a change up\n  to this may be\n  chance\n',
  );
});
