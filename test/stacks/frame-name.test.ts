// Names as they end up in a flame graph: shortened, never confused, never damaged.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { commFrame, dropHash, frameText, isNameless, tidyName } from '../../src/stacks/frame-name.ts';
import { runs } from '../law-runs.ts';

const shortened: Record<string, [name: string, tidy: string][]> = {
  'C++ functions lose their argument lists': [
    ['ns::f(int, char**)', 'ns::f'],
    ['main()', 'main'],
    ['(anonymous namespace)::f(int)', '(anonymous namespace)::f'],
    ['non-virtual thunk to X::y(Z*)', 'non-virtual thunk to X::y'],
    ['decltype(auto) std::visit(x)', 'decltype(auto) std::visit'],
    ['std::foo<(Kind)3>::bar(int)', 'std::foo<(Kind)3>::bar'],
    ['ns::tagged[abi:cxx11](std::function<void (int)>)', 'ns::tagged[abi:cxx11]'],
    ['ns::fp(void (*)(int), int (&) [3], int ns::(anonymous namespace)::Box::*)', 'ns::fp'],
    ['Foo::bar()::{lambda(int)#1}::operator()(int) const', 'Foo::bar()::{lambda(int)#1}::operator()'],
    ['main::{lambda()#1}::{lambda()#1}({lambda()#1} const&)', 'main::{lambda()#1}::{lambda()#1}'],
    ["main::'lambda'(int)::operator()(int) const", "main::'lambda'(int)::operator()"],
    [
      'std::function<void ()>::function<Foo::bar()::{lambda()#1}, void>()', // two pairs to tell apart
      'std::function<void ()>::function<Foo::bar()::{lambda()#1}, void>',
    ],
  ],
  'C++ templates lose their return types, which only some demanglers print': [
    ['void (anonymous namespace)::baz<int>(int)', '(anonymous namespace)::baz<int>'],
    [
      'void std::sort<int*, f()::{lambda(int, int)#1}>(int*, int*) [clone .isra.0]',
      'std::sort<int*, f()::{lambda(int, int)#1}> [clone .isra.0]',
    ],
    ['unsigned int app::Work::spin<unsigned int>(unsigned int)', 'app::Work::spin<unsigned int>'],
    ['std::map<int, char (*)(int)> const& ns::f<int>(int) const', 'ns::f<int>'],
    ['decltype (forward<int>({parm#1})) std::visit<int>(int)', 'std::visit<int>'],
    ['auto f()::{lambda(auto:1)#1}::operator()<int>(int) const', 'f()::{lambda(auto:1)#1}::operator()<int>'],
    [
      'std::ostream& std::operator<< <std::char_traits<char> >(std::ostream&, char const*)',
      'std::operator<< <std::char_traits<char> >',
    ],
    ['bool operator==<int>(A<int> const&, int)', 'operator==<int>'],
    ['A::operator unsigned long<int>()', 'A::operator unsigned long<int>'],
    ['non-virtual thunk to A<int>::f<int>(int)', 'non-virtual thunk to A<int>::f<int>'],
    [
      'void [System.Linq] System.Linq.Enumerable::Each<int32>(int32)[Tier0]',
      'void [System.Linq] System.Linq.Enumerable::Each<int32>[Tier0]',
    ],
    ['void (*pick<int>(int))(char)', 'void (*pick<int>(int))'],
  ],
  'operators keep what makes them operators': [
    ['std::function<void (int)>::operator()(int) const', 'std::function<void (int)>::operator()'],
    ['operator()()', 'operator()'],
    ['foo::operator,(int)', 'foo::operator,'],
    ['foo::operator[](int)', 'foo::operator[]'],
    ['foo::operator<(foo const&) const', 'foo::operator<'],
    ['foo::operator<=>(foo const&) const', 'foo::operator<=>'],
    ['foo::operator->*(int)', 'foo::operator->*'],
    ['foo::operator!() const', 'foo::operator!'],
    ['std::unique_ptr<Foo>::operator->() const', 'std::unique_ptr<Foo>::operator->'],
    ['operator new(unsigned long)', 'operator new'],
    ['operator delete[](void*)', 'operator delete[]'],
    [
      'Box::operator std::vector<int, std::allocator<int> >() const',
      'Box::operator std::vector<int, std::allocator<int> >',
    ],
    ['Box::operator char const*() const', 'Box::operator char const*'],
    ['Box::operator (anonymous namespace)::T&()', 'Box::operator (anonymous namespace)::T&'],
    ['ns::operator"" _km(long double)', 'ns::operator"" _km'],
    ['cooperator()', 'cooperator'],
  ],
  'qualifiers go with the argument list': [
    ['A::f() const', 'A::f'],
    ['A::f() const volatile &&', 'A::f'],
    ['A::f(int) const & noexcept', 'A::f'],
  ],
  'what says which copy of a function it is stays': [
    ['f(int) [clone .isra.0]', 'f [clone .isra.0]'],
    ['A::f(int) const [clone .constprop.0] [clone .cold]', 'A::f [clone .constprop.0] [clone .cold]'],
    ['f(int) (.isra.0)', 'f (.isra.0)'],
    ['std::istream::read(char*, long)@@GLIBCXX_3.4', 'std::istream::read@@GLIBCXX_3.4'],
    ['ns::f(int)@plt', 'ns::f@plt'],
  ],
  'Java methods lose their argument lists, also in the notation of class files': [
    ['long J.spin(int, java.lang.String, long[][])', 'long J.spin'],
    ['void java.lang.Object.<init>()', 'void java.lang.Object.<init>'],
    [
      'java.lang.Object J$$Lambda$1/0x00007f3ce0000a08.apply(java.lang.Object)',
      'java.lang.Object J$$Lambda$1/0x00007f3ce0000a08.apply',
    ],
    ['Lcom/ex/A;::m(Ljava/lang/String;)V', 'Lcom/ex/A;::m'],
    ['Lcom/ex/A;::m(I[J)[Ljava/lang/String;', 'Lcom/ex/A;::m'],
    ['LA;::<init>()V', 'LA;::<init>'],
  ],
  '.NET methods lose their argument lists, not their tier': [
    ['void [App] App.Program::Main(string[])[OptimizedTier1]', 'void [App] App.Program::Main[OptimizedTier1]'],
  ],
};

for (const [title, table] of Object.entries(shortened)) {
  test(title, () => {
    for (const [name, tidy] of table) assert.equal(tidyName(name), tidy);
  });
}

const unchanged: Record<string, string[]> = {
  'brackets that are part of a C++ name': [
    '(anonymous namespace)::SimplifyCFGOpt::run',
    'std::function<void (int)>::operator()',
    'std::function<void (std::string, std::pair<int, long>)>::operator()',
    'operator()',
    'foo::operator,',
    'operator[]',
    'operator<',
    'operator->',
    'operator->*',
    'operator std::vector<int, std::allocator<int> >',
    'main::{lambda(std::string)#1}',
    'decltype(auto) f',
    'f [clone .isra.0]',
    'ns::(anonymous namespace)',
  ],
  'C, Go, Rust, Java and Objective-C names': [
    'finish_task_switch.isra.0',
    'clock_gettime@@GLIBC_2.17',
    'main.(*T).Spin',
    'net/http.(*conn).serve',
    'main.(*T[...]).Do.func1.2',
    'type:.eq.func(int)',
    'rs::main::{closure#0}',
    'rs::main::{{closure}}',
    '<T as Trait>::f',
    '<&dyn core::ops::function::Fn<(), Output = i32> + core::marker::Sync as core::ops::function::FnOnce<()>>::call_once',
    '<fn(u8) -> u32 as core::ops::function::FnOnce<(u8,)>>::call_once',
    'std::rt::lang_start::<()>',
    'core::ptr::drop_in_place<(A,B)>',
    'StubRoutines (1)',
    'Interpreter',
    '-[NSObject foo:bar:]',
    '-[NSObject(Category) foo]',
    'weird sym; with (stuff) [x]: 7',
    '[unknown]',
  ],
  'JavaScript and Python names, whatever is in them': [
    'JS:~Module._load node:internal/modules/cjs/loader:1003:24',
    'JS:*weird key; (x) [y] {z}: 1 /a/n.js:1:38',
    'JS:^ /a/n.js:2:116',
    'JS:*native(x)',
    'RegExp:a+b(c)d',
    'RegExp:a+b(c)',
    'py::run:/srv/app(2)',
  ],
};

for (const [title, names] of Object.entries(unchanged)) {
  test(`${title} stay as they are`, () => {
    for (const name of names) assert.equal(tidyName(name), name);
  });
}

// Names of any bytes, and names made of the pieces that the rules look at.
const anyName = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)) });
const pieces =
  '( ) < > [ ] { } f x; L ;:: V :: : . , blank const & && noexcept operator decltype @ @plt * [a] (.b) \xe9'.split(' ');
const pieceName = fc
  .array(fc.constantFrom(...pieces, ' const', '()', '(int)'))
  .map((list) => list.join('').replaceAll('blank', ' '));

test('shortening twice changes nothing more, empties no name and adds nothing', () => {
  fc.assert(
    fc.property(fc.oneof(anyName, pieceName), (name) => {
      const tidy = tidyName(name);
      assert.equal(tidyName(tidy), tidy);
      assert.ok(name === '' || tidy !== '');
      assert.ok(tidy.length <= name.length);
    }),
    { numRuns: runs(40) },
  );
});

test('a hostile name of 100 KB takes no noticeable time', () => {
  const length = 100_000;
  const units = ['(', ')', '<', '()', '[a]()', '@a()', ' const', '() const', '()V', '[', ']', ' (.', '::h0', ';::('];
  for (const unit of units) {
    const many = unit.repeat(length / unit.length);
    for (const name of [many, `f${many}`, `f(${many})`, `L;::f()${many}`, `${many}()`]) {
      const start = process.cpuUsage();
      tidyName(name);
      dropHash(name);
      frameText(name);
      assert.ok(process.cpuUsage(start).user < 1e6, `${name.slice(0, 20)}…`); // µs; 10^10 steps take more
    }
  }
});

test('the hash of a legacy Rust name goes, other names that look a little like it stay', () => {
  assert.equal(dropHash('alloc::vec::Vec<T>::push::h0123456789abcdef'), 'alloc::vec::Vec<T>::push');
  assert.equal(dropHash('rs::main::h0123456789abcdef.cold'), 'rs::main.cold');
  for (const name of ['a::h0123', 'a::h0123456789abcdefg', 'h0123456789abcdef', '::h0123456789abcdef', 'a::b']) {
    assert.equal(dropHash(name), name);
  }
});

test('a frame holds no separator, no control character, and is never empty', () => {
  assert.equal(frameText('Lcom/ex/A;::m'), 'Lcom/ex/A:::m');
  assert.equal(frameText('a\tb\nc\rd\ve\ff'), 'a b c d e f');
  assert.equal(frameText('a\x00b\x1bc\x7f'), 'a?b?c?');
  assert.equal(frameText(' a b\t'), 'a b');
  assert.equal(frameText('  '), '[unknown]');
  assert.equal(frameText(''), '[unknown]');
  assert.equal(frameText('weird: 7'), 'weird: 7');
  fc.assert(fc.property(anyName, (name) => /^[^;\x00-\x1f\x7f]+$/.test(frameText(name))));
});

test('names in UTF-8 and in no encoding at all pass through byte by byte', () => {
  const bytes = Array.from({ length: 128 }, (_, at) => String.fromCharCode(0x80 + at)).join('');
  assert.equal(frameText(bytes), bytes);
  assert.equal(tidyName(`${bytes}(int)`), bytes);
  assert.equal(commFrame(bytes), bytes);
  assert.equal(commFrame('voil\xc3\xa0'), 'voil\xc3\xa0'); // 0xA0 alone is a blank to trim()
});

test('the root frame is the comm, its blanks written as underscores', () => {
  assert.equal(commFrame('two words'), 'two_words');
  assert.equal(commFrame('  lead; trail \t'), 'lead:_trail');
  assert.equal(commFrame('nl\nx'), 'nl_x');
  assert.equal(commFrame(' \n '), '[unknown]');
  assert.equal(commFrame('[kw/0:1]'), '[kw/0:1]');
});

test('objects, addresses and marks are no functions; functions with brackets in their names are', () => {
  const nameless = [
    '[postgres]',
    '[libc.so.6 <7f00c0d>]',
    '[plug[1].so]',
    '[nf_tables]_[k]',
    '[unknown]',
    '0x7f00dead',
  ];
  const named = [
    '[System] Main(string[])[Tier0]',
    '[.data.frame',
    'f[abi:cxx11]',
    '0xdead_handler',
    'JS:[eval]',
    'main',
  ];
  assert.deepEqual([...nameless, ...named].filter(isNameless), nameless);
});
