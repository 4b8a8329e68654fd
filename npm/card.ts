import { Card as Handle } from "./generated/pricetag.js";
import type { ImageStudio } from "./generated/image-studio.js";
import type {
  Account,
  Affordable,
  Alternative,
  AnyCard,
  Card,
  CardTypes,
  Comparison,
  Estimate,
  Fault,
  Faults,
  Fit,
  FreeUnits,
  Line,
  Operation,
  Outcome,
  Plan,
  Preflight,
  Range,
  Settlement,
} from "./types.js";

/** The calls of the module, by their index there. */
const ESTIMATE = 0;
const PREFLIGHT = 1;
const ALTERNATIVES = 2;
const FIT = 3;
const AFFORDABLE = 4;
const SETTLE = 5;

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
  readonly #handle: Handle;
  /** The fields of each operation by name, made when the first live item asks. */
  #fields: Map<string, OperationFields> | undefined;

  private constructor(handle: Handle) {
    this.#handle = handle;
  }

  /** The built-in card: the image studio's, with the literal types of its names. */
  static builtin(): RateCard<ImageStudio> {
    return new RateCard<ImageStudio>(Handle.builtin());
  }

  /** A card from JSON text, or its faults. Give the card's types, if you have them, as the type argument. */
  static parse<C extends CardTypes = AnyCard>(json: string): RateCard<C> | Faults {
    try {
      return RateCard.from<C>(JSON.parse(json));
    } catch (error) {
      return { errors: [{ code: "malformed-text", path: "", message: error instanceof Error ? error.message : String(error) }] };
    }
  }

  /** A card from an object, or its faults. */
  static from<C extends CardTypes = AnyCard>(card: unknown): RateCard<C> | Faults {
    const answer: Handle | Faults = Handle.from(card);
    return answer instanceof Handle ? new RateCard<C>(answer) : answer;
  }

  /** The card's id, `image-studio`. */
  get id(): string {
    return this.#handle.id();
  }

  /** The card's version, as its authors count it. */
  get version(): string {
    return this.#handle.version();
  }

  /** `sha256:` and 64 hexadecimal digits: the same card has the same fingerprint everywhere. */
  get fingerprint(): string {
    return this.#handle.fingerprint();
  }

  /** What a plan costs, line by line; with `freeUnits`, the units that cost nothing. */
  estimate(plan: Plan<C>, freeUnits?: FreeUnits<C>): Estimate<C> | Faults {
    return this.#handle.answer(ESTIMATE, { plan, freeUnits });
  }

  /** Whether a plan may run on an account, and what would be left of its balance. */
  preflight(plan: Plan<C>, account: Account<C>): Preflight<C> | Faults {
    return this.#handle.answer(PREFLIGHT, { plan, account });
  }

  /** Every single change of a substitutable option that makes the plan cheaper, the greatest saving first. */
  alternatives(plan: Plan<C>, tier?: C["tier"]): Alternative[] | Faults {
    return this.#handle.answer(ALTERNATIVES, { plan, tier });
  }

  /** The options with the greatest sum of ranks whose expected total is within a budget of credits. */
  fit(plan: Plan<C>, budget: number, tier?: C["tier"]): Fit<C> | Faults {
    return this.#handle.answer(FIT, { plan, budget, tier });
  }

  /** The greatest quantity of an item whose high total a balance covers; a balance of null is unlimited. */
  affordable(item: C["item"], balance: number | null): Affordable | Faults {
    return this.#handle.answer(AFFORDABLE, { item, balance });
  }

  /** What is charged after the work is done: never more than the estimate's high figure. */
  settle(estimate: Estimate<C>, outcome: Outcome): Settlement | Faults {
    return this.#handle.answer(SETTLE, { estimate, outcome });
  }

  /** What changes from this card to a new one. */
  compare(other: RateCard<CardTypes>): Comparison {
    return this.#handle.compare(other.#handle);
  }

  /** The card as it was written, for building forms from. */
  describe(): Card<C> {
    return this.#handle.describe();
  }

  /** An item that changes one field at a time: what a form holds. */
  live(item: C["item"]): LiveItem<C> {
    this.#fields ??= operationFields(this.describe().operations);
    return new LiveItem<C>(this, this.#fields, (operation) => this.#handle.live(operation), item);
  }

  /** Gives the card's memory back; the card cannot be used afterwards. */
  free(): void {
    this.#handle.free();
  }

  [Symbol.dispose](): void {
    this.free();
  }
}

/** Where a field stands in the module's tables. */
interface Field {
  index: number;
  /** The index of each option; absent for a number. */
  options?: Map<string, number>;
}

/** What is used of the module's live item, told here so that no declaration leads to the module's own. */
interface LiveHandle {
  set(field: number, value: number): boolean;
  rate(): boolean;
  low(): number;
  expected(): number;
  high(): number;
  free(): void;
}

interface OperationFields {
  index: number;
  fields: Map<string, Field>;
}

/** Names become numbers once: the choices, then the quantity, the sides of a size and the counts. */
function operationFields(operations: Operation[]): Map<string, OperationFields> {
  return new Map(
    operations.map(({ id, choices = [], counts = [], size }, index) => {
      const fields = new Map<string, Field>();
      for (const { name, options } of choices) {
        fields.set(name, { index: fields.size, options: new Map(options.map((option, position) => [option.id, position])) });
      }
      const sides = size === undefined ? [] : ["width", "height"];
      for (const name of ["quantity", ...sides, ...counts.map((count) => count.name)]) {
        fields.set(name, { index: fields.size });
      }
      return [id, { index, fields }];
    }),
  );
}

/**
 * An item that changes one field at a time.
 *
 *     const live = card.live({ operation: "create" });
 *     live.set("variations", 5);
 *     live.total?.expected; // 20
 *
 * The total is a few table look-ups. The lines and the errors are worked out when they are asked for.
 */
export class LiveItem<C extends CardTypes = AnyCard> {
  readonly #card: RateCard<C>;
  readonly #operations: Map<string, OperationFields>;
  readonly #open: (operation: number) => LiveHandle | undefined;
  /** Without a prototype, so that every name is a field and nothing else. */
  #item: Record<string, unknown>;
  #handle: LiveHandle | undefined;
  #fields: Map<string, Field> | undefined;
  /** The fields that hold what they may not hold. */
  readonly #faulty = new Set<string>();
  /** The strict answer for the item as it stands. */
  #answer: Estimate<C> | Faults | undefined;

  /** Use {@link RateCard.live}. */
  constructor(
    card: RateCard<C>,
    operations: Map<string, OperationFields>,
    open: (operation: number) => LiveHandle | undefined,
    item: C["item"],
  ) {
    this.#card = card;
    this.#operations = operations;
    this.#open = open;
    this.#item = Object.assign(Object.create(null), item);
    this.#start();
  }

  /** The item as it stands. */
  get item(): C["item"] {
    return { ...this.#item };
  }

  /** Sets a field; `undefined` takes it away, so that its default holds. */
  set(field: string, value: string | number | undefined): this {
    this.#answer = undefined;
    if (value === undefined) {
      delete this.#item[field];
    } else {
      this.#item[field] = value;
    }
    if (field === "operation") {
      this.#start();
    } else {
      this.#write(field, value);
    }
    return this;
  }

  /** What the item costs; null while it has errors. */
  get total(): Range | null {
    const handle = this.#handle;
    if (handle === undefined || this.#faulty.size > 0 || !handle.rate()) {
      return null;
    }
    return { low: handle.low(), expected: handle.expected(), high: handle.high() };
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

  /** Gives the item's memory back; the item cannot be used afterwards. */
  free(): void {
    this.#handle?.free();
    this.#handle = undefined;
  }

  [Symbol.dispose](): void {
    this.free();
  }

  #strict(): Estimate<C> | Faults {
    this.#answer ??= this.#card.estimate({ items: [this.item] });
    return this.#answer;
  }

  /** Begins anew with the item's operation. */
  #start(): void {
    this.free();
    this.#faulty.clear();
    const { operation } = this.#item;
    const known = typeof operation === "string" ? this.#operations.get(operation) : undefined;
    this.#fields = known?.fields;
    this.#handle = known && this.#open(known.index);
    for (const [field, value] of Object.entries(this.#item)) {
      if (field !== "operation") {
        this.#write(field, value);
      }
    }
  }

  /** Hands a field to the module as a number, or notes that it has none that fits. */
  #write(name: string, value: unknown): void {
    const field = this.#fields?.get(name);
    if (this.#accepts(field, value)) {
      this.#faulty.delete(name);
    } else {
      this.#faulty.add(name);
    }
  }

  #accepts(field: Field | undefined, value: unknown): boolean {
    if (value === undefined) {
      // Without its value a field has its default back; whether it has one, the module knows when it rates.
      field && this.#handle?.set(field.index, NaN);
      return true;
    }
    if (field === undefined || this.#handle === undefined) {
      return false;
    }
    if (field.options === undefined) {
      return typeof value === "number" && !Number.isNaN(value) && this.#handle.set(field.index, value);
    }
    const option = typeof value === "string" ? field.options.get(value) : undefined;
    return option !== undefined && this.#handle.set(field.index, option);
  }
}
