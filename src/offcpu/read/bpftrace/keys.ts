// What the parts of a map's key are. A dump doesn't say: `@offcpu[` stack `, ` stack `, tid 42 x, 3242]: 598` may be any
// expression. All entries together show the shape; the values show which number is a tid and which a state.

/** What a part of a key is; `-`: anything else, which nobody uses. */
export const KEY_PARTS = ['kstack', 'ustack', 'comm', 'pid', 'tid', 'state', 'wait-event', '-'] as const;
/** The particulars of bpf/offcpu.bt: docs/offcpu-dump.md. */
export const PARTICULAR_PARTS = ['call', 'object', 'caller', 'length', 'waker', 'statement'] as const;
type ParticularPart = (typeof PARTICULAR_PARTS)[number];
export type KeyPart = (typeof KEY_PARTS)[number] | ParticularPart;

/** Is the text the name of such a part? */
export function isKeyPart(text: string): text is KeyPart {
  return (KEY_PARTS as readonly string[]).includes(text);
}

/** A distinct combination of texts around the stacks of a key. */
export interface KeyTexts {
  /** before, between and behind its stacks that are not empty: one text more than stacks */
  texts: readonly string[];
  /** for each of these stacks: entries in which it is surely of the kernel */
  kernelVotes: number[];
  entries: number;
}

/** What such a combination means. */
export interface KeyMeaning extends Partial<Record<ParticularPart, number>> {
  comm: string | undefined;
  pid: number | undefined;
  tid: number | undefined;
  state: number | undefined;
  waitEvent: number | undefined;
  /** which of its stacks is which, from 0; -1: empty, or not in the key */
  kernel: number;
  user: number;
}

export interface KeyLayout {
  order: readonly KeyPart[];
  meanings: KeyMeaning[];
}

/**
 * Reads the key texts of a map. `separator` stands between parts: `, ` in text, `,` in JSON. `order` says what the parts
 * are; undefined: finds it out. Gives undefined when the keys have no place for a stack, or more than two of them.
 */
export function readKeys(
  keys: readonly KeyTexts[],
  separator: string,
  order: readonly KeyPart[] | undefined,
): KeyLayout | undefined {
  const found = order ?? orderOf(keys, separator);
  if (!found) return undefined;
  return { order: found, meanings: keys.map((key) => meaningOf(key, found, separator)) };
}

// ── the order of the parts ───────────────────────────────────────────────────────────────────────────────────────

/** A shape that fewer than one entry in this many has is an exception. */
const EXCEPTIONS = 10;

/** What stands at a place of a key in all entries. */
interface Place {
  isStack: boolean;
  kernelVotes: number;
  texts: Set<string>;
}

function orderOf(keys: readonly KeyTexts[], separator: string): KeyPart[] | undefined {
  const places = placesOf(keys, separator);
  const stacks = places.filter((place) => place.isStack);
  if (stacks.length === 0 || stacks.length > 2) return undefined;
  const kernel = kernelStack(stacks);
  const numeric = new Map<Place, KeyPart>();
  const ids: Place[] = [];
  for (const place of places) {
    if (place.isStack || !every(place.texts, isInteger)) continue;
    if (every(place.texts, isState) && !places.some((other) => numeric.get(other) === 'state')) {
      numeric.set(place, 'state');
    } else if (every(place.texts, isId)) ids.push(place);
  }
  if (ids[0]) numeric.set(ids[0], ids[1] ? 'pid' : 'tid');
  if (ids[1]) numeric.set(ids[1], 'tid');
  const comm = places.find((place) => !place.isStack && !every(place.texts, isInteger));
  return places.map((place) => {
    if (place.isStack) return place === kernel ? 'kstack' : 'ustack';
    return place === comm ? 'comm' : (numeric.get(place) ?? '-');
  });
}

/** The kernel's stack, by its frames. If no frame is known, it is the first of two stacks, or none of one. */
function kernelStack(stacks: readonly Place[]): Place | undefined {
  const [first, second] = stacks as [Place, Place | undefined];
  if (!second) return first.kernelVotes > 0 ? first : undefined;
  return second.kernelVotes > first.kernelVotes ? second : first;
}

/** The places of a key: those of the shortest entries with the most stacks, because a comm may hold separators. */
function placesOf(keys: readonly KeyTexts[], separator: string): Place[] {
  const most = Math.max(...keys.map((key) => key.texts.length));
  const full = keys.filter((key) => key.texts.length === most);
  const split = full.map((key) => key.texts.map((text, i) => piecesOf(text, i === 0, i === most - 1, separator)));
  const least = Array.from({ length: most }, (_, i) =>
    usualLeast(split.map((texts, key) => [(texts[i] as string[]).length, (full[key] as KeyTexts).entries])),
  );
  const places: Place[] = [];
  for (let i = 0; i < most; i++) {
    for (let j = 0; j < (least[i] as number); j++) {
      const whole = split.filter((texts) => (texts[i] as string[]).length === least[i]);
      const texts = new Set(whole.map((pieces) => pieces[i]?.[j] as string));
      // a stack that is empty in all entries
      places.push({ isStack: every(texts, isEmpty), kernelVotes: 0, texts });
    }
    if (i === most - 1) break;
    const kernelVotes = full.reduce((sum, key) => sum + (key.kernelVotes[i] as number), 0);
    places.push({ isStack: true, kernelVotes, texts: new Set() });
  }
  return places;
}

/** The least length that is no exception: what a program prints by itself can look like an entry of any shape. */
function usualLeast(lengths: readonly (readonly [length: number, entries: number])[]): number {
  const all = lengths.reduce((sum, [, entries]) => sum + entries, 0);
  let least = Number.POSITIVE_INFINITY;
  for (const [length] of lengths) {
    if (length >= least) continue;
    const same = lengths.reduce((sum, [other, entries]) => sum + (other === length ? entries : 0), 0);
    if (same * EXCEPTIONS >= all) least = length;
  }
  return least;
}

/** The parts of a text between stacks: `, postgres, 4242` behind the last, `, ` between two has none. */
function piecesOf(text: string, isFirst: boolean, isLast: boolean, separator: string): string[] {
  let rest = text;
  if (!isFirst) rest = withoutStart(rest, separator);
  if (!isLast) {
    if (!isFirst && rest === '' && isSeparator(text)) return [];
    rest = withoutEnd(rest, separator);
  }
  if (rest === '' && rest === text) return [];
  return wholeTuples(rest.split(separator), separator);
}

/** Joins the pieces of a tuple again: `(1, 2)` is one part. */
function wholeTuples(pieces: string[], separator: string): string[] {
  const start = pieces.findIndex((piece) => piece.startsWith('(') && openIn(piece) > 0);
  if (start < 0) return pieces;
  let open = 0;
  const length = pieces.slice(start).findIndex((piece) => {
    open += openIn(piece);
    return open === 0;
  });
  if (length < 0) return pieces; // a comm may hold anything
  const tuple = pieces.slice(start, start + length + 1).join(separator);
  return [...pieces.slice(0, start), tuple, ...wholeTuples(pieces.slice(start + length + 1), separator)];
}

/** How many parentheses the text leaves open. */
function openIn(text: string): number {
  return text.split('(').length - text.split(')').length;
}

/** Editors remove the blank of `, ` at the end of a line. */
function isSeparator(text: string): boolean {
  return text === ', ' || text === ',';
}
function withoutStart(text: string, separator: string): string {
  if (text.startsWith(separator)) return text.slice(separator.length);
  return text.startsWith(',') ? text.slice(1) : text;
}
function withoutEnd(text: string, separator: string): string {
  if (text.endsWith(separator)) return text.slice(0, -separator.length);
  return text.endsWith(',') ? text.slice(0, -1) : text;
}

function every(texts: ReadonlySet<string>, test: (text: string) => boolean): boolean {
  for (const text of texts) if (!test(text)) return false;
  return true;
}
/** The first argument of `wait4(-1)` is 18446744073709551615 in bpftrace 0.27, and -1 in 0.23. */
function isInteger(text: string): boolean {
  return /^-?\d{1,20}$/.test(text);
}
/** A pid or tid, and no address. */
function isId(text: string): boolean {
  return /^-?\d{1,16}$/.test(text);
}
/** An empty stack prints as nothing, from 0.25 on as a newline. */
function isEmpty(text: string): boolean {
  return text === '' || text === '\n';
}
/** prev_state: a bit of S, D, T, t, X, Z, P, I or +; 0 is R. */
function isState(text: string): boolean {
  const state = Number(text);
  return state >= 0 && state <= 0x100 && (state & (state - 1)) === 0;
}

// ── one key ──────────────────────────────────────────────────────────────────────────────────────────────────────

function meaningOf(key: KeyTexts, order: readonly KeyPart[], separator: string): KeyMeaning {
  const meaning: KeyMeaning = {
    comm: undefined,
    pid: undefined,
    tid: undefined,
    state: undefined,
    waitEvent: undefined,
    kernel: -1,
    user: -1,
  };
  const stacks = order.flatMap((part, i) => (part === 'kstack' || part === 'ustack' ? [i] : []));
  for (const present of choices(stacks, key.texts.length - 1)) {
    const values = align(key.texts, order, present, separator);
    if (!values) continue;
    order.forEach((part, i) => {
      const value = values[i] as string;
      if (part === 'comm') meaning.comm = value;
      else if (part === 'kstack') meaning.kernel = present.indexOf(i);
      else if (part === 'ustack') meaning.user = present.indexOf(i);
      else if (part !== '-' && isInteger(value)) {
        meaning[part === 'wait-event' ? 'waitEvent' : part] = Number(value);
      }
    });
    return meaning;
  }
  // another shape than the other entries: only its stacks are known
  key.kernelVotes.forEach((votes, i) => {
    if (votes > 0 && meaning.kernel < 0) meaning.kernel = i;
    else if (meaning.user < 0) meaning.user = i;
  });
  return meaning;
}

/** All ways to choose `count` of the places, in order. */
function choices(places: readonly number[], count: number): number[][] {
  if (count === 0) return [[]];
  return places.flatMap((place, i) => choices(places.slice(i + 1), count - 1).map((rest) => [place, ...rest]));
}

/** The text of each part, if the stacks that are not empty are the ones at `present`; undefined when they can't be. */
function align(
  texts: readonly string[],
  order: readonly KeyPart[],
  present: readonly number[],
  separator: string,
): string[] | undefined {
  const values: string[] = [];
  let start = 0;
  for (let i = 0; i < texts.length; i++) {
    const isLast = i === texts.length - 1;
    const end = isLast ? order.length : (present[i] as number);
    const parts = order.slice(start, end);
    const pieces = piecesOf(texts[i] as string, i === 0, isLast, separator);
    const own = joinExtra(pieces, parts, separator);
    if (!own) return undefined;
    values.push(...own);
    if (!isLast) values.push('');
    start = end + 1;
  }
  return values;
}

/** As many pieces as parts, with a comm that holds separators in one; undefined if they don't fit the parts. */
function joinExtra(pieces: string[], parts: readonly KeyPart[], separator: string): string[] | undefined {
  const extra = pieces.length - parts.length;
  let own = pieces;
  if (extra !== 0) {
    const at = Math.max(parts.indexOf('comm'), parts.includes('comm') ? -1 : parts.indexOf('-'));
    if (extra < 0 || at < 0) return undefined;
    own = [...pieces.slice(0, at), pieces.slice(at, at + extra + 1).join(separator), ...pieces.slice(at + extra + 1)];
  }
  const fits = parts.every((part, i) => {
    const value = own[i] as string;
    if (part === 'kstack' || part === 'ustack') return isEmpty(value);
    return part === 'comm' || part === '-' || isInteger(value);
  });
  return fits ? own : undefined;
}
