// A gate: work waits at it until other work opens it.

export class Gate {
  readonly opened: Promise<void>;
  #open: () => void = () => {};

  constructor() {
    this.opened = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  /** Opens it for good. */
  open(): void {
    this.#open();
  }
}
