/** Amounts for engines that cannot compute with ranges, or cannot round up: whole millicredits, as [low, expected, high]. */

const MILLICREDITS = 1000;

/** A price of a card, in whole millicredits. */
export function millicredits(price) {
  const { low, expected, high } = typeof price === "number" ? { low: price, expected: price, high: price } : price;
  return [low, expected, high].map((figure) => Math.round(figure * MILLICREDITS));
}

/** The card's step in millicredits. */
export const step = (card) => Math.round((card.step ?? 1 / MILLICREDITS) * MILLICREDITS);

/** The total of a count of outputs, its size surcharge rounded up to the step. */
export function total(base, percent, count, step) {
  const [low, expected, high] = base.map((figure) => {
    const surcharge = Math.ceil((figure * percent) / 100 / step) * step;
    return ((figure + surcharge) * count) / MILLICREDITS;
  });
  return { low, expected, high };
}

/** What a rate's `when` demands: each choice with a list of options. */
export const conditions = (when) => Object.entries(when).map(([choice, options]) => [choice, [options].flat()]);
