import { noChange } from "lit";
import { Directive, directive, type PropertyPart } from "lit/directive.js";
import { setCommittedValue } from "lit/directive-helpers.js";

/** Sets a number field's value only where it differs as a number, so that `3.` stays while someone is typing `3.5`. */
class NumberValue extends Directive {
  render(figure: number): string {
    return Number.isNaN(figure) ? "" : String(figure);
  }

  override update(part: PropertyPart, [figure]: [number]): unknown {
    const input = part.element as HTMLInputElement;
    const isSame = Number.isNaN(figure) ? Number.isNaN(input.valueAsNumber) : input.valueAsNumber === figure;
    if (isSame) return noChange;
    setCommittedValue(part);
    return this.render(figure);
  }
}

export const numberValue = directive(NumberValue);
