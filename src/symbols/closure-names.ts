// Closures of Rust by their whole names. With line tables only they are called {closure#0}, all of them; but who calls one
// mostly has its type among its own type arguments, and that has a path.

import { Remembered } from '../engine/remembered.ts';
import type { DwarfFrame } from './dwarf/dwarf.ts';

/** Frames whose whole names are remembered. */
const MOST_REMEMBERED = 1 << 13;

// {closure#0}      {closure#1}<u64, alloc::string::String>      {async_fn#0}      {async_block#2}
const BARE = /^\{(closure|\w*async\w*|gen_\w+)#(\d+)\}(<.*)?$/;
// fold<core::ops::range::Range<u32>, u64, app::digest_of::{closure_env#0}>      poll<app::serve::{async_fn_env#0}<u8>>
//                                         └── path ──┘  └ kind   └ number                └── type arguments ──┘
const TYPE = /([^\s<>,()&*[\];]+)::\{(\w+)_env#(\d+)\}/g;

/** Is it the whole name of a closure, as wholeClosure() gives it? */
export function isWholeClosure(name: string): boolean {
  return WHOLE.test(name);
}

const WHOLE = /^[^\s<>,()&*[\];]+::\{(?:closure|\w*async\w*|gen_\w+)#\d+\}/;

/**
 * The name of a closure with the path of the function it was written in; undefined: it is none, or its caller, named as the
 * debug information names it, has the types of none such, or of several.
 */
export function wholeClosure(name: string, caller: string): string | undefined {
  const parts = BARE.exec(name);
  if (!parts) return undefined;
  const [, kind, number, own = ''] = parts;
  const paths = new Set<string>();
  for (const { 1: path, 2: of, 3: which, 0: text, index } of caller.matchAll(TYPE)) {
    // a closure within a generic function bears that function's types: theirs must be the same
    if (of === kind && which === number && typeArguments(caller, index + text.length) === own)
      paths.add(path as string);
  }
  const [path] = paths;
  return paths.size === 1 ? `${path}::${name}` : undefined;
}

/** `<A, B<C>>` at this place of a type; '' if it has none. */
function typeArguments(text: string, from: number): string {
  if (text[from] !== '<') return '';
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '<') depth++;
    // fn(u8) -> u8
    else if (text[at] === '>' && text[at - 1] !== '-' && --depth === 0) return text.slice(from, at + 1);
  }
  return text.slice(from);
}

/** The functions around an address with whole names for those of its closures that have one. Others are the same objects. */
export class ClosureNames {
  readonly #whole = new Remembered<DwarfFrame, Map<string, DwarfFrame>>(MOST_REMEMBERED);

  /** A copy of a list as the debug information has it, the one that exists as code first; undefined: it has no such closure. */
  of(found: readonly DwarfFrame[]): DwarfFrame[] | undefined {
    let frames: DwarfFrame[] | undefined;
    for (let i = 1; i < found.length; i++) {
      const frame = found[i] as DwarfFrame;
      if (frame.home === undefined || frame.name?.[0] !== '{') continue;
      const name = wholeClosure(frame.name, found[i - 1]?.name ?? '');
      if (name === undefined) continue;
      frames ??= found.slice();
      frames[i] = this.#named(frame, name);
    }
    return frames;
  }

  #named(frame: DwarfFrame, name: string): DwarfFrame {
    let names = this.#whole.get(frame);
    if (!names) {
      names = new Map();
      this.#whole.set(frame, names);
    }
    let whole = names.get(name);
    if (!whole) {
      whole = { ...frame, name };
      names.set(name, whole);
    }
    return whole;
  }
}
