import type { AnyItem, Fault, FreeUnits, Line, Operation, Range, RateCard } from "pricetag";
import { difference } from "../exact.js";
import { bestThat, cheapestOf } from "../fitting.js";
import type { Studio } from "../studio.js";

/** The largest amount there is, in credits: what nobody's plan exceeds. */
const LARGEST = 1_000_000_000;

/** What becomes of one item within the budget. */
export interface ItemChange {
  index: number;
  title: string;
  options: { choice: string; from: string; to: string }[];
  before: Range;
  after: Range;
  to: AnyItem;
  /** Free units pay for a part of it, before or after. */
  free: boolean;
  /** Above 0: a better result; below: a lesser one. */
  rank: number;
}

/** The plan within a budget. */
export interface Fitting {
  items: AnyItem[];
  /** Now, and within the budget; with the account's free units. */
  before: Range;
  after: Range;
  /** Of the whole plan; null where the card cannot say. */
  saved: number | null;
  /** Free units pay for a part of it, before or after. */
  free: boolean;
  changes: ItemChange[];
}

/** Not even the cheapest way is within the budget: the most that it can cost, and what is missing for that. */
export interface TooLittle {
  most: number;
  shortBy: number;
}

/**
 * The most that a plan can cost, from the cheapest way of doing it to the best, and what it costs now. Without free units, as a budget
 * is: a budget must be enough for the highest price, because that is what a hold takes.
 */
export interface Span {
  cheapest: number;
  best: number;
  now: Range;
}

/** The bounds of what a plan can cost in a tier, or the items that stand in the way. */
export function spanOf(card: RateCard, items: AnyItem[], tier: string | undefined): Span | { errors: Fault[] } {
  const now = card.estimate({ items });
  if ("errors" in now) return now;
  const least = cheapestOf(card, items, tier);
  if ("errors" in least) return least;
  const most = card.fit({ items }, LARGEST, tier);
  if ("errors" in most) return most;
  const cheapest = least.total.high;
  return { cheapest, best: "cheapest" in most ? cheapest : Math.max(cheapest, most.total.high), now: now.total };
}

/** The best plan whose highest price is within a budget, with what changes; what is missing for even the cheapest; or null where the budget is no amount. */
export function fitting(studio: Studio, budget: number): Fitting | TooLittle | null {
  const { card, document, account } = studio;
  const { items } = studio.plan;
  const answer = bestThat(({ total }) => total.high <= budget, card, items, budget, account?.tier);
  if ("errors" in answer) return null;
  if ("cheapest" in answer) {
    const { high } = answer.cheapest.total;
    return { most: high, shortBy: difference(high, budget) };
  }
  const fitted = answer.plan.items.map((to, index) => withoutNeed(studio, items[index], to));
  const before = card.estimate({ items }, account?.freeUnits);
  const after = card.estimate({ items: fitted }, account?.freeUnits);
  if ("errors" in before || "errors" in after) return null;
  const changes = fitted.flatMap((to, index) => {
    const [from, was, is] = [items[index], before.lines[index], after.lines[index]];
    if (from === undefined || was === undefined || is === undefined) return [];
    const operation = document.operations.find(({ id }) => id === to.operation);
    const options = operation === undefined ? [] : optionChanges(operation, from, to);
    if (operation === undefined || options.length === 0) return [];
    const rank = rankOf(operation, is) - rankOf(operation, was);
    return [{ index, title: was.title, options, before: was.total, after: is.total, to, free: was.free > 0 || is.free > 0, rank }];
  });
  const free = [...before.lines, ...after.lines].some((line) => line.free > 0);
  return { items: fitted, before: before.total, after: after.total, saved: saved(studio, before.total, fitted, account?.freeUnits ?? {}), free, changes };
}

/** Among equals the card takes its first option; here what need not change stays: where the same rate applies, so do its price and rank. */
function withoutNeed({ card, document, account }: Studio, from: AnyItem | undefined, to: AnyItem): AnyItem {
  const choices = document.operations.find(({ id }) => id === to.operation)?.choices ?? [];
  let kept = to;
  for (const { name, default: ordinary } of choices) {
    const was = from?.[name] ?? ordinary;
    if (was === undefined || was === kept[name]) continue;
    const tried = { ...kept, [name]: was };
    if (rateOf(card, account, tried) === rateOf(card, account, kept)) kept = tried;
  }
  return kept;
}

/** The rate that applies to an item; null where there is none, or the tier does not allow it. */
function rateOf(card: RateCard, account: Studio["account"], item: AnyItem): number | null {
  const plan = { items: [item] };
  if (account === null) {
    const estimate = card.estimate(plan);
    return "errors" in estimate ? null : (estimate.lines[0]?.rate ?? null);
  }
  const answer = card.preflight(plan, { tier: account.tier, balance: null });
  return "errors" in answer || answer.verdict === "not-allowed" ? null : (answer.estimate.lines[0]?.rate ?? null);
}

const rankOf = (operation: Operation, { rate }: Line): number => operation.rates[rate]?.rank ?? 0;

/**
 * What one change saves, expected; negative is what it costs. Null where the card cannot say: how many free units an item gets depends
 * on those before it, so that it cannot be asked about by itself.
 */
export function savedBy(studio: Studio, { before, to, free }: ItemChange): number | null {
  return free ? null : saved(studio, before, [to], {});
}

/** What is saved where `items` take the place of what costs `before`: the card says what would be left of that amount. */
function saved({ card, document }: Studio, before: Range, items: AnyItem[], freeUnits: FreeUnits): number | null {
  // What a tier allows takes no part in what is left.
  const [tier] = document.tiers ?? [];
  if (tier === undefined) return null;
  const answer = card.preflight({ items }, { tier: tier.id, balance: before.expected, freeUnits });
  return "errors" in answer ? null : (answer.after?.expected ?? null);
}

function optionChanges(operation: Operation, from: AnyItem, to: AnyItem): ItemChange["options"] {
  return (operation.choices ?? []).flatMap(({ name, title = name, default: ordinary, options }) => {
    const [was, is] = [from[name] ?? ordinary, to[name] ?? ordinary];
    if (was === is) return [];
    const named = (id: string | number | undefined): string => options.find((option) => option.id === id)?.title ?? String(id);
    return [{ choice: title, from: named(was), to: named(is) }];
  });
}

/** Where a slider over a span stands and stops: in whole credits, or in tenths where they are few. */
export function sliderOf({ cheapest, best }: Span): { min: number; max: number; step: number } {
  const step = best - cheapest > 12 ? 1 : 0.1;
  const steps = Math.ceil((best - cheapest) / step);
  return { min: cheapest, max: toAmount(cheapest + steps * step), step };
}

/** A budget is an amount: whole thousandths of a credit. A slider's sums have more figures. */
export const toAmount = (budget: number): number => Number(budget.toFixed(3));
