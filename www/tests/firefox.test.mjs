/** What the studio is for, in the other engine. Emulation of screens and schemes is Chromium's; what is used here works in both. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { change, figures, launch, press, price, receipt, text } from "./browsing.mjs";
import { spend } from "./ledger.mjs";
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
  await page.waitForSelector("#page:not([inert]) :is(main.view-studio #run-form, main:not(.view-studio) h2)");
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
  await page.waitForSelector("#page:not([inert]) #add-to-plan");
  assert.equal(await text(page, "#add-to-plan"), "Zum Plan hinzufügen");
  await close();
});

test("a plan is made, edited in place, moved by keyboard, fitted into a budget, and brought back", async () => {
  const { page, problems, close } = await opened("#view=plan");
  const total = () => page.$eval("#run-plan price-tag", (tag) => tag.price?.expected ?? null);
  await until(page, () => document.querySelector('[data-add="create"]') !== null);
  await press(page, '[data-add="create"]');
  await until(page, () => document.activeElement.localName === "rate-card-form");
  await change(page, "variations", 3, "range");
  assert.equal(await total(), 12);
  await press(page, '[data-add="upscale"]');
  await until(page, () => document.querySelectorAll(".entries > li").length === 2);
  await change(page, "mode", "fast");
  assert.equal(await total(), 14);
  await page.focus('[data-item="0"] .handle');
  await page.keyboard.press("ArrowDown");
  assert.match(await page.$eval('[data-item="1"] .entry-title', (title) => title.textContent), /^Create/);
  await until(page, () => document.querySelector("#budget-slider") !== null && document.querySelector('.plan-more[aria-busy="false"]') !== null);
  await page.focus("#budget-slider");
  await page.keyboard.press("Home");
  await press(page, "#apply-budget");
  assert.ok((await total()) < 14);
  await press(page, ".plan-run .notice button");
  assert.equal(await total(), 14);
  await until(page, () => location.hash.includes("plan=upscale;mode=fast,create;variations:3"));
  assert.deepEqual(problems, []);
  await close();
});

test("the activity shows what was charged, by operation and entry by entry", async () => {
  const own = await serve({ tier: "pro" });
  await spend(own);
  const context = await firefox.browser.createBrowserContext();
  const page = await context.newPage();
  await page.goto(`${own.origin}/#key=${own.key}&view=activity`);
  await until(page, () => document.querySelector('.activity[aria-busy="false"] .activity-entries[aria-busy="false"]') !== null);
  assert.match(await text(page, '[data-figure="spent"]'), /^Spent 26 credits 4 charges/);
  assert.match(await text(page, ".activity-spending"), /Create/);
  assert.equal((await page.$$(".activity-entries .entry")).length, 7);
  await context.close();
  await own.close();
});

test("a rate is searched for, and another price tried on the plan", async () => {
  const { page, problems, close } = await opened("#view=rates&plan=upscale;mode=fast;quantity:5");
  await until(page, () => document.querySelectorAll("[data-rate]").length === 34);
  await page.focus("#rates-search");
  await page.keyboard.type("fast");
  await until(page, () => document.querySelectorAll("[data-rate]").length < 34);
  await press(page, '[id="edit-upscale!0"]');
  await until(page, () => document.activeElement.matches(".editor input"));
  await page.keyboard.press("ArrowUp");
  await until(page, () => document.querySelector('[data-operation="upscale"] ins') !== null);
  assert.match(await text(page, ".rates-trial"), /Your plan 10 15/, "what the plan costs now and would cost then");
  assert.deepEqual(problems, []);
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
