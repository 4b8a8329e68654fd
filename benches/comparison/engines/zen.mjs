/**
 * @gorules/zen-engine, the native one: a decision an operation, with a table of the rates, a table of the size bands
 * and the total's expressions. Made once from their JSON, as a decision model editor writes it.
 */
import { ZenDecisionContent, ZenEngine } from "@gorules/zen-engine";
import { count, field, pixels, priced, quoted, total } from "./zen-expression.mjs";
import { conditions, step } from "./amounts.mjs";

export const name = "@gorules/zen-engine";

export function open(card) {
  const engine = new ZenEngine();
  const decision = (operation) => engine.createDecision(new ZenDecisionContent(graph(operation, step(card))));
  const decisions = new Map(card.operations.map((operation) => [operation.id, decision(operation)]));
  return async (item) => (await decisions.get(item.operation).evaluate(item)).result;
}

/** The nodes in a row; each but the last passes on what it got. */
function graph(operation, step) {
  const figure = (name) => ({ id: name, key: name, value: `${total(`base.${name}`, "percent", "count", step)} / 1000` });
  const nodes = [
    { type: "inputNode", content: {} },
    { type: "decisionTableNode", content: rateTable(operation) },
    { type: "decisionTableNode", content: bandTable(operation) },
    { type: "expressionNode", content: { expressions: [{ id: "count", key: "count", value: count(operation) }], passThrough: true } },
    { type: "expressionNode", content: { expressions: ["low", "expected", "high"].map(figure) } },
    { type: "outputNode", content: {} },
  ].map((node, index) => ({ ...node, id: `node${index}`, name: `node${index}`, position: { x: 0, y: 0 } }));
  const edges = nodes.slice(1).map(({ id }, index) => ({ id: `edge${index}`, type: "edge", sourceId: `node${index}`, targetId: id }));
  return { nodes, edges };
}

const table = (inputs, outputs, rules) => ({ hitPolicy: "first", inputs, outputs, rules, passThrough: true });

function rateTable(operation) {
  const { choices = [] } = operation;
  const inputs = choices.map((choice) => ({ id: choice.name, name: choice.name, field: field(choice.name, choice.default) }));
  const figures = ["low", "expected", "high"];
  const outputs = figures.map((name) => ({ id: name, name, field: `base.${name}` }));
  const rules = priced(operation).map(({ when, price }, index) => ({
    _id: `rate${index}`,
    ...Object.fromEntries(choices.map(({ name }) => [name, ""])),
    ...Object.fromEntries(conditions(when).map(([choice, options]) => [choice, options.map(quoted).join(", ")])),
    ...Object.fromEntries(figures.map((name, position) => [name, String(price[position])])),
  }));
  return table(inputs, outputs, rules);
}

function bandTable(operation) {
  const inputs = [{ id: "pixels", name: "pixels", field: pixels(operation) }];
  const outputs = [{ id: "percent", name: "percent", field: "percent" }];
  const rules = operation.size.bands.map(({ upToPixels, addPercent }, index) => ({
    _id: `band${index}`,
    pixels: `<= ${upToPixels}`,
    percent: String(addPercent),
  }));
  return table(inputs, outputs, rules);
}
