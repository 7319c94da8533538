// Marks behind a frame's name, as the field's tools write them: `_[k]` kernel, `_[i]` inlined, `_[j]` JIT, `_[w]`
// waker; and frames that are marks by themselves.

const MARK = /_\[([kijw])\]$/;
/** Behind the names of kernel functions. */
export const KERNEL_MARK = '_[k]';

/** What other formats call the origin of such code. */
const ORIGINS: Record<string, string> = { k: '[kernel.kallsyms]', i: '[inlined]', j: '[jit]', w: '[waker]' };
// pure, so that the viewer's script need not hold it
const MARKS = /* @__PURE__ */ new Map(
  /* @__PURE__ */ Object.entries(ORIGINS).map(([letter, origin]) => [origin, `_[${letter}]`]),
);

/** The name without its mark. */
export function unmarked(name: string): string {
  return name.endsWith(']') ? name.replace(MARK, '') : name;
}

/** `[kernel.kallsyms]` for `vfs_read_[k]`; undefined where there is no mark. */
export function originOf(name: string): string | undefined {
  return ORIGINS[MARK.exec(name)?.[1] ?? ''];
}

/** `_[k]` for `[kernel.kallsyms]`; else empty. */
export function markOf(origin: string): string {
  return MARKS.get(origin) ?? '';
}

/** Stands for a stack, or the kernel's half of one, that the recorder lost. */
export const LOST = '[lost]';
/** Stands for callers beyond the depth limit. */
export const TRUNCATED = '[truncated]';
/** Stands for a function that nobody knows. */
export const UNKNOWN = '[unknown]';
/**
 * Stands for functions that the recorder could not see; and for a stack whose frames fold-grep --hide all took away.
 */
export const HIDDEN = '[hidden]';

/** The innermost frame of off-CPU stacks, where it says how their time counts: by the kind of the entry. */
const KIND_FRAMES = [
  ['in-progress', '[in-progress]'],
  ['preempted', '[preempted]'],
  ['runnable', '[runnable]'],
] as const;
type MarkedKind = (typeof KIND_FRAMES)[number][0];

/** `[in-progress]` for `in-progress`; undefined: entries of this kind have no such frame. */
export function kindFrame(of: MarkedKind): string;
export function kindFrame(of: string): string | undefined;
export function kindFrame(of: string): string | undefined {
  return KIND_FRAMES.find(([kind]) => kind === of)?.[1];
}

/** `in-progress` for `[in-progress]`; undefined: the frame is no such mark. */
export function kindOfFrame(mark: string): MarkedKind | undefined {
  return KIND_FRAMES.find(([, frame]) => frame === mark)?.[0];
}

// [Missed User Stack]     [Missed Kernel Stack] -14     of bcc; offwaketime adds the error
const MISSED = /^\[Missed \w+ Stack\](?: -?\d+)?$/;

/** Does this frame stand for a lost stack: ours or bcc's? */
export function isLost(frame: string): boolean {
  return frame === LOST || MISSED.test(frame);
}
