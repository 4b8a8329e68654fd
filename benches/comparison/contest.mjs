/** Everyone who takes part. Also what an engine is: a name, and a function from an item to its total, perhaps later. */
import { RateCard } from "pricetag";
import * as hand from "./hand/index.ts";
import { compared } from "./plans.mjs";

/** `engines` are modules with a `name` and `open`, each with what else that takes. */
export async function contest(engines) {
  const card = RateCard.builtin();
  const description = compared(card.describe());
  const opened = [];
  for (const [{ name, open }, ...others] of engines) opened.push({ name, total: await open(description, ...others) });
  return { card, description, hand, engines: opened };
}
