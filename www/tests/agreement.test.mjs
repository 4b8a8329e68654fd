import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { figures, launch, open, press, receipt } from "./browsing.mjs";
import { serve } from "./serving.mjs";

const PLANS = 1000;
const SEED = 20_261_122;

let server;
let chromium;
let page;
let close;
before(async () => {
  [server, chromium] = await Promise.all([serve({ tier: "enterprise" }), launch()]);
  ({ page, close } = await open(chromium.browser, `${server.origin}/#key=${server.key}`));
  await page.evaluate(plansFromCard, PLANS, SEED);
});
after(async () => {
  await close?.();
  await chromium?.close();
  await server?.close();
});

/** Runs in the page: makes plans of one to five items from what the card describes, always the same ones. */
function plansFromCard(count, seed) {
  const { card } = document.querySelector("rate-card-form");
  let state = seed;
  const random = () => {
    // Mulberry32, so that a failure can be seen again.
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (min, max) => min + Math.floor(random() * (max - min + 1));
  const one = (list) => list[between(0, list.length - 1)];
  const item = () => {
    const operation = one(card.describe().operations);
    const made = { operation: operation.id };
    for (const choice of operation.choices ?? []) {
      if (choice.default === undefined || random() < 0.7) made[choice.name] = one(choice.options).id;
    }
    for (const { name, min = 1, max } of operation.counts ?? []) if (random() < 0.7) made[name] = between(min, max);
    if (operation.size !== undefined && random() < 0.5) {
      const { side, bands } = operation.size;
      const band = one(bands);
      made.width = between(side.min, Math.floor(Math.sqrt(band.upToPixels)));
      made.height = between(side.min, Math.min(side.max, Math.floor(band.upToPixels / made.width)));
    }
    if (random() < 0.5) made.quantity = between(1, 20);
    return made;
  };
  window.plans = [];
  while (window.plans.length < count) {
    const plan = { items: Array.from({ length: between(1, 5) }, item) };
    // A combination that the card says cannot be had is no plan to charge.
    if (!("errors" in card.estimate(plan))) window.plans.push(plan);
  }
}

test("the page and the server estimate a thousand random plans alike", async () => {
  const different = await page.evaluate(async () => {
    const { card } = document.querySelector("rate-card-form");
    const differs = async (plan) => {
      const answer = await fetch("/v1/estimate", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ plan }),
      });
      const [here, there] = [card.estimate(plan), await answer.json()];
      return JSON.stringify([here.total, here.accuracy, here.lines]) === JSON.stringify([there.total, there.accuracy, there.lines])
        ? []
        : [{ plan, here, there }];
    };
    const found = [];
    for (let at = 0; at < window.plans.length; at += 25) {
      found.push(...(await Promise.all(window.plans.slice(at, at + 25).map(differs))).flat());
    }
    return found;
  });
  assert.deepEqual(different, []);
});

test("a thousand random plans are charged what the page showed, free units included", async () => {
  const { different, charged, free } = await page.evaluate(async (key) => {
    const { card } = document.querySelector("rate-card-form");
    const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };
    const different = [];
    let charged = 0;
    let free = 0;
    for (const plan of window.plans) {
      const { tier, balance, freeUnits } = await (await fetch("/v1/account", { headers })).json();
      const { estimate } = card.preflight(plan, { tier, balance: balance.available, freeUnits });
      const answer = await fetch("/v1/charges", {
        method: "POST",
        headers: { ...headers, "Idempotency-Key": crypto.randomUUID() },
        body: JSON.stringify({ plan, accepted: { fingerprint: card.fingerprint, high: estimate.total.high } }),
      });
      const { charge } = await answer.json();
      if (answer.status === 201 && charge === estimate.total.expected) charged += 1;
      else different.push({ plan, status: answer.status, charge, expected: estimate.total.expected });
      if (estimate.lines.some((line) => line.free > 0)) free += 1;
    }
    return { different, charged, free };
  }, server.key);
  assert.deepEqual(different, []);
  assert.equal(charged, PLANS);
  assert.ok(free > 0, "some of the plans use free units");
});

test("random plans that are opened by their link and run with the button are charged what the button showed", async () => {
  // The free units that are left now are what the button must count.
  await page.reload({ waitUntil: "networkidle0" });
  await page.evaluate(plansFromCard, PLANS, SEED);
  for (let index = 0; index < PLANS; index += 50) {
    await page.evaluate((at) => {
      const written = window.plans[at].items.map(({ operation, ...fields }) =>
        [operation, ...Object.entries(fields).map(([name, value]) => `${name}${typeof value === "number" ? ":" : "="}${value}`)].join(";"),
      );
      const shown = new Promise((resolve) => addEventListener("hashchange", resolve, { once: true }));
      location.hash = `#plan=${written.join(",")}`;
      return shown;
    }, index);
    const { expected } = await figures(page, "#run-plan price-tag");
    await press(page, "#run-plan");
    assert.equal(await receipt(page), expected, `plan ${index}`);
    await press(page, ".plan .notice .quiet");
  }
});
