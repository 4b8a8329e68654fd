import type { Card, Fault, Operation } from "../types.js";
import type { Formats } from "./formats.js";
import type { FieldWords, Words } from "./words.js";

/** The pricing model's limit for `quantity`. */
export const QUANTITY_MAX = 10_000;

const MEGAPIXEL = 1_000_000;

/** Rounded down to a tenth, because up to here is what it says. */
export const megapixels = (pixels: number, formats: Formats): string =>
  formats.credits(Math.floor(pixels / (MEGAPIXEL / 10)) / 10);

const PLACE = /^items\[(\d+)\](?:\.(.*))?$/;

/** The index of the item that a fault is about; -1 where it is about the plan as a whole. */
export const itemIndex = ({ path }: Fault): number => Number(PLACE.exec(path)?.[1] ?? -1);

/** The field that a fault of an item is about; empty for the item as a whole, and for what is not in an item. */
export const fieldOf = (fault: Fault): string => PLACE.exec(fault.path)?.[2] ?? "";

/** What a message about an operation's field needs to know. */
export function fieldWords(operation: Operation | undefined, field: string, words: Words, formats: Formats): FieldWords {
  const within = (title: string, min: number, max: number): FieldWords => ({
    title,
    min: formats.whole(min),
    max: formats.whole(max),
  });
  if (field === "quantity") return within(words.quantity, 1, QUANTITY_MAX);
  const size = operation?.size;
  if (size !== undefined && field === "") return { title: words.dimensions, max: megapixels(size.bands.at(-1)?.upToPixels ?? 0, formats) };
  if (size !== undefined && field === "width") return within(words.width, size.side.min, size.side.max);
  if (size !== undefined && field === "height") return within(words.height, size.side.min, size.side.max);
  const count = operation?.counts?.find(({ name }) => name === field);
  if (count !== undefined) return within(count.title ?? field, count.min ?? 1, count.max);
  return { title: operation?.choices?.find(({ name }) => name === field)?.title ?? field };
}

/** What is wrong with a plan, a sentence for each kind of it. */
export function faultsInWords(
  faults: Fault[],
  items: readonly { operation?: unknown }[],
  card: Card | null,
  words: Words,
  formats: Formats,
): string {
  const said = faults.map((fault) => {
    const id = items[itemIndex(fault)]?.operation;
    const operation = card?.operations.find((candidate) => candidate.id === id);
    const field = fieldWords(operation, fieldOf(fault), words, formats);
    const sentence = words.fault(fault, field);
    return field.min === undefined ? sentence : words.inField(field.title, sentence);
  });
  return [...new Set(said)].join(" ");
}
