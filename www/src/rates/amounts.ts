import { html, type TemplateResult } from "lit";
import type { Operation, Range } from "pricetag";
import { isIncluded, isOne } from "pricetag/elements";
import { formats, signed } from "../figures.js";
import { inLocale, text } from "../text/index.js";

const signedPercent = inLocale(
  (locale) => new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 2, signDisplay: "exceptZero" }),
);
const megapixels = inLocale(
  (locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 2, roundingMode: "floor" } as Intl.NumberFormatOptions),
);

const PIXELS = 1_000_000;
const PERCENT = 100;

/** `4` with `3–5` under it; “Included” where nothing is to pay, and a dash where nothing is known. */
export function priceView(price: Range | null): TemplateResult {
  if (price === null) return html`<span class="amount">–</span>`;
  if (isIncluded(price)) return html`<span class="amount included">${text.elements.included}</span>`;
  const { low, expected, high } = price;
  return html`<span class="amount">${formats.credits(expected)}</span>${isOne(price)
      ? ""
      : html` <small class="span">${formats.span(low, high)}</small>`}`;
}

/** The difference that the card worked out, with its sign. */
export const change = (amount: number | null): string => (amount === null ? "–" : signed(amount));

export const changePercent = (percent: number | null): string => (percent === null ? "–" : signedPercent().format(percent / PERCENT));

/** Rounded down, because up to here is what it says. */
export const megapixelsOf = (pixels: number): string => megapixels().format(pixels / PIXELS);

/** `up to 4.1 megapixels`; nothing for an operation without size. */
export function bandWords(operation: Operation | undefined, band: number): string | null {
  const found = operation?.size?.bands[band];
  return found === undefined ? null : text.ratesView.upToLong(megapixelsOf(found.upToPixels));
}
