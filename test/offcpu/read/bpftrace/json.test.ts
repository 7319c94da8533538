import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { BpftraceJson } from '../../../../src/offcpu/read/bpftrace/json.ts';
import { runs } from '../../../law-runs.ts';

/** The text made of JSON (latin1), given in blocks of `size` bytes, and what was wrong with it. */
function convert(json: string, size = 1 << 16): { text: string; bad: string[] } {
  let text = '';
  const bad: string[] = [];
  const reader = new BpftraceJson(
    (lines) => {
      text += lines;
    },
    (kind, line) => bad.push(`${line}: ${kind}`),
  );
  const bytes = Buffer.from(json, 'latin1');
  for (let at = 0; at < bytes.length; at += size) reader.write(bytes.subarray(at, at + size));
  reader.end();
  return { text, bad };
}

const DUMP = [
  '{"type": "attached_probes", "data": {"probes": 1}}',
  '',
  '{"type": "map", "data": {"@off": {"\\n    a+1\\n    b+2\\n,\\n    c+3\\n,tid 42 x": 598, "\\n    a+1\\n,": -2}}}',
  '{"type": "map", "data": {"@off": {"\\na+1\\nb(int,char)+2\\n,\\nc+3\\n,comm": "9007199254740993"}}}',
  '{"type": "map", "data": {"@start": {"42": 123, "43": 124}}}',
  '{"type": "map", "data": {"@end": 7}}',
  '{"type": "map", "data": {"@t": {"42": [1, "\\n        a+1\\n", "", "x, \\"y\\""]}}}',
  '{"type": "stats", "data": {"@s": {"\\n    a+1\\n": {"count": 2, "average": 3, "total": 6}}}}',
  '{"type": "hist", "data": {"@h": {"\\n    a+1\\n": [{"min": 8, "max": 15, "count": 255}]}}}',
  '{"type": "printf", "data": "@off[fake]: 7\\nflamepipe {x\\n"}',
  '{"type": "map", "data": {"@23": {"\\\\n        a+1\\\\n,q\\\\\\"uo\\\\\\\\te \\\\uffffffc3": 4}}}',
  '{"type": "map", "data": {"@c": {"\\n    a+1\\n": ["two\\nlines", 1]}}}',
  '{"type": "lost_events", "data": {"events": 3}}',
  '{"type": "map", "data": {"@off": {"\\uffffffc3\\uffffffa9 \\u00e9 \\u001b": 1}}}',
  '',
].join('\n');
const TEXT = [
  '',
  '@off[\n    a+1\n    b+2\n,\n    c+3\n,tid 42 x]: 598',
  '@off[\n    a+1\n,]: -2',
  '',
  '@off[\n    a+1\n    b(int,char)+2\n,\n    c+3\n,comm]: 9007199254740993',
  '',
  '@start[42]: 123',
  '@start[43]: 124',
  '@end: 7',
  '@t[42]: (1, \n        a+1\n, , x, "y")',
  '@s[\n    a+1\n]: count 2, average 3, total 6',
  '@h[\n    a+1\n]: ',
  'flamepipe {x',
  '',
  '@23[\n        a+1\n,q"uo\\te \xc3]: 4',
  '',
  '@c[\n    a+1\n]: (two lines, 1)',
  'Lost 3 events',
  '@off[\xc3\xa9 \xe9 \x1b]: 1',
];

/** Without the blank lines, which only tell dumps apart. */
function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

describe('JSON of bpftrace', () => {
  test('becomes the text that it prints otherwise', () => {
    const { text, bad } = convert(DUMP);
    assert.deepEqual(lines(text), lines(TEXT.join('\n')));
    assert.deepEqual(bad, []);
  });

  test('cut anywhere into blocks it becomes the same', () => {
    const whole = convert(DUMP);
    for (let size = 1; size < 40; size++) assert.deepEqual(convert(DUMP, size), whole);
  });

  test('cut off, it gives what was whole', () => {
    fc.assert(
      fc.property(fc.nat(DUMP.length), (end) => {
        const { text, bad } = convert(DUMP.slice(0, end));
        const given = lines(text);
        assert.deepEqual(given, lines(convert(DUMP).text).slice(0, given.length));
        assert.ok(bad.length <= 1);
      }),
    );
  });

  test('any bytes do no harm', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '\\', '\n', '@a', '1', ' '), { maxLength: 40 }),
        (parts) => {
          convert(parts.join(''));
        },
      ),
      { numRuns: runs(40) },
    );
  });

  test('plain lines in between are passed on', () => {
    assert.equal(
      convert('ERROR: x {"a"}\n{"type": "map", "data": {"@a": 1}}\n').text.replace(/\n+/g, '\n'),
      'ERROR: x {"a"}\n@a: 1\n',
    );
  });

  test('a line cut off is told, what follows is read', () => {
    const { text, bad } = convert('{"type": "map", "data": {"@a": {"x\n{"type": "map", "data": {"@a": 1}}\n');
    assert.deepEqual(lines(text), ['@a: 1']);
    assert.deepEqual(bad, ['1: cut off in the middle of the JSON']);
  });
});
