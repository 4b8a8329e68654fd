/** Shorter than a person waits, longer than the next key press takes. */
const AFTER_MS = 150;

/**
 * What takes longer than a key press may take is worked out once the changes have settled, one part after the other, so that the
 * next key press waits for one of them at most.
 */
export class Later {
  readonly #parts: number;
  /** The revision that each part shows; none before they are shown for the first time, all at once. */
  #shown: number[] = [];
  #awaited: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: number) {
    this.#parts = parts;
  }

  /** The revision that each part is to show now; `redraw` is called whenever another may be drawn anew. */
  at(revision: number, redraw: () => void): readonly number[] {
    if (this.#shown.length === 0) this.#shown = Array.from({ length: this.#parts }, () => revision);
    if (this.#shown.every((shown) => shown === revision)) {
      clearTimeout(this.#timer);
      this.#awaited = null;
    } else if (revision !== this.#awaited) {
      clearTimeout(this.#timer);
      this.#awaited = revision;
      this.#timer = setTimeout(() => this.#next(revision, redraw), AFTER_MS);
    }
    return this.#shown;
  }

  #next(revision: number, redraw: () => void): void {
    const part = this.#shown.findIndex((shown) => shown !== revision);
    if (part < 0) return;
    this.#shown = this.#shown.with(part, revision);
    this.#timer = setTimeout(() => this.#next(revision, redraw));
    redraw();
  }
}
