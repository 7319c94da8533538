// The kernel's symbols, in a copy of /proc/kallsyms: they name addresses that perf left without a name. The file has
// some 100 000 lines, and few are needed, so a binary search reads them in place.

import { InputError } from '../engine/errors.ts';

// ffffffff81000000 T _stext                       the kernel's own, in the order of their addresses
// ffffffffc0a01020 t nft_do_chain<TAB>[nf_tables] then those of modules and BPF programs, in no order
// └ address ─────┘ │ └ name       └ module
const LINE = /^([0-9a-f]{8})([0-9a-f]{8}) (\S) ([^\t\n]*)(\t.*)?$/;
const LINES = new RegExp(LINE, 'gm');
const FUNCTION = /[tw]/i;
/** The upper half of the first address of the kernel; below it are offsets of per-CPU data. */
const KERNEL_HALF = 0xffff8000;
const HALF = 2 ** 32;
const PAGE = 4096;
const NEWLINE = 10;

interface Symbol_ {
  /** counted from the first address of the kernel's half, exact as a double; below 0: another half */
  address: number;
  isFunction: boolean;
  name: string;
  module: string;
}

interface Line extends Symbol_ {
  from: number;
  /** where the next line begins */
  to: number;
}

export class KernelSymbols {
  readonly #text: Buffer;
  /** by a place within them */
  readonly #lines = new Map<number, Line>();
  /** where the modules' symbols begin */
  readonly #modulesFrom: number;
  #modules: Symbol_[] | undefined;

  /** Throws InputError if the text is no copy of /proc/kallsyms, or one without addresses. */
  constructor(text: Buffer) {
    if (text.length === 0) throw new InputError('no copy of /proc/kallsyms: it is empty');
    this.#text = text;
    this.#modulesFrom = this.#firstLine(text.length, ({ module }) => module !== '');
    const last = this.#lineAt(this.#modulesFrom - 1);
    if (last.address < 0) throw new InputError('the kernel has hidden its addresses: copy /proc/kallsyms as root');
  }

  /** The function at an address of 16 hexadecimal digits; undefined: none. Of several names the last, as perf does. */
  nameAt(address: string): string | undefined {
    const at = numberOf(address.slice(0, 8), address.slice(8));
    return this.#ownAt(at) ?? this.#modulesAt(at);
  }

  #ownAt(at: number): string | undefined {
    const next = this.#firstLine(this.#modulesFrom, ({ address }) => address > at);
    if (next === 0) return undefined;
    let line = this.#lineAt(next - 1);
    const end = next < this.#modulesFrom ? this.#lineAt(next).address : endOfLast(line);
    // data that begins where a function does
    const { address } = line;
    while (!line.isFunction && line.from > 0) {
      line = this.#lineAt(line.from - 1);
      if (line.address !== address) return undefined;
    }
    return at < end && line.isFunction ? line.name : undefined;
  }

  #modulesAt(at: number): string | undefined {
    this.#modules ??= functionsIn(this.#text.toString('latin1', this.#modulesFrom));
    const modules = this.#modules;
    const next = firstOf(modules.length, (i) => (modules[i] as Symbol_).address > at);
    const symbol = modules[next - 1];
    const following = modules[next];
    if (!symbol) return undefined;
    const end = following?.module === symbol.module ? following.address : endOfLast(symbol);
    return at < end ? symbol.name : undefined;
  }

  /** Where the first line of that kind begins, of those up to `to`, which are sorted by it; `to` if there is none. */
  #firstLine(to: number, isSo: (line: Line) => boolean): number {
    let from = 0;
    let end = to;
    while (from < end) {
      const line = this.#lineAt((from + end) >> 1);
      if (isSo(line)) end = line.from;
      else from = line.to;
    }
    return from;
  }

  /** The line that a place lies in. */
  #lineAt(place: number): Line {
    let line = this.#lines.get(place);
    if (!line) {
      const text = this.#text;
      const from = place <= 0 ? 0 : text.lastIndexOf(NEWLINE, place - 1) + 1;
      const next = text.indexOf(NEWLINE, Math.max(0, place));
      const end = next < 0 ? text.length : next;
      const symbol = symbolOf(LINE.exec(text.toString('latin1', from, end)));
      if (!symbol) throw new InputError(`no copy of /proc/kallsyms: the line at byte ${from} is none of its`);
      line = { ...symbol, from, to: Math.min(end + 1, text.length) };
      this.#lines.set(place, line);
    }
    return line;
  }
}

function symbolOf(match: RegExpExecArray | RegExpMatchArray | null): Symbol_ | undefined {
  if (!match) return undefined;
  const [, high = '', low = '', type = '', name = '', module = ''] = match;
  return { address: numberOf(high, low), isFunction: FUNCTION.test(type), name, module };
}

function functionsIn(text: string): Symbol_[] {
  const symbols = [...text.matchAll(LINES)].flatMap((match) => symbolOf(match) ?? []);
  return symbols.filter(({ isFunction }) => isFunction).sort((a, b) => a.address - b.address);
}

function numberOf(high: string, low: string): number {
  return (Number.parseInt(high, 16) - KERNEL_HALF) * HALF + Number.parseInt(low, 16);
}

/** A symbol ends where the next one begins; the last one of the kernel, or of a module, with the page after its own. */
function endOfLast({ address }: Symbol_): number {
  return Math.ceil(address / PAGE) * PAGE + PAGE;
}

/** The least of 0 to `count` from which on it is so; `count` if it is never so. */
function firstOf(count: number, isSo: (i: number) => boolean): number {
  let [from, end] = [0, count];
  while (from < end) {
    const middle = (from + end) >> 1;
    if (isSo(middle)) end = middle;
    else from = middle + 1;
  }
  return from;
}
