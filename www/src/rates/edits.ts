import { RateCard, type Card, type Fault, type Range } from "pricetag";

/** A price that is tried, of a rate by its index in an operation. */
export interface PriceEdit {
  operation: string;
  rate: number;
  price: number | Range;
}

/** A card in which some prices were edited: a card, or what is wrong with it. */
export interface EditedCard {
  document: Card;
  card: RateCard | null;
  faults: Fault[];
}

/** Of a fingerprint; enough to tell two cards apart. */
const MARK_DIGITS = 8;

export const markOf = (fingerprint: string): string => fingerprint.replace(/^.*:/, "").slice(0, MARK_DIGITS);

/** `1f0c93ab~create!0!8.5~edit!3!2!3!4`: which card the edits are of, then each; nothing that a link must escape. */
export function writeEdits(mark: string, edits: readonly PriceEdit[]): string | null {
  if (edits.length === 0) return null;
  const written = edits.map(({ operation, rate, price }) => [operation, rate, ...figuresOf(price)].join("!"));
  return [mark, ...written].join("~");
}

export function readEdits(written: string | undefined): { mark: string; edits: PriceEdit[] } {
  const [mark = "", ...parts] = (written ?? "").split("~");
  const edits = parts.flatMap((part): PriceEdit[] => {
    const [operation = "", rate = "", ...figures] = part.split("!");
    const [low = NaN, expected, high] = figures.map(Number);
    if (!/^\d+$/.test(rate) || figures.length === 0) return [];
    return [{ operation, rate: Number(rate), price: expected === undefined || high === undefined ? low : { low, expected, high } }];
  });
  return { mark, edits };
}

const figuresOf = (price: number | Range): number[] =>
  typeof price === "number" ? [price] : [price.low, price.expected, price.high];

/** Whether a figure was left empty. */
export const isEmpty = (price: number | Range): boolean => figuresOf(price).some(Number.isNaN);

export const isSame = (one: number | Range, other: number | Range): boolean =>
  typeof one === typeof other && figuresOf(one).join() === figuresOf(other).join();

/** The edits that the card has a price for, each rate once. */
export const known = (document: Card, edits: readonly PriceEdit[]): PriceEdit[] =>
  edits.filter(
    ({ operation, rate }, index) =>
      document.operations.find(({ id }) => id === operation)?.rates[rate]?.price !== undefined &&
      edits.findIndex((edit) => edit.operation === operation && edit.rate === rate) === index,
  );

/** With a price set, in the place of what was tried there; null takes the edit back. */
export function withEdit(edits: readonly PriceEdit[], operation: string, rate: number, price: number | Range | null): PriceEdit[] {
  const at = edits.findIndex((edit) => edit.operation === operation && edit.rate === rate);
  if (price === null) return edits.filter((_, index) => index !== at);
  const edit = { operation, rate, price };
  return at < 0 ? [...edits, edit] : edits.map((before, index) => (index === at ? edit : before));
}

/** Makes the card of the edits; the one in force stays as it is. */
export function editedCard(document: Card, edits: readonly PriceEdit[]): EditedCard {
  const changed = structuredClone(document);
  for (const { operation, rate, price } of edits) {
    const found = changed.operations.find(({ id }) => id === operation)?.rates[rate];
    if (found !== undefined) found.price = price;
  }
  const card = RateCard.from(changed);
  return "errors" in card ? { document: changed, card: null, faults: card.errors } : { document: changed, card, faults: [] };
}

/** The faults of one rate's price, and what is wrong elsewhere for that reason, as a template without a price. */
export function faultsOf({ document, faults }: EditedCard, operation: string, rate: number): Fault[] {
  const path = `operations[${document.operations.findIndex(({ id }) => id === operation)}].rates[${rate}]`;
  return faults.filter((fault) => fault.path === path || fault.path.startsWith(`${path}.`));
}
