// Helper maps, keyed by tid: what a program remembers of each thread from its switch-out on. If a thread was off the
// CPU at the end, no sum holds its last wait, but these maps do.

import { spanOf } from './bpftrace/id-span.ts';
import type { BpftraceMap } from './bpftrace/map.ts';
import type { BpftraceNames } from './bpftrace/names.ts';
import { isKernelStack, nameSpan } from './bpftrace/rows.ts';
import type { BpftraceText } from './bpftrace/text.ts';
import type { OffcpuStacks } from './stacks.ts';

/** Threads that were off the CPU when the recording ended, and how many of them could be counted. */
export interface InFlight {
  threads: number;
  counted: number;
}

/** Names that programs give the time of the switch-out: @off_ts, @start, @ts, @t. */
const START_NAME = /ts|start|time|begin|since|^@t$/i;
/** … and the time of the end: @end, @end_ns. */
const END_NAME = /end|stop/i;
// recording ends at 123456789012345     end_ns=123456789012345
const END_TEXT = /\bend\D{0,20}(\d{9,})/i;
const STATE_NAME = /state|^@s$/i;

/** Adds the waits that had not ended, if the dump has their start, the recording's end and a stack. */
export function addInFlight(text: BpftraceText, names: BpftraceNames, stacks: OffcpuStacks): InFlight {
  const maps = [...text.maps.values()].filter((map) => map.threads.size > 0);
  const starts = maps.find((map) => START_NAME.test(map.name) && every(map, isNumber));
  if (!starts) return { threads: 0, counted: 0 };
  const end = endOf(text);
  const inFlight: InFlight = { threads: starts.threads.size, counted: 0 };
  if (end === undefined) return inFlight;
  const withStacks = maps.filter((map) => [...map.threads.values()].some((parts) => parts[1] !== undefined));
  const kernelMap = withStacks.find((map) =>
    [...map.threads.keys()].some((tid) => {
      const stack = stackIn(map, tid);
      return isKernelStack(stack, 0, stack.length, names);
    }),
  );
  const userMap = withStacks.find((map) => map !== kernelMap);
  const states = maps.find((map) => map !== starts && STATE_NAME.test(map.name) && every(map, isNumber));
  const comms = maps.find((map) => map !== starts && every(map, (value) => value !== '' && !isNumber(value)));
  for (const [tid, [start]] of starts.threads) {
    const ns = end - Number(start);
    if (ns < 0) continue;
    const state = valueIn(states, tid);
    stacks.add(
      {
        kind: 'in-progress',
        comm: valueIn(comms, tid),
        pid: undefined,
        tid: Number(tid),
        state: state === undefined ? undefined : Number(state),
        waitEvent: undefined,
      },
      'ns',
      nameSpan(spanOf(stackIn(userMap, tid).reverse()), names),
      nameSpan(spanOf(stackIn(kernelMap, tid).reverse()), names),
      ns,
      1,
      ns,
    );
    inFlight.counted++;
  }
  return inFlight;
}

function endOf(text: BpftraceText): number | undefined {
  for (const [name, value] of text.scalars) if (END_NAME.test(name) && isNumber(value)) return Number(value);
  for (const line of text.said) {
    const match = END_TEXT.exec(line);
    if (match) return Number(match[1]);
  }
  return undefined;
}

/** A copy of the stack that the map has of this thread. */
function stackIn(map: BpftraceMap | undefined, tid: string): Uint32Array {
  const stack = map?.threads.get(tid)?.[1];
  return stack instanceof Uint32Array ? stack.slice() : new Uint32Array(0);
}

function valueIn(map: BpftraceMap | undefined, tid: string): string | undefined {
  const value = map?.threads.get(tid)?.[0];
  return typeof value === 'string' ? value : undefined;
}

function every(map: BpftraceMap, test: (value: string) => boolean): boolean {
  for (const [value] of map.threads.values()) if (typeof value !== 'string' || !test(value)) return false;
  return true;
}

function isNumber(value: string): boolean {
  return /^\d+$/.test(value);
}
