import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { RateCard } from "../index.js";

let provided: RateCard | null = null;
const present = new Set<ReactiveControllerHost>();

/**
 * Gives a card to every element that has none of its own, those on the page now and those to come.
 *
 *     import { RateCard } from "pricetag";
 *     import { provideCard } from "pricetag/elements";
 *     provideCard(RateCard.builtin());
 */
export function provideCard(card: RateCard | null): void {
  provided = card;
  for (const element of present) element.requestUpdate();
}

/** The card that was provided, for an element that shows itself anew when there is another one. */
export class Provided implements ReactiveController {
  readonly #element: ReactiveControllerHost;

  constructor(element: ReactiveControllerHost) {
    this.#element = element;
    element.addController(this);
  }

  get card(): RateCard | null {
    return provided;
  }

  hostConnected(): void {
    present.add(this.#element);
    // Another card may have been provided while the element was not on the page.
    this.#element.requestUpdate();
  }

  hostDisconnected(): void {
    present.delete(this.#element);
  }
}
