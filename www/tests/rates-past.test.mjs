import assert from "node:assert/strict";
import { test } from "node:test";
import { press, text } from "./browsing.mjs";
import { edit, edits, stage, write } from "./rating.mjs";

const stand = stage();

/** A page whose server answers what is asked about past charges with these pages, the first of which has no `after`. */
async function withPast(pages, options = {}) {
  const asked = [];
  const rates = await stand.opened(`key=${stand.server.key}&from=2026-10-01&to=2026-10-31&${edits("create!1!3.5")}`, options);
  await rates.page.setRequestInterception(true);
  let release = () => {};
  rates.page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.pathname !== "/v1/captures") return void request.continue();
    asked.push({ query: Object.fromEntries(url.searchParams), key: request.headers().authorization });
    const answer = pages[url.searchParams.get("after") ?? ""];
    if (answer === "never") return void (release = () => request.abort().catch(() => {}));
    if (answer === "gone") return void request.abort();
    const { status = 200, body } = answer;
    request.respond({ status, contentType: "application/json", body: JSON.stringify(body) });
  });
  return { ...rates, asked, release: () => release() };
}

const capture = (holdId, items, charge, lines) => ({
  holdId,
  at: "2026-10-12T10:00:00Z",
  asset: null,
  plan: { items },
  estimated: { low: charge, expected: charge, high: charge },
  charge,
  lines: lines.map(([delivered, free], item) => ({ item, delivered, free, unit: 0, charge: 0, capped: false })),
});

const CORE = { operation: "create", model: "stability-core" };
const FLUX = { operation: "create", model: "huggingface-flux" };

const totals = (page) =>
  page.$$eval("[data-past]", (shown) => Object.fromEntries(shown.map(({ dataset, innerText }) => [dataset.past, innerText.trim()])));

test("what past charges would have cost is worked out page by page, for what was delivered, with the free units of then", async () => {
  const { page, asked, problems, close } = await withPast({
    "": {
      body: {
        captures: [
          capture("h1", [{ ...CORE, quantity: 3 }], 9, [[3, 0]]),
          // Two of four were delivered.
          capture("h2", [{ ...CORE, variations: 4 }], 6, [[2, 0]]),
          // Three of the five were free.
          capture("h3", [{ ...FLUX, quantity: 5 }, CORE], 11, [[5, 3], [1, 0]]),
        ],
        next: "h3",
      },
    },
    h3: { body: { captures: [capture("h4", [{ operation: "gone" }], 5, [[1, 0]]), capture("h5", [CORE], 2.7, [[1, 0]])], next: null } },
  });
  await press(page, "#start-past");
  await page.waitForFunction(() => document.querySelector("#past-state")?.textContent === "5 charges");
  assert.deepEqual(await totals(page), { charged: "28.7 credits", now: "29 credits", then: "32.5 credits" });
  assert.match(await text(page, ".past"), /1 charge has no price with these rates/);
  assert.deepEqual(
    asked.map(({ query }) => query),
    [{ from: "2026-10-01", to: "2026-10-31", limit: "200" }, { from: "2026-10-01", to: "2026-10-31", limit: "200", after: "h3" }],
  );
  assert.equal(asked[0].key, `Bearer ${stand.server.key}`);
  // Another price makes the totals those of a question that is no longer asked.
  await press(page, '[data-edit="create!1"] button');
  assert.match(await text(page, "#past-outdated"), /have changed since/);
  assert.deepEqual(problems, []);
  await close();
});

test("working out the past is stopped, and gone on with where it was", async () => {
  const first = { captures: [capture("h1", [CORE], 3, [[1, 0]])], next: "h1" };
  const pages = { "": { body: first }, h1: "never" };
  const { page, asked, release, close } = await withPast(pages);
  await press(page, "#start-past");
  await page.waitForFunction(() => document.querySelector("#past-state")?.textContent === "1 charges so far…");
  await press(page, "#stop-past");
  await release();
  assert.match(await text(page, "#past-state"), /Stopped after 1 charges/);
  pages.h1 = { body: { captures: [capture("h2", [CORE], 3, [[1, 0]])], next: null } };
  await press(page, "#go-on-past");
  await page.waitForFunction(() => document.querySelector("#past-state")?.textContent === "2 charges");
  assert.deepEqual(await totals(page), { charged: "6 credits", now: "6 credits", then: "7 credits" });
  assert.deepEqual(asked.map(({ query }) => query.after ?? ""), ["", "h1", "h1"]);
  await close();
});

for (const [status, said] of [
  [404, /does not tell past charges yet/],
  [401, /does not know this key/],
  [429, /Too many requests/],
  [500, /The server refused: Broken/],
]) {
  test(`an answer of ${status} about the past is told in words`, async () => {
    const { page, close } = await withPast({ "": { status, body: { title: "Broken" } } });
    await press(page, "#start-past");
    await page.waitForSelector(".past [role=alert]");
    assert.match(await text(page, ".past [role=alert]"), said);
    assert.ok(await page.$("#go-on-past"));
    await close();
  });
}

test("with the server gone the past says so, and what is tried goes on", async () => {
  const { page, close } = await withPast({ "": "gone" });
  await press(page, "#start-past");
  await page.waitForSelector(".past [role=alert]");
  assert.match(await text(page, ".past [role=alert]"), /The server did not answer/);
  await press(page, edit("create", 0));
  await write(page, ".editor input", "9");
  assert.equal(await text(page, ".trial-summary"), "18 dearer of 200 prices");
  await close();
});

test("the past of no charges, of no key, of no other rates and of no days says what to do", async () => {
  const { page, close } = await withPast({ "": { body: { captures: [], next: null } } });
  await press(page, "#start-past");
  await page.waitForFunction(() => document.querySelector("#past-state")?.textContent.startsWith("Nothing was charged"));
  await page.$eval("#past-to", (field) => {
    field.value = "2026-09-01";
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  assert.match(await text(page, ".past .fault"), /the first before the last/);
  assert.ok(await page.$eval("#start-past", ({ disabled }) => disabled));
  await press(page, "#undo-all");
  assert.match(await text(page, ".past .hint"), /Edit a price or open a card first/);
  await close();
  const without = await stand.opened();
  assert.match(await text(without.page, ".past .hint"), /enter its key/);
  await without.close();
});
