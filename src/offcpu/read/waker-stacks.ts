// The user stacks of those who ended waits, where bpf/offcpu.bt was told to record them: a number of @stack stands in the
// waker's number, and the callers that libc hides among the words that it names.

import type { StackTable } from '../../engine/stack-table.ts';
import { spanOf } from './bpftrace/id-span.ts';
import type { BpftraceNames } from './bpftrace/names.ts';
import { nameSpan } from './bpftrace/rows.ts';
import type { BpftraceText } from './bpftrace/text.ts';
import type { Callers } from './callers.ts';
import { tidOfWaker, WAKER_STACK, type WakerStacks } from './particulars.ts';

export interface WakerSources {
  text: BpftraceText;
  table: StackTable;
  names: BpftraceNames;
  callers: Callers;
  processOf(tid: number): number | undefined;
}

/** Those of these wakers. To be asked for before spans of the table are read: names move them. */
export function wakerStacksOf(
  wakers: Iterable<number | undefined>,
  { text, table, names, callers, processOf }: WakerSources,
): WakerStacks {
  const found = new Map<number, readonly string[]>();
  const stacks = text.maps.get('@stack')?.threads;
  if (!stacks) return found;
  for (const waker of new Set(wakers)) {
    const number = Math.floor((waker ?? 0) / WAKER_STACK);
    const parts = number > 0 ? (stacks.get(String(number)) ?? []) : [];
    const frames = parts.find((part) => typeof part !== 'string' && part.length > 0);
    if (waker === undefined || frames === undefined || typeof frames === 'string') continue;
    // (2846152095763341, ⟨stack⟩)
    const caller = Number(/\d+/.exec(String(parts[0]))?.[0]);
    callers.learn([caller]);
    const pid = processOf(tidOfWaker(waker));
    const { user } = callers.into(nameSpan(spanOf(frames.slice().reverse()), names), caller, pid);
    const { ids, from, to } = names.userFrames?.expanded(user, pid) ?? user;
    found.set(waker, Array.from(ids.slice(from, to), (id) => table.nameText(id)).reverse());
  }
  return found;
}
