// Samples of perf whose headers say nothing new. The host reads the first header of each form, event and task, and tells
// what becomes of its sample: a plan. Later ones like it are begun, ended and counted here, because the host took as long
// for a header as the engine for ten lines.

import { keys } from './intern.as';
import {
  BLANK,
  CONTROL,
  depth,
  dropStack,
  endStack,
  isSingle,
  lineEnd,
  lineStart,
  linesRead,
  markSingle,
  pass,
  pushFrame,
  scan,
  UNKNOWN,
} from './lines.as';
import { Column, copyBytes } from './memory.as';
import { decimalAt, header, readPerfHeader, SAMPLE } from './perf-header.as';
import { perfHeadKey, perfShapeKey, readPerfShape } from './perf-shapes.as';
import { mayHoldFrame } from './perf-tail.as';

const SPACE: u32 = 32;

/** What is open: nothing, a sample that counts, one that does not. */
const NONE: u32 = 0;
const OPEN: u32 = 1;
const UNWANTED: u32 = 2;
/** A line that is a header if frames follow, and those frames. */
const WAITING: u32 = 3;

/** What becomes of a sample: it is folded; left out; left out if it lies outside of the window; it waits for frames. */
const LEFT: u32 = 2;
const OUTSIDE: u32 = 3;
const WAITS: u32 = 4;

/** A header's use in its shape: it begins a sample. */
const BEGINS: u32 = 1;

@unmanaged
class Plan {
  /** what the headers have in common, as perfPlanKey() writes it */
  form: u32 = 0;
  event: u32 = 0;
  task: u32 = 0;
  use: u32 = 0;
  root: u32 = 0;
  sum: u32 = 0;
}

/** What is open, then what the engine counted since the host looked last. The host clears that. */
@unmanaged
class Tally {
  mode: u32 = 0;
  root: u32 = 0;
  /** of the line that waits: its text, its shape, and the use of that */
  waitingAt: u32 = 0;
  waitingSize: u32 = 0;
  waitingShape: u32 = 0;
  waitingUse: u32 = 0;
  waitingLine: f64 = 0;
  weight: f64 = 0;
  /** process, or else thread, of the last sample that the engine began (0: perf printed neither); NaN: none */
  pid: f64 = NaN;
  /** times of the first sample of all, and of the last one */
  first: f64 = NaN;
  last: f64 = NaN;
  /** samples begun or counted, of any use */
  samples: f64 = 0;
  /** samples folded, those without a frame, the weight of those cut at the depth limit, and those outside the window */
  folded: f64 = 0;
  empty: f64 = 0;
  cutWeight: f64 = 0;
  outside: f64 = 0;
  /** samples whose one frame stands on the line of their header */
  singles: f64 = 0;
}

const tally = new Tally();
/** pairs: samples, and the sum of their weights by the event's own count */
const sums = new Column<f64>();
/** by the key of form, event and task */
const plans = new Column<u32>();
const planKey = heap.alloc(32);
/** by the key of a task: its last plan; a task mostly has one */
const lastPlans = new Column<u32>();
const waitingText = heap.alloc(640);

let byTask: bool = false;
let byPeriod: bool = false;
let limit: u32 = 0;
let cutFrame: u32 = 0;
let unknownFrame: u32 = 0;
let windowFrom: f64 = NaN;
let windowTo: f64 = NaN;
/** the sum of the line that waits, and which plan the header was of that was read last */
let waitingSum: u32 = 0;
let form: u32 = 0;
let use: u32 = 0;
/** does the header that was read last lie in the window? */
let isInside: bool = false;
/** by the key of what stands behind an event: the frame in it, with flags; 0: not known */
const tails = new Column<u32>();
const MOST_TAILS: u32 = 1 << 16;
let tailCount: u32 = 0;
/** the frame on the line of the header that was read last; 0: none */
let single: u32 = 0;

export function perfTally(): usize {
  return changetype<usize>(tally);
}
export function perfSums(): usize {
  return sums.ptr;
}

/**
 * How samples are counted: with a root for each comm or task, weights by period, the depth limit with its frame, the
 * frame of samples with neither root nor frames, and the window of time (NaN: none).
 */
export function countPerfSamples(
  task: bool,
  period: bool,
  depthLimit: u32,
  cut: u32,
  unknown: u32,
  from: f64,
  to: f64,
): void {
  byTask = task;
  byPeriod = period;
  limit = depthLimit;
  cutFrame = cut;
  unknownFrame = unknown;
  windowFrom = from;
  windowTo = to;
}

/** Place for another sum. Gives its number. */
export function newPerfSum(): u32 {
  sums.push(0);
  sums.push(0);
  return (sums.length >> 1) - 1;
}

/** The key of form, event and task of the header that was read last, by the shape of this key; 0: in perf's padding. */
export function perfPlanKey(shape: u32): u32 {
  store<u32>(planKey, formOf(shape));
  store<u32>(planKey, header.eventKey, 4);
  store<u32>(planKey, taskKey(), 8);
  return keys.intern(planKey, 12);
}

/** An empty comm leaves a blank, a missing one does not. */
@inline
function formOf(shape: u32): u32 {
  return shape ? shape : <u32>(header.commFrom == header.commTo && load<u8>(lineStart) == SPACE);
}

@inline
function taskKey(): u32 {
  const hasTask = byTask && header.tidTo > header.commTo;
  return hasTask ? keys.intern(header.commFrom, header.tidTo - header.commFrom) : header.commKey;
}

/** From now on samples with this key do the same. */
export function rememberPerfPlan(key: u32, planUse: u32, root: u32, sum: u32): void {
  while (plans.length <= key) plans.push(0);
  const plan = plans.get(key) ? changetype<Plan>(<usize>plans.get(key)) : new Plan();
  memory.copy(changetype<usize>(plan), keys.at.get(key), 12);
  plan.use = planUse;
  plan.root = root;
  plan.sum = sum;
  plans.set(key, <u32>changetype<usize>(plan));
  while (lastPlans.length <= plan.task) lastPlans.push(0);
}

/** What stands between these places behind an event is this frame, wherever it stands. */
export function rememberPerfTail(from: usize, to: usize, frame: u32): void {
  if (tailCount == MOST_TAILS) return;
  tailCount++;
  const key = keys.intern(from, <u32>(to - from));
  while (tails.length <= key) tails.push(0);
  tails.set(key, frame);
}

/**
 * The same as scan(), but counts samples by itself until a line says something new. It is given the open sample, the times
 * of the first sample and the last one, and whether lines may wait because no header was read yet.
 */
export function scanPerfSamples(mode: u32, root: u32, weight: f64, first: f64, last: f64, mayWait: bool): u32 {
  tally.mode = mode;
  tally.root = root;
  tally.weight = weight;
  tally.first = first;
  tally.last = last;
  tally.pid = NaN;
  while (true) {
    const stop = scan();
    if (stop == BLANK) {
      if ((tally.mode == NONE && depth() > 0) || (tally.mode == WAITING && depth() == 0)) return stop;
      end();
      continue;
    }
    if (stop != CONTROL && (stop != UNKNOWN || load<u8>(lineStart) != SPACE)) return stop;
    const plan = planOfLine();
    if (!plan || !(plan.use == WAITS ? canWait(mayWait) : canBegin(plan))) return stop;
    if (stop == UNKNOWN) pass();
    end();
    if (plan.use == WAITS) wait(plan);
    else begin(plan);
  }
}

function planOfLine(): Plan | null {
  form = 0;
  use = BEGINS;
  if (!readPerfHeader()) {
    const state = tally.mode == WAITING ? NONE : tally.mode;
    form = perfHeadKey(state);
    use = form ? readPerfShape(form) : 0;
    if (!use) form = perfShapeKey(state);
    if (!use && form) use = readPerfShape(form);
    if (!use) return null;
  }
  return header.kind == SAMPLE ? planOfHeader() : null;
}

function planOfHeader(): Plan | null {
  const task = taskKey();
  if (task >= lastPlans.length) return null;
  const last = <usize>lastPlans.get(task);
  if (last) {
    const plan = changetype<Plan>(last);
    if (plan.event == header.eventKey && plan.form == formOf(form)) return plan;
  }
  const key = perfPlanKey(form);
  if (key >= plans.length || !plans.get(key)) return null;
  lastPlans.set(task, plans.get(key));
  return changetype<Plan>(<usize>plans.get(key));
}

/** Frames without a header, which may lie before this one, are the host's. */
function canBegin(plan: Plan): bool {
  if (use != BEGINS || tally.mode == WAITING || (tally.mode == NONE && depth() > 0)) return false;
  if (plan.use == LEFT) return true;
  isInside = isWithin(isNaN(tally.first) ? header.time : tally.first);
  if (!isInside) return true;
  return plan.use != OUTSIDE && readTail();
}

/** Is it known which frame stands on the line of the header, or that none does? */
function readTail(): bool {
  single = 0;
  if (!mayHoldFrame(header.restFrom, lineEnd)) return true;
  const key = keys.known(header.restFrom, <u32>(lineEnd - header.restFrom));
  if (key < tails.length) single = tails.get(key);
  return single != 0;
}

/** A line that waits in vain is the host's, too. */
function canWait(mayWait: bool): bool {
  return mayWait && use != BEGINS && tally.mode == (depth() > 0 ? WAITING : NONE);
}

/** Is the time of the header in the window, whose limits are perf's own times or count from the first sample? */
function isWithin(first: f64): bool {
  const time = header.time;
  if (!isNaN(windowFrom) && !(time >= (windowFrom >= first ? windowFrom : windowFrom + first))) return false;
  return isNaN(windowTo) || time < (windowTo >= first ? windowTo : windowTo + first);
}

function begin(plan: Plan): void {
  const period = isNaN(header.period) ? 1 : header.period;
  if (isNaN(tally.first)) tally.first = header.time;
  tally.last = header.time;
  addTo(plan.sum, period);
  tally.mode = UNWANTED;
  if (plan.use == LEFT) return;
  if (!isInside) {
    tally.outside++;
    return;
  }
  tally.mode = OPEN;
  tally.root = plan.root;
  tally.weight = byPeriod ? period : 1;
  tally.pid = pidOfHeader();
  if (!single) return;
  pushFrame(single);
  markSingle();
}

function wait(plan: Plan): void {
  copyBytes(waitingText, lineStart, <u32>(lineEnd - lineStart));
  tally.mode = WAITING;
  tally.root = plan.root;
  tally.weight = byPeriod && !isNaN(header.period) ? header.period : 1;
  tally.waitingAt = <u32>waitingText;
  tally.waitingSize = <u32>(lineEnd - lineStart);
  tally.waitingShape = form;
  tally.waitingUse = use;
  tally.waitingLine = linesRead();
  waitingSum = plan.sum;
}

function end(): void {
  if (tally.mode == OPEN) {
    if (tally.root == 0 && depth() == 0) {
      pushFrame(unknownFrame);
      tally.empty++;
    }
    if (isSingle()) tally.singles++;
    const frames = endStack(tally.weight, tally.root, limit, cutFrame);
    if (frames < 0) tally.cutWeight += tally.weight;
    if (frames == 0) tally.empty++;
    tally.folded++;
    tally.samples++;
  } else if (tally.mode == WAITING) {
    endStack(tally.weight, tally.root, u32.MAX_VALUE, 0);
    addTo(waitingSum, tally.weight);
  } else if (tally.mode == UNWANTED) dropStack();
  tally.mode = NONE;
}

function addTo(sum: u32, weight: f64): void {
  tally.samples++;
  sums.set(sum << 1, sums.get(sum << 1) + 1);
  sums.set((sum << 1) + 1, sums.get((sum << 1) + 1) + weight);
}

function pidOfHeader(): f64 {
  let p = <usize>(header.pidFrom ? header.pidFrom : header.tidFrom);
  const end = <usize>(header.pidFrom ? header.pidTo : header.tidTo);
  if (p == end) return 0;
  const isNegative = load<u8>(p) == 45;
  if (isNegative) p++;
  const pid = decimalAt(p, end);
  return isNegative ? -pid : pid;
}
