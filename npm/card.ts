import { estimateMany } from "./columns.js";
import { estimate } from "./lane.js";
import { LiveItem } from "./live.js";
import { OpenCard } from "./open-card.js";
import type { ImageStudio } from "./generated/image-studio.js";
import type {
  Account,
  Affordable,
  Alternative,
  AnyCard,
  Card,
  CardTypes,
  Columns,
  Comparison,
  Estimate,
  Faults,
  FieldOf,
  Fit,
  FreeUnits,
  ItemOf,
  Outcome,
  Plan,
  Preflight,
  Range,
  RatedRows,
  Settlement,
} from "./types.js";

/** The calls of the module, by their index there. */
const ESTIMATE = 0;
const PREFLIGHT = 1;
const ALTERNATIVES = 2;
const FIT = 3;
const AFFORDABLE = 4;
const SETTLE = 5;
/** An estimate without its lines. */
const TOTAL = 6;

/**
 * What everything costs.
 *
 * Every method answers at once and without a request. A fault is an answer, `{ errors }`, never an exception:
 *
 *     const answer = card.estimate(plan);
 *     if ("errors" in answer) show(answer.errors); else show(answer.total.expected);
 *
 * A card holds memory of the module. It is given back when the card is collected, or at once by `free()` or `using`.
 */
export class RateCard<C extends CardTypes = AnyCard> {
  readonly #open: OpenCard;

  private constructor(open: OpenCard) {
    this.#open = open;
  }

  /** The built-in card: the image studio's, with the literal types of its names. */
  static builtin(): RateCard<ImageStudio> {
    return new RateCard<ImageStudio>(OpenCard.builtin());
  }

  /**
   * A card from JSON text, or its faults. Give the card's types, if you have them, as the type argument. Of a key that stands twice in
   * an object JavaScript's parser keeps the last; the command line and the server refuse such a text.
   */
  static parse<C extends CardTypes = AnyCard>(json: string): RateCard<C> | Faults {
    let card: unknown;
    try {
      card = JSON.parse(json);
    } catch (error) {
      return { errors: [{ code: "malformed-text", path: "", message: error instanceof Error ? error.message : String(error) }] };
    }
    return RateCard.from<C>(card);
  }

  /** A card from an object, or its faults. */
  static from<C extends CardTypes = AnyCard>(card: unknown): RateCard<C> | Faults {
    const opened = OpenCard.open(card);
    return "errors" in opened ? opened : new RateCard<C>(opened);
  }

  /** The card's id, `image-studio`. */
  get id(): string {
    return this.#open.id;
  }

  /** The card's version, as its authors count it. */
  get version(): string {
    return this.#open.version;
  }

  /** `sha256:` and 64 hexadecimal digits: the same card has the same fingerprint everywhere. */
  get fingerprint(): string {
    return this.#open.fingerprint;
  }

  /** What a plan costs, line by line; with `freeUnits`, the units that cost nothing. */
  estimate(plan: Plan<C>, freeUnits?: FreeUnits<C>): Estimate<C> | Faults {
    const card = this.#open;
    const rated = freeUnits === undefined ? estimate<C>(card, plan) : undefined;
    return rated ?? card.answer(ESTIMATE, { plan, freeUnits });
  }

  /** The total of that estimate alone: with free units in half of its time, for a price that follows what somebody types. */
  total(plan: Plan<C>, freeUnits?: FreeUnits<C>): Range | Faults {
    const answer: Estimate<C> | Faults = freeUnits === undefined ? this.estimate(plan) : this.#open.answer(TOTAL, { plan, freeUnits });
    return "errors" in answer ? answer : answer.total;
  }

  /**
   * What each of many items of one operation costs, given as columns: a million rows in a few milliseconds.
   *
   *     const models = card.options("create", "model"); // an option's number is its index here
   *     card.estimateMany("create", { model: Int16Array.of(0, 3), variations: Uint16Array.of(1, 4), quality: "draft" });
   *
   * A column with a sign keeps the -1 of a name that is not there, which is then a fault; without one it would be another number.
   *
   * Paths of faults begin with the row, `rows[17].model`, or with `columns` where every row has the fault.
   */
  estimateMany<O extends C["operation"]>(operation: O, columns: Columns<C, O>): RatedRows | Faults {
    const card = this.#open;
    return estimateMany(card, operation, columns, (item) => {
      const answer: Estimate | Faults = card.answer(ESTIMATE, { plan: { items: [item] } });
      return "errors" in answer ? answer.errors : [];
    });
  }

  /** The ids of a choice's options, in the card's order; none where there is no such choice. */
  options<O extends C["operation"]>(operation: O, choice: FieldOf<ItemOf<C["item"], O>>): string[] {
    return [...(this.#open.byId.get(operation)?.byName.get(choice)?.options?.keys() ?? [])];
  }

  /** Whether a plan may run on an account, and what would be left of its balance. */
  preflight(plan: Plan<C>, account: Account<C>): Preflight<C> | Faults {
    return this.#open.answer(PREFLIGHT, { plan, account });
  }

  /**
   * Every single change of a substitutable option that makes the plan cheaper: those that keep or raise the rank first, then the greatest
   * saving, then by item, then in the card's order.
   */
  alternatives(plan: Plan<C>, tier?: C["tier"]): Alternative[] | Faults {
    return this.#open.answer(ALTERNATIVES, { plan, tier });
  }

  /** The options with the greatest sum of ranks whose expected total is within a budget of credits. */
  fit(plan: Plan<C>, budget: number, tier?: C["tier"]): Fit<C> | Faults {
    return this.#open.answer(FIT, { plan, budget, tier });
  }

  /** The greatest quantity of an item whose high total a balance covers; a balance of null is unlimited. */
  affordable(item: C["item"], balance: number | null): Affordable | Faults {
    return this.#open.answer(AFFORDABLE, { item, balance });
  }

  /** What is charged after the work is done: never more than the estimate's high figure. */
  settle(estimate: Estimate<C>, outcome: Outcome): Settlement | Faults {
    return this.#open.answer(SETTLE, { estimate, outcome });
  }

  /** What changes from this card to a new one. */
  compare(other: RateCard<CardTypes>): Comparison {
    return this.#open.compare(other.#open);
  }

  /** The card as it was written, for building forms from. */
  describe(): Card<C> {
    return this.#open.describe();
  }

  /** An item that changes one field at a time: what a form holds. */
  live(item: C["item"]): LiveItem<C> {
    return new LiveItem<C>(this.#open, (changed) => this.estimate({ items: [changed] }), item);
  }

  /** Gives the card's memory back; it and its live items cannot be used afterwards. The built-in card stays. */
  free(): void {
    this.#open.close();
  }

  [Symbol.dispose](): void {
    this.free();
  }
}
