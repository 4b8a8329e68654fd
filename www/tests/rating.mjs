/** The rates as a view of a real browser and a real server: what the tests of that view share. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { RateCard } from "pricetag";
import { launch, open } from "./browsing.mjs";
import { serve } from "./serving.mjs";

/** The card that is in force. */
export const card = RateCard.builtin();

/** A plan of two items, as a link has it. */
export const PLAN = "plan=create;model=stability-core;quantity:4,upscale;mode=fast";

const mark = card.fingerprint.slice("sha256:".length, "sha256:".length + 8);

/** Edited prices, as a link has them. */
export const edits = (...list) => `edits=${[mark, ...list].join("~")}`;

export const row = (operation, rate) => `[data-operation="${operation}"] [data-rate="${rate}"]`;
export const edit = (operation, rate) => `[id="edit-${operation}!${rate}"]`;

/** A server and a browser for all tests of a file. */
export function stage() {
  const stand = { server: null, browser: null, opened };
  let chromium;
  before(async () => {
    [stand.server, chromium] = await Promise.all([serve({ tier: "pro" }), launch()]);
    stand.browser = chromium.browser;
  });
  after(async () => {
    await chromium?.close();
    await stand.server?.close();
  });

  async function opened(hash = "", options = {}) {
    const rates = await open(stand.browser, `${stand.server.origin}/#view=rates&${hash}`, { locale: "en-US", ...options });
    await rates.page.waitForSelector("#rates-heading");
    return rates;
  }
  return stand;
}

/** Writes into a field as a person does, in place of what is there. */
export async function write(page, selector, value) {
  await page.click(selector, { count: 3 });
  await page.keyboard.press("Backspace");
  await page.type(selector, value);
}

/** Opens a file of a folder as the browser's own field does. */
export async function bring(page, folder, name, content) {
  const path = join(folder, name);
  writeFileSync(path, content);
  const field = await page.$("#card-file");
  await field.uploadFile(path);
  await page.waitForFunction(() => document.querySelector('.drop[aria-busy="false"] button') !== null);
}

/** Cards with faults of many kinds, and in every way that TOML and JSON have to write a field. */
export const FAULTY_CARDS = [
  [
    "places.toml",
    [
      "# A comment with [brackets] and \"quotes\"",
      'id = "x" # [[operations]]',
      "version = 2026-01-01",
      "step = 0x10",
      'money = { currency = "DOLLARS", perCredit = inf }',
      "",
      "[[operations]]",
      'id = "paint"',
      'title = """several',
      'lines with [[operations]] and a \\" in them"""',
      "size.default = { width = 10, height = 1_048_576 }",
      "size.side = { min = 1, max = 16_384 }",
      "size.bands = [",
      "  { upToPixels = 100, addPercent = 0 }, # a comment",
      "  { upToPixels = 50,",
      "    addPercent = -5 },",
      "]",
      "",
      "[[operations.choices]]",
      "name = 'mode'",
      'options = [{ id = "a" }, { id = "a" }]',
      "  [[operations.choices]]",
      '  "name" = "tone"',
      '  options = [ { id = "soft" }, { id = "hard" } ]',
      "",
      "[[operations.rates]]",
      "when = { mode = ['a', 'b'], tone.x = 1 }",
      "price = { low = 3, expected = 2, high = 1 }",
      "",
      "[[operations.rates]]",
      "when = {}",
      "price.low = 1.2345",
      "price.expected = 2",
      "surprise = true",
      "[operations.extra]",
      "a = 1",
      "[[tiers]]",
      'id = "free"',
      "monthlyCredits = 1e10",
      "[[tiers.excludes]]",
      'operation = "nothing"',
      "when = {}",
      "",
    ].join("\n"),
  ],
  [
    "places.json",
    '{"id": "x", "version": "1", "extra \\" {": [{}],\n "operations": [\n {"id": "a", "rates": [\n  {"when": {},\n   "price":\n    -1}, {"when": {}, "price": 2, "note": 3}\n ]},\n\n {"id": "a",\n "rates": []}\n ],\n "tiers": [\n  {"id": "t"}]\n}',
  ],
];

