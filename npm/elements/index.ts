/**
 * Custom elements that show a rate card's prices: `<price-tag>`, `<price-breakdown>`, `<balance-meter>`
 * and `<rate-card-form>`. Importing this registers them; they need `lit`.
 * They hold no card and no module: give each one its `card`, or all of them one with `provideCard`.
 *
 * Custom properties of every element, each with a default for light and for dark:
 *
 * | property | |
 * |---|---|
 * | `--pricetag-accent` | what is chosen, the focus ring, the bar |
 * | `--pricetag-ink`, `--pricetag-muted` | text, and text beside it |
 * | `--pricetag-field`, `--pricetag-edge`, `--pricetag-line` | a control's ground and edge, and lines |
 * | `--pricetag-stop` | what is wrong or missing |
 * | `--pricetag-radius`, `--pricetag-step`, `--pricetag-small` | corners, the unit of distances, the size of small text |
 */
export { BalanceMeter } from "./balance-meter.js";
export { faultsInWords, itemIndex } from "./faults.js";
export { formatsFor, isIncluded, isOne, spoken, type Formats, type Money } from "./formats.js";
export { PriceBreakdown } from "./price-breakdown.js";
export { PriceTag } from "./price-tag.js";
export { provideCard } from "./provided.js";
export { RateCardForm } from "./rate-card-form.js";
export { english, type FieldWords, type Words } from "./words.js";
