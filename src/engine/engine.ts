// The engine as the host sees it: its functions (src/engine/wasm/*.as.ts) and how one is made.

import { InputError } from './errors.ts';
import { ownModule } from './own-module.ts';

export interface Engine {
  memory: WebAssembly.Memory;
  inputFor(size: number): number;
  inputFilled(size: number): number;
  restartLineNumbers(): void;
  scan(): number;
  scanFolded(): number;
  beginFolded(roots: number): void;
  foldedLines(): number;
  foldedPairs(): number;
  nextLine(): number;
  define(what: number): void;
  pass(): void;
  lineFrom(): number;
  lineTo(): number;
  linesRead(): number;
  restartEntries(): void;
  openEntry(map: number, at: number, size: number): void;
  addText(at: number, size: number): void;
  endEntry(weight: number, extra: number, order: number): void;
  dropEntry(): void;
  isEntryOpen(): number;
  beginsDump(order: number): number;
  setApart(): void;
  entryOpenedAt(): number;
  entryClosedAt(): number;
  scanEntries(): number;
  shapeCount(): number;
  entryCount(shape: number): number;
  shapeAt(shape: number): number;
  shapeSize(shape: number): number;
  planShape(shape: number, count: number, root: number, leaf: number): void;
  takePlanned(map: number, limit: number): number;
  leftColumn(): number;
  leftCount(): number;
  keyAt(key: number): number;
  keySize(key: number): number;
  readPerfHeader(): number;
  perfShapeKey(state: number): number;
  perfHeadKey(state: number): number;
  newPerfShape(key: number): number;
  readPerfShape(key: number): number;
  readPerfEvent(from: number, to: number): void;
  perfHeader(): number;
  countPerfSamples(
    task: boolean,
    period: boolean,
    depthLimit: number,
    cut: number,
    unknown: number,
    from: number,
    to: number,
  ): void;
  newPerfSum(): number;
  perfSums(): number;
  perfPlanKey(shape: number): number;
  rememberPerfTail(from: number, to: number, frame: number): void;
  rememberPerfPlan(key: number, use: number, root: number, sum: number): void;
  scanPerfSamples(mode: number, root: number, weight: number, first: number, last: number, mayWait: boolean): number;
  perfTally(): number;
  readPerfFrame(): number;
  perfFrame(): number;
  definePerfFrame(what: number): void;
  rememberPerfPlace(kind: number): void;
  perfPlace(): number;
  forgetPerfFrames(): void;
  namePlainSymbols(mark: number, flags: number): void;
  setMapped(from: number, to: number): void;
  placeName(kind: number, address: number, printedAt: number, isApart: boolean): number;
  placeOf(id: number): number;
  placeCount(): number;
  placeNameColumn(): number;
  placeKindColumn(): number;
  placeAddressColumn(): number;
  placePrintedColumn(): number;
  pushFrame(frame: number): void;
  popFrame(): number;
  markSingle(): void;
  isSingle(): number;
  depth(): number;
  dropStack(): void;
  endStack(weight: number, root: number, limit: number, cut: number): number;
  internName(at: number, size: number): number;
  internKey(at: number, size: number): number;
  nameCount(): number;
  nameAtColumn(): number;
  stackCount(): number;
  stackAtColumn(): number;
  stackWeightColumn(): number;
  stackHitsColumn(): number;
  renewStacks(): void;
  dropReplaced(): void;
  scratchFor(words: number): number;
  addStack(size: number, weight: number, hits: number): number;
  beginExpansion(): number;
  meetFrames(): void;
  addList(count: number): number;
  planFrame(id: number, leaf: number, caller: number): void;
  expandStacks(roots: number): void;
  keepInputOrder(): void;
  endReading(): void;
  flatten(): void;
  overflowed(): number;
  sortStacks(frames: boolean): number;
  sortByCount(pairs: boolean): void;
  tellParts(): number;
  markKernel(): void;
  dropParts(): void;
  tellKinds(): number;
  drawStacks(
    byInput: boolean,
    isPair: boolean,
    packs: boolean,
    factor: number,
    factorBefore: number,
    total: number,
    least: number,
    union: boolean,
    bySelf: boolean,
    gap: number,
    most: number,
  ): void;
  boxCount(): number;
  boxColumn(column: number): number;
  thinFrames(): number;
  mostBoxChange(): number;
  packedChunks(column: number): number;
  packedAt(column: number, chunk: number): number;
  packedSize(column: number, chunk: number): number;
  packedNames(): number;
  packedNamesColumn(): number;
  packedNodes(): number;
  restartText(): void;
  outputAt(): number;
  writeFolded(pairs: boolean): number;
}

let compiled: WebAssembly.Module | undefined;

/** An engine with memory of its own. */
export function instantiate(): Engine {
  compiled ??= ownModule('engine.generated.wasm');
  const abort = (): never => {
    throw new InputError('out of memory');
  };
  const writeDecimal = (at: number, value: number): number =>
    Buffer.from(engine.memory.buffer).write(decimal(value), at >>> 0, 'latin1');
  const { exports } = new WebAssembly.Instance(compiled, { env: { abort, writeDecimal } });
  const engine = exports as unknown as Engine;
  return engine;
}

/** As folded text has it: no exponent. */
function decimal(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(20).replace(/\.?0+$/, '') : text;
}
