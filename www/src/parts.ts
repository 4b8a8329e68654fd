import { afterPaint } from "./after-paint.js";

/**
 * Draws a view in parts: what a person came for first, and then each part that stands around it in a frame of its own. The first
 * price does not wait for the others, and no task holds a key up. What was drawn stays.
 */
export class Parts {
  readonly #redraw: () => void;
  readonly #drawn: Set<string>;
  /** The first part that was asked for and is not drawn; null where there is none. */
  #next: string | null = null;
  #held = false;
  #waiting = false;

  /** `drawn` are parts that are drawn at once. */
  constructor(redraw: () => void, drawn: readonly string[] = []) {
    this.#redraw = redraw;
    this.#drawn = new Set(drawn);
  }

  /** The view is drawn anew, from its first part on. */
  begin(): void {
    this.#next = null;
    this.#held = false;
  }

  /** Whether a part is to be drawn by now; where it is not yet, the page is drawn again when it is. */
  has(part: string): boolean {
    if (this.#drawn.has(part)) return true;
    if (this.#held) return false;
    this.#next ??= part;
    this.#wait();
    return false;
  }

  /** What follows comes after something that is not there yet, which would move it. */
  hold(): void {
    this.#held = true;
  }

  #wait(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    afterPaint(() => {
      this.#waiting = false;
      if (this.#next === null) return;
      this.#drawn.add(this.#next);
      this.#redraw();
    });
  }
}
