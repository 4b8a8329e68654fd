/** A form's item by hand: a change is one code or number, and the total one look-up and three products. */
import type { AnyItem, Fault, Line, Range } from "pricetag";
import { estimate } from "./estimate.js";
import {
  CREATE,
  CREATE_PIXELS_MAX,
  CREATE_SIDE_MIN,
  EDIT,
  EDIT_CODES,
  EDIT_PIXELS_MAX,
  EDIT_SIDE_MIN,
  MEDIUM_PIXELS,
  MILLICREDITS,
  MODEL_CODES,
  MODE_CODES,
  PRESET_CODES,
  PROVIDER_CODES,
  QUALITY_CODES,
  QUANTITY_MAX,
  SIDE_DEFAULT,
  SIDE_MAX,
  SMALL_PIXELS,
  UPSCALE,
  UPSCALE_PIXELS_MAX,
  UPSCALE_SIDE_MIN,
  VARIATIONS_MAX,
  type Offer,
} from "./figures.js";

/** What differs between the operations. */
interface Form {
  offers: readonly (Offer | null)[];
  first: { name: string; codes: ReadonlyMap<unknown, number>; preset: number };
  second: { name: string; codes: ReadonlyMap<unknown, number>; preset: number };
  sideMin: number;
  pixelsMax: number;
  /** 0 where there is no such field. */
  variationsMax: number;
}

/** No option: the choice must be given. */
const NONE = -1;

const FORMS: ReadonlyMap<unknown, Form> = new Map([
  [
    "create",
    {
      offers: CREATE,
      first: { name: "model", codes: MODEL_CODES, preset: 0 },
      second: { name: "quality", codes: QUALITY_CODES, preset: 1 },
      sideMin: CREATE_SIDE_MIN,
      pixelsMax: CREATE_PIXELS_MAX,
      variationsMax: VARIATIONS_MAX,
    },
  ],
  [
    "edit",
    {
      offers: EDIT,
      first: { name: "edit", codes: EDIT_CODES, preset: NONE },
      second: { name: "provider", codes: PROVIDER_CODES, preset: 0 },
      sideMin: EDIT_SIDE_MIN,
      pixelsMax: EDIT_PIXELS_MAX,
      variationsMax: VARIATIONS_MAX,
    },
  ],
  [
    "upscale",
    {
      offers: UPSCALE,
      first: { name: "mode", codes: MODE_CODES, preset: NONE },
      second: { name: "preset", codes: PRESET_CODES, preset: 0 },
      sideMin: UPSCALE_SIDE_MIN,
      pixelsMax: UPSCALE_PIXELS_MAX,
      variationsMax: 0,
    },
  ],
]);

/** A whole number within bounds, the default for an absent one, or -1. */
function whole(value: unknown, preset: number, min: number, max: number): number {
  if (value === undefined) return preset;
  return typeof value === "number" && value >= min && value <= max && Math.floor(value) === value ? value : NONE;
}

/** Where a field's value stands in the list of what was given. */
const FIRST = 0;
const SECOND = 1;
const WIDTH = 2;
const HEIGHT = 3;
const VARIATIONS = 4;
const QUANTITY = 5;

export class LiveItem {
  #operation: unknown;
  #form: Form | undefined;
  /** What was given, as it was given, for the strict answer. */
  #given: unknown[] = [undefined, undefined, undefined, undefined, undefined, undefined];
  /** What was given for fields that the operation does not have. */
  #others = new Map<string, unknown>();
  /** Codes and numbers; -1 is a value that may not stand there. */
  #first = 0;
  #second = 0;
  #width = 0;
  #height = 0;
  #variations = 0;
  #quantity = 0;

  constructor(item: AnyItem) {
    this.#start(item);
  }

  get item(): AnyItem {
    const [first, second, width, height, variations, quantity] = this.#given;
    const form = this.#form;
    const chosen = form === undefined ? {} : { [form.first.name]: first, [form.second.name]: second };
    const fields = { operation: this.#operation, ...chosen, width, height, variations, quantity, ...Object.fromEntries(this.#others) };
    return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as AnyItem;
  }

  set(name: string, value: string | number | undefined): this {
    if (name === "operation") this.#start({ ...this.item, operation: value as string });
    else this.#write(name, value);
    return this;
  }

  /** Null while anything is wrong. */
  get total(): Range | null {
    const form = this.#form;
    const pixels = this.#width * this.#height;
    const wrong = this.#first | this.#second | this.#width | this.#height | this.#variations | this.#quantity;
    if (form === undefined || wrong < 0 || pixels > form.pixelsMax || this.#others.size > 0) return null;
    const band = pixels <= SMALL_PIXELS ? 0 : pixels <= MEDIUM_PIXELS ? 1 : 2;
    const offer = form.offers[(this.#first * 3 + this.#second) * 3 + band]!;
    if (offer === null) return null;
    const count = this.#quantity * this.#variations;
    return {
      low: (offer.unitLow * count) / MILLICREDITS,
      expected: (offer.unitExpected * count) / MILLICREDITS,
      high: (offer.unitHigh * count) / MILLICREDITS,
    };
  }

  get lines(): Line[] {
    const answer = estimate({ items: [this.item] });
    return "errors" in answer ? [] : answer.lines;
  }

  get errors(): Fault[] {
    const answer = estimate({ items: [this.item] });
    return "errors" in answer ? answer.errors : [];
  }

  #start({ operation, ...fields }: AnyItem): void {
    this.#operation = operation;
    this.#form = FORMS.get(operation);
    this.#given.fill(undefined);
    this.#others.clear();
    this.#first = this.#form?.first.preset ?? NONE;
    this.#second = this.#form?.second.preset ?? NONE;
    this.#width = this.#height = SIDE_DEFAULT;
    this.#variations = this.#quantity = 1;
    for (const [name, value] of Object.entries(fields)) this.#write(name, value);
  }

  #write(name: string, value: unknown): void {
    const form = this.#form;
    const given = this.#given;
    if (form !== undefined) {
      switch (name) {
        case form.first.name:
          given[FIRST] = value;
          this.#first = value === undefined ? form.first.preset : (form.first.codes.get(value) ?? NONE);
          return;
        case form.second.name:
          given[SECOND] = value;
          this.#second = value === undefined ? form.second.preset : (form.second.codes.get(value) ?? NONE);
          return;
        case "width":
          given[WIDTH] = value;
          this.#width = whole(value, SIDE_DEFAULT, form.sideMin, SIDE_MAX);
          return;
        case "height":
          given[HEIGHT] = value;
          this.#height = whole(value, SIDE_DEFAULT, form.sideMin, SIDE_MAX);
          return;
        case "quantity":
          given[QUANTITY] = value;
          this.#quantity = whole(value, 1, 1, QUANTITY_MAX);
          return;
        case "variations":
          if (form.variationsMax === 0) break;
          given[VARIATIONS] = value;
          this.#variations = whole(value, 1, 1, form.variationsMax);
          return;
      }
    }
    if (value === undefined) this.#others.delete(name);
    else this.#others.set(name, value);
  }
}
