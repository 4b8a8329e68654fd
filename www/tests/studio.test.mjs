import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { figures, launch, open, press, receipt, text } from "./browsing.mjs";
import { serve } from "./serving.mjs";

let server;
let chromium;
before(async () => {
  [server, chromium] = await Promise.all([serve({ tier: "pro" }), launch()]);
});
after(async () => {
  await chromium?.close();
  await server?.close();
});

const opened = (hash = "", options = {}) => open(chromium.browser, `${server.origin}/${hash}`, { locale: "en-US", ...options });

const causes = (page) =>
  page.$$eval(".dear .causes > div", (rows) => rows.map((row) => [...row.children].map((part) => part.textContent.trim())));

test("why it is so expensive is answered by every choice, the size and the count, with the card's own figures", async () => {
  const { page, close } = await opened("#form=create;model=wavespeed-ideogram-v3;variations:4;width:2048");
  await page.click("[data-dear] summary");
  assert.ok(await page.$eval("[data-dear]", ({ open }) => open));
  const found = await causes(page);
  assert.deepEqual(found, [
    ["Model: Ideogram V3", "up to 17.6 credits more", "Qwen Image is the cheapest: lesser result."],
    ["Size +10%", "2.4 credits (2–2.4)", "Up to 1,048,576 pixels nothing is added."],
    ["Variations × Times", "6.6 credits (5.5–6.6) each", "4 in all."],
  ]);
  const saves = await page.$eval("rate-card-form", ({ card, live }) => card.alternatives({ items: [live.item] }, "free").map(({ saves }) => saves));
  assert.equal(Math.max(...saves), 17.6);
  await close();
});

test("what makes it dear is told by the option that saves most, and the ways begin with those that are as good", async () => {
  const { page, close } = await opened("#form=create;quantity:5");
  await page.click("[data-dear] summary");
  assert.deepEqual((await causes(page))[0], ["Model: Best match", "up to 10 credits more", "Qwen Image is the cheapest: lesser result."]);
  const ways = await page.$$eval(".price-column .ways li > small", (found) => found.map(({ textContent }) => textContent.trim().split(/\s*·\s*/)));
  assert.deepEqual(ways.slice(0, 3), [
    ["saves 5 credits", "as good"],
    ["saves 2.5 credits", "as good"],
    ["saves 10 credits", "lesser result"],
  ]);
  await close();
});

test("many ways that are as good and save too little do not hide the one that fits the balance", async () => {
  const cutouts = "edit;edit=remove-background,".repeat(12);
  const { page, close } = await opened(`#plan=${cutouts}create;quantity:5`);
  const ways = await page.$$eval(".plan .ways li", (found) => found.map(({ textContent }) => textContent.replace(/\s+/g, " ").trim()));
  const atFirst = await page.$$eval(".plan .cheaper > .ways li", (found) => found.length);
  assert.equal(atFirst, 4);
  // In the card's order, as far as to the first that fits.
  for (const way of ways.slice(0, 3)) assert.match(way, /as good/);
  assert.match(ways[3], /^Item 13: Model: Qwen Image saves 10 credits · lesser result · fits your balance/);
  assert.ok(ways.filter((way) => way.includes("as good")).length > 12);
  await close();
});

test("how often the balance is enough is told of all that the form asks for", async () => {
  const says = async (form, said) => {
    const { page, close } = await opened(`#form=create;model=stability-core;${form}`);
    assert.match(await text(page, ".why-panel"), said);
    await close();
  };
  // A fixed price of 3 credits each, and 50 to spend.
  await says("quantity:16", /Your balance is enough for this once\./);
  await says("quantity:5", /Your balance is enough for this 3 times\./);
  await says("quantity:17", /Your balance is not enough for this\./);
});

test("what costs nothing is not called expensive", async () => {
  const { page, close } = await opened("#form=social;platforms:3");
  assert.equal(await text(page, ".dear p, .dear [class=hint]").catch(() => ""), "");
  await press(page, "[data-dear] summary");
  assert.equal(await text(page, ".dear p"), "Nothing is charged for this.");
  await close();
});

test("a cheaper way is taken in one click and taken back in another, and nothing moves for it", async () => {
  const { page, close } = await opened("#form=create;model=stability-ultra");
  const before = await figures(page, "#run-form price-tag");
  const place = () => page.$eval(".price-column .cheaper", (element) => element.getBoundingClientRect().top);
  const top = await place();
  assert.ok(await page.$eval('[data-undo="form"]', ({ hidden }) => hidden));
  await press(page, ".price-column .ways li button");
  assert.ok((await figures(page, "#run-form price-tag")).expected < before.expected);
  assert.equal(await place(), top);
  await press(page, '[data-undo="form"]');
  assert.deepEqual(await figures(page, "#run-form price-tag"), before);
  assert.ok(await page.$eval('[data-undo="form"]', ({ hidden }) => hidden));
  assert.ok(await page.evaluate(() => document.activeElement.closest(".cheaper") !== null));
  await close();
});

test("a cheaper way of the plan is taken back as long as the plan was not changed since", async () => {
  const { page, close } = await opened("#plan=create;model=stability-ultra,create");
  const before = await figures(page, "#run-plan price-tag");
  await press(page, ".plan .ways li button");
  await press(page, ".plan .notice [data-undo]");
  assert.deepEqual(await figures(page, "#run-plan price-tag"), before);
  await press(page, ".plan .ways li button");
  await press(page, '.items [aria-label^="Duplicate"]');
  assert.equal(await page.$(".plan .notice [data-undo]"), null);
  await close();
});

test("after a charge placeholders stand where the pictures would, in the shape that was asked for, and say so", async () => {
  const { page, close } = await opened(`#key=${server.key}&form=create;variations:3;width:1024;height:512`);
  await press(page, "#run-form");
  await receipt(page);
  const shapes = await page.$$eval(".pictures svg", (pictures) => pictures.map((picture) => picture.getAttribute("viewBox")));
  assert.deepEqual(shapes, ["0 0 120 60", "0 0 120 60", "0 0 120 60"]);
  assert.equal(await text(page, ".pictures figcaption"), "Your 3 images would be here. No model runs on this page, so this is a placeholder.");
  await close();
});

test("another view begins with its heading, also the first time, when it must be loaded", async () => {
  const { page, close } = await opened();
  const headings = { plan: "Plan", activity: "Activity", rates: "Rates", studio: "Studio" };
  for (const [view, heading] of Object.entries(headings)) {
    const link = await page.waitForSelector(`.views li:nth-child(${["studio", "plan", "activity", "rates"].indexOf(view) + 1}) a`);
    await link.click();
    await page.waitForFunction(
      (view, heading) => document.querySelector(`main.view-${view}`) !== null && document.activeElement.localName === "h2" && document.activeElement.textContent.trim().startsWith(heading),
      {},
      view,
      heading,
    );
    assert.equal(await page.$eval('.views [aria-current="page"]', (link) => link.textContent), heading);
    assert.equal(await page.title(), `${heading} · Pricetag`);
  }
  await close();
});

test("the skip link leads to the form by the keyboard", async () => {
  const { page, close } = await opened();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.localName), "rate-card-form");
  await close();
});
