/**
 * An estimate by hand: one pass over an item's fields, one look-up, one product.
 *
 * Nothing is shared between two answers, so that whoever gets one may change it. An item is read as programs
 * usually do, by its enumerable fields. On the first thing that is wrong the pass ends, and `faults.ts` lists everything.
 */
import type { Accuracy, Estimate, Faults, Line, Part, Plan } from "pricetag";
import { faults } from "./faults.js";
import {
  ACCURACIES,
  CREATE,
  CREATE_PIXELS_MAX,
  CREATE_SIDE_MIN,
  EDIT,
  EDIT_CODES,
  EDIT_PIXELS_MAX,
  EDIT_SIDE_MIN,
  FINGERPRINT,
  ID,
  ITEMS_MAX,
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
  VERSION,
  type Offer,
} from "./figures.js";

type Fields = Record<string, unknown>;

/** What an item's fields came to: its offer and how many of it. */
let found: Offer;
let count = 0;

/** Whether a value is a whole number within bounds. */
function within(value: unknown, min: number, max: number): value is number {
  return typeof value === "number" && value >= min && value <= max && Math.floor(value) === value;
}

function create(item: Fields): boolean {
  let model: number | undefined = 0;
  let quality: number | undefined = 1;
  let width = SIDE_DEFAULT;
  let height = SIDE_DEFAULT;
  let variations = 1;
  let quantity = 1;
  for (const name in item) {
    const value = item[name];
    if (value === undefined) continue;
    switch (name) {
      case "operation":
        break;
      case "model":
        if ((model = MODEL_CODES.get(value)) === undefined) return false;
        break;
      case "quality":
        if ((quality = QUALITY_CODES.get(value)) === undefined) return false;
        break;
      case "width":
        if (!within(value, CREATE_SIDE_MIN, SIDE_MAX)) return false;
        width = value;
        break;
      case "height":
        if (!within(value, CREATE_SIDE_MIN, SIDE_MAX)) return false;
        height = value;
        break;
      case "variations":
        if (!within(value, 1, VARIATIONS_MAX)) return false;
        variations = value;
        break;
      case "quantity":
        if (!within(value, 1, QUANTITY_MAX)) return false;
        quantity = value;
        break;
      default:
        return false;
    }
  }
  const pixels = width * height;
  if (pixels > CREATE_PIXELS_MAX) return false;
  const band = pixels <= SMALL_PIXELS ? 0 : pixels <= MEDIUM_PIXELS ? 1 : 2;
  found = CREATE[(model * 3 + quality) * 3 + band]!;
  count = quantity * variations;
  return true;
}

function edit(item: Fields): boolean {
  let wanted: number | undefined;
  let provider: number | undefined = 0;
  let width = SIDE_DEFAULT;
  let height = SIDE_DEFAULT;
  let variations = 1;
  let quantity = 1;
  for (const name in item) {
    const value = item[name];
    if (value === undefined) continue;
    switch (name) {
      case "operation":
        break;
      case "edit":
        if ((wanted = EDIT_CODES.get(value)) === undefined) return false;
        break;
      case "provider":
        if ((provider = PROVIDER_CODES.get(value)) === undefined) return false;
        break;
      case "width":
        if (!within(value, EDIT_SIDE_MIN, SIDE_MAX)) return false;
        width = value;
        break;
      case "height":
        if (!within(value, EDIT_SIDE_MIN, SIDE_MAX)) return false;
        height = value;
        break;
      case "variations":
        if (!within(value, 1, VARIATIONS_MAX)) return false;
        variations = value;
        break;
      case "quantity":
        if (!within(value, 1, QUANTITY_MAX)) return false;
        quantity = value;
        break;
      default:
        return false;
    }
  }
  const pixels = width * height;
  if (wanted === undefined || pixels > EDIT_PIXELS_MAX) return false;
  const band = pixels <= SMALL_PIXELS ? 0 : pixels <= MEDIUM_PIXELS ? 1 : 2;
  const offer = EDIT[(wanted * 3 + provider) * 3 + band]!;
  if (offer === null) return false;
  found = offer;
  count = quantity * variations;
  return true;
}

function upscale(item: Fields): boolean {
  let mode: number | undefined;
  let preset: number | undefined = 0;
  let width = SIDE_DEFAULT;
  let height = SIDE_DEFAULT;
  let quantity = 1;
  for (const name in item) {
    const value = item[name];
    if (value === undefined) continue;
    switch (name) {
      case "operation":
        break;
      case "mode":
        if ((mode = MODE_CODES.get(value)) === undefined) return false;
        break;
      case "preset":
        if ((preset = PRESET_CODES.get(value)) === undefined) return false;
        break;
      case "width":
        if (!within(value, UPSCALE_SIDE_MIN, SIDE_MAX)) return false;
        width = value;
        break;
      case "height":
        if (!within(value, UPSCALE_SIDE_MIN, SIDE_MAX)) return false;
        height = value;
        break;
      case "quantity":
        if (!within(value, 1, QUANTITY_MAX)) return false;
        quantity = value;
        break;
      default:
        return false;
    }
  }
  const pixels = width * height;
  if (mode === undefined || pixels > UPSCALE_PIXELS_MAX) return false;
  const band = pixels <= SMALL_PIXELS ? 0 : pixels <= MEDIUM_PIXELS ? 1 : 2;
  found = UPSCALE[(mode * 3 + preset) * 3 + band]!;
  count = quantity;
  return true;
}

/** Reads an item into `found` and `count`; false if anything is wrong with it. */
function read(item: Fields): boolean {
  switch (item["operation"]) {
    case "create":
      return create(item);
    case "edit":
      return edit(item);
    case "upscale":
      return upscale(item);
    default:
      return false;
  }
}

/** Millicredits as credits: the nearest float, as for the literal. */
const credits = (millicredits: number): number => millicredits / MILLICREDITS;

function parts(offer: Offer, count: number): Part[] {
  const base: Part = {
    kind: "base",
    amount: {
      low: credits(offer.baseLow * count),
      expected: credits(offer.baseExpected * count),
      high: credits(offer.baseHigh * count),
    },
  };
  if (offer.percent === 0) return [base];
  const size: Part = {
    kind: "size",
    percent: offer.percent,
    amount: {
      low: credits(offer.sizeLow * count),
      expected: credits(offer.sizeExpected * count),
      high: credits(offer.sizeHigh * count),
    },
  };
  return [base, size];
}

/** The line of an item that was read; the note comes where it stands in ours, so that both look the same when written. */
function line(item: number, operation: string, offer: Offer, count: number): Line {
  const { title, rate, note, accuracy } = offer;
  const unit = { low: credits(offer.unitLow), expected: credits(offer.unitExpected), high: credits(offer.unitHigh) };
  const total = {
    low: credits(offer.unitLow * count),
    expected: credits(offer.unitExpected * count),
    high: credits(offer.unitHigh * count),
  };
  if (note === undefined) return { item, operation, title, rate, unit, count, free: 0, total, accuracy, parts: parts(offer, count) };
  return { item, operation, title, rate, note, unit, count, free: 0, total, accuracy, parts: parts(offer, count) };
}

/**
 * What a plan costs, or everything that is wrong with it. No product or sum here can pass the limit of amounts:
 * the dearest plan is 500 × 10,000 × 10 × 10 credits, half of it.
 */
export function estimate(plan: Plan): Estimate | Faults {
  if (typeof plan !== "object" || plan === null || Array.isArray(plan)) return faults(plan);
  for (const name in plan) {
    if (name !== "items" && (plan as unknown as Fields)[name] !== undefined) return faults(plan);
  }
  const items: unknown = plan.items;
  if (!Array.isArray(items) || items.length === 0 || items.length > ITEMS_MAX) return faults(plan);
  const lines = new Array<Line>(items.length);
  let [low, expected, high, doubt] = [0, 0, 0, 0];
  for (let index = 0; index < items.length; index += 1) {
    const item: unknown = items[index];
    if (typeof item !== "object" || item === null || Array.isArray(item) || !read(item as Fields)) return faults(plan);
    lines[index] = line(index, (item as Fields)["operation"] as string, found, count);
    low += found.unitLow * count;
    expected += found.unitExpected * count;
    high += found.unitHigh * count;
    if (found.doubt > doubt) doubt = found.doubt;
  }
  const accuracy = ACCURACIES[doubt] as Accuracy;
  const total = { low: credits(low), expected: credits(expected), high: credits(high) };
  return { card: { id: ID, version: VERSION, fingerprint: FINGERPRINT }, unit: "credit", total, accuracy, lines };
}
