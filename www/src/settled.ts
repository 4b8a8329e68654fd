/** Long enough that a slider's way is one change, short enough to belong to it. */
const SETTLED_AFTER_MS = 500;

/** Does something once after the last of several changes. */
export class Settled {
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #settle: () => void;

  constructor(settle: () => void) {
    this.#settle = settle;
  }

  changed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.now();
    }, SETTLED_AFTER_MS);
  }

  now(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#settle();
  }

  /** At once, if there is a change that has not settled yet. */
  flush(): void {
    if (this.#timer !== undefined) this.now();
  }
}
