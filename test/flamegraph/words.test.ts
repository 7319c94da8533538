// The words and small parts of the picture: labels, amounts, colours, options.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { changeClass } from '../../src/flamegraph/change.ts';
import { changeFamilies } from '../../src/flamegraph/change-colours.ts';
import { INK } from '../../src/flamegraph/colours/classes.ts';
import { contrast } from '../../src/flamegraph/colours/family.ts';
import { kindOf } from '../../src/flamegraph/colours/kinds.ts';
import { PALETTES, palette } from '../../src/flamegraph/colours/palette.ts';
import { ON_CPU, waitFamily } from '../../src/flamegraph/colours/time.ts';
import { WAITS, waitBit } from '../../src/flamegraph/colours/waits.ts';
import { shownName } from '../../src/flamegraph/display.ts';
import { label } from '../../src/flamegraph/label.ts';
import { parseBackground, parseMinWidth } from '../../src/flamegraph/settings.ts';
import { inPixels, Slivers } from '../../src/flamegraph/slivers.ts';
import { PAPER, paperOn } from '../../src/flamegraph/style.ts';
import { matcherOf, matchingNodes, sumOver } from '../../src/flamegraph/viewer/search.ts';
import { TreeBuilder } from '../../src/flamegraph/viewer/tree.ts';
import { amount, grouped, percent, relative } from '../../src/stacks/amounts.ts';
import { draw } from './drawing.ts';

describe('labels', () => {
  const cases: [name: string, columns: number, text: string][] = [
    ['main', 4, 'main'],
    ['main', 3, 'ma…'],
    ['main', 2, ''],
    ['core::ops::function::FnOnce::call_once', 24, '…FnOnce::call_once'],
    ['core::ops::function::FnOnce::call_once', 6, 'call_…'],
    ['std::vector<std::pair<a::b, c>>::push_back', 20, '…push_back'],
    ['a_name_without_path', 8, 'a_name_…'],
    ['::', 3, '::'],
    ['日本語の関数', 7, '日本語…'],
    ['日本語の関数', 12, '日本語の関数'],
  ];
  for (const [name, columns, text] of cases) {
    test(`${name} in ${columns}`, () => assert.equal(label(name, columns), text));
  }

  test('are never longer than there is room', () => {
    fc.assert(fc.property(fc.string(), fc.nat(30), (name, room) => label(name, room).length <= room));
  });
});

describe('amounts', () => {
  test('are grouped, with two decimals at most', () => {
    assert.deepEqual([0, 999, 1000, 1234567.891, -1234.5].map(grouped), [
      '0',
      '999',
      '1,000',
      '1,234,567.89',
      '-1,234.5',
    ]);
  });
  test('shares', () => assert.deepEqual([percent(1), percent(0.12345), percent(0)], ['100%', '12.35%', '0.00%']));
  test('relative changes', () =>
    assert.deepEqual(
      [relative(3, 1), relative(1, 2), relative(100_001, 100_000), relative(9_999, 10_000), relative(30, 0.01)],
      ['+200%', '-50%', '±0.0%', '±0.0%', '+299,900%'],
    ));
  test('long times are seconds too', () => {
    assert.equal(amount(1_201_654, 'us'), '1,201,654 us = 1.2 s');
    assert.equal(amount(12, 'us'), '12 us');
    assert.equal(amount(12, 'samples'), '12 samples');
  });
});

test('names lose their mark, and what XML or a reader could stumble over', () => {
  const cases = {
    'vfs_read_[k]': 'vfs_read',
    'a\x1b[0m': 'a␛[0m',
    '\udc80x': '�x',
    '\u202eevil': '�evil',
    '': '(no name)',
    '_[k]': '(no name)',
    '\ufffe😀': '�😀',
  };
  for (const [name, text] of Object.entries(cases)) assert.equal(shownName(name), text);
});

describe('kinds of code', () => {
  const cases: Record<string, string[]> = {
    kernel: ['vfs_read_[k]', 'do_syscall_64_[k]'],
    jit: ['JS:*run /srv/a.js:1', 'LazyCompile:~f', 'run_[j]', 'py::work:/srv/a.py', 'Lcom/example/Main;::run'],
    inlined: ['next_[i]'],
    waker: ['worker_[w]'],
    library: [
      '_int_malloc',
      '__GI___libc_open',
      'std::vector<int>::push_back',
      '<alloc::vec::Vec<T> as core::ops::Drop>::drop',
    ],
    unresolved: ['[unknown]', '[libc.so.6]', '0x7f00deadbeef', '-', '--', ''],
    application: ['main', 'ExecScan', 'freelist_get', 'my::std::thing', '<pgmqtt::Broker as pgrx::Worker>::run'],
  };
  for (const [kind, names] of Object.entries(cases)) {
    test(kind, () => {
      for (const name of names) assert.equal(kindOf(name), kind, name);
    });
  }

  test('what the kernel is entered through tells its callees, unless they are marked', () => {
    const fills = palette('kind', true)
      .families.find(({ meaning }) => meaning === 'kernel')
      ?.light.join('|');
    const kernelBox = new RegExp(`fill="(?:${fills})"[^>]*><title>vfs_read`);
    assert.match(draw('p;main;entry_SYSCALL_64_after_hwframe;do_syscall_64;vfs_read 100\n'), kernelBox);
    assert.doesNotMatch(draw('p;main;entry_SYSCALL_64_after_hwframe;vfs_read 100\np;x_[k] 1\n'), kernelBox);
  });
});

test('every palette gives every name a family of its own', () => {
  for (const name of PALETTES) {
    const { families, letterOf } = palette(name, true);
    for (const frame of ['main', 'a::b', 'x_[k]', 'x_[j]', 'x_[i]', 'x_[w]', '/a.js:1', 'Perl_x', '']) {
      const family = families.find(({ letter }) => letter === letterOf(frame));
      assert.match(family?.light[0] ?? '', /^#[0-9a-f]{6}$/);
      assert.equal(family?.light.length, family?.dark.length);
    }
  }
});

describe('contrast', () => {
  const LEAST = 4.5;
  const families = [
    ...PALETTES.flatMap((name) => palette(name, true).families),
    ...changeFamilies({ sides: { before: 'a', after: 'b' }, diffBy: 'inclusive', negate: false }),
  ];

  test('names are legible on every box, light and dark', () => {
    for (const scheme of ['light', 'dark'] as const) {
      for (const family of families) {
        for (const fill of family[scheme]) {
          assert.ok(contrast(fill, INK[scheme]) >= LEAST, `${family.letter} ${family.meaning} ${fill} in ${scheme}`);
        }
      }
    }
  });

  test('words are legible on their paper, whatever background was chosen', () => {
    fc.assert(
      fc.property(fc.nat(0xffffff), (number) => {
        const { scheme, paper } = paperOn(`#${number.toString(16).padStart(6, '0')}`);
        for (const words of [paper.soft, paper.accent, paper.ink])
          assert.ok(contrast(words, paper.paper) >= LEAST, words);
        assert.ok(contrast(INK[scheme], paper.all) >= LEAST, paper.all);
      }),
    );
    for (const { paper, field, soft, accent, ink, hit } of Object.values(PAPER)) {
      for (const under of [paper, field])
        for (const words of [soft, accent, ink]) assert.ok(contrast(words, under) >= LEAST);
      assert.ok(contrast('#ffffff', hit) >= LEAST);
    }
  });
});

test('kinds of time are told apart, and on the CPU is none of them', () => {
  assert.equal(waitBit('main'), 0);
  assert.notEqual(waitBit('[fsync]'), waitBit('[futex]'));
  assert.equal(waitBit('[fsync]'), waitBit('[disk-io]'));
  const meaning = (bits: number): string | undefined => waitFamily(WAITS, bits)?.meaning;
  assert.deepEqual([waitBit('[sleep]'), waitBit('[sleep]') | waitBit('[lock]')].map(meaning), [
    'timer or idle',
    'several waits',
  ]);
  assert.deepEqual([ON_CPU, ON_CPU | waitBit('[cpu]'), 0].map(meaning), [undefined, undefined, undefined]);
});

test('the colour of a change has its sign, grows with it, and is palest where it may be chance', () => {
  assert.deepEqual(
    [0, 1, 50, 100, -100, -1].map((change) => changeClass(change, 100, 0)),
    ['n0', 'p1', 'p4', 'p5', 'm5', 'm1'],
  );
  assert.deepEqual([changeClass(9, 100, 9), changeClass(-9, 100, 9), changeClass(10, 100, 9)], ['p0', 'm0', 'p1']);
  assert.equal(changeClass(0, 0, 0), 'n0');
});

test('slivers are joined where nobody sees a gap', () => {
  const slivers = new Slivers(inPixels);
  slivers.add('a0', 0, 0.5);
  slivers.add('b0', 0.6, 1.2);
  slivers.add('b0', 5, 5.05);
  slivers.add('a0', 9, 9.5);
  assert.deepEqual(
    [...slivers.finish()],
    [
      ['a0', 'm0 0h1.2m7.8 0h.5'],
      ['b0', 'm5 0h.1'],
    ],
  );
  assert.deepEqual([...slivers.finish()], []);
});

test('minimum widths are pixels or percent', () => {
  assert.deepEqual(['0.1', '2', '.5%', '5 %'].map(parseMinWidth), [
    { px: 0.1 },
    { px: 2 },
    { share: 0.005 },
    { share: 0.05 },
  ]);
  assert.deepEqual(['', '-1', 'x', '1e3', '5%%'].map(parseMinWidth), Array(5).fill(undefined));
});

test('backgrounds are names or colours', () => {
  assert.equal(parseBackground('#AABBCC'), '#aabbcc');
  assert.match(parseBackground('blue') ?? '', /^#[0-9a-f]{6}$/);
  for (const text of ['', 'red;}', '#abc', 'url(x)']) assert.equal(parseBackground(text), undefined);
});

describe('search', () => {
  test('is a part of the name in any case, or a regular expression between slashes', () => {
    assert.equal(matcherOf('MALLOC')('_int_malloc'), true);
    assert.equal(matcherOf('a.c')('abc'), false);
    assert.equal(matcherOf('/^A.C$/')('abc'), true);
    assert.equal(matcherOf('/')('a/b'), true);
    assert.throws(() => matcherOf('/(/'), SyntaxError);
  });

  test('finds a match inside another one once', () => {
    const builder = new TreeBuilder(5, false, false);
    // all > f > g > f; h
    for (const name of [1, 2, 1]) builder.open(name);
    builder.add(4, 0, 1);
    for (let i = 0; i < 3; i++) builder.close();
    builder.open(3);
    builder.add(6, 0, 1);
    const tree = builder.finish();
    assert.deepEqual(matchingNodes(tree, Uint8Array.of(0, 1, 0, 0), 0), [1]);
    assert.deepEqual(matchingNodes(tree, Uint8Array.of(0, 1, 0, 0), 2), [3]);
    assert.equal(sumOver(matchingNodes(tree, Uint8Array.of(0, 1, 0, 1), 0), tree.size), 10);
  });
});
