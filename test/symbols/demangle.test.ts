// Mangled names become the names that perf, c++filt and rustc print.
// The C++ names are from g++ 12 (c++filt 2.40 prints the second column), the Rust names from rustc 1.95.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tidyName } from '../../src/stacks/frame-name.ts';
import { demangle } from '../../src/symbols/demangle.ts';

const likeCppFilt: [mangled: string, readable: string][] = [
  ['_ZN2ns1fEiPPc', 'ns::f(int, char**)'],
  ['_ZN2ns12_GLOBAL__N_13BoxcmEi', 'ns::(anonymous namespace)::Box::operator,(int)'],
  ['_ZN2ns12_GLOBAL__N_13BoxixEi', 'ns::(anonymous namespace)::Box::operator[](int)'],
  ['_ZN2ns12_GLOBAL__N_13BoxpmEi', 'ns::(anonymous namespace)::Box::operator->*(int)'],
  ['_ZN2ns12_GLOBAL__N_13BoxptEv', 'ns::(anonymous namespace)::Box::operator->()'],
  ['_ZN2ns12_GLOBAL__N_13BoxnwEm', 'ns::(anonymous namespace)::Box::operator new(unsigned long)'],
  ['_ZNVK2ns12_GLOBAL__N_13BoxcvbEv', 'ns::(anonymous namespace)::Box::operator bool() const volatile'],
  ['_ZNO2ns12_GLOBAL__N_13Box4onceEv', 'ns::(anonymous namespace)::Box::once() &&'],
  [
    '_ZNK2ns12_GLOBAL__N_13BoxcvSt6vectorIiSaIiEEEv',
    'ns::(anonymous namespace)::Box::operator std::vector<int, std::allocator<int> >() const',
  ],
  [
    '_ZNK2ns12_GLOBAL__N_13BoxltERKS1_',
    'ns::(anonymous namespace)::Box::operator<(ns::(anonymous namespace)::Box const&) const',
  ],
  ['_ZN2ns1ZD0Ev', 'ns::Z::~Z()'],
  ['_ZN2ns3fooILNS_4KindE3EE3barEi', 'ns::foo<(ns::Kind)3>::bar(int)'],
  ['_ZN2ns6taggedB5cxx11ESt8functionIFviEE', 'ns::tagged[abi:cxx11](std::function<void (int)>)'],
  [
    '_ZN2ns2fpEPFviERA3_iMNS_12_GLOBAL__N_13BoxEi',
    'ns::fp(void (*)(int), int (&) [3], int ns::(anonymous namespace)::Box::*)',
  ],
  ['_ZNKSt8functionIFviEEclEi', 'std::function<void (int)>::operator()(int) const'],
  ['_ZZNK3Foo3barEiENKUliE_clEi', 'Foo::bar(int) const::{lambda(int)#1}::operator()(int) const'],
  ['_ZnwmPv', 'operator new(unsigned long, void*)'],
  ['_ZThn8_N2ns1Z1zEPNS_1YE', 'non-virtual thunk to ns::Z::z(ns::Y*)'],
  ['_ZTv0_n24_N2ns1Z1zEPNS_1YE', 'virtual thunk to ns::Z::z(ns::Y*)'],
  ['_ZTch0_h16_N1A3fooEv', 'covariant return thunk to A::foo()'],
  ['_ZThn8_N2ns1Z1zEPNS_1YE.cold', 'non-virtual thunk to ns::Z::z(ns::Y*) [clone .cold]'],
  ['_ZGVZ3foovE1x', 'guard variable for foo()::x'],
];

test('C++ names read as c++filt prints them', () => {
  for (const [mangled, readable] of likeCppFilt) assert.equal(demangle(mangled), readable);
});

test('C++ templates come without return type, as perf prints them', () => {
  assert.equal(demangle('_ZN2ns12_GLOBAL__N_13bazIiEEvT_'), 'ns::(anonymous namespace)::baz<int>(int)');
  assert.equal(demangle('_ZN2ns4packIJidcEEEvDpT_'), 'ns::pack<int, double, char>(int, double, char)');
});

test('what compiler and linker append to a C++ name stays visible', () => {
  assert.equal(demangle('_ZN3foo3barEi.isra.0'), 'foo::bar(int) [clone .isra.0]');
  assert.equal(demangle('_ZN3foo3barEi.constprop.0.cold'), 'foo::bar(int) [clone .constprop.0] [clone .cold]');
  assert.equal(demangle('_ZN3foo3barEi.llvm.12840869331085312698'), 'foo::bar(int)');
  assert.equal(demangle('_ZN3foo3barEi.llvm.1284.cold@plt'), 'foo::bar(int) [clone .cold]@plt');
  assert.equal(demangle('foo::bar(int) [clone .llvm.77]'), 'foo::bar(int)', 'as bpftrace has it');
  assert.equal(demangle('foo::bar(int) [clone .llvm.77]', { keepHash: true }), 'foo::bar(int) [clone .llvm.77]');
  assert.equal(demangle('_ZN3foo3barEi.llvm.123', { keepHash: true }), 'foo::bar(int) [clone .llvm.123]');
  assert.equal(demangle('_ZN3foo3barEi@plt'), 'foo::bar(int)@plt');
  assert.equal(demangle('__ZN3foo3barEi'), 'foo::bar(int)');
  assert.equal(tidyName(demangle('_ZNSi4readEPcl@@GLIBCXX_3.4')).replace(/^.*>::/, ''), 'read@@GLIBCXX_3.4');
});

const rust: [mangled: string, readable: string][] = [
  ['_RNvCsbFYJioi4cCO_2rs4main', 'rs::main'],
  ['_RNCINvNtCsjrHSEGnQ3l9_3std2rt10lang_startuE0CsbFYJioi4cCO_2rs', 'std::rt::lang_start::<()>::{closure#0}'],
  ['_RNvXCsbFYJioi4cCO_2rsINtB2_1AmENtB2_4Work2goB2_', '<rs::A<u32> as rs::Work>::go'],
  ['_RINvCsbFYJioi4cCO_2rs5applyNCNvB2_4mains_0EB2_', 'rs::apply::<rs::main::{closure#1}>'],
  ['_RNvMNtCsjrHSEGnQ3l9_3std4timeNtB2_7Instant7elapsed', '<std::time::Instant>::elapsed'],
  [
    '_RINvNtNtCsjrHSEGnQ3l9_3std3sys9backtrace28___rust_begin_short_backtraceFEuuECsbFYJioi4cCO_2rs',
    'std::sys::backtrace::__rust_begin_short_backtrace::<fn(), ()>',
  ],
  ['_RNvCs1234_7mycrateu8gdel_5qa', 'mycrate::g\xc3\xb6del'],
  ['_RNvCsbFYJioi4cCO_2rs4main.llvm.1234', 'rs::main'],
  ['_ZN1r4main28_$u7b$$u7b$closure$u7d$$u7d$17h66c2391de700d59fE', 'r::main::{{closure}}'],
  ['_ZN1r2rs5apply17h44256428c71caabbE', 'r::rs::apply'],
  ['_ZN1r2rs13gr$uf6$$udf$e17hb817d6b270040b09E', 'r::rs::gr\xc3\xb6\xc3\x9fe'],
  ['_ZN49_$LT$r..rs..A$LT$T$GT$$u20$as$u20$r..rs..Work$GT$2go17h59ec1ceaedfe3927E', '<r::rs::A<T> as r::rs::Work>::go'],
  [
    '_ZN4core3ops8function6FnOnce40call_once$u7b$$u7b$vtable.shim$u7d$$u7d$17h42e08618e5619cfaE',
    'core::ops::function::FnOnce::call_once{{vtable.shim}}',
  ],
  [
    '_ZN115_$LT$core..panic..unwind_safe..AssertUnwindSafe$LT$F$GT$$u20$as$u20$core..ops..function..FnOnce$LT$$LP$$RP$$GT$$GT$9call_once17hdc39087cf1b9bf66E',
    '<core::panic::unwind_safe::AssertUnwindSafe<F> as core::ops::function::FnOnce<()>>::call_once',
  ],
];

test('Rust names of both manglings come without crate numbers and hashes, in UTF-8', () => {
  for (const [mangled, readable] of rust) {
    assert.equal(demangle(mangled), readable);
    assert.equal(tidyName(readable), readable);
  }
});

test('Rust names that bpftrace or an old perf took for C++ are finished', () => {
  assert.equal(
    demangle('_$LT$rs..A$LT$T$GT$$u20$as$u20$rs..Work$GT$::go::h105bbde2954af101'),
    '<rs::A<T> as rs::Work>::go',
  );
  assert.equal(
    demangle('core::ops::function::FnOnce::call_once$u7b$$u7b$vtable.shim$u7d$$u7d$::h42e08618e5619cfa [clone .cold]'),
    'core::ops::function::FnOnce::call_once{{vtable.shim}} [clone .cold]',
  );
  assert.equal(
    demangle('r::main::_$u7b$$u7b$closure$u7d$$u7d$::h66c2391de700d59f [clone .llvm.77]'),
    'r::main::{{closure}}',
  );
  assert.equal(demangle('rs::main::h105bbde2954af101'), 'rs::main');
});

test('OCaml names read as perf prints them', () => {
  assert.equal(demangle('camlStdlib__List__map_481'), 'Stdlib.List.map_481');
  assert.equal(demangle('camlO__$2b$2b_1'), 'O.++_1');
  assert.equal(demangle('caml_alloc_small'), 'caml_alloc_small');
});

test('keepHash keeps the hash that tells two instances of a generic apart', () => {
  const keepHash = true;
  assert.equal(demangle('_ZN1r2rs5apply17h44256428c71caabbE', { keepHash }), 'r::rs::apply::h44256428c71caabb');
  assert.equal(demangle('_ZN1r1f17h44256428c71caabbE.cold', { keepHash }), 'r::f::h44256428c71caabb.cold');
  assert.equal(demangle('_$LT$T$GT$::go::h105bbde2954af101', { keepHash }), '<T>::go::h105bbde2954af101');
  assert.equal(demangle('rs::main::h105bbde2954af101', { keepHash }), 'rs::main::h105bbde2954af101');
});

test('a name that is not mangled, or not well, is left as it is', () => {
  const names = [
    '',
    '_',
    '_R',
    '_Z',
    '__Z',
    '_ZN',
    '_Zx',
    '_Resume',
    '_start',
    '__rust_alloc',
    '_ZGVbN2v_sin',
    'ZN3foo3barEv',
    'J$$Lambda$1/0x00007f3ce0000a08.apply',
    'Foo$C$.bar',
    'a..b',
    '?foo@@YAXH@Z',
    '[unknown]',
    `_Z${'P'.repeat(100_000)}i`,
    `_RNv${'C'.repeat(100_000)}`,
  ];
  for (const name of names) assert.equal(demangle(name), name);
});

test('bytes that are no UTF-8 leave a name untouched', () => {
  for (const name of ['_Z3f\xff\xfev', '_RNvC2r\xe94main', 'caf\xe9::h0123456789abcde'])
    assert.equal(demangle(name), name);
});

/** f(pair<pair<pair<…>, …>, …>): each level takes 10 characters and doubles the readable name. */
function bomb(levels: number): string {
  let name = '_Z1fSt4pairIiiE';
  for (let level = 0; level < levels; level++)
    name += `S_IS${level.toString(36).toUpperCase()}_S${level.toString(36).toUpperCase()}_E`;
  return name;
}

test('a name that would need gigabytes stays mangled, and the next one is read again', () => {
  const before = process.memoryUsage().rss;
  assert.equal(demangle(bomb(34)), bomb(34));
  assert.ok(process.memoryUsage().rss - before < 100e6);
  assert.match(demangle(bomb(5)), /^f\(std::pair<int, int>, /);
});
