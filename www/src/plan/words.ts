import { formats } from "../figures.js";
import { text } from "../text/index.js";

/** Longer lists are cut: the items are marked in the plan anyway. */
const NAMED_MAX = 8;

/** `item 2` or `items 2, 3, 7`; the places are indices. */
export function itemsWords(indices: readonly number[]): string {
  const positions = indices.slice(0, NAMED_MAX).map((index) => formats.whole(index + 1));
  if (indices.length > NAMED_MAX) positions.push("…");
  return positions.length === 1 ? text.planView.item(positions[0] ?? "") : text.planView.itemsShort(positions.join(", "));
}
