import type { AnyItem, Faults, Fitted, RateCard } from "pricetag";
import { fromThousandths, thousandths } from "./exact.js";

/** The cheapest way of doing some items, by what it is expected to cost. */
export function cheapestOf(card: RateCard, items: AnyItem[], tier: string | undefined): Fitted | Faults {
  const least = card.fit({ items }, 0, tier);
  if (!("cheapest" in least)) return least;
  const answer = card.fit({ items }, least.cheapest, tier);
  if ("cheapest" in answer) throw new Error("the card does not fit its own cheapest plan");
  return answer;
}

/**
 * The best options for some items that `fits` takes, which asks for a price that is never exceeded; or else the cheapest, which do not
 * fit. The card looks for options whose expected price is within a budget, so it is asked with lower ones until the answer fits.
 */
export function bestThat(
  fits: (answer: Fitted) => boolean,
  card: RateCard,
  items: AnyItem[],
  budget: number,
  tier: string | undefined,
): Fitted | { cheapest: Fitted } | Faults {
  const first = card.fit({ items }, budget, tier);
  if ("errors" in first || (!("cheapest" in first) && fits(first))) return first;
  const cheapest = cheapestOf(card, items, tier);
  if ("errors" in cheapest) return cheapest;
  if (!fits(cheapest)) return { cheapest };
  let best = cheapest;
  let [low, high] = [thousandths(cheapest.expected), thousandths("cheapest" in first ? budget : first.expected)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const answer = card.fit({ items }, fromThousandths(middle), tier);
    if ("errors" in answer || "cheapest" in answer) break;
    if (fits(answer)) [best, low] = [answer, middle];
    // Down to what it is expected to cost, the answer is the same.
    else high = thousandths(answer.expected);
  }
  return best;
}
