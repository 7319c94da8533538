// Lines: blocks of text in, one event a line out. A line that starts with a blank is a frame line, which the host sees
// only when it is new. Anything else is a control line, which the host reads. This file knows no format; where the host
// has told what a frame of perf's stands for (perf-frame.as.ts), new lines of it do the same.

import { hashBytes } from './intern.as';
import { ACTION, BYTES, FOLLOWER, KnownLines, SIZE } from './known-lines.as';
import { newlineAt, PAD, sameBytes } from './memory.as';
import { frameAction, readFrame, rememberFrame, rememberPlaces } from './perf-frame.as';
import { stacks } from './stacks.as';

/** What scan() stopped at. */
export const MORE: u32 = 0; // all whole lines are read
export const CONTROL: u32 = 1; // a line that starts with something visible
export const BLANK: u32 = 2; // an empty line
export const UNKNOWN: u32 = 3; // a frame line never seen before: answer with define() or pass()
export const ASKED: u32 = 4; // a known line that the host wants to see each time

/** What a known line does; any other action is the name id that it pushes, perhaps with flags. */
const IGNORE: u32 = 0;
const ASK_HOST: u32 = 0xffffffff;
const FLAGS: u32 = 0xc0000000;
const LAST: u32 = 0x80000000; // the stack ends here; frames further out are dropped
const UNCOUNTED: u32 = 0x40000000; // not a frame of its own for the profiler's depth limit

// ── input ────────────────────────────────────────────────────────────────────────────────────────────────────

let input: usize = 0;
let capacity: usize = 0;
let filled: usize = 0;
let whole: usize = 0; // end of the last whole line
let pos: usize = 0;

/** The line that the last scan() or nextLine() stopped at, without its newline. */
export let lineStart: usize = 0;
export let lineEnd: usize = 0;
/** Grows whenever bytes of the input move: pointers into it are void then. */
export let moves: u32 = 0;
let lineNumber: f64 = 0;

export function lineFrom(): usize {
  return lineStart;
}
export function lineTo(): usize {
  return lineEnd;
}
/** How many lines of this input were read, the present one included. */
export function linesRead(): f64 {
  return lineNumber;
}

/**
 * Memory for a large input, taken at once: V8 collects garbage each time that memory doubles, which took 8 % of the CPU
 * time of 138 MB. Pages that nobody writes cost nothing.
 */
const LARGE_ROOM: usize = 44 << 20;
/** How many bytes make an input large; 0: it is. */
let untilLarge: u32 = 4 << 20;

function makeRoom(size: u32): void {
  untilLarge -= min(size, untilLarge);
  if (untilLarge == 0) heap.free(heap.alloc(LARGE_ROOM));
}

/** Where the host may write `size` bytes, behind what is left of the last block. */
export function inputFor(size: u32): usize {
  const left = filled - pos;
  if (untilLarge > 0) makeRoom(size);
  moves++;
  if (left + size + PAD > capacity) {
    const wanted = (left + size + PAD) * 2;
    const ptr = heap.alloc(wanted);
    memory.copy(ptr, input + pos, left);
    if (input) heap.free(input);
    input = ptr;
    capacity = wanted;
  } else memory.copy(input, input + pos, left);
  pos = 0;
  filled = left;
  return input + filled;
}

/** `size` bytes were written there. Gives how many bytes wait for their newline. */
export function inputFilled(size: u32): u32 {
  let p = input + filled + size;
  const old = input + filled;
  filled += size;
  while (p > old && load<u8>(p - 1) != 10) p--;
  whole = p > old ? p - input : 0;
  return <u32>(filled - whole);
}

export function restartLineNumbers(): void {
  lineNumber = 0;
}

/** The next whole line, whatever it starts with; false when there is none. */
export function nextLine(): bool {
  if (pos >= whole) return false;
  lineStart = input + pos;
  lineEnd = newlineAt(lineStart);
  pos = lineEnd + 1 - input;
  lineNumber++;
  return true;
}

/** Where the next whole line begins; 0 when there is none. */
@inline
export function nextLineStart(): usize {
  return pos < whole ? input + pos : 0;
}

/** The line that begins there and ends at `end`, its newline, is read. */
@inline
export function passLine(end: usize): void {
  pos = end + 1 - input;
  lineNumber++;
}

// ── frame lines ──────────────────────────────────────────────────────────────────────────────────────────────

const known = new KnownLines();

let previous: usize = known.start;
let newHash: u32 = 0;

// The stack being read grows downwards, so that frames that come leaf first lie there root first.
let room: usize = 0;
let roomEnd: usize = 0;
let top: usize = 0;
let closed: bool = false;
let uncounted: u32 = 0;
/** frames pushed by the line before the stack's own: its only ones, unless others follow; 0: none */
let single: u32 = 0;

function growRoom(): void {
  const used = roomEnd - top;
  const size = roomEnd - room ? (roomEnd - room) << 1 : 4096;
  const ptr = heap.alloc(size + PAD);
  memory.copy(ptr + size - used, top, used);
  if (room) heap.free(room);
  room = ptr;
  roomEnd = ptr + size;
  top = roomEnd - used;
}

/** Puts a name (with flags) on the stack being read, towards the root. */
export function pushFrame(frame: u32): void {
  if (closed) return;
  if (frame & LAST) closed = true;
  if (frame & UNCOUNTED) uncounted++;
  if (top == room) growRoom();
  top -= 4;
  store<u32>(top, frame & ~FLAGS);
}

/** Takes the name nearest to the root off again. */
export function popFrame(): u32 {
  if (top == roomEnd) return 0;
  const frame = load<u32>(top);
  top += 4;
  return frame;
}

/** The frames pushed so far stand for the stack only if no others follow. */
export function markSingle(): void {
  single = depth();
}

/** Has the stack being read no other frames than those that markSingle() marked? */
export function isSingle(): bool {
  return single != 0 && depth() == single;
}

export function depth(): u32 {
  return <u32>((roomEnd - top) >> 2);
}

/** Forgets the stack being read. */
export function dropStack(): void {
  top = roomEnd;
  closed = false;
  uncounted = 0;
  single = 0;
  previous = known.start;
}

/**
 * Counts the stack being read, with `root` (0: none) outside of its frames, and begins the next. Where exactly `limit`
 * counted frames were read, the profiler may have cut the stack: then `cut` stands for what is missing.
 * Gives how many frames were read; -1 for a cut stack.
 */
export function endStack(weight: f64, root: u32, limit: u32, cut: u32): i32 {
  if (single && !isSingle()) dropLeaves(single);
  const frames = depth();
  const wasCut = frames - uncounted == limit;
  closed = false;
  if (wasCut) pushFrame(cut);
  if (root) pushFrame(root);
  stacks.add(top, depth(), weight, 1);
  dropStack();
  return wasCut ? -1 : <i32>frames;
}

/** Takes off the frames that were pushed first. */
function dropLeaves(count: u32): void {
  const size = <usize>count << 2;
  memory.copy(top + size, top, roomEnd - top - size);
  top += size;
}

/** Reads on to the next line that the host has to see. */
export function scan(): u32 {
  let p = input + pos;
  const end = input + whole;
  if (known.isWorn()) forgetLines();
  let before = previous;
  let lines: f64 = 0;
  while (p < end) {
    const c = load<u8>(p);
    if (c > 32 || (c != 32 && c != 9)) {
      const q = c == 10 ? p : newlineAt(p);
      lineStart = p;
      lineEnd = q;
      pos = q + 1 - input;
      countLines(lines, 1);
      previous = before;
      return c == 10 || (c == 13 && q == p + 1) ? BLANK : CONTROL;
    }
    let line = <usize>load<u32>(before, FOLLOWER);
    let q: usize = 0;
    if (line) {
      const n = load<u32>(line, SIZE);
      q = p + n;
      if (q >= end || load<u8>(q) != 10 || !sameBytes(p, line + BYTES, n)) line = 0;
    }
    if (!line) {
      q = newlineAt(p);
      const n = <u32>(q - p);
      const h = hashBytes(p, n);
      line = known.find(p, n, h);
      const action = line ? 0 : frameAction(p, q);
      if (action) line = known.add(p, n, h, action);
      if (!line) {
        lineStart = p;
        lineEnd = q;
        newHash = h;
        pos = p - input;
        countLines(lines, 0);
        previous = before;
        return UNKNOWN;
      }
      store<u32>(before, <u32>line, FOLLOWER);
    }
    before = line;
    const what = load<u32>(line, ACTION);
    if (what != IGNORE) {
      if (what == ASK_HOST) {
        lineStart = p;
        lineEnd = q;
        pos = q + 1 - input;
        countLines(lines, 1);
        previous = before;
        return ASKED;
      }
      if ((what & FLAGS) != 0 || closed || top == room) pushFrame(what);
      else {
        top -= 4;
        store<u32>(top, what);
      }
    }
    lines++;
    p = q + 1;
  }
  pos = whole;
  countLines(lines, 0);
  previous = before;
  return MORE;
}

/** These frame lines were read, and others behind them. */
@inline
function countLines(frames: f64, others: f64): void {
  known.read += frames;
  lineNumber += frames + others;
}

/** Remembers the unknown line with what it does, and does it. */
export function define(what: u32): void {
  const line = known.add(lineStart, <u32>(lineEnd - lineStart), newHash, what);
  store<u32>(previous, <u32>line, FOLLOWER);
  previous = line;
  known.read++;
  pass();
  if (what != IGNORE && what != ASK_HOST) pushFrame(what);
}

/** Reads the unknown line as a frame in perf's usual form, for the host to see in perfFrame(). False: it is none. */
export function readPerfFrame(): bool {
  return readFrame(lineStart, lineEnd);
}

/** The same as define(); later lines with the symbol and object that readPerfFrame() found do it, too. */
export function definePerfFrame(what: u32): void {
  rememberFrame(what);
  define(what);
}

/** Lines with the symbol and object that readPerfFrame() found stand for places of this kind, each for that of its address. */
export function rememberPerfPlace(kind: u32): void {
  rememberPlaces(kind);
}

/** The name of the unknown line's place; 0: no kind is known of its symbol and object, or the host has to say the place. */
export function perfPlace(): u32 {
  return frameAction(lineStart, lineEnd);
}

/** Forgets what frame lines do, between two inputs: the host looks at each again. */
export function forgetLines(): void {
  known.forget();
  previous = known.start;
}

/** Leaves the unknown line behind without remembering it. */
export function pass(): void {
  pos = lineEnd + 1 - input;
  lineNumber++;
}

@inline
export function isDigit(c: u32): bool {
  return c - 48 < 10;
}
