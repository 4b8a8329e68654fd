/** Shorter than a person waits, longer than the next key press takes. */
const AFTER_MS = 150;

/** What takes longer than a key press may take is worked out once the changes have settled. */
export class Later {
  #shown: number | null = null;
  #awaited: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** The revision that is to be shown now; where it is an older one, `redraw` is called when the newest may be. */
  at(revision: number, redraw: () => void): number {
    if (this.#shown === null || revision === this.#shown) {
      clearTimeout(this.#timer);
      this.#awaited = null;
      this.#shown = revision;
    } else if (revision !== this.#awaited) {
      clearTimeout(this.#timer);
      this.#awaited = revision;
      this.#timer = setTimeout(() => {
        this.#shown = revision;
        redraw();
      }, AFTER_MS);
    }
    return this.#shown;
  }
}
