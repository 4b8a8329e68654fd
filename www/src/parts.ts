import { afterPaint } from "./after-paint.js";

/**
 * Draws a view in parts: what a person came for first, and then each part that stands around it in a frame of its own. The first
 * price does not wait for the others, and no task holds a key up.
 */
export class Parts {
  readonly #redraw: () => void;
  /** The parts that are drawn beside the first. */
  #drawn = 0;
  #counted = 0;
  #waiting = false;

  constructor(redraw: () => void) {
    this.#redraw = redraw;
  }

  /** The view is drawn anew, from its first part on. */
  begin(): void {
    this.#counted = 0;
  }

  /** Whether the next part is to be drawn by now; where it is not yet, the page is drawn again when it is. */
  next(): boolean {
    this.#counted += 1;
    if (this.#counted <= this.#drawn) return true;
    if (!this.#waiting) {
      this.#waiting = true;
      afterPaint(() => {
        this.#waiting = false;
        this.#drawn += 1;
        this.#redraw();
      });
    }
    return false;
  }
}
