import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { RateCard } from "pricetag";
import { launch, open, press, text } from "./browsing.mjs";
import { binary, serve } from "./serving.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TOML = readFileSync(new URL("../../cards/image-studio.toml", import.meta.url), "utf8");
const PLAN = "plan=create;model=stability-core;quantity:4,upscale;mode=fast";

/** Cards with faults of many kinds, and in every way that TOML and JSON have to write a field. */
const FAULTY_CARDS = [
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

/** What the command line says about a card: the line and the path of every fault. */
function checked(path) {
  const { stdout, stderr } = spawnSync(binary(), ["card", "check", path], { encoding: "utf8" });
  return [...`${stdout}${stderr}`.matchAll(/^.*?:(\d+): [a-z-]+(?: at (.+?))?: /gm)].map(([, line, at = ""]) => `${line} ${at}`);
}

const card = RateCard.builtin();
const mark = card.fingerprint.slice("sha256:".length, "sha256:".length + 8);
const edits = (...list) => `edits=${[mark, ...list].join("~")}`;

let server;
let chromium;
before(async () => {
  [server, chromium] = await Promise.all([serve({ tier: "pro" }), launch()]);
});
after(async () => {
  await chromium?.close();
  await server?.close();
});

async function opened(hash = "", options = {}) {
  const rates = await open(chromium.browser, `${server.origin}/#view=rates&${hash}`, { locale: "en-US", ...options });
  await rates.page.waitForSelector("#rates-heading");
  return rates;
}

const row = (operation, rate) => `[data-operation="${operation}"] [data-rate="${rate}"]`;
const edit = (operation, rate) => `[id="edit-${operation}!${rate}"]`;

/** Writes into a field as a person does, in place of what is there. */
async function write(page, selector, value) {
  await page.click(selector, { count: 3 });
  await page.keyboard.press("Backspace");
  await page.type(selector, value);
}

test("every rate of the card is a row, with the card's price for each size", async () => {
  const { page, problems, close } = await opened();
  const { operations } = card.describe();
  for (const { id, rates } of operations) {
    assert.equal((await page.$$(`[data-operation="${id}"] [data-rate]`)).length, rates.length, id);
  }
  assert.match(await text(page, row("create", 2)), /^Stable Diffusion 3\.5 any 4 2\.5–6\.5 4\.4 2\.8–7\.2 5 3\.2–8\.2 ●{6} 4 of 6 varies/);
  assert.match(await text(page, row("create", 12)), /^Best match Draft 2 1–2/, "of an option that no rate names, the rate that wins it");
  assert.match(await text(page, row("edit", 10)), /Not available: WaveSpeed cannot replace a background/);
  assert.match(await text(page, row("create", 0)), /Not in Free, Basic/);
  assert.match(await text(page, row("create", 1)), /Not in Free, Basic with Premium/);
  assert.match(await text(page, row("social", 0)), /^everything Included/);
  assert.match(await text(page, row("upscale", 0)), /about 1 second/);
  assert.deepEqual(problems, []);
  await close();
});

test("the card's facts, tiers, free units and templates are told, and its fingerprint is copied", async () => {
  const { page, close } = await opened();
  assert.equal(await text(page, "#fingerprint"), card.fingerprint);
  assert.match(await text(page, ".rates-facts"), /Version 2026-11-22 One credit \$0\.01 Size surcharges rounded up to 0\.1 credits/);
  assert.match(await text(page, '[data-tier="free"]'), /^Free 50 10 20 10 Testing and learning, Basic features Create · Premium Create · Stability Ultra/);
  assert.match(await text(page, '[data-tier="enterprise"]'), /^Enterprise unlimited 1,000 1,000 500/);
  assert.match(await text(page, '[data-template="blog-post"]'), /12 12–14/);
  await page.evaluate(() => {
    navigator.clipboard.writeText = async (written) => void (window.written = written);
  });
  await press(page, ".fingerprint button");
  await page.waitForFunction(() => document.querySelector(".fingerprint .hint").textContent !== "");
  assert.equal(await page.evaluate(() => window.written), card.fingerprint);
  await close();
});

test("the search finds options, providers, notes and operations, is kept in the link, and says what to do when it finds nothing", async () => {
  const { page, close } = await opened();
  const shown = () => page.$$eval("[data-rate]", (rows) => rows.length);
  for (const [words, rows] of [["qwen", 1], ["WAVESPEED", 7], ["second", 1], ["create premium", 2], ["upscale", 2]]) {
    await write(page, "#rates-search", words);
    assert.equal(await shown(), rows, words);
  }
  await page.waitForFunction(() => location.hash.endsWith("&search=upscale"));
  const again = await open(chromium.browser, await page.evaluate(() => location.href));
  await again.page.waitForSelector("#rates-search");
  assert.equal(await again.page.$eval("#rates-search", ({ value }) => value), "upscale");
  assert.equal(await text(again.page, "#rates-found"), "2 of 34 rates");
  await again.close();
  await write(page, "#rates-search", "nothing like this");
  assert.match(await text(page, ".rates-nothing"), /No rate has “nothing like this”/);
  await press(page, ".rates-nothing button");
  assert.equal(await shown(), 34);
  assert.equal(await page.evaluate(() => document.activeElement.id), "rates-search");
  await close();
});

for (const dark of [false, true]) {
  test(`axe finds nothing, ${dark ? "dark" : "light"}`, async () => {
    const { page, close } = await opened(`${PLAN}&${edits("create!1!3.5", "edit!3!3")}`, { dark });
    await page.evaluate(AXE);
    const violations = () =>
      page.evaluate(async () => {
        const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.flat().join(" ")).join(", ")}`);
      });
    await press(page, edit("create", 2));
    assert.deepEqual(await violations(), []);
    await write(page, ".editor label:nth-child(1) input", "50");
    await bring(page, ...FAULTY_CARDS[0]);
    assert.deepEqual(await violations(), [], "with a price that is none and a file with faults");
    await write(page, "#rates-search", "nothing");
    assert.deepEqual(await violations(), [], "with a search that finds nothing");
    await close();
  });
}

for (const width of [320, 768, 1280, 1920]) {
  test(`at ${width} pixels nothing is wider than the page`, async () => {
    const { page, problems, close } = await opened(`${PLAN}&${edits("create!1!3.5", "create!2!2!4!9")}`, { width });
    await press(page, edit("create", 2));
    const { scrollWidth, innerWidth } = await page.evaluate(() => ({ scrollWidth: document.documentElement.scrollWidth, innerWidth }));
    assert.ok(scrollWidth <= innerWidth, `${scrollWidth} of ${innerWidth} pixels`);
    // A panel that contains its layout hides what sticks out of it from the page's own width.
    const outside = await page.$$eval(".panel", (panels) =>
      panels.flatMap((panel) => {
        const { left, right } = panel.getBoundingClientRect();
        const isOut = (box) => box.width > 1 && (box.left < left || box.right > right);
        return [...panel.querySelectorAll("*")].filter((element) => isOut(element.getBoundingClientRect())).map(({ outerHTML }) => outerHTML.slice(0, 120));
      }),
    );
    assert.deepEqual(outside, []);
    assert.deepEqual(problems, []);
    await close();
  });
}

test("the keyboard alone searches, edits a price, turns it into a range and takes it back", async () => {
  const { page, close } = await opened();
  const tabTo = async (selector) => {
    for (let steps = 0; steps < 60; steps += 1) {
      if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`${selector} is not reached with Tab`);
  };
  await tabTo("#rates-search");
  await page.keyboard.type("qwen");
  await tabTo('[id="edit-create!8"]');
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), "none");
  await page.keyboard.press("Enter");
  assert.ok(await page.evaluate(() => document.activeElement.closest(".editor") !== null));
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowUp");
  await tabTo("[data-form]");
  await page.keyboard.press("Enter");
  assert.match(await text(page, ".edits li"), /Qwen Image 1 \/ 2 \/ 2 → \d/);
  await tabTo("[data-undo]");
  await page.keyboard.press("Enter");
  assert.equal(await page.$(".edits"), null);
  await page.keyboard.press("Escape");
  assert.equal(await page.evaluate(() => document.activeElement.id), "edit-create!8");
  await tabTo("#card-file");
  assert.equal(await page.$eval(".drop .button", (label) => getComputedStyle(label).outlineStyle), "solid");
  await close();
});

test("an edited price shows at once what the plan, the templates and the card would cost, and nothing is in force", async () => {
  const { page, close } = await opened(PLAN);
  await press(page, edit("create", 1));
  await write(page, ".editor input", "3.5");
  assert.match(await text(page, row("create", 1)), /3 3\.5 3\.3 3\.9 3\.8 4\.4/);
  assert.equal(await text(page, ".trial-summary"), "9 dearer of 200 prices");
  assert.match(await text(page, "#trial-plan"), /^Your plan 14 16 1 item changes .*Stability Core · Standard 12 14$/);
  assert.match(await text(page, "#trial-templates"), /Blog post with a featured image 12 12–14 12 12–14/);
  assert.equal((await page.$$(".changes tbody tr")).length, 9);
  assert.match(await text(page, ".changes tbody tr"), /Create · Stability Core · Draft up to 4\.19 megapixels 3\.3 3\.9 \+0\.6 \+18\.18%/);
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "edit-create!1");
  assert.equal(await page.evaluate(() => document.title), "Rates · Pricetag");
  // The studio's own card, its plan and its form are as they were.
  await press(page, '.views a[href^="#form"]');
  await page.waitForSelector("#run-plan price-tag");
  assert.equal(await page.$eval("#run-plan price-tag", ({ price }) => price.expected), 14);
  await close();
});

test("several prices are edited, each is taken back, and the link restores them", async () => {
  const { page, close } = await opened();
  await press(page, edit("create", 2));
  await write(page, ".editor label:nth-child(1) input", "2");
  await write(page, ".editor label:nth-child(3) input", "9");
  await press(page, edit("edit", 3));
  await press(page, "[data-form]");
  await write(page, ".editor label:nth-child(3) input", "5");
  const hash = edits("create!2!2!4!9", "edit!3!4!4!5");
  await page.waitForFunction((kept) => location.hash.endsWith(kept), {}, hash);
  const again = await opened(hash);
  assert.match(await text(again.page, ".edits"), /^2 edited prices .*Stable Diffusion 3\.5 2\.5 \/ 4 \/ 6\.5 → 2 \/ 4 \/ 9 .*Edit · Inpaint · Stability AI 4 → 4 \/ 4 \/ 5/);
  await again.page.focus('[data-edit="create!2"] button');
  await again.page.keyboard.press("Enter");
  assert.match(await text(again.page, ".edits"), /^1 edited price /);
  assert.ok(await again.page.evaluate(() => document.activeElement.closest('[data-edit="edit!3"]') !== null));
  await press(again.page, "#undo-all");
  assert.equal(await again.page.$(".edits"), null);
  assert.equal(await again.page.$(".rates-changes"), null);
  await again.close();
  await close();
});

test("what is no price is refused by the card, at the rate and in the list", async () => {
  const { page, close } = await opened(PLAN);
  await press(page, edit("create", 2));
  await write(page, ".editor label:nth-child(1) input", "5");
  assert.match(await text(page, "#editor-faults"), /low/);
  assert.match(await text(page, ".edits .problem"), /no valid card.*operations\[0\]\.rates\[2\]\.price/);
  assert.equal(await page.$(".now-then"), null);
  await page.keyboard.press("Escape");
  assert.equal(await page.$(".editor"), null);
  await press(page, '[data-edit="create!2"] button');
  await press(page, edit("create", 1));
  await write(page, ".editor input", "1.2345");
  assert.match(await text(page, "#editor-faults"), /decimals/);
  await close();
});

test("edited prices of other rates are not used, and say so", async () => {
  const { page, close } = await opened("edits=00000000~create!1!3.5");
  assert.match(await text(page, ".rates-trial .notice"), /an edited price for other rates than those in force/);
  assert.equal(await page.$(".edited"), null);
  await press(page, "#discard-edits");
  assert.equal(await page.$(".rates-trial .notice"), null);
  await close();
});

/** Opens a file as the browser's own field does. */
async function bring(page, name, content) {
  const path = join(server.folder, name);
  writeFileSync(path, content);
  const field = await page.$("#card-file");
  await field.uploadFile(path);
  await page.waitForFunction(() => document.querySelector('.drop[aria-busy="false"] button') !== null);
}

test("a card in TOML or JSON is compared, the largest changes first, by credits or by percent", async () => {
  const { page, problems, close } = await opened(PLAN);
  const dearer = TOML.replace("price = 8\n", "price = 9.5\n").replace("price = 2.5\n", "price = 1\n").replace('version = "2026-11-22"', 'version = "next"');
  await bring(page, "next.toml", dearer);
  assert.equal(await text(page, ".trial-summary"), "9 dearer, 9 cheaper of 200 prices");
  assert.equal((await page.$$(".changes tbody tr")).length, 18);
  const first = () => text(page, ".changes tbody tr th");
  assert.match(await first(), /Stable Diffusion 3\.5 Flash|Stability Ultra/);
  await page.select("#changes-sort", "percent");
  assert.match(await first(), /Stable Diffusion 3\.5 Flash/);
  await press(page, '[name="changes-kind"][value="dearer"]');
  assert.equal((await page.$$('.changes tbody tr[data-kind="dearer"]')).length, 9);
  assert.equal((await page.$$(".changes tbody tr")).length, 9);
  await page.waitForFunction(() => location.hash.includes("sort=percent&show=dearer"));
  await press(page, ".drop button");
  assert.equal(await page.$(".rates-changes"), null);
  await bring(page, "same.json", JSON.stringify(card.describe()));
  assert.match(await text(page, ".rates-trial"), /This is the card in force: nothing changes/);
  assert.deepEqual(problems, []);
  await close();
});

test("prices that only one of the cards has are new or gone, and come last", async () => {
  const { page, close } = await opened();
  const changed = card.describe();
  const { choices, rates } = changed.operations.find(({ id }) => id === "upscale");
  choices[0].options.push({ id: "gentle", title: "Gentle 2K" });
  rates[0] = { when: { mode: "fast" }, unavailable: "It is being repaired." };
  rates[1].price = 7;
  rates.push({ when: { mode: "gentle" }, price: 3 });
  changed.templates = [];
  await bring(page, "other.json", JSON.stringify(changed));
  assert.equal(await text(page, ".trial-summary"), "18 dearer, 9 new, 9 gone of 209 prices");
  const kinds = await page.$$eval(".changes tbody tr", (rows) => rows.map(({ dataset }) => dataset.kind));
  assert.deepEqual([...new Set(kinds)], ["dearer", "disappeared", "appeared"]);
  await press(page, '[name="changes-kind"][value="appeared"]');
  assert.match(await text(page, ".changes tbody tr"), /^Upscale · Gentle 2K · Web up to 1\.04 megapixels – 3 new –$/);
  await press(page, '[name="changes-kind"][value="cheaper"]');
  assert.match(await text(page, ".rates-changes"), /There is no such change/);
  await close();
});

test("the faults of a card are told by line, in JSON and in TOML", async () => {
  const { page, close } = await opened();
  const shown = async () => page.$$eval("#file-faults li", (items) => items.map(({ innerText }) => innerText.replace(/\s+/g, " ").trim()));
  const lines = TOML.split("\n");
  const at = lines.findIndex((line) => line === "price = 8");
  const title = lines.findIndex((line) => line.startsWith("title = "));
  await bring(page, "faulty.toml", lines.with(at, "price = -8").with(title, "title = 2026-11-22").join("\n"));
  const faults = await shown();
  assert.equal(faults.length, 2, faults.join("\n"));
  assert.match(faults.find((fault) => fault.startsWith(`Line ${title + 1} title`)) ?? "", /a text is due here, not a date without quotes/);
  assert.match(faults.find((fault) => fault.startsWith(`Line ${at + 1} operations[0].rates[0].price`)) ?? "", /-8/);
  await bring(page, "faulty.json", '{\n  "id": "mine",\n  "version": 1,\n  "operations": [\n    { "id": "x",\n      "rates": [{ "when": {},\n        "price": "much" }] }\n  ]\n}');
  assert.deepEqual(
    (await shown()).map((fault) => fault.split(" ").slice(0, 3).join(" ")),
    ["Line 3 version", "Line 7 operations[0].rates[0].price"],
  );
  await bring(page, "twice.json", '{\n  "id": "a",\n  "id": "b" }');
  assert.deepEqual(await shown(), ["Line 3 the key `id` twice in one object"]);
  await bring(page, "broken.json", '{\n  "id": "a",\n  oops }');
  assert.match((await shown())[0], /^Line 3 /);
  await bring(page, "broken.toml", 'id = "a"\nversion = \n');
  assert.match((await shown())[0], /^Line 2 /);
  await bring(page, "bytes.toml", Buffer.from([0x69, 0x64, 0xff]));
  assert.match((await shown())[0], /^Whole file The file is no text in UTF-8/);
  await bring(page, "large.json", "{".padEnd(1_048_577));
  assert.match((await shown())[0], /larger than 1 MiB/);
  await press(page, ".drop button");
  assert.equal(await page.$("#file-faults"), null);
  await close();
});

test("the lines of the page's faults are those of the command line", async () => {
  const { page, close } = await opened();
  for (const [name, content] of FAULTY_CARDS) {
    await bring(page, name, content);
    const shown = await page.$$eval("#file-faults li", (items) =>
      items.map((item) => `${item.querySelector("b").innerText.replace("Line ", "")} ${item.querySelector("code")?.innerText ?? ""}`),
    );
    const told = checked(join(server.folder, name));
    assert.deepEqual([...shown].sort(), [...told].sort(), name);
    const lines = shown.map((fault) => Number.parseInt(fault, 10));
    assert.deepEqual(lines, lines.toSorted((one, other) => one - other));
  }
  await close();
});

test("a card is dropped on the panel", async () => {
  const { page, close } = await opened();
  await page.evaluate((content) => {
    const data = new DataTransfer();
    data.items.add(new File([content], "dropped.toml"));
    const panel = document.querySelector(".rates-trial");
    panel.dispatchEvent(new DragEvent("dragover", { dataTransfer: data, bubbles: true, cancelable: true }));
    panel.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  }, TOML.replace("price = 8\n", "price = 7\n"));
  await page.waitForSelector(".trial-summary");
  assert.equal(await text(page, ".trial-summary"), "9 cheaper of 200 prices");
  assert.equal(await page.$(".dragging"), null);
  await close();
});

test("TOML is read to the card that the rules crate makes of it", async () => {
  const { page, close } = await opened();
  await bring(page, "studio.toml", TOML);
  assert.match(await text(page, ".rates-trial"), /This is the card in force: nothing changes/);
  await close();
});

/** Presses the button, and gives the text of the file that it would save. */
async function downloaded(page) {
  await page.evaluate(() => {
    const make = URL.createObjectURL;
    URL.createObjectURL = (blob) => {
      window.saved = blob.text();
      return make.call(URL, blob);
    };
    HTMLAnchorElement.prototype.click = function () {
      window.savedAs = this.download;
    };
    document.getElementById("download-card").click();
  });
  return { name: await page.evaluate(() => window.savedAs), json: await page.evaluate(() => window.saved) };
}

test("the changed card is downloaded as JSON that is read as the same card", async () => {
  const { page, close } = await opened(edits("create!1!3.5", "create!2!2!4!9"));
  const { name, json } = await downloaded(page);
  assert.equal(name, "image-studio-2026-11-22.json");
  const expected = card.describe();
  expected.operations[0].rates[1].price = 3.5;
  expected.operations[0].rates[2].price = { low: 2, expected: 4, high: 9 };
  assert.equal(RateCard.parse(json).fingerprint, RateCard.from(expected).fingerprint);
  await close();
});

test("where there are edited prices and a file, either is compared", async () => {
  const { page, close } = await opened(edits("create!1!3.5"));
  await bring(page, "next.toml", TOML.replace("price = 8\n", "price = 7\n"));
  assert.equal(await text(page, ".trial-summary"), "9 cheaper of 200 prices");
  await page.focus('[name="trial-source"]:checked');
  await page.keyboard.press("ArrowUp");
  assert.equal(await text(page, ".trial-summary"), "9 dearer of 200 prices");
  await close();
});

test("thousands of changes are shown a few at a time, and each filter has as many as the card counts", async (context) => {
  const large = { id: "large", version: "1", operations: ["a", "b"].map((id) => largeOperation(id, 50)), tiers: [{ id: "only", monthlyCredits: 100 }] };
  const path = join(server.folder, "large-card.json");
  writeFileSync(path, JSON.stringify(large));
  const other = await serve({ card: path });
  context.after(() => other.close());
  const rates = await open(chromium.browser, `${other.origin}/#view=rates`);
  await rates.page.waitForFunction((shown) => document.querySelector("#rates-heading")?.textContent.includes(shown), {}, "large");
  const changed = structuredClone(large);
  changed.operations.forEach(({ rates: all }, of) => all.forEach((rate, at) => (rate.price += at % 3 === 0 ? 1 : of === 0 ? 0.5 : -0.5)));
  await bring(rates.page, "large-changed.json", JSON.stringify(changed));
  assert.equal((await rates.page.$$(".changes tbody tr")).length, 50);
  const { summary } = RateCard.from(large).compare(RateCard.from(changed));
  assert.equal(summary.dearer + summary.cheaper, 5000);
  for (const kind of ["dearer", "cheaper"]) {
    const label = await rates.page.$eval(`[name="changes-kind"][value="${kind}"]`, ({ parentElement }) => parentElement.innerText.replace(/\D/g, ""));
    assert.equal(Number(label), summary[kind]);
    await press(rates.page, `[name="changes-kind"][value="${kind}"]`);
    assert.match(await text(rates.page, "#more-changes"), new RegExp(`of ${(summary[kind] - 50).toLocaleString("en")}$`));
  }
  await press(rates.page, "#more-changes");
  assert.equal((await rates.page.$$(".changes tbody tr")).length, 100);
  await rates.close();
});

/** An operation with as many rates as two choices of `size` options have combinations. */
function largeOperation(id, size) {
  const options = Array.from({ length: size }, (_, index) => ({ id: `o${index}` }));
  const choices = ["first", "second"].map((name) => ({ name, default: "o0", options }));
  const rates = options.flatMap(({ id: first }, at) => options.map(({ id: second }, index) => ({ when: { first, second }, price: 2 + at + index })));
  return { id, choices, rates };
}

/** A page whose server answers what is asked about past charges with these pages, the first of which has no `after`. */
async function withPast(pages, options = {}) {
  const asked = [];
  const rates = await opened(`key=${server.key}&from=2026-10-01&to=2026-10-31&${edits("create!1!3.5")}`, options);
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
  assert.equal(asked[0].key, `Bearer ${server.key}`);
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

test("a link restores everything that the view keeps, and comes back as it was", async () => {
  const hash = `#view=rates&${PLAN}&${edits("create!1!3.5", "edit!3!3!3.5!5")}&search=stability%20core&sort=percent&show=dearer&from=2026-09-01&to=2026-09-30`;
  const { page, close } = await open(chromium.browser, `${server.origin}/${hash}`);
  await page.waitForSelector(".rates-changes");
  assert.equal(await page.evaluate(() => location.hash.replace(/&form=[^&]*/, "").replace(/form=[^&]*&/, "")), hash);
  assert.equal((await page.$$("[data-rate]")).length, 1);
  assert.equal(await page.$eval("#changes-sort", ({ value }) => value), "percent");
  assert.equal(await page.$eval('[name="changes-kind"]:checked', ({ value }) => value), "dearer");
  assert.deepEqual(await page.$$eval('[type="date"]', (days) => days.map(({ value }) => value)), ["2026-09-01", "2026-09-30"]);
  assert.equal((await page.$$("[data-edit]")).length, 2);
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
  const without = await opened();
  assert.match(await text(without.page, ".past .hint"), /enter its key/);
  await without.close();
});
