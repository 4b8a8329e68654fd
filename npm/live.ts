import { slots, uses } from "./instance.js";
import { numberOf, placeOf, totalOf } from "./lane.js";
import { NOTHING, type Field, type OpenCard } from "./open-card.js";
import type { AnyCard, CardTypes, Estimate, Fault, Faults, FieldOf, Line, Range, ValueOf } from "./types.js";

const NO_FIELDS: readonly Field[] = [];

/**
 * An item that changes one field at a time: what a form holds.
 *
 *     const live = card.live({ operation: "create" });
 *     live.set("variations", 5);
 *     live.total?.expected; // 20
 *
 * The total is a few table look-ups in the module. The lines and the errors are worked out when they are asked for.
 */
export class LiveItem<C extends CardTypes = AnyCard> {
  readonly #card: OpenCard;
  readonly #estimate: (item: C["item"]) => Estimate<C> | Faults;
  #operation: unknown;
  #fields = NO_FIELDS;
  /** The place of the field that was set last. */
  #place = 0;
  /** What stands in the module's slots when the item is rated. */
  #numbers = new Int32Array(0);
  /** Which use of the slots was this item's: nobody has taken them since if it is the last one. */
  #use = 0;
  /** The values of the operation's fields, by slot. */
  #values: unknown[] = [];
  /** The values of the fields that the operation does not have. */
  #others = new Map<string, unknown>();
  /** The strict answer for the item as it stands. */
  #answer: Estimate<C> | Faults | undefined;

  /** Use {@link RateCard.live}. */
  constructor(card: OpenCard, estimate: (item: C["item"]) => Estimate<C> | Faults, item: C["item"]) {
    this.#card = card;
    this.#estimate = estimate;
    this.#start(Object.entries(item ?? {}));
  }

  /** The item as it stands. */
  get item(): C["item"] {
    return Object.fromEntries(this.#entries());
  }

  /**
   * Sets a field; `undefined` takes it away, so that its default holds. A program that learns a field's name only when it runs
   * takes the item as a `LiveItem`, of any card.
   */
  set<F extends FieldOf<C["item"]>>(field: F, value: ValueOf<C["item"], F> | undefined): this {
    this.#answer = undefined;
    const place = placeOf(this.#fields, field, this.#place);
    const known = this.#fields[place];
    if (known !== undefined) {
      this.#place = place;
      this.#write(known, value);
    } else if (field === "operation") this.#start([...this.#entries(), [field, value]]);
    else if (value === undefined) this.#others.delete(field);
    else this.#others.set(field, value);
    return this;
  }

  /** What the item costs; null while it has errors. */
  get total(): Range | null {
    if (this.#others.size > 0 || this.#numbers.length === 0) return null;
    const total = totalOf(this.#card, this.#numbers, this.#use === uses);
    this.#use = uses;
    return total;
  }

  /** The estimate's lines: one, or none while the item has errors. */
  get lines(): Line<C>[] {
    const answer = this.#strict();
    return "errors" in answer ? [] : answer.lines;
  }

  /** Everything that is wrong with the item; its paths begin with `items[0]`. */
  get errors(): Fault[] {
    const answer = this.#strict();
    return "errors" in answer ? answer.errors : [];
  }

  #strict(): Estimate<C> | Faults {
    this.#answer ??= this.#estimate(this.item);
    return this.#answer;
  }

  #entries(): [string, unknown][] {
    const entries: [string, unknown][] = this.#operation === undefined ? [] : [["operation", this.#operation]];
    for (const { name, slot } of this.#fields) {
      if (this.#values[slot] !== undefined) entries.push([name, this.#values[slot]]);
    }
    return [...entries, ...this.#others];
  }

  /** Begins anew with these values; the last of a name counts. */
  #start(entries: [string, unknown][]): void {
    const values = new Map(entries);
    this.#operation = values.get("operation");
    values.delete("operation");
    const known = typeof this.#operation === "string" ? this.#card.byId.get(this.#operation) : undefined;
    this.#fields = known?.fields ?? NO_FIELDS;
    this.#place = 0;
    this.#numbers = new Int32Array(known?.empty ?? []);
    this.#use = 0;
    this.#values = [];
    this.#others = new Map();
    for (const [name, value] of values) {
      const field = known?.byName.get(name);
      if (field !== undefined) this.#write(field, value);
      else if (value !== undefined) this.#others.set(name, value);
    }
  }

  #write(field: Field, value: unknown): void {
    this.#values[field.slot] = value;
    const number = value === undefined ? field.absent : (numberOf(field, value) ?? NOTHING);
    this.#numbers[field.slot] = number;
    if (this.#use === uses) slots[field.slot] = number;
  }
}
