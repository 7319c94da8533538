// Names the frames of a recording: an object and a place in it in; the functions there out, and at the end notes on
// what was missing.

import { withoutDeleted } from '../stacks/frame-name.ts';
import { ObjectSymbols, type OpenFile, type SymbolFrame } from './object.ts';

/** The functions of one frame of a callchain, the one that exists as code first. */
export interface Expansion {
  /** if the address is that of the next instruction */
  exact: readonly SymbolFrame[];
  /** if it is that of a call, or of what it returns to */
  caller: readonly SymbolFrame[];
}

/** Where a frame lies: an object that can be used, and the object's own address. */
export interface CodePlace {
  object: ObjectSymbols;
  address: number;
}

const MOST_LISTED = 5;

export class Symbolizer {
  readonly #open: OpenFile;
  readonly #buildIds: ReadonlyMap<string, string>;
  readonly #objects = new Map<string, ObjectSymbols>();
  /** frames found in no map */
  unmapped = 0;

  /** `buildIds` are those of the recording, by path. */
  constructor(open: OpenFile, buildIds: ReadonlyMap<string, string> = new Map()) {
    this.#open = open;
    this.#buildIds = buildIds;
  }

  /** The object of that path; `buildId` is the recording's, if the caller knows it. */
  object(path: string, buildId?: string): ObjectSymbols {
    let object = this.#objects.get(path);
    if (!object) {
      const file = withoutDeleted(path);
      object = new ObjectSymbols(file, this.#open, this.#buildIds.get(file) ?? buildId);
      this.#objects.set(path, object);
    }
    return object;
  }

  /** A place of an object's file; undefined: it holds no code, or the object can't be used. */
  placeIn(object: ObjectSymbols, offset: number): CodePlace | undefined {
    const address = object.refusal === undefined ? object.addressAt(offset) : undefined;
    return address === undefined ? undefined : { object, address };
  }

  /** The functions of a frame that stands at this place; empty: nothing is known. */
  exactAt({ object, address }: CodePlace): readonly SymbolFrame[] {
    return object.framesAt(address);
  }

  /** The same of one that calls there, or returns to there. */
  callerAt({ object, address }: CodePlace): readonly SymbolFrame[] {
    return object.framesAt(object.endsCall(address) === true ? address - 1 : address);
  }

  /** The functions at a place of an object's file; undefined: nothing is known. */
  at(object: ObjectSymbols, offset: number): Expansion | undefined {
    const place = this.placeIn(object, offset);
    return place && this.functionsAt(place);
  }

  /** The functions at a place; undefined: nothing is known. */
  functionsAt(place: CodePlace): Expansion | undefined {
    const [exact, caller] = [this.exactAt(place), this.callerAt(place)];
    return exact.length === 0 && caller.length === 0 ? undefined : { exact, caller };
  }

  /** What users should know, one line each. */
  notes(): string[] {
    const all = [...this.#objects.values()];
    const notes = all
      .filter(({ refusal }) => refusal === 'another build')
      .map(
        ({ path, buildId, recordedId }) =>
          `${path} was built anew since the recording (build-id ${recordedId}, now ${buildId}): its functions keep the names they came with`,
      );
    for (const object of all) {
      for (const [problem, count] of object.allProblems()) {
        const times = count > 1 ? `, ${count} times` : '';
        notes.push(`${object.path}: a part of its symbols or debug information can't be read (${problem}${times})`);
      }
    }
    const missing = all.filter(({ refusal }) => refusal === 'missing' || refusal === 'not ELF');
    if (missing.length > 0)
      notes.push(`these files can't be read, and their functions keep their names: ${listed(missing)}`);
    const bare = all.filter((object) => object.refusal === undefined && !object.hasLines);
    if (bare.length > 0) notes.push(`no debug information, and so no inlined functions: ${listed(bare)}`);
    if (this.unmapped > 0) {
      notes.push(`addresses in no map: ${this.unmapped}; print the maps, too: perf script --show-mmap-events`);
    }
    return notes;
  }
}

function listed(objects: readonly ObjectSymbols[]): string {
  const names = objects.slice(0, MOST_LISTED).map(({ path }) => path);
  const others = objects.length - names.length;
  return names.join(', ') + (others > 0 ? ` and ${others} more` : '');
}
