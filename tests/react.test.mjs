/** The React hooks on a server. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { StrictMode, createElement } from "react";
import { renderToString } from "react-dom/server";
import { RateCard } from "pricetag";
import * as slim from "pricetag/slim";
import { useEstimate, usePreflight } from "pricetag/react";

const require = createRequire(import.meta.url);
const card = RateCard.builtin();

/** Renders a component on the server, and gives what it returned each time. */
function rendered(component) {
  const answers = [];
  const Component = () => {
    answers.push(component());
    return null;
  };
  renderToString(createElement(StrictMode, null, createElement(Component)));
  return answers;
}

test("the hooks give exactly what the card gives", () => {
  const plan = { items: [{ operation: "create", model: "huggingface-flux", quantity: 3 }] };
  const account = { tier: "free", balance: 1, freeUnits: { "huggingface-flux": 2 } };
  const [estimate] = rendered(() => useEstimate(card, plan));
  const [free] = rendered(() => useEstimate(card, plan, account.freeUnits));
  const [preflight] = rendered(() => usePreflight(card, plan, account));
  assert.deepEqual(estimate, card.estimate(plan));
  assert.deepEqual(free, card.estimate(plan, account.freeUnits));
  assert.deepEqual(preflight, card.preflight(plan, account));
});

test("faults are an answer like any other", () => {
  const wrong = { items: [{ operation: "paint" }] };
  const [answer] = rendered(() => useEstimate(card, wrong));
  assert.deepEqual(answer, card.estimate(wrong));
  assert.equal(answer.errors[0].code, "unknown-operation");
});

test("a price is rendered on the server", () => {
  const Price = ({ variations }) => {
    const answer = useEstimate(card, { items: [{ operation: "create", variations }] });
    return createElement("output", null, answer.total.expected);
  };
  assert.equal(renderToString(createElement(Price, { variations: 4 })), "<output>16</output>");
});

test("a card of the slim entry is asked without the default entry being loaded", () => {
  slim.initSync(readFileSync(require.resolve("pricetag/pricetag_bg.wasm")));
  const plan = { items: [{ operation: "upscale", mode: "fast" }] };
  const [answer] = rendered(() => useEstimate(slim.RateCard.builtin(), plan));
  assert.equal(answer.total.expected, 2);
  const entry = readFileSync(require.resolve("pricetag/package.json").replace("package.json", "react.js"), "utf8");
  assert.deepEqual([...entry.matchAll(/\bfrom\s*["'`]([^"'`]+)/g)].map(([, name]) => name), ["react"]);
});

test("the entry says that it is for clients, before anything else", () => {
  const entry = readFileSync(require.resolve("pricetag/package.json").replace("package.json", "react.js"), "utf8");
  assert.ok(entry.startsWith('"use client"'));
});
