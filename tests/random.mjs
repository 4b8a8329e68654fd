/** Plans by chance, from a fixed seed: the same in every run. Everything comes from the card's description. */
export function random(seed) {
  let state = seed >>> 0;
  /** A whole number from 0 up to, not including, `below`. */
  const below = (limit) => {
    // The generator mulberry32.
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
  const pick = (list) => list[below(list.length)];
  return { below, pick, chance: (percent) => below(100) < percent };
}

/** The value of a field: nearly always one it may have, else anything. */
function value(dice, valid, broken) {
  return dice.chance(100 - broken) ? valid() : dice.pick([null, true, "", "5", "auto", -1, 0, 1.5, NaN, 1e300, -0, 2 ** 53 + 2, {}, []]);
}

/** An item; with `broken`, that many of a hundred fields hold anything. */
export function randomItem(dice, { operations }, broken = 0) {
  const operation = dice.pick(operations);
  const item = { operation: operation.id };
  for (const { name, options, default: preset } of operation.choices ?? []) {
    if (preset === undefined || dice.chance(60)) item[name] = value(dice, () => dice.pick(options).id, broken);
  }
  for (const { name, min = 1, max } of operation.counts ?? []) {
    if (dice.chance(60)) item[name] = value(dice, () => min + dice.below(max - min + 1), broken);
  }
  for (const name of operation.size === undefined ? [] : ["width", "height"]) {
    if (dice.chance(40)) item[name] = value(dice, () => 64 + dice.below(dice.chance(80) ? 2500 : 16000), broken);
  }
  if (dice.chance(50)) item.quantity = value(dice, () => 1 + dice.below(20), broken);
  if (dice.chance(broken)) item[dice.pick(["colour", "modle", "constructor"])] = "x";
  return item;
}
