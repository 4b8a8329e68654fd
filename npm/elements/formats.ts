/// <reference lib="es2023.intl" preserve="true" />
import type { Range } from "../types.js";
import type { Words } from "./words.js";

/** What a credit is worth, for showing an amount in money too. */
export interface Money {
  currency: string;
  perCredit: number;
}

/** Turns figures into text in one locale. Nothing here decides anything: it only writes what the card computed. */
export interface Formats {
  credits(amount: number): string;
  /** `12–20`, or one figure where both are the same. */
  span(low: number, high: number): string;
  money(amount: number, money: Money): string;
  percent(percent: number): string;
  whole(count: number): string;
}

const made = new Map<string, Formats>();

/** Enough for the figures of one page; a range takes Intl so long that a slider would be felt. */
const KEPT_MAX = 2000;

function kept(write: (low: number, high: number) => string): (low: number, high: number) => string {
  const texts = new Map<string, string>();
  return (low, high) => {
    const key = `${low} ${high}`;
    let text = texts.get(key);
    if (text === undefined) {
      if (texts.size >= KEPT_MAX) texts.clear();
      text = write(low, high);
      texts.set(key, text);
    }
    return text;
  };
}

/** A format is made when it is first used: a browser's first takes some 10 ms. */
function lazily<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** The formats of a locale; without one, of the person's own. */
export function formatsFor(locale?: string): Formats {
  const known = made.get(locale ?? "");
  if (known !== undefined) return known;
  const number = lazily(() => new Intl.NumberFormat(locale, { maximumFractionDigits: 3 }));
  const percent = lazily(() => new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 2 }));
  const currencies = new Map<string, Intl.NumberFormat>();
  const formats: Formats = {
    credits: (amount) => number().format(amount),
    span: kept((low, high) => number().formatRange(low, high)),
    money: (amount, { currency, perCredit }) => {
      let format = currencies.get(currency);
      if (format === undefined) {
        format = new Intl.NumberFormat(locale, { style: "currency", currency, maximumFractionDigits: 3 });
        currencies.set(currency, format);
      }
      return format.format(amount * perCredit);
    },
    percent: (value) => percent().format(value / 100),
    whole: (count) => number().format(count),
  };
  made.set(locale ?? "", formats);
  return formats;
}

/** Whether a range is one figure. */
export const isOne = (range: Range): boolean => range.low === range.high;

/** Whether nothing can be charged, which is shown as included and never as a bare 0. */
export const isIncluded = (range: Range): boolean => range.high === 0;

/** `29 credits, between 21 and 34` */
export function spoken(range: Range, unit: string, formats: Formats, words: Words): string {
  if (isIncluded(range)) return words.included;
  const expected = `${formats.credits(range.expected)} ${words.unit(unit, range.expected)}`;
  if (isOne(range)) return expected;
  return `${expected}, ${words.between(formats.credits(range.low), formats.credits(range.high))}`;
}
