import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Long enough that a slider's way is one change, short enough to belong to it. */
const SETTLED_AFTER_MS = 500;

/** Does something once after the last of several changes, unless the element has left the page by then. */
export class Settled implements ReactiveController {
  readonly #settle: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(element: ReactiveControllerHost, settle: () => void) {
    this.#settle = settle;
    element.addController(this);
  }

  changed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#settle, SETTLED_AFTER_MS);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }
}
