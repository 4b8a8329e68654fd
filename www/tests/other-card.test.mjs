/** What link and browser keep where the server's card has other names and defaults than the built-in one. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { change, launch, open, press, text } from "./browsing.mjs";
import { serve } from "./serving.mjs";

let folder;
let server;
let chromium;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "pricetag-card-"));
  const path = join(folder, "other.toml");
  const card = readFileSync(new URL("../../cards/image-studio.toml", import.meta.url), "utf8")
    .replaceAll('"upscale"', '"enlarge"')
    .replaceAll('"pro"', '"atelier"')
    .replaceAll(/\bpro = /g, "atelier = ")
    .replace('title = "Variations", default = 1', 'title = "Variations", default = 2');
  writeFileSync(path, card);
  [server, chromium] = await Promise.all([serve({ card: path, tier: "atelier" }), launch()]);
});
after(async () => {
  await chromium?.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const STATE = "form=enlarge;mode=fast&account=atelier;balance:150";

const opened = (hash, options = {}) => open(chromium.browser, `${server.origin}/#${hash}`, { locale: "en-US", ...options });

const hasCard = (page) => page.waitForSelector(".warning:not([hidden])");

async function isRestored(page) {
  await hasCard(page);
  assert.equal(await text(page, ".account summary span"), "Pro · 150 credits");
  assert.deepEqual(await page.$eval("rate-card-form", ({ item }) => item), { operation: "enlarge", mode: "fast" });
}

/** What has not settled yet is written as when the page is left. */
const written = (page) =>
  page.evaluate(() => {
    dispatchEvent(new Event("pagehide"));
    return { link: decodeURIComponent(location.hash), kept: localStorage.getItem("pricetag.state") };
  });

test("form, tier and balance of the server's card come from a link, and are kept over a reload and at the bare address", async () => {
  const { page, close } = await opened(STATE);
  await isRestored(page);
  assert.deepEqual(await written(page), { link: `#${STATE}`, kept: `#${STATE}` });
  await page.reload({ waitUntil: "networkidle0" });
  await isRestored(page);
  await page.goto("about:blank");
  await page.goto(server.origin, { waitUntil: "networkidle0" });
  await isRestored(page);
  await close();
});

test("a value that is the built-in card's default, and not the server's, is kept", async () => {
  const { page, close } = await opened("form=create;variations:1");
  await hasCard(page);
  assert.equal(await page.$eval("rate-card-form", ({ item }) => item.variations), 1);
  await close();
});

/** The card's answer comes when the test releases it. */
const HELD = () => {
  const send = window.fetch;
  window.fetch = async (...request) => {
    if (String(request[0]).startsWith("/v1/card")) await new Promise((resolve) => (window.release = resolve));
    return send(...request);
  };
};

test("what is written before the card is known says what the link said", async () => {
  const { page, close } = await opened(STATE, { before: HELD });
  await page.waitForFunction(() => window.release !== undefined);
  assert.deepEqual(await written(page), { link: `#${STATE}`, kept: `#${STATE}` });
  // Another view and back are no change of the form.
  await press(page, '.views a[href*="view=rates"]');
  await page.waitForSelector(".view-rates");
  await press(page, ".views a");
  await page.waitForSelector("#run-form");
  await page.evaluate(() => window.release());
  await isRestored(page);
  await close();
});

test("what a person changed before the card is known stays", async () => {
  const { page, close } = await opened("form=create;variations:3&account=atelier;balance:150", { before: HELD });
  await page.waitForFunction(() => window.release !== undefined);
  await change(page, "variations", 4, "range");
  await page.evaluate(() => window.release());
  await hasCard(page);
  assert.equal(await page.$eval("rate-card-form", ({ item }) => item.variations), 4);
  assert.equal(await text(page, ".account summary span"), "Pro · 150 credits");
  await close();
});
