// Samples of perf whose headers say nothing new. The host reads the first header of each comm and event, and tells which
// root frame its samples get. Later ones are begun, ended and counted here, because the host took as long for a header
// as the engine for ten lines.

import { keys } from './intern.as';
import { BLANK, CONTROL, depth, endStack, lineEnd, lineStart, pass, scan, UNKNOWN } from './lines.as';
import { Column32 } from './memory.as';
import { header, readPerfHeader, SAMPLE } from './perf-header.as';

const SPACE: u32 = 32;
const MINUS: u32 = 45;

/** What the engine counted since the host looked last, then the sample that is open. Read and cleared by the host. */
@unmanaged
class Tally {
  isOpen: u32 = 0;
  root: u32 = 0;
  weight: f64 = 0;
  /** samples begun, the sum of their weights by the event's own count, the time of the last one */
  begun: f64 = 0;
  period: f64 = 0;
  time: f64 = 0;
  /** samples ended, those without a frame, the weight of those cut at the depth limit */
  ended: f64 = 0;
  empty: f64 = 0;
  cutWeight: f64 = 0;
  /** of the sample begun last: its process, or its thread where perf printed none; 0: neither */
  pid: f64 = 0;
}

const tally = new Tally();

/** by the key of a comm, or of comm, pid and tid: the root frame of such samples; 0: the host has not told */
const roots = new Column32();
let event: u32 = 0;
let byTask: bool = false;
let byPeriod: bool = false;
let limit: u32 = 0;
let cut: u32 = 0;

export function perfTally(): usize {
  return changetype<usize>(tally);
}

/** How samples are counted: a root for each comm or task, weights by period, and the depth limit with its frame. */
export function countPerfSamples(task: bool, period: bool, depthLimit: u32, cutFrame: u32): void {
  byTask = task;
  byPeriod = period;
  limit = depthLimit;
  cut = cutFrame;
}

/** From now on samples like that of the header read last get this root, if they are of the event that was first. */
export function rememberPerfSample(root: u32): void {
  if (event == 0) event = header.eventKey;
  if (event != header.eventKey) return;
  const key = taskKey();
  while (roots.length <= key) roots.push(0);
  roots.set(key, root);
}

/** The same as scan(), but counts samples by itself until a line says something new. */
export function scanPerfSamples(isOpen: bool, root: u32, weight: f64): u32 {
  tally.isOpen = isOpen;
  tally.root = root;
  tally.weight = weight;
  while (true) {
    const stop = scan();
    if (stop == BLANK && tally.isOpen && !isBare()) end();
    else if (stop == CONTROL && isKnownHeader()) begin();
    else if (stop == UNKNOWN && load<u8>(lineStart) == SPACE && isKnownHeader()) {
      pass();
      begin();
    } else return stop;
  }
}

@inline
function taskKey(): u32 {
  return byTask ? keys.intern(header.commFrom, header.tidTo - header.commFrom) : header.commKey;
}

/** To a sample with neither frames nor a root the host gives a frame. */
@inline
function isBare(): bool {
  return tally.root == 0 && depth() == 0;
}

/** Frames without a header, which may lie before it, are the host's, too. */
function isKnownHeader(): bool {
  if (event == 0 || (tally.isOpen ? isBare() : depth() > 0)) return false;
  if (!readPerfHeader() || header.kind != SAMPLE || header.eventKey != event) return false;
  for (let p: usize = header.restFrom; p < lineEnd; p++) if (load<u8>(p) != SPACE) return false;
  const key = taskKey();
  return key < roots.length && roots.get(key) != 0;
}

function begin(): void {
  if (tally.isOpen) end();
  const period = isNaN(header.period) ? 1 : header.period;
  tally.isOpen = 1;
  tally.root = roots.get(taskKey());
  tally.weight = byPeriod ? period : 1;
  tally.begun++;
  tally.period += period;
  tally.time = header.time;
  if (header.pidTo) tally.pid = numberAt(header.pidFrom, header.pidTo);
  else tally.pid = numberAt(header.tidFrom, header.tidTo);
}

function numberAt(from: usize, to: usize): f64 {
  const isNegative = load<u8>(from) == MINUS;
  let value: f64 = 0;
  for (let p = isNegative ? from + 1 : from; p < to; p++) value = value * 10 + <f64>(load<u8>(p) - 48);
  return isNegative ? -value : value;
}

function end(): void {
  const frames = endStack(tally.weight, tally.root, limit, cut);
  if (frames < 0) tally.cutWeight += tally.weight;
  if (frames == 0) tally.empty++;
  tally.ended++;
  tally.isOpen = 0;
}
