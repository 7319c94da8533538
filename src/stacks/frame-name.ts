// What a frame is called: names as symbolisers print them, made short enough to merge and safe enough to fold.
// Every string here is a latin1 decoding: one character is one byte of the input, and bytes from 0x80 stay as they are.

import { UNKNOWN, unmarked } from './marks.ts';

// JS:*weird key; (x) [y] {z}: 1 /a/n.js:1:38     RegExp:a+b(c)     type:.eq.func(int)     py::run:/srv/app (2)
// └┬┘ V8, Go and CPython put a kind before the name, and what follows is no C++ or Java
const TAGGED = /^(?:[A-Za-z]+:(?!:)|py::)/;

// f(int) [clone .isra.0]     f(int) (.isra.0)    f(int)@@GLIBCXX_3.4  f(int)@plt     Program::Main(string[])[Tier0]
//       └ libiberty ───┘           └ LLVM ───┘         └ symbol version, perf's PLT┘                       └.NET ─┘
const MARK = /(?: ?\[[^[\]]*\]| \(\.[^()]*\)|@@?[\w.]+)$/;
const MARK_LENGTH = 80;

// A::f(int) const volatile &&
//          └──────┬─────────┘ of the object the method is called on
const QUALIFIERS = /(?: const| volatile| restrict| __restrict| &&?| noexcept)+$/;
const QUALIFIERS_LENGTH = 40;

// Lcom/ex/A;::m(Ljava/lang/String;)V
// └──┬─────┘└┬┘ a Java agent's name ends in a type as class files write it: V, [I, Ljava/lang/String;
const JVM_METHOD = /^L[^ (]*;::/;
const JVM_TYPE = /^\[*(?:[BCDFIJSVZ]|L[^;]*;)$/;

// f(  vector<int>(  f[abi:cxx11](  operator()(  {lambda()#1}(  operator char*(   but not:  StubRoutines (1)  (anonymous
// ↑             ↑              ↑            ↑              ↑                ↑              main.(*T)  ns::(anonymous
const AFTER_NAME = /[\w$\x80-\xff>\])}*&"]$/;
const AFTER_OPERATOR = /(?<![\w$\x80-\xff])operator[^\w\s]{1,3}$/;
const PART_OF_NAME = /(?<![\w$\x80-\xff])(?:operator|decltype)$/;
const BEFORE_LENGTH = 16;

// void std::sort<int*>(      std::ostream& std::operator<< <char>(     but not:  non-virtual thunk to   closure #1 in
// └┬─┘ of templates: perf 7.2 prints it, 6.1 does not, bpftrace always                instance void [System]   T* operator
const NO_TYPE = /(?:(?:^| )(?:to|for|of|in|\[[^\]]*\])|(?<![\w$])operator[\w ]*)$/;
const OPERATOR = /operator[^\w\s]{1,3}$/;
// void java.lang.Object.<init>
const TEMPLATE = /(?<!\.<(?:cl)?init)>$/;

/**
 * The name without its argument list and return type.
 * 1. An argument list is the balanced `(…)` at the very end, directly after a name, an operator or a `>`, `]`, `)`,
 * `}`.
 *    After a blank, a dot, a colon or nothing it is part of the name: `StubRoutines (1)`, `ns::(anonymous namespace)`.
 * 2. Qualifiers behind it (` const &`), and a Java agent's return type, go with it; marks (` [clone .cold]`, `@plt`)
 * stay.
 * 3. The brackets of `operator()` and `decltype(auto)` belong to the name.
 * 4. A return type stands only in front of C++ templates, and goes: some demanglers print it, others do not. Anything
 * else in front belongs to the name.
 * 5. Names with a kind in front (`JS:`, `RegExp:`, `type:`, `py::`) are left alone.
 * Applying it twice changes nothing more; it takes linear time, and never empties a name.
 */
export function tidyName(name: string): string {
  if (!name.includes('(') || TAGGED.test(name)) return name;
  const isJvm = JVM_METHOD.test(name);
  const marks: string[] = [];
  let end = name.length;
  for (;;) {
    const mark = MARK.exec(tail(name, end, MARK_LENGTH))?.[0];
    const next = mark === undefined ? argumentsStart(name, end, isJvm) : end - mark.length;
    if (next === undefined) break;
    if (mark !== undefined) marks.push(mark);
    end = next;
  }
  const start = name[end] === '(' && TEMPLATE.test(tail(name, end, BEFORE_LENGTH)) ? returnTypeEnd(name, end) : 0;
  return name.slice(start, end) + marks.reverse().join('');
}

/** Where the name of the template starts whose arguments, in `<>`, end at `end`. */
function returnTypeEnd(name: string, end: number): number {
  let depth = 0;
  for (let at = end - 1; at > 0; at--) {
    const byte = name[at] as string;
    if (')>]}'.includes(byte)) depth++;
    else if ('(<[{'.includes(byte)) depth--;
    else if (byte === ' ' && depth === 0) {
      const before = tail(name, at, MARK_LENGTH);
      const operator = OPERATOR.exec(before)?.[0];
      if (operator === undefined) return NO_TYPE.test(before) ? 0 : at + 1;
      at -= operator.length;
    }
  }
  return 0;
}

/** Where the argument list starts that ends, qualifiers included, at `end`. */
function argumentsStart(name: string, end: number, isJvm: boolean): number | undefined {
  let close = end - (QUALIFIERS.exec(tail(name, end, QUALIFIERS_LENGTH))?.[0].length ?? 0);
  if (isJvm && name[close - 1] !== ')') {
    const last = name.lastIndexOf(')', close - 1) + 1;
    if (JVM_TYPE.test(name.slice(last, close))) close = last;
  }
  if (name[close - 1] !== ')') return undefined;
  const open = openingBracket(name, close - 1);
  const before = tail(name, open, BEFORE_LENGTH);
  if (PART_OF_NAME.test(before)) return undefined;
  return AFTER_NAME.test(before) || AFTER_OPERATOR.test(before) ? open : undefined;
}

/** The index of the `(` that balances the `)` at `close`, or 0. */
function openingBracket(name: string, close: number): number {
  let depth = 0;
  for (let at = close; at > 0; at--) {
    const byte = name.charCodeAt(at);
    if (byte === 0x29) depth++;
    else if (byte === 0x28 && --depth === 0) return at;
  }
  return 0;
}

/**
 * At most `length` characters that end at `end`: an anchored expression must not search a hostile name from its start.
 */
function tail(name: string, end: number, length: number): string {
  return name.slice(Math.max(0, end - length), end);
}

// alloc::vec::Vec<T>::push::h0123456789abcdef
//                          └ legacy mangling ┘ another number in every build
const RUST_HASH = /(?<=.)::h[0-9a-f]{16}(?=$|[ .@])/s;

/** The name without the hash of Rust's legacy mangling. */
export function dropHash(name: string): string {
  return name.replace(RUST_HASH, '');
}

const UNFIT = /[;\x00-\x1f\x7f]/;

/**
 * What a folded line can hold of a name. `;` separates frames, so it becomes `:`. White space becomes a blank, and
 * another control character `?`. Blanks around a name belong to the line, so they go. An empty name is `[unknown]`.
 */
export function frameText(name: string): string {
  const text = UNFIT.test(name) ? name.replace(/[;\x00-\x1f\x7f]/g, substitute) : name;
  return (text.startsWith(' ') || text.endsWith(' ') ? text.replace(/^ +| +$/g, '') : text) || UNKNOWN;
}

function substitute(char: string): string {
  if (char === ';') return ':';
  return char >= '\t' && char <= '\r' ? ' ' : '?';
}

/** Without ` (deleted)`, which the kernel puts behind the path of a file that is gone. */
export function withoutDeleted(path: string): string {
  return path.replace(/ \(deleted\)$/, '');
}

/**
 * `[libc.so.6]` for a place in that object (latin1) that has no symbol; `[unknown]` if the object isn't known either.
 */
export function objectFrame(object: string, address = ''): string {
  const path = withoutDeleted(object);
  const base = path.slice(path.lastIndexOf('/') + 1).replace(/^\[(.*)\]$/, '$1') || 'unknown';
  return frameText(address === '' ? `[${base}]` : `[${base} <${address}>]`);
}

// [postgres]   [libc.so.6 <7f00c0d>]   [plug[1].so]   [nf_tables]_[k]   [unknown]   [lost]   0x7f00deadbeef
// but not .NET's:  [System] Main(string[])[Tier0]
const NAMELESS = /^(?:\[(?:[^[\]]|\[[^[\]]*\])*\]|0x[0-9a-f]+)$/;

/** Does the frame name no function, but an object, an address or a mark? */
export function isNameless(frame: string): boolean {
  return (frame.startsWith('[') || frame.startsWith('0x')) && NAMELESS.test(unmarked(frame));
}

// [libc.so.6]   [libc-2.31.so]   [libpthread.so.0]   [ld-musl-x86_64.so.1]   [libc.so.6 <7f00c0d>]
const LIBC = /^\[(?:libc|libpthread|ld)[-.][^\]]*\]$/;

/** Is it an unnamed place in the C library? */
export function isLibcObject(frame: string): boolean {
  return LIBC.test(frame);
}

/** The root frame of a process: its comm, trimmed, blanks written `_` as stackcollapse-perf.pl does. */
export function commFrame(comm: string): string {
  // Not trim() or \s: they take 0xA0, the last byte of "à", for a blank.
  const blanks = ' \t\n\v\f\r';
  let start = 0;
  let end = comm.length;
  while (start < end && blanks.includes(comm.charAt(start))) start++;
  while (end > start && blanks.includes(comm.charAt(end - 1))) end--;
  return frameText(comm.slice(start, end)).replaceAll(' ', '_');
}
