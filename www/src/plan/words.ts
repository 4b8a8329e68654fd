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

/** Things by what they have in common, in the order of the first of each. */
export function grouped<T, K>(things: readonly T[], by: (thing: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const thing of things) {
    const group = groups.get(by(thing));
    if (group === undefined) groups.set(by(thing), [thing]);
    else group.push(thing);
  }
  return groups;
}
