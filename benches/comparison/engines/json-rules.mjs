/**
 * json-rules-engine: an engine an operation, a rule for each size band and for each rate. Facts that are left out have
 * their default as a constant; the first rate that matches stops the run, as its priority is higher than the next one's.
 */
import { Engine } from "json-rules-engine";
import { conditions, millicredits, step, total } from "./amounts.mjs";

export const name = "json-rules-engine";

export function open(card) {
  // Events carry figures; computing with them is left to the code that hears them.
  const unit = step(card);
  const engines = new Map(card.operations.map((operation) => [operation.id, engine(operation)]));
  return async (item) => {
    const { engine, counts } = engines.get(item.operation);
    const { events } = await engine.run(item);
    let count = item.quantity ?? 1;
    for (const { name, default: preset } of counts) count *= item[name] ?? preset;
    const [size, rate] = events;
    return total(rate.params.price, size.params.percent, count, unit);
  };
}

function engine({ choices = [], counts = [], size, rates }) {
  const engine = new Engine();
  for (const choice of choices) if (choice.default !== undefined) engine.addFact(choice.name, choice.default);
  for (const [side, preset] of Object.entries(size.default)) engine.addFact(side, preset);
  engine.addFact("pixels", async (_, almanac) => (await almanac.factValue("width")) * (await almanac.factValue("height")));
  let above = 0;
  for (const { upToPixels, addPercent } of size.bands) {
    engine.addRule({
      conditions: {
        all: [
          { fact: "pixels", operator: "greaterThan", value: above },
          { fact: "pixels", operator: "lessThanInclusive", value: upToPixels },
        ],
      },
      event: { type: "size", params: { percent: addPercent } },
      priority: rates.length + 1,
    });
    above = upToPixels;
  }
  rates.forEach(({ when, price }, index) => {
    if (price === undefined) return;
    engine.addRule({
      conditions: {
        all: conditions(when).map(([choice, options]) =>
          options.length === 1
            ? { fact: choice, operator: "equal", value: options[0] }
            : { fact: choice, operator: "in", value: options },
        ),
      },
      event: { type: "rate", params: { price: millicredits(price) } },
      priority: rates.length - index,
      onSuccess: () => engine.stop(),
    });
  });
  return { engine, counts };
}
