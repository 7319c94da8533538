// The engine as the host sees it: its functions (src/engine/wasm/*.as.ts) and how one is made.

import { InputError } from './errors.ts';
import { engineWasm } from './wasm.generated.ts';

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
  lineShape(): number;
  readPerfEvent(from: number, to: number): void;
  perfHeader(): number;
  readPerfFrame(): number;
  perfFrame(): number;
  definePerfFrame(what: number): void;
  pushFrame(frame: number): void;
  popFrame(): number;
  depth(): number;
  dropStack(): void;
  endStack(weight: number, root: number, limit: number, cut: number): number;
  internName(at: number, size: number): number;
  internKey(at: number, size: number): number;
  nameCount(): number;
  nameAtColumn(): number;
  nameSizeColumn(): number;
  stackCount(): number;
  stackAtColumn(): number;
  stackSizeColumn(): number;
  stackWeightColumn(): number;
  stackHitsColumn(): number;
  renewStacks(): void;
  dropReplaced(): void;
  scratchFor(words: number): number;
  addStack(size: number, weight: number, hits: number): number;
  keepInputOrder(): void;
  inputOrderCount(): number;
  inputOrderStackColumn(): number;
  inputOrderWeightColumn(): number;
  overflowed(): number;
  sortStacks(frames: boolean): number;
  sortByCount(pairs: boolean): void;
  restartText(): void;
  outputAt(): number;
  writeFolded(pairs: boolean): number;
}

let compiled: WebAssembly.Module | undefined;

/** An engine with memory of its own. */
export function instantiate(): Engine {
  compiled ??= new WebAssembly.Module(Buffer.from(engineWasm, 'base64'));
  const abort = (): never => {
    throw new InputError('out of memory');
  };
  return new WebAssembly.Instance(compiled, { env: { abort } }).exports as unknown as Engine;
}
