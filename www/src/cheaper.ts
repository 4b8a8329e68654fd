import type { Alternative, AnyItem } from "pricetag";
import type { Assessment } from "./assessment.js";
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
  ways: Way[];
  /** A whole plan that the account covers, where one is known, instead of which; its price in credits. */
  fit: { items: AnyItem[]; insteadOf: AnyItem[]; expected: number } | null;
  /** Even the cheapest way is too dear. */
  cheapest: { cheapest: number; shortBy: number } | null;
}

/**
 * The first changes that keep or raise the rank, and then as many of the lesser ones: those that keep it come first, and many that save
 * little must not hide a lesser one that saves much.
 */
export function firstOfBoth<Way extends { rank: number }>(ways: Way[], most: number): Way[] {
  const [kept, lesser] = [ways.filter(({ rank }) => rank >= 0), ways.filter(({ rank }) => rank < 0)];
  return [...kept.slice(0, most), ...lesser.slice(0, most)];
}

/** What the card knows of cheaper ways; where the account does not cover the items, those that would fit come first. */
export function cheaperWays(studio: Studio, place: Place, items: AnyItem[], { preflight }: Assessment): CheaperWays {
  const { card, account } = studio;
  const found = card.alternatives({ items }, account?.tier);
  const alternatives = "errors" in found ? [] : firstOfBoth(found, SHOWN_MAX);
  const none: CheaperWays = { ways: alternatives.map((alternative) => ({ alternative, fits: false })), fit: null, cheapest: null };
  if (account === null || preflight === null || !(preflight.shortBy > 0)) return none;

  const covered = (changed: AnyItem[]): boolean => {
    const answer = card.preflight({ items: changed }, account);
    return !("errors" in answer) && answer.verdict === "covered";
  };
  const tried = new Set(firstOfBoth(alternatives, TRIED_MAX));
  const ways = alternatives.map((alternative) => ({
    alternative,
    fits: tried.has(alternative) && covered(items.map((item, at) => (at === alternative.item ? { ...item, [alternative.field]: alternative.option } : item))),
  }));
  const best = [...ways.filter(({ fits }) => fits), ...ways.filter(({ fits }) => !fits)];
  return place === "plan" ? { ...fitted(studio, items, covered), ways: best } : { ...none, ways: best };
}

/** The best plan within the balance or, where its high figure is still too much, the cheapest. */
function fitted(studio: Studio, items: AnyItem[], covered: (items: AnyItem[]) => boolean): Omit<CheaperWays, "ways"> {
  const { card, account } = studio;
  if (account === null || account.balance === null) return { fit: null, cheapest: null };
  const least = card.fit({ items }, 0, account.tier);
  const budgets = "cheapest" in least ? [account.balance, least.cheapest] : [account.balance];
  let cheapest: CheaperWays["cheapest"] = null;
  for (const budget of budgets) {
    const answer = card.fit({ items }, budget, account.tier);
    if ("errors" in answer) continue;
    if ("cheapest" in answer) cheapest = answer;
    else if (covered(answer.plan.items)) return { fit: { items: answer.plan.items, insteadOf: items, expected: answer.expected }, cheapest: null };
  }
  return { fit: null, cheapest };
}
