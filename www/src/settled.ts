/** Long enough that a slider's way is one change, short enough to belong to it. */
const SETTLED_AFTER_MS = 500;

/** Does something once after the last of several changes; where they go on, also at least so often, in milliseconds. */
export class Settled {
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Since when something has changed. */
  #since = Infinity;
  readonly #settle: () => void;
  readonly #atLeastEvery: number;

  constructor(settle: () => void, { atLeastEvery = Infinity } = {}) {
    this.#settle = settle;
    this.#atLeastEvery = atLeastEvery;
  }

  changed(): void {
    const now = performance.now();
    this.#since = Math.min(this.#since, now);
    clearTimeout(this.#timer);
    const wait = Math.max(0, Math.min(SETTLED_AFTER_MS, this.#since + this.#atLeastEvery - now));
    this.#timer = setTimeout(() => {
      this.now();
    }, wait);
  }

  now(): void {
    clearTimeout(this.#timer);
    this.#since = Infinity;
    this.#settle();
  }
}
