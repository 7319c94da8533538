import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { KernelSymbols } from '../../src/symbols/kernel-symbols.ts';

// as a kernel of x86-64 prints it: per-CPU data, its own symbols in order, then those of modules in none
const KALLSYMS = `0000000000000000 A fixed_percpu_data
0000000000001000 A cpu_debug_store
ffffffff81000000 T _stext
ffffffff81000000 T startup_64
ffffffff81000100 t do_one
ffffffff81000180 W weak_one
ffffffff810001a0 T memset
ffffffff810001a0 T __memset
ffffffff81000200 T last_function
ffffffff81001000 D some_data
ffffffff81001000 R more_data
ffffffffc0a02000 t b_second\t[b_module]
ffffffffc0a01000 t b_first\t[b_module]
ffffffffc0201010 t a_only\t[a_module]
ffffffffc0b00000 t bpf_prog_6deef7357e7b4530\t[bpf]
`;
const symbols = new KernelSymbols(Buffer.from(KALLSYMS));

describe('the function at an address', () => {
  for (const [address, name, what] of [
    ['ffffffff81000100', 'do_one', 'its first byte'],
    ['ffffffff8100017f', 'do_one', 'its last byte'],
    ['ffffffff81000180', 'weak_one', 'a weak one'],
    ['ffffffff81000000', 'startup_64', 'of two names the last'],
    ['ffffffff810001ff', '__memset', 'of two names the last, within'],
    ['ffffffff81000fff', 'last_function', 'up to data'],
    ['ffffffff81001000', undefined, 'data'],
    ['ffffffffc0a01fff', 'b_first', 'of a module, whose symbols are in no order'],
    ['ffffffffc0a02fff', 'b_second', "a module's last, up to the end of its page"],
    ['ffffffffc0201fff', 'a_only', "a module's only one"],
    ['ffffffffc0204000', undefined, 'between modules'],
    ['ffffffffc0b00040', 'bpf_prog_6deef7357e7b4530', 'a BPF program'],
    ['ffffffffc0c00000', undefined, 'behind all'],
    ['ffffffff80ffffff', undefined, 'before all'],
    ['ffff800000000000', undefined, "the first of the kernel's half"],
  ] as const) {
    test(`${address}: ${what}`, () => assert.equal(symbols.nameAt(address), name));
  }
});

test('each address is of the last function that begins there or before', () => {
  const address = fc.integer({ min: 0, max: 0xffff });
  fc.assert(
    fc.property(fc.uniqueArray(address, { minLength: 1, maxLength: 40 }), address, (starts, at) => {
      const hex = (n: number): string => `ffffffff8100${n.toString(16).padStart(4, '0')}`;
      const sorted = [...starts].sort((a, b) => a - b);
      const text = sorted.map((start, i) => `${hex(start)} t ${'f'.repeat(1 + (i % 7))}_${i}\n`).join('');
      const found = new KernelSymbols(Buffer.from(text)).nameAt(hex(at));
      const i = sorted.findLastIndex((start) => start <= at);
      const end = i + 1 < sorted.length ? Number.POSITIVE_INFINITY : Math.ceil((sorted[i] ?? 0) / 4096) * 4096 + 4096;
      assert.equal(found, i < 0 || at >= end ? undefined : `${'f'.repeat(1 + (i % 7))}_${i}`);
    }),
  );
});

test('a copy cut off within a line still serves', () => {
  const cut = new KernelSymbols(Buffer.from('ffffffff81000000 T _stext\nffffffff81000100 t do_o'));
  assert.equal(cut.nameAt('ffffffff81000050'), '_stext');
});

test('what is none is refused, and so are hidden addresses', () => {
  for (const text of ['', 'x', 'app 4242 1.0: cpu-clock:\n', '\n\n'])
    assert.throws(() => new KernelSymbols(Buffer.from(text)), /no copy of \/proc\/kallsyms/);
  const hidden = '0000000000000000 T _stext\n0000000000000000 t do_one\n';
  assert.throws(() => new KernelSymbols(Buffer.from(hidden)), /hidden its addresses: copy .* as root/);
});
