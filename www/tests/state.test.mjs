/** What the page is like: in the link, after a reload, at the bare address, and on the way back. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { change, figures, launch, open, press, text } from "./browsing.mjs";
import { serve } from "./serving.mjs";

const CARD = readFileSync(new URL("../../cards/image-studio.toml", import.meta.url), "utf8");

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

const linkHas = (page, part) => page.waitForFunction((part) => decodeURIComponent(location.hash).includes(part), {}, part);
const summary = (page) => text(page, ".account summary span");
const items = (page) => page.$$eval(".items .title", (all) => all.map((title) => title.textContent.trim()));

const setBalance = (page, balance) =>
  page.$eval("#trial-balance", (input, balance) => {
    input.value = String(balance);
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }, balance);

/** A trial on Pro with 150 credits and 7 of 100 free units, a form and a plan. */
async function prepare(page) {
  await page.select("#trial-tier", "pro");
  await setBalance(page, 150);
  await page.$eval('.account-fields input[max="100"]', (input) => {
    input.value = "7";
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
  });
  await press(page, "#tab-upscale");
  await change(page, "mode", "fast");
  await press(page, "#add-to-plan");
  await linkHas(page, "plan=upscale");
}

async function isPrepared(page) {
  assert.equal(await summary(page), "Pro · 150 credits");
  assert.equal(await page.$eval('.account-fields input[max="100"]', ({ value }) => value), "7");
  assert.deepEqual(await items(page), ["Upscale · Fast (4x) · Web"]);
  assert.deepEqual(await page.$eval("rate-card-form", ({ item }) => item), { operation: "upscale", mode: "fast" });
}

test("a link restores the tier, the balance and the free units in a browser that has never seen the page", async () => {
  const { page, close } = await opened();
  await prepare(page);
  const link = page.url();
  await close();
  const other = await opened(new URL(link).hash);
  await isPrepared(other.page);
  assert.equal(other.page.url(), link);
  await other.close();
});

for (const [what, address] of [["after a reload", null], ["at the bare address", ""], ["with a link that names a view alone", "#view=plan"]]) {
  test(`tier, balance, form and plan are kept ${what}`, async () => {
    const { page, problems, close } = await opened();
    await prepare(page);
    if (address === null) await page.reload({ waitUntil: "networkidle0" });
    else {
      await page.goto("about:blank");
      await page.goto(`${server.origin}/${address}`, { waitUntil: "networkidle0" });
    }
    if (address === "#view=plan") {
      assert.equal(await summary(page), "Pro · 150 credits");
      assert.equal((await page.$$(".entries > li")).length, 1);
      await press(page, ".views a");
      await page.waitForSelector(".items");
    }
    await isPrepared(page);
    assert.deepEqual(problems, []);
    await close();
  });
}

test("who leaves right after a change loses nothing of it", async () => {
  const { page, close } = await opened();
  await press(page, "#add-to-plan");
  await page.goto("about:blank");
  await page.goto(server.origin, { waitUntil: "networkidle0" });
  assert.equal((await items(page)).length, 1);
  await close();
});

test("what was undone to the beginning is not kept: the browser then holds nothing", async () => {
  const { page, close } = await opened();
  await page.select("#trial-tier", "pro");
  await page.waitForFunction(() => localStorage.length > 0);
  await page.select("#trial-tier", "free");
  await page.waitForFunction(() => localStorage.length === 0);
  await page.reload({ waitUntil: "networkidle0" });
  assert.equal(await summary(page), "Free · 50 credits");
  await close();
});

test("a link's plan takes the place of one's own with a way back, and a link without a plan leaves it", async () => {
  const { page, close } = await opened();
  await prepare(page);
  await page.goto("about:blank");
  await page.goto(`${server.origin}/#form=create;variations:3`, { waitUntil: "networkidle0" });
  assert.deepEqual(await items(page), ["Upscale · Fast (4x) · Web"]);
  assert.equal((await figures(page, "#run-form price-tag")).expected, 12);
  await page.goto("about:blank");
  await page.goto(`${server.origin}/#plan=create,create`, { waitUntil: "networkidle0" });
  assert.equal((await items(page)).length, 2);
  // It is the plan of a fresh account.
  assert.equal(await summary(page), "Free · 50 credits");
  assert.match(await text(page, ".plan .notice"), /The plan of the link has replaced yours/);
  await press(page, ".plan .notice [data-undo]");
  assert.deepEqual(await items(page), ["Upscale · Fast (4x) · Web"]);
  await close();
});

test("an account of the server puts its tier into the link, and never its balance", async () => {
  const { page, close } = await opened(`#key=${server.key}&plan=create`);
  await press(page, "#add-to-plan");
  await linkHas(page, "account=pro");
  const { hash } = new URL(page.url());
  assert.match(hash, /account=pro(&|$)/);
  const other = await opened(hash);
  assert.equal(await summary(other.page), "Pro · 2,000 credits");
  await other.close();
  await close();
});

test("a trial beside a key is there again when the key is forgotten", async () => {
  const { page, close } = await opened();
  await prepare(page);
  await page.goto("about:blank");
  await page.goto(`${server.origin}/#key=${server.key}`, { waitUntil: "networkidle0" });
  assert.equal(await summary(page), "Pro · 2,000 credits");
  await press(page, "#add-to-plan");
  await linkHas(page, "plan=upscale;mode=fast,upscale");
  await page.reload({ waitUntil: "networkidle0" });
  await press(page, "#forget-key");
  assert.equal(await summary(page), "Pro · 150 credits");
  await close();
});

test("the trial stays when the server has another card, as far as that card has it", async () => {
  const path = join(server.folder, "another.toml");
  writeFileSync(path, CARD.replace(/version = "[^"]+"/, 'version = "another"'));
  const other = await serve({ card: path });
  const { page, close } = await open(chromium.browser, `${other.origin}/#account=pro;balance:150&plan=create`, { locale: "en-US" });
  await page.waitForSelector(".warning:not([hidden])");
  assert.equal(await summary(page), "Pro · 150 credits");
  await close();
  await other.close();
});

test("what is no account in a link is a fresh month, as far as it cannot be read", async () => {
  for (const [account, shown] of [
    ["gold", "Free · 50 credits"],
    ["pro;balance:-5", "Pro · 2,000 credits"],
    ["pro;balance:1.23456", "Pro · 2,000 credits"],
    ["pro;balance=much;free.nothing:3", "Pro · 2,000 credits"],
    ["enterprise;balance:7", "Enterprise · Unlimited"],
    ["basic;balance:0.5", "Basic · 0.5 credits"],
  ]) {
    const { page, problems, close } = await opened(`#account=${account}`);
    assert.equal(await summary(page), shown, account);
    assert.deepEqual(problems, []);
    await close();
  }
});

/* ---------------------------------------------------------------------------------------------------- going back */

test("going back after another operation was chosen leads to the one before, as it was left", async () => {
  const { page, close } = await opened("#form=create;variations:3&plan=create");
  const selected = () => page.$eval('[role="tab"][aria-selected="true"]', ({ id }) => id);
  const is = (id) => page.waitForFunction((id) => document.getElementById(id)?.ariaSelected === "true", {}, id);
  await press(page, "#tab-upscale");
  await change(page, "mode", "fast");
  await linkHas(page, "form=upscale;mode=fast");
  await press(page, "#tab-edit");
  // What changed meanwhile stays.
  await press(page, ".plan > header button:last-child");
  await page.goBack();
  await is("tab-upscale");
  assert.deepEqual(await page.$eval("rate-card-form", ({ item }) => item), { operation: "upscale", mode: "fast" });
  assert.deepEqual(await items(page), []);
  await page.goBack();
  await is("tab-create");
  assert.equal((await figures(page, "#run-form price-tag")).expected, 12);
  await page.goForward();
  await is("tab-upscale");
  assert.equal(await selected(), "tab-upscale");
  assert.match(page.url(), /form=upscale/);
  await close();
});

test("going back at once, before the link has followed, does not leave the site either", async () => {
  const { page, close } = await opened();
  await press(page, "#tab-upscale");
  await page.goBack();
  await page.waitForFunction(() => document.getElementById("tab-create")?.ariaSelected === "true");
  await close();
});

test("an item of the plan that is opened leaves a way back to the form before", async () => {
  const { page, close } = await opened("#form=create;variations:3&plan=upscale;mode=fast");
  await press(page, ".items .title");
  assert.equal((await figures(page, "#run-form price-tag")).expected, 2);
  await page.goBack();
  await page.waitForFunction(() => document.getElementById("tab-create")?.ariaSelected === "true");
  assert.equal((await figures(page, "#run-form price-tag")).expected, 12);
  await close();
});
