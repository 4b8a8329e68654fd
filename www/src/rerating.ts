import { RateCard, type AnyItem, type Card } from "pricetag";

/** What was charged in the past, as far as it takes to rate it anew. */
export interface Delivered {
  plan: { items: AnyItem[] };
  lines: { item: number; delivered: number; free?: number }[];
}

/** As many as a plan can use. */
const MANY_UNITS = 5_000_000;

/** Rates what was delivered anew on one card, which it opens for itself: the page's own may be given back while the server answers. */
export class Rerating {
  readonly card: RateCard;
  readonly #document: Card;
  readonly #pools = new Map<string, string | null>();

  constructor(document: Card) {
    const card = RateCard.from(document);
    if ("errors" in card) throw new Error("a card that was open has faults");
    this.card = card;
    this.#document = document;
  }

  free(): void {
    this.card.free();
  }

  /** What the card charges for what was delivered; null where it has no price for it. */
  charge({ plan, lines }: Delivered): number | null {
    const estimate = this.card.estimate(plan, this.#freeUnits(plan.items, lines));
    if ("errors" in estimate) return null;
    const delivered = lines.map(({ item, delivered }) => ({ item, delivered }));
    if (delivered.every(({ item, delivered: units }) => estimate.lines[item]?.count === units)) return estimate.total.expected;
    const settlement = this.card.settle(estimate, { lines: delivered });
    return "errors" in settlement ? null : settlement.charge;
  }

  /** As many free units as were used then, in the pools that this card has for them. */
  #freeUnits(items: AnyItem[], lines: Delivered["lines"]): { [pool: string]: number } | undefined {
    let units: { [pool: string]: number } | undefined;
    for (const { item, free = 0 } of lines) {
      const used = items[item];
      const pool = free === 0 || used === undefined ? null : this.#poolOf(used);
      if (pool !== null) units = { ...units, [pool]: (units?.[pool] ?? 0) + free };
    }
    return units;
  }

  #poolOf(item: AnyItem): string | null {
    const asked = JSON.stringify(item);
    let pool = this.#pools.get(asked);
    if (pool === undefined) {
      const takes = ({ id }: { id: string }): boolean => {
        const answer = this.card.estimate({ items: [item] }, { [id]: MANY_UNITS });
        return !("errors" in answer) && (answer.lines[0]?.free ?? 0) > 0;
      };
      pool = (this.#document.freeUnits ?? []).find(takes)?.id ?? null;
      this.#pools.set(asked, pool);
    }
    return pool;
  }
}
