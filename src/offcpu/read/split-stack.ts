// Stacks whose kernel frames follow the user's frames, with little or nothing between that tells them apart.

import type { Subject } from '../entry.ts';
import type { BpftraceNames } from './bpftrace/names.ts';
import type { OffcpuStacks, Unit } from './stacks.ts';

/**
 * Adds an entry by its stack, frame ids root first. The kernel's part begins behind `boundary`. Without one, it begins
 * at the outermost frame that is known to be the kernel's.
 */
export function addSplitStack(
  stacks: OffcpuStacks,
  subject: Subject,
  unit: Unit,
  ids: Uint32Array,
  boundary: number,
  names: BpftraceNames,
  value: number,
): void {
  const at = ids.indexOf(boundary);
  const found = at >= 0 ? at : ids.findIndex((id) => names.isKernel(id) === true);
  let from = found < 0 ? ids.length : found;
  if (at < 0 && found > 0) while (from > 0 && names.isDoor(ids[from - 1] as number)) from--;
  const named = ids.map((id) => names.nameOf(id));
  const isLost = ids.length === 0;
  stacks.add(
    isLost ? { ...subject, kind: 'lost' } : subject,
    unit,
    { ids: named, from: 0, to: from },
    { ids: named, from: at >= 0 ? at + 1 : from, to: named.length },
    value,
    undefined,
    undefined,
  );
}
