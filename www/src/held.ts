import type { AnyItem } from "pricetag";

/**
 * What a link or the last visit says, as it says it, until it is known which card is in force. The built-in card may not know its names
 * and has other defaults, so that what this card made of it must replace it neither in the link nor in the browser.
 */
export class Held {
  #said: AnyItem | null = null;
  #taken = "";
  #isOver = false;

  /** `taken` is what the page's card made of `said`. */
  hold(said: AnyItem | null, taken: AnyItem | null): void {
    if (this.#isOver) return;
    this.#said = said;
    this.#taken = JSON.stringify(taken);
  }

  /** What was said, while the page still has what was taken of it; after a change by the person, what the page has. */
  of(now: AnyItem | null): AnyItem | null {
    return this.#said !== null && JSON.stringify(now) === this.#taken ? this.#said : now;
  }

  get isHolding(): boolean {
    return this.#said !== null;
  }

  /** The card in force is known. */
  release(): void {
    this.#isOver = true;
    this.#said = null;
  }
}
