/** Before anything is timed: all contenders give the same answers. Whoever does not ends the bench, with the plan. */
import { random, randomItem } from "../../tests/random.mjs";
import { brokenPlan, columns, validPlan } from "./plans.mjs";

const PLANS = 10_000;
const SEED = 4;

/** Whether two plain values are the same in every member, whatever the order. */
function equal(one, other) {
  if (typeof one !== "object" || one === null || typeof other !== "object" || other === null) return Object.is(one, other);
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => Object.hasOwn(other, name) && equal(one[name], other[name]));
}

function demand(name, found, expected, plan) {
  if (equal(found, expected)) return;
  const written = (value) => JSON.stringify(value, (_, member) => (member === undefined ? "undefined" : member));
  throw new Error(`${name} does not agree: for ${written(plan)}\n  it answers ${written(found)}\n  instead of ${written(expected)}`);
}

/** Which faults, as a set: an answer may list them in its own order and words. */
const places = ({ errors }) => [...new Set(errors.map(({ code, path }) => `${code} at ${path}`))].sort();

export async function agree({ card, description, hand, engines }) {
  const dice = random(SEED);
  for (let count = 0; count < PLANS; count += 1) {
    const plan = validPlan(dice, card, description);
    const answer = card.estimate(plan);
    demand("the hand-written code", hand.estimate(plan), answer, plan);
    for (const [index, item] of plan.items.entries()) {
      const { total } = answer.lines[index];
      demand("the hand-written live item", new hand.LiveItem(item).total, total, item);
      for (const engine of engines) {
        const { low, expected, high } = await engine.total(item);
        demand(engine.name, { low, expected, high }, total, item);
      }
    }
  }
  let faulty = 0;
  while (faulty < PLANS) {
    const plan = brokenPlan(dice, description);
    const [answer, byHand] = [card.estimate(plan), hand.estimate(plan)];
    if ("errors" in answer) {
      faulty += 1;
      demand("the hand-written code", "errors" in byHand ? places(byHand) : byHand, places(answer), plan);
    } else {
      demand("the hand-written code", byHand, answer, plan);
    }
  }
  agreeOnChanges(dice, card, description, hand);
  agreeOnColumns(dice, card, description, hand);
  return { valid: PLANS, faulty };
}

/** A live item is changed field by field, rightly, wrongly and to another operation. */
function agreeOnChanges(dice, card, description, hand) {
  for (let count = 0; count < PLANS / 10; count += 1) {
    const item = randomItem(dice, description, 5);
    const [live, byHand] = [card.live(item), new hand.LiveItem(item)];
    for (let change = 0; change < 10; change += 1) {
      const [field, value] = dice.pick(Object.entries(randomItem(dice, description, 5)));
      const kept = dice.chance(90) ? value : undefined;
      live.set(field, kept);
      byHand.set(field, kept);
      demand("the hand-written live item", byHand.total, live.total, live.item);
      demand("the hand-written live item", places(byHand), places(live), live.item);
    }
  }
}

/** Every row of columns is what the item would cost, and a row that is wrong is refused. */
function agreeOnColumns(dice, card, description, hand) {
  const rows = columns(dice, description, PLANS);
  const operation = description.operations.find(({ id }) => id === "create");
  const byHand = hand.estimateMany(rows);
  const contenders = [["the hand-written loop", byHand]];
  if (card.estimateMany !== undefined) contenders.push(["estimateMany", card.estimateMany("create", rows)]);
  for (let row = 0; row < PLANS; row += 1) {
    const item = { operation: "create" };
    for (const [name, column] of Object.entries(rows)) {
      const choice = operation.choices.find((choice) => choice.name === name);
      item[name] = choice === undefined ? column[row] : choice.options[column[row]].id;
    }
    const { total } = card.estimate({ items: [item] });
    for (const [name, { low, expected, high }] of contenders) {
      demand(name, { low: low[row], expected: expected[row], high: high[row] }, total, item);
    }
  }
  for (const [name, wrong] of [["model", 12], ["quality", 3], ["width", 63], ["height", 16_385], ["variations", 0], ["quantity", 10_001]]) {
    const broken = { ...rows, [name]: rows[name].map((value, row) => (row === 7 ? wrong : value)) };
    demand("the hand-written loop", "errors" in hand.estimateMany(broken), true, { [name]: wrong });
    if (card.estimateMany !== undefined) demand("estimateMany", "errors" in card.estimateMany("create", broken), true, { [name]: wrong });
  }
}
