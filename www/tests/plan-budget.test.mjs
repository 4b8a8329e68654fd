import assert from "node:assert/strict";
import { test } from "node:test";
import { RateCard } from "../../pkg/node.js";
import { press, text } from "./browsing.mjs";
import { linkHas, planning, settled, THREE, total, type } from "./planning.mjs";

const card = RateCard.builtin();
const { opened } = planning();

/* --------------------------------------------------------------------------------------------- fit a budget */

test("the budget's slider goes from the cheapest to the best, and shows what changes", async () => {
  const { page, close } = await opened(`plan=${THREE}`);
  await page.select("#trial-tier", "pro");
  await settled(page);
  const items = [
    { operation: "create", quality: "standard", quantity: 5 },
    { operation: "edit", edit: "general", variations: 4 },
    { operation: "social", platforms: 3 },
  ];
  const least = card.fit({ items }, card.fit({ items }, 0, "pro").cheapest, "pro");
  // A budget is for the highest price, which is what a hold takes.
  assert.equal(await page.$eval("#budget-slider", ({ min }) => Number(min)), least.total.high);
  const best = card.fit({ items }, 1e9, "pro");
  assert.equal(await text(page, ".plan-ends"), `Cheapest: at most ${least.total.high} credits Best: at most ${best.total.high} credits`);
  await page.focus("#budget-slider");
  await page.keyboard.press("Home");
  assert.deepEqual(await page.$$eval(".plan-compared price-tag", (tags) => tags.map(({ price }) => price)), [(await total(page)), least.total]);
  assert.match(await text(page, ".plan-changes"), /Item 1: .*Model: Best match → Qwen Image.*20 credits \(15–25\) → 10 credits \(5–10\) · saves 10 credits · lesser result/);
  await page.keyboard.press("End");
  const { expected } = card.fit({ items }, 1e9, "pro");
  assert.equal((await page.$$eval(".plan-compared price-tag", (tags) => tags.map(({ price }) => price)))[1].expected, expected);
  assert.match(await text(page, ".plan-changes"), /Stability Ultra.*costs .* more · better result/);
  await close();
});

test("what makes no difference to the price and the result is not changed", async () => {
  const { page, close } = await opened("plan=create;quality=premium&budget=3");
  await page.select("#trial-tier", "pro");
  await settled(page);
  assert.match(await text(page, ".plan-changes"), /^Item 1: Create · Best match · Premium Model: Best match → Stability Core 6 credits/);
  await close();
});

test("a budget is kept in the link, and applied with a way back", async () => {
  const { page, close } = await opened(`plan=${THREE}&budget=25`);
  assert.equal(await page.$eval("#budget", ({ value }) => value), "25");
  const [, within] = await page.$$eval(".plan-compared price-tag", (tags) => tags.map(({ price }) => price));
  await press(page, "#apply-budget");
  assert.deepEqual(await total(page), within);
  await settled(page);
  assert.match(await text(page, ".plan-same"), /best for this budget/);
  await press(page, ".plan-run .notice button");
  assert.equal((await total(page)).expected, 36);
  await type(page, "#budget", 30.5);
  await linkHas(page, "budget=30.5");
  await close();
});

test("what a budget comes to is said once the slider rests", async () => {
  const { page, close } = await opened(`plan=${THREE}`);
  await page.select("#trial-tier", "pro");
  await settled(page);
  await page.focus("#budget-slider");
  for (let presses = 0; presses < 5; presses += 1) await page.keyboard.press("ArrowLeft");
  await page.waitForFunction(() => document.querySelector("output[aria-live]").textContent.startsWith("Within"));
  assert.equal(await text(page, "output[aria-live]"), "Within 40 credits: 27 credits. What changes: 2 items");
  await close();
});

/** On the free tier, with 50 credits. */
const SHORT = ["create;quantity:20,edit;edit=general;quantity:3", "create;quality=standard;variations:8,upscale;mode=conservative,create;quantity:4", "create;model=wavespeed-ideogram-v3;width:2048;quantity:7,edit;edit=general;variations:5"];

for (const plan of SHORT) {
  test(`a budget as large as the balance is one that the balance covers (${plan.slice(0, 32)})`, async () => {
    const { page, close } = await opened(`plan=${plan}&budget=50`);
    assert.equal(await page.$eval("#run-plan", ({ ariaDisabled }) => ariaDisabled), "true");
    await settled(page);
    const [, within] = await page.$$eval(".plan-compared price-tag", (tags) => tags.map(({ price }) => price));
    assert.ok(within.high <= 50, JSON.stringify(within));
    assert.ok(within.high > 35, "much less would not be the best");
    await press(page, "#apply-budget");
    assert.equal(await page.$eval("#run-plan", ({ ariaDisabled }) => ariaDisabled), null);
    assert.match(await text(page, "#verdict-plan"), /^Covered by your balance\./);
    await close();
  });

  test(`whatever the budget, no price exceeds it (${plan.slice(0, 32)})`, async () => {
    const { page, close } = await opened(`plan=${plan}`);
    await page.select("#trial-tier", "pro");
    await settled(page);
    const [min, max] = await page.$eval("#budget-slider", ({ min, max }) => [Number(min), Number(max)]);
    let before = 0;
    const step = (max - min) / 23;
    for (const budget of [min - 2, ...Array.from({ length: 23 }, (_, at) => Number((min + at * step).toFixed(3))), max]) {
      await type(page, "#budget", budget);
      const prices = await page.$$eval(".plan-compared price-tag", (tags) => tags.map(({ price }) => price));
      if (budget < min) assert.match(await text(page, ".plan-fitted"), new RegExp(`Even the cheapest way can cost ${min} credits: 2 credits short`));
      else assert.ok(prices[1].high <= budget, `${budget}: ${JSON.stringify(prices[1])}`);
      before = Math.max(before, prices[1]?.high ?? 0);
    }
    // The slider ends with a whole step.
    assert.ok(max - before < 1, `${before} of ${max}`);
    await close();
  });
}

test("what is fitted into the balance is covered, and says what it can cost", async () => {
  for (const plan of SHORT) {
    const { page, close } = await opened(`plan=${plan}`);
    await page.waitForSelector("[data-fit]");
    const said = await text(page, "[data-fit]");
    await press(page, "[data-fit]");
    const { expected, high } = await total(page);
    assert.ok(high <= 50);
    assert.ok(said.includes(`${expected} credits`) && (high === expected || said.includes(`–${high})`)), said);
    assert.equal(await page.$eval("#run-plan", ({ ariaDisabled }) => ariaDisabled), null);
    await close();
  }
});

test("a budget that is too small or no amount says so", async () => {
  const { page, close } = await opened(`plan=${THREE}&budget=1`);
  assert.match(await text(page, ".plan-fitted"), /^Even the cheapest way can cost 22 credits: 21 credits short\.$/);
  await type(page, "#budget", "1.2345");
  assert.match(await text(page, ".plan-fitted"), /at most three decimals/);
  assert.equal(await page.$eval("#budget", ({ value, ariaInvalid }) => `${value} ${ariaInvalid}`), "1.2345 true");
  await close();
});


/* ---------------------------------------------------------------------------------------------------- tiers */

const tierRow = (page, tier) => text(page, `[data-tier="${tier}"]`);

test("each tier says whether it allows the plan, how often a month, and what is left", async () => {
  const { page, close } = await opened(`plan=${THREE}`);
  assert.match(await tierRow(page, "free"), /Yes once 14/);
  assert.match(await tierRow(page, "basic"), /Yes 11 times 464/);
  assert.match(await tierRow(page, "pro"), /Yes 44 times 1,964/);
  assert.match(await tierRow(page, "enterprise"), /Yes As often as you like Unlimited/);
  await close();
});

test("a tier that does not allow the plan says which tier does, and for which items", async () => {
  const { page, close } = await opened("plan=create;quality=premium,edit;edit=inpaint,create");
  assert.match(await tierRow(page, "free"), /Needs Pro item 1: needs Pro item 2: needs Basic/);
  assert.match(await tierRow(page, "basic"), /Needs Pro item 1: needs Pro/);
  assert.match(await tierRow(page, "pro"), /Yes/);
  await press(page, '[data-tier="pro"] button');
  assert.equal(await page.$eval("#trial-tier", ({ value }) => value), "pro");
  await settled(page);
  assert.match(await tierRow(page, "pro"), /yours/);
  await close();
});

test("how often is what running the plan again and again comes to, free units and all", async () => {
  const plans = [
    [{ operation: "create", model: "huggingface-flux", quantity: 3 }],
    [{ operation: "create", model: "huggingface-flux", quality: "draft", quantity: 7 }, { operation: "create", model: "huggingface-flux", quality: "standard" }],
    [{ operation: "create", model: "gemini-imagen", quantity: 4 }, { operation: "create", model: "huggingface-flux", variations: 2 }, { operation: "edit", edit: "general" }],
    [{ operation: "create", quality: "draft" }],
  ];
  const { tiers, freeUnits } = card.describe();
  for (const items of plans) {
    const written = items.map(({ operation, ...fields }) => [operation, ...Object.entries(fields).map(([name, value]) => `${name}${typeof value === "number" ? ":" : "="}${value}`)].join(";"));
    const { page, close } = await opened(`plan=${written.join(",")}`);
    for (const { id, monthlyCredits } of tiers.filter((tier) => tier.monthlyCredits !== "unlimited")) {
      let account = { tier: id, balance: monthlyCredits, freeUnits: Object.fromEntries(freeUnits.map(({ id: pool, monthly }) => [pool, monthly[id]])) };
      let times = 0;
      for (;;) {
        const { verdict, after, estimate } = card.preflight({ items }, account);
        if (verdict !== "covered") break;
        times += 1;
        const left = { ...account.freeUnits };
        estimate.lines.forEach(({ free }, at) => {
          if (items[at].model in left) left[items[at].model] -= free;
        });
        account = { ...account, balance: after.low, freeUnits: left };
      }
      const often = await page.$eval(`[data-tier="${id}"] td:nth-child(3)`, (cell) => cell.textContent.trim());
      assert.equal(often, times === 1 ? "once" : `${times.toLocaleString("en-US")} times`, `${JSON.stringify(items)} in ${id}`);
    }
    await close();
  }
});

test("how often the balance is enough for the plan is said beside it", async () => {
  const { page, close } = await opened("plan=create;model=huggingface-flux;quantity:15");
  assert.equal(await text(page, "#plan-affordable"), "Your balance is enough for this 2 times.");
  await page.select("#trial-tier", "pro");
  await page.waitForFunction(() => /enough for this 33 times/.test(document.querySelector("#plan-affordable").textContent));
  await close();
});

test("a plan of operations that cost nothing can be run as often as anyone likes", async () => {
  const { page, close } = await opened("plan=social;platforms:3,library");
  assert.match(await tierRow(page, "free"), /Yes As often as you like/);
  await close();
});
