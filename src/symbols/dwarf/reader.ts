// The WebAssembly that reads DWARF (wasm/*.as.ts) as its host sees it. JavaScript took three times as long, because it
// reads debug information once: V8 had not compiled it by then.

import { InputError } from '../../engine/errors.ts';
import { ownModule } from '../../engine/own-module.ts';
import type { SectionData } from '../elf/section-data.ts';
import { type DwarfSections, NAMES } from './sections.ts';

/** Its functions, which take units and files by their indices. Those that read throw InputError. */
export interface Reader {
  memory: WebAssembly.Memory;
  setSize(section: number, size: number): void;
  setBigEndian(isBig: number): void;
  addCode(start: number, end: number): void;
  addUnits(): void;
  addAlternateUnits(): void;
  unitCount(): number;
  ownUnitCount(): number;
  readAranges(): number;
  openUnit(unit: number): void;
  hasCode(unit: number): number;
  indexUnit(unit: number): void;
  endIndex(): void;
  readFunctions(unit: number): number;
  hasLines(unit: number): number;
  readLines(unit: number): number;
  forgetUnit(unit: number): void;
  forgetFrames(): void;
  unitAskedLongestAgo(): number;
  setRead(unit: number): void;
  find(address: number): number;
  unitToOpen(): number;
  frameAt(frame: number): number;
  listAt(list: number): number;
  listLength(list: number): number;
  namesElsewhere(): number;
  findFile(unit: number, file: number, isDirectory: number): void;
  findFolder(unit: number): void;
  textSection(): number;
  textPlace(): number;
}

/** In the order of wasm/failures.as.ts. */
const FAILURES: readonly ((value: number, other: number) => string)[] = [
  (from, length) => `.debug_info is cut off or damaged at ${from}: a unit of ${length} bytes`,
  (version) => `DWARF ${version}`,
  (size) => `addresses of ${size} bytes`,
  () => 'split DWARF, in a .dwo or .dwp file',
  () => 'a unit is cut off',
  (code, at) => `no abbreviation ${code} in the table at ${at}`,
  (_, at) => `the abbreviations at ${at} are cut off`,
  (form) => `DWARF form 0x${form.toString(16)} is not known`,
  (index) => `no address ${index} in .debug_addr`,
  () => 'an index that leads out of its section',
  () => 'entries nest too deep',
  (at) => `a list of ranges at ${at} has no end`,
  (kind) => `a range of kind ${kind} is not known`,
  (entry) => `no unit of .debug_info has an entry at ${entry}`,
  (entry) => `the entry at ${entry} is cut off`,
  (version) => `lines of DWARF ${version}`,
  () => 'lines that are cut off or damaged',
  () => 'lines with damaged names',
];

let compiled: WebAssembly.Module | undefined;

/** A reader of these sections, with memory of its own. */
export function openReader(sections: DwarfSections, isBig: boolean): Reader {
  compiled ??= ownModule('dwarf.generated.wasm');
  const data = NAMES.map((name): SectionData => sections[name]);
  const fail = (kind: number, value: number, other: number): never => {
    throw new InputError(FAILURES[kind]?.(value, other) ?? `failure ${kind}`);
  };
  const abort = (): never => {
    throw new InputError('out of memory');
  };
  const bytesOf = (section: number, at: number, to: number, length: number): number => {
    return data[section]?.readInto(at, new Uint8Array(reader.memory.buffer, to, length)) ?? 0;
  };
  const { exports } = new WebAssembly.Instance(compiled, { env: { fail, abort, bytesOf } });
  const reader = exports as unknown as Reader;
  for (const [i, { size }] of data.entries()) reader.setSize(i, size);
  reader.setBigEndian(isBig ? 1 : 0);
  return reader;
}
