// Tables of symbols: read, put in the order of addresses, and looked up. The host's side is src/symbols/elf/symbol-index.ts.

/** Is the name at this place a mark of an assembler? */
@external('env', 'isMark')
declare function isMark(nameAt: f64): bool;
/** Is the first of two names of one address the better one? */
@external('env', 'isBetter')
declare function isBetter(nameAt: f64, otherAt: f64): bool;

const STT_NOTYPE: u32 = 0;
const STT_OBJECT: u32 = 1;
const STT_FUNC: u32 = 2;
const STT_GNU_IFUNC: u32 = 10;
const STB_GLOBAL: u32 = 1;
const STB_WEAK: u32 = 2;
const SHN_UNDEF: u32 = 0;
const STV_INTERNAL: u32 = 1;
const STV_HIDDEN: u32 = 2;

/** A symbol that was read. */
@unmanaged
class Symbol {
  start: f64;
  size: f64;
  /** the place of its name; of a synthetic one -1 - its number */
  nameAt: f64;
  /** whether it has a size, and of its binding: weak 0, local 1, global 2 */
  rank: u32;
}

/** Of an address that has symbols. */
@unmanaged
class Row {
  start: f64;
  end: f64;
  /** that of the symbol; from TIES on the place of a list of which the best name counts: their number, and each */
  nameAt: f64;
}

/** Rows ascend; no two have one address. */
@unmanaged
class Table {
  rows: usize = 0;
  count: u32 = 0;
}

const SYMBOL: usize = offsetof<Symbol>();
const ROW: usize = offsetof<Row>();
const TIES: f64 = 1099511627776;
/** If the last symbol of a file says no size, it ends at the end of the next page. */
const PAGE: f64 = 4096;
/** Symbols may lie within another one: find() looks at this many before it gives up. */
const MOST_NESTED: u32 = 8;
/** Bits of an address that one pass of the sort looks at. */
const DIGIT: u32 = 11;
const DIGITS: usize = 1 << 11;
const SECTIONS: u32 = 65536;

const counts: usize = memory.data(8192, 8);
/** by sections' numbers: have they code? */
const codeSections: usize = memory.data(65536);

let is64: bool = true;
let isBig: bool = false;
let isOfFunctions: bool = true;
let namesSize: f64 = 0;

let block: usize = 0;
let blockSize: usize = 0;
let symbols: usize = 0;
let symbolsSize: usize = 0;
let symbolsRoom: usize = 0;

/** Symbols read from here on are of a new table: of functions, or of variables. Names lie in `names` bytes. */
export function begin(long: bool, big: bool, functions: bool, names: f64): void {
  is64 = long;
  isBig = big;
  isOfFunctions = functions;
  namesSize = names;
  symbolsSize = 0;
  memory.fill(codeSections, 0, SECTIONS);
}

export function addCodeSection(section: u32): void {
  if (section < SECTIONS) store<u8>(codeSections + section, 1);
}

/** Where the host puts `size` bytes of a table. */
export function blockOf(size: u32): usize {
  if (<usize>size > blockSize) {
    if (block != 0) heap.free(block);
    block = heap.alloc(size);
    blockSize = size;
  }
  return block;
}

@inline
function u16Of(at: usize): u32 {
  return isBig ? bswap<u16>(load<u16>(at)) : load<u16>(at);
}
@inline
function u32Of(at: usize): u32 {
  return isBig ? bswap<u32>(load<u32>(at)) : load<u32>(at);
}
@inline
function u64Of(at: usize): f64 {
  return <f64>(isBig ? bswap<u64>(load<u64>(at)) : load<u64>(at));
}

/** Adds the symbols of a block of whole entries. */
export function addBlock(size: u32): void {
  const entry: usize = is64 ? 24 : 16;
  const to = block + size;
  for (let p = block; p + entry <= to; p += entry) {
    const info = <u32>load<u8>(p + (is64 ? 4 : 12));
    const type = info & 15;
    const isFunction = type == STT_FUNC || type == STT_GNU_IFUNC;
    if (!isFunction && type != STT_OBJECT && type != STT_NOTYPE) continue;
    const nameAt = <f64>u32Of(p);
    const where = u16Of(p + (is64 ? 6 : 14));
    if (nameAt == 0 || where == SHN_UNDEF || nameAt >= namesSize) continue;
    if (isOfFunctions) {
      if (!isFunction) {
        if (load<u8>(codeSections + where) == 0) continue;
        // tables among code, such as OpenSSL's, are objects
        if (type == STT_NOTYPE) {
          const other = <u32>load<u8>(p + (is64 ? 5 : 13)) & 3;
          if (other == STV_HIDDEN || other == STV_INTERNAL || isMark(nameAt)) continue;
        }
      }
    } else if (type != STT_OBJECT) continue;
    const binding = info >> 4;
    const start = is64 ? u64Of(p + 8) : <f64>u32Of(p + 4);
    const bytes = is64 ? u64Of(p + 16) : <f64>u32Of(p + 8);
    add(start, bytes, nameAt, binding == STB_GLOBAL ? 2 : binding == STB_WEAK ? 0 : 1);
  }
}

/** Adds a symbol that no table has, by its number. */
export function addSynthetic(start: f64, size: f64, number: u32): void {
  add(start, size, -1 - <f64>number, 0);
}

function add(start: f64, size: f64, nameAt: f64, binding: u32): void {
  if (symbolsSize + SYMBOL > symbolsRoom) {
    const before = symbols;
    symbolsRoom = max<usize>(SYMBOL * 2048, symbolsRoom << 1);
    symbols = heap.alloc(symbolsRoom);
    if (before != 0) {
      memory.copy(symbols, before, symbolsSize);
      heap.free(before);
    }
  }
  const symbol = changetype<Symbol>(symbols + symbolsSize);
  symbolsSize += SYMBOL;
  symbol.start = start;
  symbol.size = size;
  symbol.nameAt = nameAt;
  symbol.rank = binding + (size != 0 ? 4 : 0);
}

/** Makes the table of all that was added. It stays. */
export function end(): usize {
  const count = <u32>(symbolsSize / SYMBOL);
  const order = heap.alloc(<usize>count << 2);
  sort(order, count);
  const table = new Table();
  const groups = groupCount(order, count);
  table.rows = heap.alloc(<usize>groups * ROW);
  // a symbol without a size, of which the end is where the next one starts
  let open: usize = 0;
  let to = table.rows;
  let reach: f64 = 0;
  for (let n: u32 = 0; n < count; ) {
    const start = symbolAt(order, n).start;
    let after = n + 1;
    while (after < count && symbolAt(order, after).start == start) after++;
    const row = changetype<Row>(to);
    const size = chosen(order, n, after, row);
    n = after;
    if (start + size > reach) reach = start + size;
    // a label within a function is none: `construct_stub_create_deopt_addr` in V8's `Builtins_JSConstructStubGeneric`
    if (size == 0 && start < reach) continue;
    if (open != 0) changetype<Row>(open).end = start;
    open = size == 0 ? to : 0;
    row.start = start;
    row.end = start + size;
    to += ROW;
  }
  if (open != 0) changetype<Row>(open).end = Math.ceil(changetype<Row>(open).start / PAGE) * PAGE + PAGE;
  table.count = <u32>((to - table.rows) / ROW);
  heap.free(order);
  heap.free(symbols);
  symbols = symbolsSize = symbolsRoom = 0;
  return changetype<usize>(table);
}

/** How many addresses the symbols have. */
function groupCount(order: usize, count: u32): u32 {
  let groups: u32 = 0;
  let last: f64 = -1;
  for (let n: u32 = 0; n < count; n++) {
    const start = symbolAt(order, n).start;
    if (start != last) groups++;
    last = start;
  }
  return groups;
}

@inline
function symbolAt(order: usize, n: u32): Symbol {
  return changetype<Symbol>(symbols + <usize>load<u32>(order + (<usize>n << 2)) * SYMBOL);
}

/**
 * Sets the name of the best of the symbols of one address, and gives its size. perf's rule: one with a size; one that is not
 * weak; a global one; then the names decide. They are compared when somebody asks, unless sizes depend on it.
 */
function chosen(order: usize, from: u32, to: u32, row: Row): f64 {
  let best = symbolAt(order, from);
  let ties: u32 = 1;
  let isAlike = true;
  for (let n = from + 1; n < to; n++) {
    const one = symbolAt(order, n);
    if (one.rank == best.rank) {
      ties++;
      if (one.size != best.size) isAlike = false;
    } else if (one.rank > best.rank) {
      best = one;
      ties = 1;
      isAlike = true;
    }
  }
  row.nameAt = best.nameAt;
  if (ties == 1) return best.size;
  const list = isAlike ? heap.alloc(<usize>(ties + 1) << 3) : 0;
  if (list != 0) {
    store<f64>(list, ties);
    row.nameAt = TIES + <f64>list;
  }
  let at = list + 8;
  const first = best;
  for (let n = from; n < to; n++) {
    const one = symbolAt(order, n);
    if (one.rank != first.rank) continue;
    if (isAlike) {
      store<f64>(at, one.nameAt);
      at += 8;
    } else if (one != first && isBetter(one.nameAt, best.nameAt)) best = one;
  }
  if (!isAlike) row.nameAt = best.nameAt;
  return best.size;
}

/** Puts the symbols' numbers in the order of their starts, equal ones in their own: digit by digit, the lowest first. */
function sort(order: usize, count: u32): void {
  let least: f64 = Infinity;
  let most: f64 = 0;
  for (let i: u32 = 0; i < count; i++) {
    store<u32>(order + (<usize>i << 2), i);
    const start = changetype<Symbol>(symbols + <usize>i * SYMBOL).start;
    least = min(least, start);
    most = max(most, start);
  }
  if (count < 2) return;
  const base = <u64>least;
  let from = order;
  const spare = heap.alloc(<usize>count << 2);
  let to = spare;
  for (let shift: u64 = 0; shift < 64 && (<u64>most - base) >> shift != 0; shift += DIGIT) {
    memory.fill(counts, 0, DIGITS << 2);
    for (let i: u32 = 0; i < count; i++) {
      const at = counts + (digitOf(changetype<Symbol>(symbols + <usize>i * SYMBOL), base, shift) << 2);
      store<u32>(at, load<u32>(at) + 1);
    }
    let sum: u32 = 0;
    for (let digit: usize = 0; digit < DIGITS; digit++) {
      const at = counts + (digit << 2);
      const here = load<u32>(at);
      store<u32>(at, sum);
      sum += here;
    }
    for (let n: u32 = 0; n < count; n++) {
      const i = load<u32>(from + (<usize>n << 2));
      const at = counts + (digitOf(changetype<Symbol>(symbols + <usize>i * SYMBOL), base, shift) << 2);
      const place = load<u32>(at);
      store<u32>(at, place + 1);
      store<u32>(to + (<usize>place << 2), i);
    }
    const before = from;
    from = to;
    to = before;
  }
  if (from != order) memory.copy(order, from, <usize>count << 2);
  heap.free(spare);
}

@inline
function digitOf(symbol: Symbol, base: u64, shift: u64): usize {
  return <usize>(((<u64>symbol.start - base) >> shift) & (DIGITS - 1));
}

export function countOf(table: usize): u32 {
  return changetype<Table>(table).count;
}

/** The number of the row that an address belongs to; -1: none. */
export function find(table: usize, address: f64): i32 {
  const rows = changetype<Table>(table).rows;
  let low: u32 = 0;
  let high = changetype<Table>(table).count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (changetype<Row>(rows + <usize>middle * ROW).start <= address) low = middle + 1;
    else high = middle;
  }
  for (let left = min(low, MOST_NESTED); left > 0; left--) {
    low--;
    if (address < changetype<Row>(rows + <usize>low * ROW).end) return low;
  }
  return -1;
}

/** Where a row lies. */
export function rowAt(table: usize, row: u32): usize {
  return changetype<Table>(table).rows + <usize>row * ROW;
}
