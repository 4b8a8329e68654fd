import type { Alternative, AnyItem, Preflight, Range } from "pricetag";
import type { Assessment } from "./assessment.js";
import { bestThat } from "./fitting.js";
import type { Place } from "./notices.js";
import type { Studio } from "./studio.js";

/** Of those that keep the rank, and as many of the lesser: the greatest savings come first. Each is a whole plan to check. */
const TRIED_MAX = 8;
/** The same, of what is shown. A plan of 500 items has thousands; nobody reads more. */
const SHOWN_MAX = 30;

export interface Way {
  alternative: Alternative;
  /** With this change alone the account covers and allows all of it. */
  fits: boolean;
}

export interface CheaperWays {
  /** In the card's order: those that keep the quality first. */
  ways: Way[];
  /** A whole plan that the account covers, where one is known, instead of which; its price. */
  fit: { items: AnyItem[]; insteadOf: AnyItem[]; total: Range } | null;
  /** Even the cheapest way is too dear: the most that it can cost, and what is missing for that. */
  cheapest: { most: number; shortBy: number } | null;
}

/**
 * The first changes that keep or raise the rank, and then as many of the lesser ones: those that keep it come first, and many that save
 * little must not hide a lesser one that saves much.
 */
export function firstOfBoth<Way extends { rank: number }>(ways: Way[], most: number): Way[] {
  const [kept, lesser] = [ways.filter(({ rank }) => rank >= 0), ways.filter(({ rank }) => rank < 0)];
  return [...kept.slice(0, most), ...lesser.slice(0, most)];
}

/** What the card knows of cheaper ways and, where the account does not cover the items, which of them would fit. */
export function cheaperWays(studio: Studio, place: Place, items: AnyItem[], { preflight }: Assessment): CheaperWays {
  const { card, account } = studio;
  const found = card.alternatives({ items }, account?.tier);
  const alternatives = "errors" in found ? [] : firstOfBoth(found, SHOWN_MAX);
  const none: CheaperWays = { ways: alternatives.map((alternative) => ({ alternative, fits: false })), fit: null, cheapest: null };
  if (account === null || preflight === null || !(preflight.shortBy > 0)) return none;

  const ask = (changed: AnyItem[]): Preflight | null => {
    const answer = card.preflight({ items: changed }, account);
    return "errors" in answer ? null : answer;
  };
  const tried = new Set(firstOfBoth(alternatives, TRIED_MAX));
  const changed = ({ item, field, option }: Alternative): AnyItem[] => items.map((each, at) => (at === item ? { ...each, [field]: option } : each));
  const ways = alternatives.map((alternative) => ({
    alternative,
    fits: tried.has(alternative) && ask(changed(alternative))?.verdict === "covered",
  }));
  return place === "plan" ? { ...fitted(studio, items, ask), ways } : { ...none, ways };
}

/** The best plan that the balance covers even at its highest price or, where there is none, the cheapest. */
function fitted(studio: Studio, items: AnyItem[], ask: (items: AnyItem[]) => Preflight | null): Omit<CheaperWays, "ways"> {
  const { card, account } = studio;
  if (account === null || account.balance === null) return { fit: null, cheapest: null };
  const answer = bestThat(({ plan }) => ask(plan.items)?.verdict === "covered", card, items, account.balance, account.tier);
  if ("errors" in answer) return { fit: null, cheapest: null };
  const preflight = ask("cheapest" in answer ? answer.cheapest.plan.items : answer.plan.items);
  if (preflight === null) return { fit: null, cheapest: null };
  const { total } = preflight.estimate;
  if ("cheapest" in answer) return { fit: null, cheapest: { most: total.high, shortBy: preflight.shortBy } };
  return { fit: { items: answer.plan.items, insteadOf: items, total }, cheapest: null };
}
