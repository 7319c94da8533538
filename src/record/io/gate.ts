// A gate: work waits before it until other work has opened it.

export class Gate {
  readonly opened: Promise<void>;
  #open: () => void = () => {};

  constructor() {
    this.opened = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  /** Once is enough. */
  open(): void {
    this.#open();
  }
}
