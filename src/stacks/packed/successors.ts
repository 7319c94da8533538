// What each function called last. Most calls repeat, so a picture holds a frame as its place among those.

/** How many names are remembered of each caller. More make a picture no smaller. */
export const REMEMBERED = 8;

/** Names are numbers from 1; 0 is the caller of the outermost frames. */
export class Successors {
  readonly #called: Uint32Array;

  /** `names`: how many there are. */
  constructor(names: number) {
    this.#called = new Uint32Array((names + 1) * REMEMBERED);
  }

  /** The place of a name among what its caller called last, from 0; -1: it has none. From now on it is the first. */
  placeOf(caller: number, name: number): number {
    const called = this.#called;
    const first = caller * REMEMBERED;
    if (called[first] === name) return 0;
    const end = first + REMEMBERED;
    let at = first + 1;
    while (at < end && called[at] !== name) at++;
    const place = at < end ? at - first : -1;
    if (place < 0) at--;
    for (; at > first; at--) called[at] = called[at - 1] as number;
    called[first] = name;
    return place;
  }

  /** The name at a place below REMEMBERED; 0: there is none. */
  at(caller: number, place: number): number {
    return this.#called[caller * REMEMBERED + place] as number;
  }
}
