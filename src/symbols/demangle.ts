// Mangled names made readable, by the crates rustc-demangle and cpp_demangle (gecko-profiler-demangle).
// perf and bpftrace demangle most names themselves. The WebAssembly beside this file loads when the first one arrives
// mangled. Without it, names stay as they come.

import { isUtf8 } from 'node:buffer';
import { ownModule } from '../engine/own-module.ts';
import { dropHash } from '../stacks/frame-name.ts';
import { readRustName } from './rust/rust-name.ts';

// _ZN3foo3barEv       __ZN3foo3barEv      _RNvCsbFYJioi4cCO_2rs4main
// └ Itanium C++       └ same on macOS     └ Rust v0; its legacy form looks like C++
const MANGLED = /^__?[ZR]/;
// camlStdlib__List__map_481     camlO__$2b$2b_1 = O.++_1
const OCAML = /^caml(?=[A-Z])/;
const OCAML_ESCAPE = /__|\$([0-9a-fA-F]{2})/g;

// _ZN4core3ops8function6FnOnce9call_once17h05af221e174051e9E.llvm.123
//                                         └─────── 1 ─────┘ └── 2 ──┘
const LEGACY = /^__?ZN.*17(h[0-9a-f]{16})E(.*)$/s;

// _$LT$rs..A$LT$T$GT$$u20$as$u20$rs..Work$GT$::go::h105bbde2954af101 [clone .cold]
// └──────────────────── 1 ───────────────────────┘  └───── 2 ───────┘└─── 3 ──────┘
const HALF_DEMANGLED = /^(.+)::(h[0-9a-f]{16})((?:[. @].*)?)$/s;
// _ZN12_GLOBAL__N_112CallAnalyzer7analyzeEv.llvm.12840869331085312698         ns::f(int) [clone .llvm.77]
//                                          └ ThinLTO, another number in every build ──┘
const THIN_LTO = /\.llvm\.\d+(?=\.|$)| \[clone \.llvm\.\d+\]/;
const ESCAPE = /\$(?:SP|BP|RF|LT|GT|LP|RP|C|u[0-9a-f]+)\$|\.\./;

// {virtual override thunk({offset(-8)}, ns::Z::z(ns::Y*))} [clone .cold]
// └──── cpp_demangle; others: non-virtual thunk to ns::Z::z(ns::Y*) [clone .cold]
const THUNK = /^\{virtual override thunk\((?:\{[^}]*\}, )+(.*)\)\}(.*)$/s;
const NOT_ASCII = /[^\0-\x7f]/;
const THUNK_KINDS: Record<string, string> = { _ZTh: 'non-virtual', _ZTv: 'virtual', _ZTc: 'covariant return' };

/**
 * The readable form of a C++, Rust or OCaml name, argument list included; any other name, and one that the demangler refuses,
 * unchanged. Rust's crate disambiguators go. So do the hash of its legacy mangling and ThinLTO's, unless `keepHash`,
 * also in names that perf or bpftrace demangled, wholly or as if they were C++. Names are latin1 decodings of bytes.
 */
export function demangle(name: string, options: { keepHash?: boolean } = {}): string {
  const keepHash = options.keepHash ?? false;
  if (MANGLED.test(name)) return demangleSymbol(name, keepHash);
  if (OCAML.test(name)) return demangleOcaml(name);
  const readable = keepHash || !name.endsWith(']') ? name : name.replace(THIN_LTO, '');
  const half = HALF_DEMANGLED.exec(readable);
  return half ? demangleHalf(readable, half, keepHash) : readable;
}

function demangleSymbol(name: string, keepHash: boolean): string {
  // _ZNSi4readEPcl@@GLIBCXX_3.4 and perf's _ZNSi4readEPcl@plt: no demangler knows versions.
  const at = name.indexOf('@');
  const symbol = at < 0 ? name : name.slice(0, at);
  const mangled = keepHash || !symbol.includes('.llvm.') ? symbol : symbol.replace(THIN_LTO, '');
  const version = at < 0 ? '' : name.slice(at);
  const rust = keepHash ? undefined : readRustName(mangled);
  if (rust !== undefined) return rust + version;
  const [, hash, suffix = ''] = (keepHash && LEGACY.exec(mangled)) || [];
  const readable = callDemangler(mangled.slice(0, mangled.length - suffix.length));
  if (readable === undefined) return name;
  const thunk = THUNK.exec(readable);
  if (thunk) return `${THUNK_KINDS[mangled.slice(0, 4)] ?? 'virtual'} thunk to ${thunk[1]}${thunk[2]}${version}`;
  return readable + (hash ? `::${hash}${suffix}` : '') + version;
}

/** As perf does. */
function demangleOcaml(name: string): string {
  const character = (_: string, code?: string) => (code === undefined ? '.' : String.fromCharCode(parseInt(code, 16)));
  return name.replace(OCAML, '').replace(OCAML_ESCAPE, character);
}

/**
 * libiberty and __cxa_demangle take a legacy Rust name for C++ and leave its escapes: mangled again, it can be read.
 */
function demangleHalf(name: string, half: RegExpExecArray, keepHash: boolean): string {
  const [, path = '', hash = '', suffix = ''] = half;
  const mangled = path
    .split('::')
    .map((part) => `${part.length}${part}`)
    .join('');
  const readable = ESCAPE.test(path) ? callDemangler(`_ZN${mangled}17${hash}E`) : undefined;
  if (readable === undefined) return keepHash ? name : dropHash(name);
  return keepHash ? `${readable}::${hash}${suffix}` : readable + suffix.replace(THIN_LTO, ''); // as rustc-demangle does
}

/** What demangle_any of the package is, seen from outside: strings are a pointer and a length. */
interface Demangler {
  memory: { buffer: ArrayBuffer };
  demangle_any(pointer: number, length: number): [pointer: number, length: number];
  __wbindgen_malloc(length: number, align: number): number;
  __wbindgen_free(pointer: number, length: number, align: number): void;
}

let module: WebAssembly.Module | undefined;
let demangler: Demangler | undefined;

function callDemangler(mangled: string): string | undefined {
  const { length: size } = mangled;
  if (NOT_ASCII.test(mangled) && !isUtf8(Buffer.from(mangled, 'latin1'))) return undefined; // Rust's &str must be
  try {
    demangler ??= loadDemangler();
    const argument = demangler.__wbindgen_malloc(size, 1) >>> 0;
    Buffer.from(demangler.memory.buffer, argument, size).write(mangled, 'latin1');
    const [pointer, length] = demangler.demangle_any(argument, size); // frees its argument
    const readable = Buffer.from(demangler.memory.buffer, pointer >>> 0, length).toString('latin1');
    demangler.__wbindgen_free(pointer, length, 1);
    // A name it cannot read comes back without its first underscore.
    return readable === mangled.slice(1) || readable === mangled ? undefined : readable;
  } catch {
    demangler = undefined; // a trap (memory full, panic) leaves its stack in disorder
    return undefined;
  }
}

function loadDemangler(): Demangler {
  module ??= ownModule('demangle.generated.wasm');
  // The imported function fills a table for JavaScript objects; demangling uses none, so __wbindgen_start isn't needed.
  const imports = { './index_bg.js': { __wbindgen_init_externref_table() {} } };
  return new WebAssembly.Instance(module, imports).exports as unknown as Demangler;
}
