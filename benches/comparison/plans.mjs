/** Plans by chance of the three operations that are compared: valid ones, and broken ones of every kind. */
import { randomItem } from "../../tests/random.mjs";

const OPERATIONS = ["create", "edit", "upscale"];

/** The card with the compared operations only. */
export const compared = (card) => ({ ...card, operations: card.operations.filter(({ id }) => OPERATIONS.includes(id)) });

const list = (length, make) => Array.from({ length }, make);

/** A valid item: one that the card rates. Some that are drawn are too large or not to be had. */
export function validItem(dice, card, description) {
  for (;;) {
    const item = randomItem(dice, description);
    if (!("errors" in card.estimate({ items: [item] }))) return item;
  }
}

export const validPlan = (dice, card, description, length = 1 + dice.below(4)) => ({
  items: list(length, () => validItem(dice, card, description)),
});

/** A plan in which, nearly always, something is wrong. */
export function brokenPlan(dice, description) {
  if (dice.chance(5)) return brokenOutside(dice, description);
  const items = list(1 + dice.below(4), () => randomItem(dice, description, 15));
  if (dice.chance(10)) items[0] = dice.pick([null, undefined, "create", 5, [], [randomItem(dice, description)], {}]);
  else if (dice.chance(10)) items[0].operation = dice.pick([undefined, null, 3, "", "creat", "constructor"]);
  return { items };
}

/** A plan that is wrong itself, whatever its items are. */
function brokenOutside(dice, description) {
  const items = [randomItem(dice, description, 15)];
  return dice.pick([
    null,
    [],
    "plan",
    {},
    { items: undefined },
    { items: null },
    { items: {} },
    { items: [] },
    { items, note: "x" },
    { note: null },
    { items: list(501, () => items[0]) },
  ]);
}

/** Columns of `create`, each choice as the index of its option. */
export function columns(dice, description, rows) {
  const operation = description.operations.find(({ id }) => id === "create");
  const [models, qualities] = ["model", "quality"].map((name) => operation.choices.find((choice) => choice.name === name).options.length);
  const pixels = operation.size.bands.at(-1).upToPixels;
  const made = {
    model: Uint8Array.from({ length: rows }, () => dice.below(models)),
    quality: Uint8Array.from({ length: rows }, () => dice.below(qualities)),
    width: Uint16Array.from({ length: rows }, () => 64 + dice.below(4000)),
    height: new Uint16Array(rows),
    variations: Uint16Array.from({ length: rows }, () => 1 + dice.below(10)),
    quantity: Uint16Array.from({ length: rows }, () => 1 + dice.below(10_000)),
  };
  // As high as the width allows, so that all sizes are priced and every band occurs.
  made.height.forEach((_, row) => {
    made.height[row] = 64 + dice.below(Math.min(4000, Math.floor(pixels / made.width[row]) - 63));
  });
  return made;
}
