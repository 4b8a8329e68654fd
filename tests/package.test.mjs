/** The npm package in Node.js, as a user imports it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, test } from "node:test";
import { RateCard } from "pricetag";
import { goldenCases } from "./corpus.mjs";
import { random, randomItem } from "./random.mjs";

const golden = JSON.parse(readFileSync(new URL("golden.json", import.meta.url), "utf8"));
const card = RateCard.builtin();
const places = (answer) => answer.errors.map(({ code, path }) => `${code} at ${path}`);
const estimate = (item) => card.estimate({ items: [item] });

describe("every golden case is answered exactly", () => {
  for (const { name, check } of goldenCases(golden)) test(name, () => check(card));
});

test("the guide's four examples cost 29, 12, 21 and 90", () => {
  const totals = card.describe().templates.map(({ items }) => card.estimate({ items }).total.expected);
  assert.deepEqual(totals, [29, 12, 21, 90]);
});

test("a card goes round through describe, parse and from with the same fingerprint", () => {
  assert.equal(RateCard.from(card.describe()).fingerprint, card.fingerprint);
  assert.equal(RateCard.parse(JSON.stringify(card.describe())).fingerprint, card.fingerprint);
  assert.match(card.fingerprint, /^sha256:[0-9a-f]{64}$/);
  assert.deepEqual([card.id, card.version], [card.describe().id, card.describe().version]);
});

test("a faulty card is answered with its faults", () => {
  assert.deepEqual(places(RateCard.parse("{")), ["malformed-text at "]);
  assert.deepEqual(places(RateCard.parse("3")), ["wrong-type at "]);
  const changed = card.describe();
  changed.operations[0].rates[0].price = 0.1 + 0.2;
  changed.tiers[0].monthlyCredits = "some";
  assert.deepEqual(places(RateCard.from(changed)), [
    "invalid-amount at operations[0].rates[0].price",
    "wrong-type at tiers[0].monthlyCredits",
  ]);
});

test("an absent field is undefined or not there, and null is a wrong type", () => {
  assert.deepEqual(estimate({ operation: "create", model: undefined }), estimate({ operation: "create" }));
  assert.deepEqual(places(estimate({ operation: "create", model: null })), ["wrong-type at items[0].model"]);
});

test("numbers that are none are refused", () => {
  const quantity = (value) => places(estimate({ operation: "create", quantity: value }))[0];
  for (const wrong of [NaN, Infinity, -Infinity, 1.5, "5", 5n, true, null, {}, [5], () => 5, Symbol("5"), new Number(5)]) {
    assert.equal(quantity(wrong), "wrong-type at items[0].quantity", String(wrong));
  }
  for (const outside of [0, -0, -1, 10_001, 1e300, 2 ** 53 + 2]) {
    assert.equal(quantity(outside), "out-of-range at items[0].quantity", String(outside));
  }
});

test("objects of every kind are read as JSON would be", () => {
  const plain = estimate({ operation: "upscale", mode: "fast" });
  const bare = Object.assign(Object.create(null), { operation: "upscale", mode: "fast" });
  const inherited = Object.assign(Object.create({ mode: "creative", colour: "red" }), { operation: "upscale", mode: "fast" });
  const proxy = new Proxy({ operation: "upscale", mode: "fast" }, {});
  const getter = { operation: "upscale", get mode() { return "fast"; } };
  const frozen = Object.freeze({ operation: "upscale", mode: "fast", [Symbol("note")]: 1 });
  for (const item of [bare, inherited, proxy, getter, frozen]) assert.deepEqual(estimate(item), plain);
});

test("objects that throw or never end are faults", () => {
  const throwing = { operation: "upscale", get mode() { throw new Error("no"); } };
  assert.deepEqual(places(estimate(throwing)), ["wrong-type at items[0].mode"]);
  const closed = new Proxy({}, { ownKeys() { throw new Error("no"); } });
  assert.deepEqual(places(estimate(closed)), ["wrong-type at items[0]"]);
  const cycle = { operation: "upscale", mode: "fast" };
  cycle.self = cycle;
  assert.deepEqual(places(estimate(cycle)), ["unknown-field at items[0].self"]);
  let doubled = [];
  for (let depth = 0; depth < 60; depth += 1) doubled = [doubled, doubled];
  assert.deepEqual(places(card.estimate(doubled)), ["wrong-type at plan"]);
  assert.deepEqual(places(card.estimate({ items: new Array(501) })), ["too-many-items at items"]);
  assert.deepEqual(places(card.estimate({ items: new Array(2) })), ["wrong-type at items[0]", "wrong-type at items[1]"]);
});

test("a call without what it needs says what is missing", () => {
  assert.deepEqual(places(card.estimate()), ["missing-field at items"]);
  assert.deepEqual(places(card.preflight({ items: [{ operation: "library" }] })), ["missing-field at account"]);
  assert.deepEqual(places(card.affordable({ operation: "library" })), ["missing-field at balance"]);
  assert.deepEqual(places(card.settle(null, undefined)), ["missing-field at outcome", "wrong-type at estimate"]);
});

test("affordable, settle and compare answer as the model says", () => {
  assert.deepEqual(card.affordable({ operation: "create", model: "stability-core" }, 10), {
    quantity: 3,
    total: { low: 9, expected: 9, high: 9 },
  });
  assert.equal(card.affordable({ operation: "library" }, null).quantity, 10_000);
  const five = estimate({ operation: "create", quality: "standard", quantity: 5 });
  assert.deepEqual(card.settle(five, { lines: [{ item: 0, delivered: 4, unit: 3.5 }] }), {
    charge: 14,
    released: 11,
    lines: [{ item: 0, delivered: 4, free: 0, unit: 3.5, charge: 14, capped: false }],
  });
  const dearer = card.describe();
  dearer.operations[0].rates[1].price = 3.5;
  const { changes, summary } = card.compare(RateCard.from(dearer));
  assert.deepEqual(summary, { compared: 200, dearer: 9, cheaper: 0, appeared: 0, disappeared: 0 });
  assert.deepEqual(changes[0].choices, { model: "stability-core", quality: "draft" });
  assert.deepEqual([changes[0].change, changes[0].percent], [0.5, 16.67]);
});

test("a live item answers as an estimate does, whatever is set in whatever order", () => {
  const dice = random(4);
  const description = card.describe();
  for (let round = 0; round < 300; round += 1) {
    const item = randomItem(dice, description, 10);
    const live = card.live(item);
    for (let step = 0; step < 12; step += 1) {
      const other = randomItem(dice, description, 15);
      const [field, value] = dice.pick(Object.entries(other));
      live.set(field, dice.chance(10) ? undefined : value);
      const answer = card.estimate({ items: [live.item] });
      if ("errors" in answer) {
        assert.equal(live.total, null, JSON.stringify(live.item));
        assert.deepEqual(live.errors, answer.errors);
        assert.deepEqual(live.lines, []);
      } else {
        assert.deepEqual(live.total, answer.total, JSON.stringify(live.item));
        assert.deepEqual(live.lines, answer.lines);
        assert.deepEqual(live.errors, []);
      }
    }
    
  }
});

test("an unknown name is answered with the nearest where one is near, and else with the first five", () => {
  const helps = (answer) => answer.errors.map(({ help }) => help);
  const create = (model) => ({ items: [{ operation: "create", model }] });
  const options = "one of `auto`, `stability-ultra`, `stability-core`, `stability-sd3.5`, `stability-sd3.5-large` or 7 more";
  assert.deepEqual(helps(card.estimate(create("dalle"))), [options]);
  assert.deepEqual(helps(card.estimate(create("stabilty-core"))), ["did you mean `stability-core`?"]);
  assert.deepEqual(card.live({ operation: "create", model: "dalle" }).errors.map(({ help }) => help), [options]);
  const tiers = "one of `free`, `basic`, `pro`, `enterprise`";
  assert.deepEqual(helps(card.preflight({ items: [{ operation: "library" }] }, { tier: "gold", balance: 1 })), [tiers]);
  assert.deepEqual(helps(card.estimateMany("create", { modle: "auto", quantity: new Uint8Array(1) })), ["did you mean `model`?"]);
});

test("a live item of an unknown operation has errors and no price", () => {
  const live = card.live({ operation: "paint" });
  assert.equal(live.total, null);
  assert.deepEqual(live.errors.map(({ code }) => code), ["unknown-operation"]);
  assert.equal(live.set("operation", "create").total.expected, 4);
  assert.equal(live.set("__proto__", "x").total, null);
});

test("the package can be required, and lists what it holds", () => {
  const require = createRequire(import.meta.url);
  const { version, exports } = require("pricetag/package.json");
  assert.match(version, /^\d+\.\d+\.\d+/);
  assert.ok(exports["./slim"]);
  assert.ok(readFileSync(require.resolve("pricetag/pricetag_bg.wasm")).length > 0);
});
