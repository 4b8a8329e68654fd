import type { AnyItem, Card, Fault } from "pricetag";
import { itemIndex } from "pricetag/elements";
import type { Studio } from "../studio.js";
import { text } from "../text/index.js";
import { formats } from "../figures.js";
import { faultWords } from "../views/run.js";
import { readCsv } from "./csv.js";

/** What was in a file: items, and what of it was left out; or why there are none. */
export type Opened = { items: AnyItem[]; leftOut: string[] } | { problem: string };

/** A plan, bare items, or a table of them. */
export function readPlan(file: string, written: string, card: Card): Opened {
  const words = text.planView;
  if (/^\s*\uFEFF?\s*[[{]/.test(written)) {
    let read: unknown;
    try {
      read = JSON.parse(written.replace(/^\uFEFF/, ""));
    } catch (error) {
      return { problem: words.notJson(file, error instanceof Error ? error.message : String(error)) };
    }
    const items = itemsIn(read);
    return items === null || items.length === 0 ? { problem: words.notAPlan(file) } : takeItems(items);
  }
  const items = readCsv(written, card);
  // Text that is no table at all may well have a lone quotation mark in it.
  if (typeof items === "number") return { problem: items === 1 ? words.notAPlan(file) : words.notCsv(file, formats.whole(items)) };
  return items === null || items.length === 0 ? { problem: words.notAPlan(file) } : { items, leftOut: [] };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** Also an item by itself is a plan. */
function itemsIn(read: unknown): unknown[] | null {
  if (Array.isArray(read)) return read;
  if (!isObject(read)) return null;
  if (Array.isArray(read["items"])) return read["items"];
  return "operation" in read ? [read] : null;
}

/** What a plan can hold is text and numbers; whatever else there is, is left out and said. */
function takeItems(read: unknown[]): { items: AnyItem[]; leftOut: string[] } {
  const words = text.planView;
  const leftOut: string[] = [];
  const items = read.flatMap((each, index) => {
    const position = formats.whole(index + 1);
    if (!isObject(each)) {
      leftOut.push(words.atItem(position, words.notAnItem));
      return [];
    }
    const item: AnyItem = { operation: "" };
    for (const [field, value] of Object.entries(each)) {
      if (typeof value === "string" || (typeof value === "number" && field !== "operation")) item[field] = value;
      else leftOut.push(words.atItem(position, words.fieldLeftOut(field)));
    }
    return [item];
  });
  return { items, leftOut };
}

/** The faults of the plan that is shown now, item by item. */
export function faultsByItem(studio: Studio, faults: Fault[]): string[] {
  const byItem = Map.groupBy(faults, itemIndex);
  return [...byItem].map(([index, of]) =>
    index < 0 ? text.planView.planFault(faultWords(of, studio)) : text.planView.atItem(formats.whole(index + 1), faultWords(of, studio)),
  );
}
