import { afterPaint } from "./after-paint.js";

interface Kept<T> {
  group: readonly unknown[];
  revision: number;
  value: T;
}

/**
 * Keeps what takes longer to work out than a price, so that no key waits for it: what was known is shown for one more frame, and
 * then what is known now. At once where there is nothing to show yet, or where what there is would be about something else.
 */
export class Afterwards<T> {
  #kept: Kept<T> | null = null;
  #waiting = false;
  /** How the newest is worked out, and shown. */
  #newest: { revision: number; work: () => T; redraw: () => void } | null = null;

  get(group: readonly unknown[], revision: number, work: () => T, redraw: () => void): T {
    const kept = this.#kept;
    if (kept === null || kept.group.length !== group.length || kept.group.some((part, index) => part !== group[index])) {
      this.#newest = null;
      this.#kept = { group, revision, value: work() };
      return this.#kept.value;
    }
    if (kept.revision !== revision) {
      this.#newest = { revision, work, redraw };
      this.#wait();
    }
    return kept.value;
  }

  #wait(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    afterPaint(() => this.#work());
  }

  #work(): void {
    this.#waiting = false;
    if (this.#newest === null || this.#kept === null) return;
    const { revision, work, redraw } = this.#newest;
    this.#newest = null;
    this.#kept = { group: this.#kept.group, revision, value: work() };
    redraw();
  }
}
