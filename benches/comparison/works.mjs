/** What is timed: each work with its contenders. All of them go round the same plans, which differ from call to call. */
import { random } from "../../tests/random.mjs";
import { columns, validPlan } from "./plans.mjs";
import { asyncLoop, inTurn, loop } from "./timing.mjs";

const SEED = 64;
/** How many different plans; a power of two. */
const PLANS = 128;
const LARGE_PLANS = 64;
const ROWS = 1_000_000;

export const HAND = "hand";
export const PRICETAG = "pricetag";

/** One of a list, turn by turn. */
const turning = (list) => (index) => list[index & (list.length - 1)];

/** The works by their keys; each makes its plans when it is asked for its contenders. */
export const WORKS = {
  live({ card, description, hand }) {
    const change = turning(changes(random(SEED), description));
    const run = (live) =>
      loop((index) => {
        const { field, value } = change(index);
        return live.set(field, value).total.expected;
      });
    return { [HAND]: run(new hand.LiveItem({ operation: "create" })), [PRICETAG]: run(card.live({ operation: "create" })) };
  },

  estimateOne: (contest) => estimates(contest, 1, PLANS),
  estimateHundred: (contest) => estimates(contest, 100, LARGE_PLANS),

  alternatives({ card, description }) {
    const plan = turning(plans(card, description, 10, PLANS));
    return { [PRICETAG]: loop((index) => card.alternatives(plan(index)).length) };
  },

  fit({ card, description }) {
    const most = 1_000_000_000;
    const asked = plans(card, description, 500, 4).map((plan) => {
      // Halfway between the cheapest and the best, where there is most to choose.
      const budget = Math.round((card.fit(plan, 0).cheapest + card.fit(plan, most).expected) / 2);
      return { plan, budget };
    });
    const next = turning(asked);
    const fit = (index) => {
      const { plan, budget } = next(index);
      return card.fit(plan, budget).rank;
    };
    return { [PRICETAG]: loop(fit) };
  },

  columns({ card, description, hand }) {
    const rows = columns(random(SEED), description, ROWS);
    const byHand = loop((index) => hand.estimateMany(rows).expected[index % ROWS]);
    if (card.estimateMany === undefined) return { [HAND]: byHand };
    return { [HAND]: byHand, [PRICETAG]: loop((index) => card.estimateMany("create", rows).expected[index % ROWS]) };
  },

  async totalAlone({ card, description, engines }) {
    const item = turning(plans(card, description, 1, PLANS).map(({ items: [item] }) => item));
    const runs = {};
    for (const { name, total } of engines) {
      const answered = total(item(0));
      const later = answered instanceof Promise;
      // An engine may have a state while it runs, so nothing is asked before it has answered.
      await answered;
      runs[name] = later ? asyncLoop(async (index) => (await total(item(index))).expected) : loop((index) => total(item(index)).expected);
    }
    return runs;
  },
};

/** The times of one work, by contender. */
export async function measure(contest, key) {
  const runs = await WORKS[key](contest);
  return inTurn(Object.entries(runs).map(([name, run]) => ({ name, run })));
}

function plans(card, description, length, count) {
  const dice = random(SEED);
  return Array.from({ length: count }, () => validPlan(dice, card, description, length));
}

function estimates({ card, description, hand }, length, count) {
  const plan = turning(plans(card, description, length, count));
  return {
    [HAND]: loop((index) => hand.estimate(plan(index)).total.expected),
    [PRICETAG]: loop((index) => card.estimate(plan(index)).total.expected),
  };
}

/** Changes of single fields of `create`, as a person makes them in a form. In whatever order, the item stays valid. */
function changes(dice, description) {
  const { choices, counts } = description.operations.find(({ id }) => id === "create");
  const values = [
    ...choices.map(({ name, options }) => [name, () => dice.pick(options).id]),
    ...["width", "height"].map((name) => [name, () => 64 + dice.below(4000)]),
    ...counts.map(({ name, max }) => [name, () => 1 + dice.below(max)]),
    ["quantity", () => 1 + dice.below(20)],
  ];
  return Array.from({ length: PLANS }, () => {
    const [field, value] = dice.pick(values);
    return { field, value: value() };
  });
}
