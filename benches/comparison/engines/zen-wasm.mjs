/**
 * @gorules/zen-engine-wasm: of the engine this package has the expression language only, and no way to keep a parsed
 * expression. So the total is one expression an operation, with the rates as a chain, over an item handed in as an object.
 */
import load, { evaluateExpression } from "@gorules/zen-engine-wasm";
import { count, matches, pixels, priced, total } from "./zen-expression.mjs";
import { step } from "./amounts.mjs";

export const name = "@gorules/zen-engine-wasm";

/** `module` is the package's `.wasm`, as bytes or as an address. */
export async function open(card, module) {
  await load({ module_or_path: module });
  const expressions = new Map(card.operations.map((operation) => [operation.id, expression(operation, step(card))]));
  return (item) => {
    // A decimal comes out of this version without its fraction (`52.8` is 52), so millicredits leave it.
    const [low, expected, high] = evaluateExpression(expressions.get(item.operation), item);
    return { low: low / 1000, expected: expected / 1000, high: high / 1000 };
  };
}

function expression(operation, step) {
  const last = operation.size.bands.at(-1).addPercent;
  const bands = operation.size.bands.slice(0, -1);
  // The language has no names for parts of an expression, but a closure of `map` names its element `#`.
  const percent = bands.map(({ upToPixels, addPercent }) => `(${pixels(operation)}) <= ${upToPixels} ? ${addPercent} : `).join("") + last;
  const rates = priced(operation);
  const base = rates.map(({ when, price }) => `${matches(operation, when)} ? [${price.join(", ")}] : `).join("") + "[]";
  return `map(${base}, ${total("#", `(${percent})`, `(${count(operation)})`, step)})`;
}
