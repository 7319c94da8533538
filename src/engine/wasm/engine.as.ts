// The engine: find lines, intern them, count sequences, sort and print them. Compiled to one small .wasm.
// The host's side is src/engine/stack-table.ts.

export {
  internKey,
  internName,
  keyAt,
  keySize,
  nameAtColumn,
  nameCount,
} from './intern.as';
export {
  define,
  definePerfFrame,
  depth,
  dropStack,
  endStack,
  inputFilled,
  inputFor,
  isSingle,
  lineFrom,
  lineTo,
  linesRead,
  markSingle,
  nextLine,
  pass,
  perfPlace,
  popFrame,
  pushFrame,
  readPerfFrame,
  rememberPerfPlace,
  restartLineNumbers,
  scan,
} from './lines.as';
export {
  beginFolded,
  foldedLines,
  foldedPairs,
  keepInputOrder,
  scanFolded,
} from './folded.as';
export {
  addStack,
  dropReplaced,
  overflowed,
  renewStacks,
  scratchFor,
  stackAtColumn,
  stackCount,
  stackHitsColumn,
  stackWeightColumn,
} from './stacks.as';
export {
  addText,
  beginsDump,
  dropEntry,
  endEntry,
  entryCount,
  entryClosedAt,
  entryOpenedAt,
  isEntryOpen,
  openEntry,
  restartEntries,
  scanEntries,
  setApart,
  shapeAt,
  shapeCount,
  shapeSize,
} from './map-entry.as';
export { addList, beginExpansion, expandStacks, meetFrames, planFrame } from './expand-stacks.as';
export { leftColumn, leftCount, planShape, takePlanned } from './entry-stacks.as';
export { forgetPerfFrames, namePlainSymbols, perfFrame, setMapped } from './perf-frame.as';
export {
  placeAddressColumn,
  placeCount,
  placeKindColumn,
  placeName,
  placeNameColumn,
  placeOf,
  placePrintedColumn,
} from './places.as';
export { perfHeader, readPerfEvent, readPerfHeader } from './perf-header.as';
export {
  countPerfSamples,
  newPerfSum,
  perfPlanKey,
  perfSums,
  perfTally,
  rememberPerfPlan,
  rememberPerfTail,
  scanPerfSamples,
} from './perf-samples.as';
export { newPerfShape, perfHeadKey, perfShapeKey, readPerfShape } from './perf-shapes.as';
export { boxColumn, boxCount, mostBoxChange, thinFrames } from './boxes.as';
export { packedAt, packedChunks, packedNames, packedNamesColumn, packedNodes, packedSize } from './pack.as';
export { dropParts, markKernel, tellParts } from './kernel-names.as';
export { drawStacks, tellKinds } from './picture.as';
export { endReading, flatten } from './reading.as';
export { sortByCount, sortStacks } from './sort.as';
export { outputAt, restartText, writeFolded } from './text.as';
