/** What the studio is for, in the other engine. Emulation of screens and schemes is Chromium's; what is used here works in both. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { change, figures, launch, press, price, receipt, text } from "./browsing.mjs";
import { serve } from "./serving.mjs";

let server;
let firefox;
before(async () => {
  [server, firefox] = await Promise.all([serve({ tier: "pro" }), launch("firefox")]);
});
after(async () => {
  await firefox?.close();
  await server?.close();
});

/** In a profile of its own; collects what goes wrong. */
async function opened(hash = "") {
  const context = await firefox.browser.createBrowserContext();
  const page = await context.newPage();
  const problems = [];
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  await page.goto(`${server.origin}/${hash}`);
  await page.waitForSelector("#run-form");
  return { page, problems, close: () => context.close() };
}

/**
 * Waits, frame after frame, until something holds in the page. puppeteer's own waiting makes functions out of text there, which
 * the page's policy forbids.
 */
async function until(page, check, ...args) {
  while (!(await page.evaluate(check, ...args))) await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(drawn)));
}

test("the price follows the form and the keyboard", async () => {
  const { page, problems, close } = await opened("#form=create");
  await change(page, "variations", 3, "range");
  assert.deepEqual(await figures(page, "#run-form price-tag"), { low: 9, expected: 12, high: 15 });
  await page.evaluate(() => document.querySelector("rate-card-form").shadowRoot.querySelector('input[type="range"]').focus());
  await page.keyboard.press("ArrowRight");
  await until(page, () => document.querySelector("#run-form price-tag").price.expected === 16);
  assert.match(await price(page, "#run-form price-tag"), /^16 credits/);
  assert.deepEqual(problems, []);
  await close();
});

test("a link restores the form and the plan, and follows what is changed", async () => {
  const hash = "#form=edit;edit=search-replace;variations:3&plan=create;quantity:7,upscale;mode=fast,create;colour=re%3Bd";
  const { page, close } = await opened(hash);
  assert.equal(await page.evaluate(() => location.hash), hash);
  assert.match(await text(page, '[data-item="2"] .fault'), /colour/);
  await change(page, "variations", 4, "range");
  await until(page, (expected) => location.hash === expected, hash.replace("variations:3", "variations:4"));
  await close();
});

test("a charge costs what the button showed", async () => {
  const { page, problems, close } = await opened(`#key=${server.key}&form=create;variations:4`);
  await until(page, () => document.querySelector(".account-figures") !== null);
  const { expected } = await figures(page, "#run-form price-tag");
  await press(page, "#run-form");
  assert.equal(await receipt(page), expected);
  assert.equal((await server.account()).balance.available, 2000 - expected);
  assert.deepEqual(problems, []);
  await close();
});

test("German is chosen by hand and remembered", async () => {
  const { page, close } = await opened();
  await page.select("#language", "de");
  await until(page, () => document.documentElement.lang === "de");
  await page.reload();
  await page.waitForSelector("#add-to-plan");
  assert.equal(await text(page, "#add-to-plan"), "Zum Plan hinzufügen");
  await close();
});

test("every view opens", async () => {
  const { page, problems, close } = await opened();
  for (const view of ["plan", "activity", "rates"]) {
    await page.evaluate((view) => (location.hash = `#view=${view}`), view);
    await page.waitForSelector(`main.view-${view} h2`);
    await until(page, () => document.querySelector("main .loading") === null);
  }
  assert.deepEqual(problems, []);
  await close();
});
