/** json-logic-js: rules as JSON. One rule an operation: an `if` chain of the rates, another of the size bands. */
import jsonLogic from "json-logic-js";
import { conditions, millicredits, step, total } from "./amounts.mjs";

export const name = "json-logic-js";

export function open(card) {
  // JsonLogic has neither ranges nor rounding; its users add operators for such things.
  const unit = step(card);
  jsonLogic.add_operation("total", (base, percent, count) => total(base, percent, count, unit));
  const rules = new Map(card.operations.map((operation) => [operation.id, rule(operation)]));
  return (item) => jsonLogic.apply(rules.get(item.operation), item);
}

function rule({ choices = [], counts = [], size, rates }) {
  const presets = Object.fromEntries([
    ...choices.map((choice) => [choice.name, choice.default]),
    ...counts.map((count) => [count.name, count.default]),
    ...Object.entries(size.default),
    ["quantity", 1],
  ]);
  const field = (name) => ({ var: presets[name] === undefined ? name : [name, presets[name]] });
  const matches = (when) => {
    const all = conditions(when).map(([choice, options]) =>
      options.length === 1 ? { "===": [field(choice), options[0]] } : { in: [field(choice), options] },
    );
    return all.length === 1 ? all[0] : { and: all };
  };
  const offered = rates.filter(({ price }) => price !== undefined);
  const base = { if: offered.flatMap(({ when, price }) => [matches(when), millicredits(price)]) };
  const pixels = { "*": [field("width"), field("height")] };
  const percent = { if: size.bands.flatMap(({ upToPixels, addPercent }) => [{ "<=": [pixels, upToPixels] }, addPercent]) };
  const count = { "*": ["quantity", ...counts.map((count) => count.name)].map(field) };
  return { total: [base, percent, count] };
}
