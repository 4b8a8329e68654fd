import type { Accuracy, AnyItem, Card, Estimate, Fault, Line, Operation, RateCard, When } from "pricetag";
import { itemIndex } from "pricetag/elements";

/** Items of one plan; few enough that a plan of the dearest rates is not too much for one estimate. */
const ASKED_AT_ONCE = 100;
/** Combinations of a rate that tiers are asked about: one plan of them. */
const KEPT_MAX = 400;
/** Widths that are tried for a band of sizes: a narrow one may need a few, and none needs all. */
const SIDES_TRIED_MAX = 2_000;

export type Combination = { [choice: string]: string };

/** What one rate prices: the card says which rate wins a combination. */
export interface Winner {
  rate: number;
  /** How many combinations it wins. */
  count: number;
  /** Of each choice the options that are among them. */
  options: Map<string, Set<string>>;
  combinations: Combination[];
  /** As the card says of the first; null where it has no price. */
  accuracy: Accuracy | null;
}

/** The combinations of an operation, the last choice varying fastest. */
function* combinations({ choices = [] }: Operation): Generator<Combination> {
  const at = choices.map(() => 0);
  for (;;) {
    yield Object.fromEntries(choices.map(({ name, options }, index) => [name, options[at[index] ?? 0]?.id ?? ""]));
    let digit = choices.length - 1;
    for (; digit >= 0; digit -= 1) {
      at[digit] = (at[digit] ?? 0) + 1;
      if ((at[digit] ?? 0) < (choices[digit]?.options.length ?? 0)) break;
      at[digit] = 0;
    }
    if (digit < 0) return;
  }
}

/** An item of a combination that is as small as the card allows. */
export function itemOf({ id, counts = [] }: Operation, combination: Combination): AnyItem {
  const least = counts.map(({ name, min = 1 }): [string, number] => [name, min]);
  return { operation: id, ...combination, ...Object.fromEntries(least) };
}

/** The card's lines for some items, null for each that it has no price for. */
export function linesOf(card: RateCard, items: AnyItem[]): (Line | null)[] {
  let answer: Estimate | { errors: Fault[] } = items.length === 0 ? { errors: [] } : card.estimate({ items });
  let asked = items.map((_, index) => index);
  if ("errors" in answer) {
    const faulty = new Set(answer.errors.map(itemIndex));
    asked = asked.filter((index) => !faulty.has(index));
    if (asked.length === 0 || faulty.has(-1)) return items.map(() => null);
    answer = card.estimate({ items: asked.flatMap((index) => items[index] ?? []) });
  }
  const lines: (Line | null)[] = items.map(() => null);
  if (!("errors" in answer)) answer.lines.forEach((line, at) => (lines[asked[at] ?? at] = line));
  return lines;
}

const names = (when: When, combination: Combination): boolean =>
  Object.entries(when).every(([choice, options]) => [options].flat().includes(combination[choice] ?? ""));

/** Which rate of an operation wins which combinations, by the rate's index. */
export function winnersOf(card: RateCard, operation: Operation): Map<number, Winner> {
  const winners = new Map<number, Winner>();
  const unavailable = operation.rates.flatMap((rate, index) => (rate.unavailable === undefined ? [] : [{ index, when: rate.when }]));
  const take = (some: Combination[]): void => {
    const lines = linesOf(card, some.map((combination) => itemOf(operation, combination)));
    some.forEach((combination, at) => {
      // What has no price is not rated at all: then the card's own order tells which rate says so.
      const rate = lines[at]?.rate ?? unavailable.find(({ when }) => names(when, combination))?.index;
      if (rate !== undefined) count(winners, rate, combination, lines[at]?.accuracy ?? null);
    });
  };
  let some: Combination[] = [];
  for (const combination of combinations(operation)) {
    some.push(combination);
    if (some.length < ASKED_AT_ONCE) continue;
    take(some);
    some = [];
  }
  take(some);
  return winners;
}

function count(winners: Map<number, Winner>, rate: number, combination: Combination, accuracy: Accuracy | null): void {
  let winner = winners.get(rate);
  if (winner === undefined) {
    winner = { rate, count: 0, options: new Map(), combinations: [], accuracy };
    winners.set(rate, winner);
  }
  winner.count += 1;
  if (winner.combinations.length < KEPT_MAX) winner.combinations.push(combination);
  for (const [choice, option] of Object.entries(combination)) {
    const options = winner.options.get(choice);
    if (options === undefined) winner.options.set(choice, new Set([option]));
    else options.add(option);
  }
}

/** A width and a height that are in a band of sizes, and in none before it; null where the sides allow none. */
export function sizeIn({ size }: Operation, band: number): { width: number; height: number } | null {
  const upTo = size?.bands[band]?.upToPixels;
  if (size === undefined || upTo === undefined) return null;
  const beyond = size.bands[band - 1]?.upToPixels ?? 0;
  const { min, max } = size.side;
  const first = Math.min(max, Math.max(min, Math.floor(Math.sqrt(upTo))));
  for (let width = first; width <= Math.min(max, first + SIDES_TRIED_MAX); width += 1) {
    const height = Math.min(max, Math.floor(upTo / width));
    if (height >= min && width * height > beyond) return { width, height };
  }
  return null;
}

/** A tier that may not use what a rate prices, or a part of it. */
export interface Excluded {
  tier: string;
  /** The options without which the tier may; empty where it may not at all. */
  without: string[];
}

/** Whether tiers are to be asked about more combinations than one plan holds, which the table does not wait for. */
export const isTooMany = ({ count, combinations }: Winner): boolean => count > combinations.length;

/** What the card says about each tier and the combinations of a rate. */
export function excludedTiers(card: RateCard, document: Card, operation: Operation, winner: Winner): Excluded[] {
  const items = winner.combinations.map((combination) => itemOf(operation, combination));
  return (document.tiers ?? []).flatMap(({ id, title = id, excludes = [] }): Excluded[] => {
    if (!excludes.some((exclusion) => exclusion.operation === operation.id)) return [];
    const answer = card.preflight({ items }, { tier: id, balance: null });
    if ("errors" in answer || answer.blocks.length === 0) return [];
    const at = new Set(answer.blocks.map(({ item }) => item));
    const blocked = winner.combinations.filter((_, index) => at.has(index));
    return [{ tier: title, without: blocked.length === items.length ? [] : onlyIn(operation, blocked, winner) }];
  });
}

/** The titles of the options that what is blocked has, where the rate has others too. */
function onlyIn({ choices = [] }: Operation, blocked: Combination[], { options }: Winner): string[] {
  return choices.flatMap(({ name, options: known }) => {
    const found = new Set(blocked.map((combination) => combination[name]));
    if (found.size === options.get(name)?.size) return [];
    return known.flatMap(({ id, title = id }) => (found.has(id) ? [title] : []));
  });
}
