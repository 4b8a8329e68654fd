import type { Accuracy, Fault } from "../types.js";

/** A field of a form, as far as a message about it needs to know. */
export interface FieldWords {
  title: string;
  min?: string;
  max?: string;
}

/**
 * Every word the elements show, so that a page can put its own language in their place.
 * Figures arrive already formatted; what a card itself says (titles, notes, reasons) is shown as it stands.
 */
export interface Words {
  /** How figures are written beside these words, `de-DE`; without it, as the person's own system does. */
  locale?: string | undefined;
  /** The name of the unit for an amount, `credits` for 29. */
  unit(unit: string, amount: number): string;
  /** What stands in the place of a price of nothing. */
  included: string;
  between(low: string, high: string): string;
  about(money: string): string;

  parts: string;
  amount: string;
  range: string;
  total: string;
  base(count: string): string;
  size(percent: string): string;
  free(units: string): string;
  accuracy: Record<Accuracy, string>;
  includedOperation: string;
  includedUnits: string;

  balance: string;
  cost: string;
  after: string;
  /** What is missing of the most that it can cost, where the balance does not cover that. */
  short: string;
  unlimited: string;
  meter(cost: string, balance: string, after: string): string;
  meterShort(cost: string, balance: string, short: string): string;

  choose: string;
  quantity: string;
  quantityHint: string;
  dimensions: string;
  width: string;
  height: string;
  custom: string;
  square: string;
  landscape: string;
  portrait: string;
  upTo(pixels: string): string;
  surcharge(percent: string): string;
  noSurcharge: string;
  needsTier(tier: string): string;
  needsNone: string;
  notAvailable(reason: string): string;
  fault(fault: Fault, field: FieldWords): string;
  /** What is wrong with a number, where it does not stand at its field. */
  inField(title: string, said: string): string;
}

const sentence = (text: string): string => {
  const clear = text.replaceAll("`", "");
  const start = clear.charAt(0).toUpperCase() + clear.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
};

/** The English words, used where none are given. */
export const english: Words = {
  unit: (unit, amount) => (amount === 1 ? unit : `${unit}s`),
  included: "Included",
  between: (low, high) => `between ${low} and ${high}`,
  about: (money) => `about ${money}`,

  parts: "What it is made of",
  amount: "Expected",
  range: "From – to",
  total: "Total",
  base: (count) => `Price × ${count}`,
  size: (percent) => `Size +${percent}`,
  free: (units) => `Free × ${units}`,
  accuracy: {
    exact: "A fixed price: this is what it costs.",
    "very-accurate": "Close to fixed: it varies a little with the model that is picked.",
    accurate: "It varies a little with the provider that does the work.",
    varies: "It varies with what is really used; the high end is the most it can be.",
  },
  includedOperation: "Included: this operation costs nothing.",
  includedUnits: "Included: paid for by this month’s free units.",

  balance: "Balance",
  cost: "This",
  after: "Left after",
  short: "Short",
  unlimited: "Unlimited",
  meter: (cost, balance, after) => `${cost} out of ${balance}; ${after} left`,
  meterShort: (cost, balance, short) => `${cost} out of ${balance}; ${short} short`,

  choose: "Choose one",
  quantity: "Times",
  quantityHint: "the whole operation, this often",
  dimensions: "Size",
  width: "Width",
  height: "Height",
  custom: "Custom size",
  square: "Square",
  landscape: "Landscape",
  portrait: "Portrait",
  upTo: (pixels) => `Up to ${pixels} megapixels`,
  surcharge: (percent) => `+${percent}`,
  noSurcharge: "no surcharge",
  needsTier: (tier) => `needs ${tier}`,
  needsNone: "not in any tier",
  notAvailable: (reason) => sentence(reason),
  fault: (fault, field) => {
    switch (fault.code) {
      case "missing-field":
        return `Choose the ${field.title.toLowerCase()}.`;
      case "wrong-type":
        return field.max === undefined ? sentence(fault.message) : "Enter a whole number.";
      case "out-of-range":
        return field.min !== undefined && field.max !== undefined
          ? `From ${field.min} to ${field.max}.`
          : sentence(fault.message);
      case "size-too-large":
        return field.max === undefined ? sentence(fault.message) : `Too large: at most ${field.max} megapixels.`;
      default:
        return sentence(fault.message) + (fault.help === undefined ? "" : ` ${sentence(fault.help)}`);
    }
  },
  inField: (title, said) => `${title}: ${said}`,
};
