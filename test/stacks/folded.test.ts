import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../src/engine/errors.ts';
import { StackTable } from '../../src/engine/stack-table.ts';
import { type Folded, FoldedReader, ForeignInput, guardLines } from '../../src/stacks/folded.ts';

interface Read {
  folded: Folded;
  bad: string[];
}

/** Reads inputs (latin1), each in blocks of `size` bytes. */
function read(inputs: string[], size = 1 << 16): Read {
  const bad: string[] = [];
  const reader = new FoldedReader((kind, line, text) => bad.push(`${line}: ${kind}: ${text}`));
  for (const input of inputs) {
    reader.begin();
    const bytes = Buffer.from(input, 'latin1');
    for (let at = 0; at < bytes.length; at += size) reader.block(bytes.subarray(at, at + size));
    reader.end();
  }
  return { folded: reader.finish(), bad };
}

/** `stack WEIGHT` (in a comparison `stack BEFORE AFTER`) for each stack, in order of first sight. */
function lines({ folded: { table, isDifferential } }: Read): string[] {
  return [...table.stacks()].map(({ ids, weight, hits }) => {
    const stack = [...ids].map((id) => table.nameText(id)).join(';');
    return isDifferential ? `${stack} ${hits} ${weight}` : `${stack} ${weight}`;
  });
}

describe('folded text', () => {
  test('counts of equal stacks add up, over several inputs too', () => {
    assert.deepEqual(lines(read(['a;b 1\na;c 2\na;b 3', 'a;c 5\n'])), ['a;b 4', 'a;c 7']);
  });

  test('CRLF, tabs, fractions, empty frames and lines, and a missing last newline are fine', () => {
    const text = 'a;b 1\r\na\t2\n\n  \na;;b 1.5\na;;b 1   ';
    assert.deepEqual(lines(read([text])), ['a;b 1', 'a 2', 'a;;b 2.5']);
    assert.deepEqual(read([text]).bad, []);
  });

  test('bad lines are reported with their kind and place', () => {
    const { bad, folded } = read(['ok 1\nfoo\nx -5\nx -0.5\ny 1e3\n 7\nz 99999999999999999999\n', 'bar\nok 1']);
    assert.deepEqual(bad, [
      '2: no count: foo',
      '3: count below zero: x -5',
      '4: count below zero: x -0.5',
      '5: count with an exponent: y 1e3',
      '7: count above 2^53: z 99999999999999999999',
      '1: no count: bar',
    ]);
    assert.equal(folded.table.stackCount, 2);
  });

  test('in a comparison the last frame may be empty, and the only one is unknown then', () => {
    assert.deepEqual(lines(read(['a; 3 5\na 1 2\n'])), ['a; 3 5', 'a 1 2']);
    assert.deepEqual(lines(read([' 3 5\n'])), ['[unknown] 3 5']);
  });

  test('any chunking reads the same', () => {
    const line = fc.oneof(
      fc.tuple(fc.string({ unit: 'binary-ascii' }), fc.nat()).map(([stack, count]) => `${stack} ${count}`),
      fc.string({ unit: 'binary-ascii' }),
    );
    const texts = fc.array(line, { minLength: 1 }).map((all) => `first 1\n${all.join('\n')}`);
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 9 }), (text, size) => {
        // what looks like another format is told by its first 4096 bytes, which a small text is as a whole
        const whole = attempt(() => read([text]));
        assert.deepEqual(
          attempt(() => read([text], size)),
          whole,
        );
      }),
    );
  });
});

function attempt(run: () => Read): unknown {
  try {
    const result = run();
    return [lines(result), result.bad];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.message;
  }
}

describe('two counts a line', () => {
  test('are a comparison when every line has them', () => {
    const result = read(['a;b 1 2\na;c 0 4\na;b 10 20\n']);
    assert.equal(result.folded.isDifferential, true);
    assert.deepEqual(lines(result), ['a;b 11 22', 'a;c 0 4']);
  });

  test('are read behind an empty frame, too', () => {
    assert.deepEqual(lines(read(['a; 1 2\na;b 3 4\n'])), ['a; 1 2', 'a;b 3 4']);
  });

  test('are summed where they differ for one stack', () => {
    assert.deepEqual(lines(read(['a;b 1 2\na;b 5 4\n'])), ['a;b 6 6']);
  });

  test('else the first belongs to the name', () => {
    const result = read(['FS Broker 5858 3\ncomm 12 5\nok 1\n']);
    assert.equal(result.folded.isDifferential, false);
    assert.deepEqual(lines(result), ['FS Broker 5858 3', 'comm 12 5', 'ok 1']);
  });
});

test('a NUL in a name of folded text is a part of it', () => {
  assert.deepEqual(lines(read(['a;nul\0nul 5\na;b 1\na;c 2\n'])), ['a;nul\0nul 5', 'a;b 1', 'a;c 2']);
});

describe('input that is something else', () => {
  const cases: Record<string, string> = {
    'PERFILE2 and bytes': 'perf.data',
    '\x1f\x8b\x08': 'compressed',
    '<?xml version="1.0"?>\n<svg/>': 'XML, SVG or HTML',
    'a\0b 1\n': 'binary',
    'Attaching 3 probes...\n\n@[\n  a+1\n]: 3\n': 'bpftrace',
    'demo  1234/1234 [001] 100.000001:     250000 cpu-clock:\n\t  55d0c0de main+0x1f (/srv/demo)\n\n': 'perf script',
  };
  for (const [input, what] of Object.entries(cases)) {
    test(what, () => {
      for (const size of [1, 1 << 16]) {
        assert.throws(
          () => read([input], size),
          (error) => error instanceof ForeignInput && error.message.includes(what),
        );
      }
    });
  }

  test('leaves the other inputs readable', () => {
    const reader = new FoldedReader(() => {});
    const inputs = ['a;b 1\n', 'Attaching 3 probes...\nx 12\nhalf a line 3', 'a;b 2\n'];
    for (const input of inputs) {
      reader.begin();
      try {
        reader.block(Buffer.from(input));
        reader.end();
      } catch (error) {
        assert.ok(error instanceof ForeignInput);
      }
    }
    assert.deepEqual(lines({ folded: reader.finish(), bad: [] }), ['a;b 3']);
  });
});

describe('nothing read', () => {
  const cases: Record<string, string[]> = {
    'the input is empty': ['', '\n \n'],
    'no line is folded text': ['foo\nbar\n', 'a -1\n'],
  };
  for (const [message, inputs] of Object.entries(cases)) {
    test(message, () => {
      for (const input of inputs) {
        assert.throws(
          () => read([input]),
          (error) => error instanceof InputError && error.message.startsWith(message),
        );
      }
    });
  }

  test('sums past 2^53 are refused', () => {
    assert.throws(() => read(['a 9007199254740991\na 1\n']), /2\^53/);
  });
});

test('however many names may mislead, the stacks are walked as often as for one', () => {
  const walks = (names: number): number => {
    const table = new StackTable();
    for (let i = 0; i < names; i++) table.add([table.name(`#${i}: x`), table.name(`f ${i}`)], 1, 1);
    const all = [mock.method(table, 'stacks'), mock.method(table, 'forEachAt')];
    assert.equal(guardLines(table), '#_0:_ x');
    return all.reduce((sum, { mock: { calls } }) => sum + calls.length, 0);
  };
  assert.equal(walks(50), walks(1));
});
