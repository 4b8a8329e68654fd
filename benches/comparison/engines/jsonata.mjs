/** jsonata: one expression an operation, compiled once, with the prices found by keys in an object instead of by a chain. */
import jsonata from "jsonata";
import { conditions, millicredits, step } from "./amounts.mjs";

export const name = "jsonata";

export function open(card) {
  const unit = step(card);
  const compiled = (operation) => ({ expression: jsonata(expression(operation, unit)), bindings: { prices: prices(operation) } });
  const operations = new Map(card.operations.map((operation) => [operation.id, compiled(operation)]));
  return (item) => {
    const { expression, bindings } = operations.get(item.operation);
    return expression.evaluate(item, bindings);
  };
}

const named = ({ choices = [], rates }) => choices.filter(({ name }) => rates.some(({ when }) => name in when));

/** The prices by the options of the choices that any rate names. Bound, because a literal would be made anew each time. */
function prices(operation) {
  const prices = {};
  for (const combination of combinations(named(operation))) {
    const matches = ({ when }) => conditions(when).every(([choice, options]) => options.includes(combination[choice]));
    const { price } = operation.rates.find(matches);
    if (price !== undefined) prices[Object.values(combination).join("/")] = millicredits(price);
  }
  return prices;
}

function expression(operation, unit) {
  const { counts = [], size } = operation;
  const field = (name, preset) => (preset === undefined ? name : `($exists(${name}) ? ${name} : ${JSON.stringify(preset)})`);
  const key = named(operation).map((choice) => field(choice.name, choice.default)).join(' & "/" & ');
  const count = [field("quantity", 1), ...counts.map((count) => field(count.name, count.default))].join(" * ");
  const pixels = `${field("width", size.default.width)} * ${field("height", size.default.height)}`;
  const last = size.bands.at(-1).addPercent;
  const percent = size.bands.slice(0, -1).map(({ upToPixels, addPercent }) => `$pixels <= ${upToPixels} ? ${addPercent} : `);
  const total = (index) => `($base[${index}] + $ceil($base[${index}] * $percent / ${100 * unit}) * ${unit}) * $count / 1000`;
  return `(
    $base := $lookup($prices, ${key});
    $pixels := ${pixels};
    $percent := ${percent.join("")}${last};
    $count := ${count};
    { "low": ${total(0)}, "expected": ${total(1)}, "high": ${total(2)} }
  )`;
}

function combinations([choice, ...others]) {
  if (choice === undefined) return [{}];
  return choice.options.flatMap(({ id }) => combinations(others).map((rest) => ({ [choice.name]: id, ...rest })));
}
