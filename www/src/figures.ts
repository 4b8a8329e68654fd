import type { Range } from "pricetag";
import { formatsFor, isIncluded, isOne } from "pricetag/elements";
import { text } from "./text/index.js";

/** In the person's own locale. */
export const formats = formatsFor();

/** `29 credits (21–34)`; never a bare 0, and never a figure where none is known. */
export function figure(amount: Range | number | null, unit: string): string {
  if (amount === null) return "–";
  if (typeof amount === "number") return `${formats.credits(amount)} ${text.elements.unit(unit, amount)}`;
  if (isIncluded(amount)) return text.elements.included.toLowerCase();
  const expected = figure(amount.expected, unit);
  return isOne(amount) ? expected : `${expected} (${formats.span(amount.low, amount.high)})`;
}

/** `25 November 2026` */
export const longDate = (date: Date): string => date.toLocaleDateString(undefined, { dateStyle: "long" });

// Made when they are first used, which is after the first price.
let creditsWithSign: Intl.NumberFormat | undefined;
let shares: Intl.NumberFormat | undefined;

/** `+100` and `−4`: what a balance moved by. */
export const signed = (amount: number): string => 
  (creditsWithSign ??= new Intl.NumberFormat(undefined, { maximumFractionDigits: 3, signDisplay: "exceptZero" })).format(amount);

/** `12.5%` of a whole that is not nothing. */
export const share = (part: number, whole: number): string =>
  (shares ??= new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 })).format(part / whole);
