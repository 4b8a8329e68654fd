import type { Range } from "pricetag";
import { formatsFor, isIncluded, isOne, type Formats } from "pricetag/elements";
import { inLocale, locale, text } from "./text/index.js";

/** In the language of the page. */
export const formats: Formats = {
  credits: (amount) => formatsFor(locale).credits(amount),
  span: (low, high) => formatsFor(locale).span(low, high),
  money: (amount, money) => formatsFor(locale).money(amount, money),
  percent: (percent) => formatsFor(locale).percent(percent),
  whole: (count) => formatsFor(locale).whole(count),
};

/** `29 credits (21–34)`; never a bare 0, and never a figure where none is known. */
export function figure(amount: Range | number | null, unit: string): string {
  if (amount === null) return "–";
  if (typeof amount === "number") return `${formats.credits(amount)} ${text.elements.unit(unit, amount)}`;
  if (isIncluded(amount)) return text.elements.included.toLowerCase();
  const expected = figure(amount.expected, unit);
  return isOne(amount) ? expected : `${expected} (${formats.span(amount.low, amount.high)})`;
}

const longDates = inLocale((locale) => new Intl.DateTimeFormat(locale, { dateStyle: "long" }));
const creditsWithSign = inLocale((locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 3, signDisplay: "exceptZero" }));
const shares = inLocale((locale) => new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 }));

/** `25 November 2026` */
export const longDate = (date: Date): string => longDates().format(date);

/** `+100` and `−4`: what a balance moved by. */
export const signed = (amount: number): string => creditsWithSign().format(amount);

/** `12.5%` of a whole that is not nothing. */
export const share = (part: number, whole: number): string => shares().format(part / whole);
