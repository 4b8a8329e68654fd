import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, open, press, text } from "./browsing.mjs";
import { linkHas, settled, titles, total } from "./planning.mjs";
import { serve } from "./serving.mjs";

/** Another product's card: one tier, no templates, half credits, and field names that a table has too. */
const CARD = {
  id: "lab",
  version: "1",
  operations: [
    {
      id: "scan",
      title: "Scan",
      choices: [{ name: "line title", title: "Paper", default: "a4", substitutable: true, options: [{ id: "a4", title: "A4" }, { id: "a3", title: "A3" }] }],
      counts: [{ name: "pages", default: 1, max: 100 }],
      rates: [
        { when: { "line title": "a4" }, price: 0.5 },
        { when: { "line title": "a3" }, price: { low: 0.7, expected: 0.8, high: 1.2 }, rank: 1 },
      ],
    },
  ],
  tiers: [{ id: "only", title: "Only", monthlyCredits: 100 }],
};

let folder;
let server;
let chromium;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "pricetag-card-"));
  const card = join(folder, "lab.json");
  writeFileSync(card, JSON.stringify(CARD));
  [server, chromium] = await Promise.all([serve({ card }), launch()]);
});
after(async () => {
  await chromium?.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const opened = async (plan) => {
  const view = await open(chromium.browser, `${server.origin}/#view=plan&plan=${plan}`, { locale: "en-US" });
  await view.page.waitForSelector('[data-add="scan"]');
  return view;
};

test("with the server's own card the view shows that card's operations and prices, and needs no templates", async () => {
  const { page, problems, close } = await opened("scan;pages:10");
  assert.equal((await total(page)).expected, 5);
  await settled(page);
  assert.match(await text(page, '[data-tier="only"]'), /Yes 20 times 95/);
  assert.equal(await page.$(".plan-offers"), null);
  await page.focus("#budget-slider");
  await page.keyboard.press("End");
  assert.match(await text(page, ".plan-changes"), /Paper: A4 → A3 5 credits → 8 credits \(7–12\) · costs 3 credits more · better result/);
  await press(page, "#apply-budget");
  assert.equal((await total(page)).expected, 8);
  assert.deepEqual(await titles(page), ["Scan · A3"]);
  await linkHas(page, "plan=scan;line title=a3;pages:10");
  assert.deepEqual(problems, []);
  await close();
});

test("an item that the card does not know is marked, whatever the page knew before", async () => {
  const { page, close } = await opened("scan,create&item=2");
  assert.equal(await total(page), null);
  assert.match(await text(page, '[data-item="1"] .fault'), /create/);
  await close();
});
