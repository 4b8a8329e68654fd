import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { change, figures, launch, open, press, price, receipt, text } from "./browsing.mjs";
import { serve } from "./serving.mjs";

let server;
let chromium;
before(async () => {
  chromium = await launch();
});
after(() => chromium?.close());
beforeEach(async () => {
  server = await serve({ tier: "pro" });
});
afterEach(() => server?.close());

const opened = (hash = "", options = {}) => open(chromium.browser, `${server.origin}/#key=${server.key}&${hash}`, options);

/** The card in force, with every price of its first operation two credits higher. */
async function dearerCard() {
  const card = await (await fetch(`${server.origin}/v1/card`)).json();
  card.version = "dearer";
  const raised = (amount) => amount + 2;
  for (const rate of card.operations[0].rates) {
    rate.price =
      typeof rate.price === "number"
        ? raised(rate.price)
        : { low: raised(rate.price.low), expected: raised(rate.price.expected), high: raised(rate.price.high) };
  }
  const path = join(server.folder, "dearer.json");
  writeFileSync(path, JSON.stringify(card));
  return path;
}

test("the key leaves the address, stays in the browser, and shows the account of the server", async () => {
  const { page, close } = await opened();
  assert.ok(!(await page.evaluate(() => location.href)).includes("pk_"));
  assert.equal(await text(page, ".account summary span"), "Pro · 2,000 credits");
  await page.reload({ waitUntil: "networkidle0" });
  assert.equal(await text(page, ".account summary span"), "Pro · 2,000 credits");
  await press(page, "#forget-key");
  assert.ok(await page.$("#trial-tier"));
  assert.equal(await page.evaluate(() => JSON.stringify(localStorage)), "{}");
  await close();
});

test("each template that is charged through the page costs what the page showed", async () => {
  const { page, close } = await opened();
  let left = 2000;
  for (const template of ["social-media-campaign", "blog-post", "product-photography", "content-library"]) {
    await press(page, `[data-template="${template}"]`);
    const { expected } = await figures(page, "#run-plan price-tag");
    await press(page, "#run-plan");
    assert.equal(await receipt(page), expected);
    left -= expected;
    assert.equal((await server.account()).balance.available, left);
    await page.waitForFunction((shown) => document.querySelector(".account summary span").textContent.includes(shown), {}, left.toLocaleString("en"));
    await press(page, ".plan header button:last-child");
    await press(page, ".plan .notice .quiet");
  }
  await close();
});

test("a double click charges once", async () => {
  const { page, close } = await opened("form=create");
  const button = await page.$("#run-form");
  await button.click({ count: 2 });
  assert.equal(await receipt(page), 4);
  assert.equal((await server.account()).balance.available, 1996);
  await close();
});

test("a charge whose answer was lost is charged once when it is tried again", async () => {
  const { page, close } = await opened("form=create", {
    before: () => {
      const send = window.fetch;
      let lost = false;
      window.fetch = async (...request) => {
        const answer = await send(...request);
        if (request[1]?.method !== "POST" || lost) return answer;
        lost = true;
        throw new TypeError("the connection was closed");
      };
    },
  });
  await press(page, "#run-form");
  await page.waitForSelector(".run-panel [data-attempt]");
  assert.match(await text(page, ".run-panel .notice"), /it is not known whether this was charged/);
  assert.equal((await server.account()).balance.available, 1996);
  await press(page, ".run-panel [data-attempt]");
  assert.equal(await receipt(page), 4);
  assert.equal((await server.account()).balance.available, 1996);
  await close();
});

test("with the server gone estimates go on, charging says why not, and works once it is back", async () => {
  const { page, close } = await opened("form=create");
  await server.stop();
  await change(page, "variations", 3, "range");
  assert.equal(await price(page, "#run-form price-tag"), "12 credits 9–15 $0.12");
  await press(page, "#run-form");
  await page.waitForSelector(".run-panel .notice.problem");
  assert.match(await text(page, ".run-panel .notice"), /The server did not answer/);
  await server.start();
  await press(page, ".run-panel [data-attempt]");
  assert.equal(await receipt(page), 12);
  await close();
});

test("a price that has changed on the server is shown and asked about before it is charged", async () => {
  const { page, close } = await opened("form=create");
  const card = await dearerCard();
  await server.stop();
  await server.start({ card });
  await press(page, "#run-form");
  await page.waitForSelector(".run-panel .notice.problem");
  assert.match(await text(page, ".run-panel .notice"), /it is now 6 credits \(5–7\), and was 4 credits \(3–5\)\. Nothing was charged/);
  assert.equal(await price(page, "#run-form price-tag"), "6 credits 5–7 $0.06");
  assert.equal((await server.account()).balance.available, 2000);
  await press(page, ".run-panel [data-attempt]");
  assert.equal(await receipt(page), 6);
  assert.equal((await server.account()).balance.available, 1994);
  await close();
});

test("a server with another card has its prices shown", async () => {
  const card = await dearerCard();
  await server.stop();
  await server.start({ card });
  const { page, close } = await opened("form=create");
  await page.waitForSelector(".warning:not([hidden])");
  assert.equal(await price(page, "#run-form price-tag"), "6 credits 5–7 $0.06");
  assert.match(await text(page, ".warning"), /Prices are now the server’s/);
  await close();
});

test("a key that the server does not know is refused in words, and forgotten", async () => {
  const { page, problems, close } = await open(chromium.browser, `${server.origin}/#key=pk_0000000000000000_${"A".repeat(43)}`);
  await page.waitForSelector(".account .notice.problem");
  assert.match(await text(page, ".account .notice"), /does not know this key/);
  assert.ok(await page.$("#trial-tier"));
  // The browser itself logs the 401.
  assert.equal(problems.length, 1);
  await close();
});

test("what other spending has used up meanwhile is refused with the exact shortfall", async () => {
  const { page, close } = await opened("form=create;model=stability-ultra;variations:10;quantity:25");
  assert.equal((await figures(page, "#run-form price-tag")).high, 2000);
  const { fingerprint } = await page.$eval("rate-card-form", ({ card }) => ({ fingerprint: card.fingerprint }));
  const spent = await fetch(`${server.origin}/v1/charges`, {
    method: "POST",
    headers: { Authorization: `Bearer ${server.key}`, "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() },
    body: JSON.stringify({ plan: { items: [{ operation: "create", model: "stability-core" }] }, accepted: { fingerprint, high: 3 } }),
  });
  assert.equal(spent.status, 201);
  await press(page, "#run-form");
  await page.waitForSelector(".run-panel .notice.problem");
  assert.match(await text(page, ".run-panel .notice"), /^Not enough credits: 3 credits short\. Nothing was charged\./);
  await page.waitForFunction(() => document.querySelector("#run-form").ariaDisabled === "true");
  await close();
});

test("what free units pay for is charged as included", async () => {
  const { page, close } = await opened("form=create;model=huggingface-flux;variations:4");
  assert.equal(await price(page, "#run-form price-tag"), "Included");
  await press(page, "#run-form");
  assert.equal(await receipt(page), 0);
  await page.waitForFunction(() => document.querySelector(".account-figures").textContent.includes("96 of 100 a month"));
  await close();
});
