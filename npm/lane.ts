/**
 * The fast lane: a plan as whole numbers in the module's slots, its estimate from the module's figures.
 *
 * Whatever is unusual about a plan, from a misspelt name to a getter, ends here without a word: the strict lane then reads
 * the plan anew, and it alone says what is wrong. So this file decides nothing; it must only never take for usual
 * what is not. What stands in which slot and which figure is in src/wasm/lane.rs.
 */
import { figures, instance, lookAgain, raw, slots, takeSlots, uses } from "./instance.js";
import type { Field, OpenCard, Operation } from "./open-card.js";
import type { Accuracy, CardTypes, Estimate, Line, Part, Range } from "./types.js";

const ITEMS_MAX = 500;
/** Figures before the first line: the total's range and accuracy. */
export const TOTAL = 4;
/** Figures of a line. */
const LINE = 17;
const ACCURACIES: readonly Accuracy[] = ["exact", "very-accurate", "accurate", "varies"];

/** The estimate of a plan in which nothing is unusual. */
export function estimate<C extends CardTypes>(card: OpenCard, plan: unknown): Estimate<C> | undefined {
  let items = 0;
  try {
    items = writePlan(card, plan);
  } catch {
    // What a plan's own getters throw is the strict lane's to report.
    return undefined;
  }
  // Asking for the number starts the module anew if a getter broke it, and then nothing was written.
  const { number } = card;
  if (items === 0 || slots.length === 0) return undefined;
  return rate(number, items, card.slots, 1) ? readEstimate(card, items) : undefined;
}

/** Has the module rate what stands in the slots: as `guarded` does, without a closure. */
function rate(card: number, items: number, width: number, lines: 0 | 1): number {
  try {
    return raw.rate(card, items, width, lines);
  } catch (error) {
    instance.generation += 1;
    throw error;
  }
}

/** In a loop over an object's own members the engine answers this without a call. */
const { hasOwnProperty } = Object.prototype;

/** How many items of a plan were written to the slots; none when there is anything unusual. */
function writePlan(card: OpenCard, plan: unknown): number {
  if (!isObject(plan)) return 0;
  let items: unknown;
  for (const key in plan) {
    if (key !== "items" || !hasOwnProperty.call(plan, key)) return 0;
    items = plan[key];
  }
  if (!Array.isArray(items)) return 0;
  const count = items.length;
  // A proxy of a list may say anything of its length.
  if (count !== (count | 0) || count < 1 || count > ITEMS_MAX) return 0;
  const width = card.slots;
  takeSlots(count * width, TOTAL + count * LINE);
  const into = slots;
  const use = uses;
  for (let index = 0; index < count; index += 1) {
    if (!writeItem(card.byId, items[index], into, index * width)) return 0;
  }
  // A getter may have asked for a price: then these slots hold something else, or lead nowhere as the memory has grown.
  return uses !== use || into.length === 0 ? 0 : count;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Reads each member once, in one pass in the object's own order: that is the fast way in V8. What is inherited is no
 * member of an item, and is passed over only by the strict lane.
 */
function writeItem(byId: ReadonlyMap<string, Operation>, item: unknown, into: Int32Array, at: number): boolean {
  if (!isObject(item)) return false;
  // Whatever is no string is not among the ids.
  const operation = byId.get(item["operation"] as string);
  if (operation === undefined) return false;
  const { fields } = operation;
  into[at] = operation.index;
  let named = false;
  // So many fields from the first on have their slots written.
  let written = 0;
  for (const key in item) {
    if (!hasOwnProperty.call(item, key)) return false;
    if (key === "operation") {
      named = true;
      continue;
    }
    let place = written;
    let field = fields[place];
    if (field === undefined || field.name !== key) {
      place = placeOf(fields, key, written);
      field = fields[place];
      if (field === undefined) return false;
    }
    const value = item[key];
    if (value === undefined) continue;
    const { options } = field;
    const number = options === null ? wholeOf(value) : options.get(value as string);
    if (number === undefined) return false;
    if (written < place) written = writeAbsent(fields, written, place, into, at);
    into[at + field.slot] = number;
    if (written === place) written += 1;
  }
  if (written < fields.length) writeAbsent(fields, written, fields.length, into, at);
  return named;
}

/** Writes the defaults of the fields up to a place, and answers how many are written from the first on. */
function writeAbsent(fields: readonly Field[], written: number, place: number, into: Int32Array, at: number): number {
  for (; written < place; written += 1) into[at + fields[written]!.slot] = fields[written]!.absent;
  return written;
}

/**
 * The place of a name among the fields, or their number if it is none. It is looked for from where it is expected: members mostly
 * come in the card's order, and a slider changes one field, so that it is found sooner than by a map.
 */
export function placeOf(fields: readonly Field[], name: string, from: number): number {
  const { length } = fields;
  for (let place = from; place < length; place += 1) if (fields[place]!.name === name) return place;
  for (let place = 0; place < from; place += 1) if (fields[place]!.name === name) return place;
  return length;
}

/** The number of a field's value: an option's, or the value itself if it is one of 31 bits. */
export function numberOf({ options }: Field, value: unknown): number | undefined {
  return options === null ? wholeOf(value) : options.get(value as string);
}

function wholeOf(value: unknown): number | undefined {
  if (typeof value !== "number") return undefined;
  const number = value | 0;
  return number === value && number >= 0 ? number : undefined;
}

function readEstimate<C extends CardTypes>(card: OpenCard, items: number): Estimate<C> {
  lookAgain();
  const from = figures;
  const accuracy = ACCURACIES[from[3]!]!;
  const total = readRange(from, 0);
  const lines = new Array<Line<C>>(items);
  for (let item = 0; item < items; item += 1) {
    const operation = card.operations[slots[item * card.slots]!]!;
    lines[item] = readLine(card, item, operation, figures, TOTAL + item * LINE);
  }
  return {
    card: { id: card.id, version: card.version, fingerprint: card.fingerprint },
    unit: card.unit,
    total,
    accuracy,
    lines,
  };
}

function readLine<C extends CardTypes>(card: OpenCard, item: number, operation: Operation, from: Float64Array, at: number): Line<C> {
  const combination = from[at]!;
  let title = operation.titles[combination];
  if (title === undefined) {
    title = card.title(operation, combination);
    lookAgain();
    from = figures;
  }
  const rate = from[at + 1]!;
  const count = from[at + 2]!;
  const accuracy = ACCURACIES[from[at + 3]!]!;
  const percent = from[at + 4]!;
  const unit = readRange(from, at + 5);
  const total = readRange(from, at + 8);
  const parts: Part[] =
    percent < 0
      ? [{ kind: "base", amount: readRange(from, at + 8) }]
      : [
          { kind: "base", amount: readRange(from, at + 11) },
          { kind: "size", percent, amount: readRange(from, at + 14) },
        ];
  const note = operation.notes[rate]!;
  return note === null
    ? { item, operation: operation.id, title, rate, unit, count, free: 0, total, accuracy, parts }
    : { item, operation: operation.id, title, rate, note, unit, count, free: 0, total, accuracy, parts };
}

function readRange(from: Float64Array, at: number): Range {
  return { low: from[at]!, expected: from[at + 1]!, high: from[at + 2]! };
}

/**
 * The total of one item, whose numbers these are; null when the strict lane would find a fault. They need not be written if
 * they still stand in the slots.
 */
export function totalOf(card: OpenCard, numbers: Int32Array, stand: boolean): Range | null {
  const { number } = card;
  if (!stand || slots.length === 0) {
    takeSlots(card.slots, TOTAL);
    for (let slot = 0; slot < numbers.length; slot += 1) slots[slot] = numbers[slot]!;
  }
  if (!rate(number, 1, card.slots, 0)) return null;
  lookAgain();
  return readRange(figures, 0);
}
