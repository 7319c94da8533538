// A whole dump: which of its maps is folded, what the parts of that map's keys are, and what its other maps tell.

import type { StackTable } from '../../engine/stack-table.ts';
import type { OffcpuKind, Subject } from '../entry.ts';
import { type KeyLayout, type KeyMeaning, type KeyPart, readKeys } from './bpftrace/keys.ts';
import type { BpftraceMap } from './bpftrace/map.ts';
import type { BpftraceNames } from './bpftrace/names.ts';
import { MapRows, type Row } from './bpftrace/rows.ts';
import type { BpftraceText } from './bpftrace/text.ts';
import type { Part } from './part.ts';
import { addProgram, isOurProgram, OUR_MAP, type Program } from './program.ts';
import type { OffcpuStacks, Unit } from './stacks.ts';
import { addInFlight, type InFlight } from './threads.ts';

export interface DumpOptions {
  /** the map to fold, with or without its `@`; undefined: the reader chooses */
  map: string | undefined;
  /** what the parts of its keys are; undefined: the reader finds out */
  order: readonly KeyPart[] | undefined;
  /** the unit of its sums; undefined: ns for our own program, us for others */
  inputUnit: Unit | undefined;
  /** a map that was printed several times: add its dumps up, or take the last one's running totals */
  repeats: 'auto' | 'add' | 'last';
  /** of our own program: only this part of the window, by the single waits of the dump; undefined: all of it */
  part?: Part | undefined;
}

/** How a dump was read. */
export interface DumpFacts {
  map: string;
  order: readonly KeyPart[];
  unit: Unit;
  /** other maps with stacks */
  leftOut: string[];
  /** how often the map was printed, and whether it holds running totals */
  dumps: number;
  running: boolean;
  inFlight: InFlight;
  /** of our own program */
  program: Program | undefined;
}

/** Of a part of the window. */
const SUMS_ONLY = 'it has no single waits with their lengths, only sums of the whole window';

function tellsWaits({ waits, isStill }: Program): boolean {
  return waits.haveLengths && (!waits.isEmpty || isStill);
}

const NOWHERE = { add: () => 0, noteCallerless: () => {} };

/**
 * Adds the entries of the dump to `stacks`; they may lie in the table until those are settled. Gives how it read the
 * dump, or the reason why it can't.
 */
export function addDump(
  text: BpftraceText,
  table: StackTable,
  names: BpftraceNames,
  stacks: OffcpuStacks,
  separator: string,
  options: DumpOptions,
): DumpFacts | string {
  if (isOurProgram(text) && (options.map === undefined || mapName(options.map) === OUR_MAP)) {
    // of a part, the waits come one by one when all inputs are read
    const program = addProgram(text, table, names, options.part ? NOWHERE : stacks, separator);
    if (typeof program === 'string') return program;
    if (options.part && !tellsWaits(program)) return SUMS_ONLY;
    const inFlight = { threads: program.inProgress, counted: program.inProgress };
    const { order } = program;
    return { map: OUR_MAP, order, unit: 'ns', leftOut: [], dumps: 1, running: false, inFlight, program };
  }
  const chosen = chooseMap(text, options.map);
  if (typeof chosen === 'string') return chosen;
  const { map, others } = chosen;
  const { weights, dumps, running } = map.settle(table, options.repeats);
  const rows = new MapRows(map, table, names, weights);
  const layout = readKeys(rows.keys, separator, options.order);
  if (!layout) return `${map.name} has no stack in its key, or more than two: say what its parts are with --order`;
  const unit = options.inputUnit ?? 'us';
  const inFlight = addInFlight(text, names, stacks);
  addRows(rows, layout, stacks, unit, !running);
  const { order } = layout;
  return { map: map.name, order, unit, leftOut: others, dumps, running, inFlight, program: undefined };
}

function addRows(rows: MapRows, layout: KeyLayout, stacks: OffcpuStacks, unit: Unit, isPlain: boolean): void {
  const subjects = layout.meanings.map(subjectOf);
  const lost = subjects.map((subject): Subject => ({ ...subject, kind: 'lost' }));
  stacks.addUnsettled({
    unit,
    isPlain,
    subjects: [...subjects, ...lost],
    take(visit, endsOf) {
      const hand = ({ texts, user, kernel, weight, tuple }: Row): void => {
        if (tuple && weight === 0) return;
        const isLost = user.from === user.to && kernel.from === kernel.to;
        visit((isLost ? lost : subjects)[texts] as Subject, user, kernel, weight, tuple?.[1], tuple?.[2]);
      };
      return rows.take(layout.meanings, hand, endsOf && ((texts) => endsOf(subjects[texts] as Subject)));
    },
  });
}

function subjectOf({ comm, pid, tid, state, waitEvent }: KeyMeaning): Subject {
  return { kind: kindOf(state), comm, pid, tid, state, waitEvent };
}

/** By prev_state: 0 is R, 0x100 is R+. */
function kindOf(state: number | undefined): OffcpuKind {
  if (state === undefined) return 'off-cpu';
  return state === 0 || state === 0x100 ? 'preempted' : 'blocked';
}

// ── which map ────────────────────────────────────────────────────────────────────────────────────────────────────

function chooseMap(text: BpftraceText, wanted: string | undefined): { map: BpftraceMap; others: string[] } | string {
  const maps = [...text.maps.values()];
  if (wanted !== undefined) {
    const name = mapName(wanted);
    const map = text.maps.get(name);
    if (!map) return `there is no map ${name} in this dump${maps.length > 0 ? `; it has ${namesOf(maps)}` : ''}`;
    if (map.refused !== '') return `the values of ${name} are ${map.refused}: fold a count() or sum()`;
    if (!map.hasStacks && !map.hasGaps) return `${name} has no stack in its key`;
    return { map, others: [] };
  }
  const withStacks = maps.filter((map) => map.entries > 0);
  const usable = withStacks.filter((map) => map.refused === '' && (map.hasStacks || map.hasGaps));
  const map =
    usable.find(({ name }) => name === '@offcpu') ?? usable.find(({ name }) => /off/i.test(name)) ?? usable[0];
  if (map) return { map, others: usable.filter((other) => other !== map).map(({ name }) => name) };
  const refused = withStacks.filter((other) => other.refused !== '');
  if (refused.length > 0) {
    return `the values of ${refused.map((other) => `${other.name} are ${other.refused}`).join(', of ')}: fold a count() or sum()`;
  }
  if (maps.length > 0) return `no map with a stack in its key; there is ${namesOf(maps)}`;
  return '';
}

function mapName(wanted: string): string {
  return wanted.startsWith('@') ? wanted : `@${wanted}`;
}

function namesOf(maps: readonly BpftraceMap[]): string {
  return maps.map(({ name }) => (name === '@' ? '@ (unnamed)' : name)).join(', ');
}
