// What stops a run before its end: a signal to the tool, or a stream that is closed.

/** It makes its AbortSignal for whoever asks: Node's takes a start 0.5 ms, and a run that reads files needs none. */
export class Stop {
  #aborted = false;
  #controller: AbortController | undefined;

  get aborted(): boolean {
    return this.#aborted;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted) this.#controller.abort();
    return this.#controller.signal;
  }

  abort(): void {
    this.#aborted = true;
    this.#controller?.abort();
  }
}
