/**
 * Custom elements that show a rate card's prices: `<price-tag>`, `<price-breakdown>`, `<balance-meter>`
 * and `<rate-card-form>`. Importing this registers them; they need `lit`.
 */
export { BalanceMeter } from "./balance-meter.js";
export { formatsFor, isIncluded, isOne, spoken, type Formats, type Money } from "./formats.js";
export { PriceBreakdown } from "./price-breakdown.js";
export { PriceTag } from "./price-tag.js";
export { RateCardForm } from "./rate-card-form.js";
export { english, type FieldWords, type Words } from "./words.js";
