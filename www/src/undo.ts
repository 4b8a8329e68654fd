import type { Place } from "./notices.js";

/** A step that can be taken back while what it has changed is still as it was left. */
interface Step {
  isAsLeft(): boolean;
  takeBack(): void;
}

/** The last step of each place, the latest one last. */
export class Steps {
  readonly #steps = new Map<Place, Step>();

  made(place: Place, step: Step): void {
    this.#steps.delete(place);
    this.#steps.set(place, step);
  }

  canUndo(place: Place): boolean {
    return this.#steps.get(place)?.isAsLeft() ?? false;
  }

  undo(place: Place): void {
    const step = this.#steps.get(place);
    if (step === undefined || !step.isAsLeft()) return;
    this.#steps.delete(place);
    step.takeBack();
  }

  /** Takes back the latest step of these places that can be; answers whether there was one. */
  undoLatest(places: readonly Place[]): boolean {
    const place = [...this.#steps.keys()].findLast((each) => places.includes(each) && this.canUndo(each));
    if (place !== undefined) this.undo(place);
    return place !== undefined;
  }
}

/** Fields in which a browser's own undo takes back what was typed. */
const TYPED_IN = "textarea, [contenteditable], input:not([type=range], [type=radio], [type=checkbox], [type=button], [type=submit], [type=file])";

/** Whether a key press asks for the latest step to be taken back: not while a field has an undo of its own. */
export function asksForUndo(event: KeyboardEvent): boolean {
  if (event.key.toLowerCase() !== "z" || event.ctrlKey === event.metaKey || event.shiftKey || event.altKey) return false;
  const [target] = event.composedPath();
  return !(target instanceof Element && target.matches(TYPED_IN));
}
