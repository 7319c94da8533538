// The call graph: how perf unwinds user stacks. Only this file decides it, by the target's binaries and by how well the
// warm-up's samples were unwound.

import { MUCH_CUT } from '../stacks/reach.ts';

/** `how` as perf's --call-graph takes it, and the reason. */
export interface CallGraph {
  how: string;
  why: string;
  /** how it unwinds the stacks of switches, if that is another way */
  ofSwitches?: string;
}

/** What is known of a target's code. */
export interface CodeFacts {
  /** Go's compiler made it; it is Node; it tells perf what it compiled, in /tmp/perf-PID.map */
  isGo: boolean;
  isNode: boolean;
  isJava: boolean;
  hasPerfMap: boolean;
  /** is it a Node whose event loop keeps no frame pointers? */
  isBareNode: boolean;
  /** is it a Python without frame pointers of its own? */
  isBarePython: boolean;
  /** does all code that it has mapped keep frame pointers? undefined: not known */
  framePointers: boolean | undefined;
  /** does nothing that it has mapped keep any? Of a program that will be started, as far as its file tells */
  isBare: boolean;
}

/** Does all code keep frame pointers, as far as its files tell? `kept` of each one; undefined: it can't be read, or tells nothing. */
export function allKeep(kept: readonly (boolean | undefined)[]): boolean {
  return kept.includes(true) && !kept.includes(false);
}

/** Do frame pointers lead nowhere from the innermost function on? */
export function leadsNowhere(targets: readonly CodeFacts[]): boolean {
  const isCompiled = ({ isGo, isNode, isJava, isBarePython, hasPerfMap }: CodeFacts): boolean =>
    !(isGo || isNode || isJava || isBarePython || hasPerfMap);
  return targets.length > 0 && targets.every((one) => one.isBare && isCompiled(one));
}

/** How a trial during the warm-up went. */
export interface TrialRates {
  how: string;
  samples: number;
  /** the share of their weight, 0 to 1, whose stacks reach no start of a thread */
  cutShare: number;
}

export const MOST_STACK_BYTES = 65528;
const DEFAULT_BYTES = 16384;
const DEFAULT = `dwarf,${DEFAULT_BYTES}`;
/** perf's largest copy of a stack. */
export const LARGEST = `dwarf,${MOST_STACK_BYTES}`;
/** A few samples say nothing. */
const ENOUGH_SAMPLES = 10;

/** What decides beside the targets' code. */
export interface CallGraphHints {
  /** undefined: there was none, or it saw nothing */
  trial?: TrialRates | undefined;
  /** how the run was unwound that this one is compared with: copies of another size would make differences */
  before?: string | undefined;
  /** does perf unwind DWARF by libunwind? By libdw alone, as Debian builds 7.2, it ends before code that was compiled at run time */
  hasLibunwind?: () => boolean;
}

/**
 * @param asked the user's choice; undefined: flame-record chooses
 * @param targets none if nothing is known of them, as before a command starts
 */
export function callGraphOf(
  asked: string | undefined,
  targets: readonly CodeFacts[],
  { trial, before, hasLibunwind = () => true }: CallGraphHints = {},
): CallGraph {
  if (asked !== undefined) return { how: asked, why: 'as asked for' };
  const reasons = targets.map(whyFramePointers);
  if (targets.some(({ isBarePython, hasPerfMap }) => isBarePython && hasPerfMap))
    return hasLibunwind() ? { how: DEFAULT, why: WHY_BARE } : { how: 'fp', why: WHY_BARE_BY_LIBDW };
  if (targets.length > 0 && reasons.every((why) => why !== undefined)) {
    // it waits in the event loop, below no JavaScript: there DWARF finds all callers
    const ofSwitches = targets.some(({ isBareNode }) => isBareNode) ? { ofSwitches: DEFAULT } : {};
    return { how: 'fp', why: [...new Set(reasons)].join('; '), ...ofSwitches };
  }
  if (before?.startsWith('dwarf')) return { how: before, why: 'as in the run to compare with' };
  if (trial && trial.samples >= ENOUGH_SAMPLES && trial.cutShare > MUCH_CUT) {
    const share = `${(100 * trial.cutShare).toFixed(0)} %`;
    return { how: LARGEST, why: `${share} of ${trial.samples} samples of the warm-up were cut with ${trial.how}` };
  }
  const mixed = reasons.some((why) => why !== undefined) ? '; not all targets keep frame pointers' : '';
  const seen = trial && trial.samples >= ENOUGH_SAMPLES ? `; it sufficed in the warm-up` : '';
  return { how: DEFAULT, why: `unwinds code without frame pointers${mixed}${seen}` };
}

// measured: by frame pointers no function of Python had a name, by DWARF the innermost of each sample
const WHY_BARE = 'this Python keeps no frame pointers: DWARF finds the innermost of its functions';

// Python 3.14, whose calls keep frame pointers: two thirds of the samples had the names of its functions, by DWARF none
const WHY_BARE_BY_LIBDW = "this perf's DWARF ends before Python's functions: frame pointers find some of them";

/** How perf unwinds switches, if it records them. */
export function switchGraphOf({ how, ofSwitches }: CallGraph): string {
  return ofSwitches ?? how;
}

/**
 * The event of switches as perf record takes it among others. perf finds the tables of DWARF through the maps of data,
 * which -d records; with --call-graph dwarf it does so itself.
 */
export function switchArgsOf(callGraph: CallGraph, event: string): string[] {
  if (callGraph.how.startsWith('dwarf')) return ['-e', event];
  const size = stackBytesOf(switchGraphOf(callGraph));
  return ['-e', `${event}/call-graph=dwarf,stack-size=${size}/`, '-d'];
}

/** Why frame pointers are better; undefined: they are not. */
function whyFramePointers({ isGo, isNode, isJava, hasPerfMap, framePointers }: CodeFacts): string | undefined {
  if (isGo) return 'Go keeps frame pointers, and DWARF loses the callers of its code';
  if (isNode) return "Node's compiled code keeps frame pointers, and has no DWARF";
  if (isJava) return "Java's compiled code has no DWARF, and keeps frame pointers if told to";
  if (hasPerfMap) return 'code compiled at run time (perf-PID.map) has no DWARF';
  return framePointers ? 'all code of the target keeps frame pointers' : undefined;
}

// dwarf,16384
//       └ SIZE
const DWARF = /^dwarf(?:,(\d+))?$/;

/** How much of each stack perf copies for `dwarf,SIZE`; of another way, how much it would. */
export function stackBytesOf(callGraph: string): number {
  return Number(DWARF.exec(callGraph)?.[1] ?? DEFAULT_BYTES);
}

/** The text as perf takes it; undefined: perf would refuse it. */
export function checkedCallGraph(text: string): string | undefined {
  if (text === 'fp' || text === 'lbr') return text;
  const match = DWARF.exec(text);
  if (!match) return undefined;
  if (match[1] === undefined) return DEFAULT;
  const size = Number(match[1]);
  return size > 0 && size % 8 === 0 && size <= MOST_STACK_BYTES ? text : undefined;
}
