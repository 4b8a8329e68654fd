import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { RateCard } from "pricetag";
import { open, press, text } from "./browsing.mjs";
import { bring, card, edits, FAULTY_CARDS, PLAN, stage } from "./rating.mjs";
import { binary, serve } from "./serving.mjs";

const TOML = readFileSync(new URL("../../cards/image-studio.toml", import.meta.url), "utf8");
const stand = stage();

/** What the command line says about a card: the line and the path of every fault. */
function checked(path) {
  const { stdout, stderr } = spawnSync(binary(), ["card", "check", path], { encoding: "utf8" });
  return [...`${stdout}${stderr}`.matchAll(/^.*?:(\d+): [a-z-]+(?: at (.+?))?: /gm)].map(([, line, at = ""]) => `${line} ${at}`);
}

test("a card in TOML or JSON is compared, the largest changes first, by credits or by percent", async () => {
  const { page, problems, close } = await stand.opened(PLAN);
  const dearer = TOML.replace("price = 8\n", "price = 9.5\n").replace("price = 2.5\n", "price = 1\n").replace('version = "2026-11-22"', 'version = "next"');
  await bring(page, stand.server.folder, "next.toml", dearer);
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
  await bring(page, stand.server.folder, "same.json", JSON.stringify(card.describe()));
  assert.match(await text(page, ".rates-trial"), /This is the card in force: nothing changes/);
  assert.deepEqual(problems, []);
  await close();
});

test("prices that only one of the cards has are new or gone, and come last", async () => {
  const { page, close } = await stand.opened();
  const changed = card.describe();
  const { choices, rates } = changed.operations.find(({ id }) => id === "upscale");
  choices[0].options.push({ id: "gentle", title: "Gentle 2K" });
  rates[0] = { when: { mode: "fast" }, unavailable: "It is being repaired." };
  rates[1].price = 7;
  rates.push({ when: { mode: "gentle" }, price: 3 });
  changed.templates = [];
  await bring(page, stand.server.folder, "other.json", JSON.stringify(changed));
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
  const { page, close } = await stand.opened();
  const shown = async () => page.$$eval("#file-faults li", (items) => items.map(({ innerText }) => innerText.replace(/\s+/g, " ").trim()));
  const lines = TOML.split("\n");
  const at = lines.findIndex((line) => line === "price = 8");
  const title = lines.findIndex((line) => line.startsWith("title = "));
  await bring(page, stand.server.folder, "faulty.toml", lines.with(at, "price = -8").with(title, "title = 2026-11-22").join("\n"));
  const faults = await shown();
  assert.equal(faults.length, 2, faults.join("\n"));
  assert.match(faults.find((fault) => fault.startsWith(`Line ${title + 1} title`)) ?? "", /a text is due here, not a date without quotes/);
  assert.match(faults.find((fault) => fault.startsWith(`Line ${at + 1} operations[0].rates[0].price`)) ?? "", /-8/);
  await bring(page, stand.server.folder, "faulty.json", '{\n  "id": "mine",\n  "version": 1,\n  "operations": [\n    { "id": "x",\n      "rates": [{ "when": {},\n        "price": "much" }] }\n  ]\n}');
  assert.deepEqual(
    (await shown()).map((fault) => fault.split(" ").slice(0, 3).join(" ")),
    ["Line 3 version", "Line 7 operations[0].rates[0].price"],
  );
  await bring(page, stand.server.folder, "twice.json", '{\n  "id": "a",\n  "id": "b" }');
  assert.deepEqual(await shown(), ["Line 3 the key `id` twice in one object"]);
  await bring(page, stand.server.folder, "broken.json", '{\n  "id": "a",\n  oops }');
  assert.match((await shown())[0], /^Line 3 /);
  await bring(page, stand.server.folder, "list.json", "[]");
  assert.match((await shown())[0], /^Line 1 a rate card is due here, not a list/);
  await bring(page, stand.server.folder, "broken.toml", 'id = "a"\nversion = \n');
  assert.match((await shown())[0], /^Line 2 /);
  await bring(page, stand.server.folder, "bytes.toml", Buffer.from([0x69, 0x64, 0xff]));
  assert.match((await shown())[0], /^Whole file The file is no text in UTF-8/);
  await bring(page, stand.server.folder, "large.json", "{".padEnd(1_048_577));
  assert.match((await shown())[0], /larger than 1 MiB/);
  await press(page, ".drop button");
  assert.equal(await page.$("#file-faults"), null);
  await close();
});

test("the faults of a file are told in the language that is in force", async () => {
  const { page, close } = await stand.opened();
  const told = (language) => page.select("#language", language).then(() => page.waitForFunction((lang) => document.documentElement.lang === lang, {}, language));
  const cases = [
    ["faulty.toml", TOML.replace("price = 8\n", "price = -8\n"), "`-8` is negative; an amount is 0 to 1000000 credits", "`-8` ist negativ; ein Betrag ist 0 bis 1.000.000 Credits"],
    ["broken.json", '{ "id": oops }', "Unexpected token", "Das ist kein gültiges JSON („Unexpected token"],
    ["broken.toml", "id = \n", "Invalid TOML document", "Das ist kein gültiges TOML („Invalid TOML document"],
    ["twice.json", '{ "id": "a", "id": "b" }', "the key `id` twice in one object", "Der Schlüssel `id` steht zweimal in einem Objekt."],
    ["large.json", "{".padEnd(1_048_577), "The file is larger than 1 MiB", "Die Datei ist größer als 1 MiB"],
  ];
  for (const [name, content, english, german] of cases) {
    await bring(page, stand.server.folder, name, content);
    assert.ok((await text(page, "#file-faults li span")).startsWith(english), await text(page, "#file-faults li span"));
    await told("de");
    await page.waitForFunction((said) => document.querySelector("#file-faults li span").textContent.startsWith(said), {}, german);
    await told("en");
  }
  await close();
});

test("the lines of the page's faults are those of the command line", async () => {
  const { page, close } = await stand.opened();
  for (const [name, content] of FAULTY_CARDS) {
    await bring(page, stand.server.folder, name, content);
    const shown = await page.$$eval("#file-faults li", (items) =>
      items.map((item) => `${item.querySelector("b").innerText.replace("Line ", "")} ${item.querySelector("code")?.innerText ?? ""}`),
    );
    const told = checked(join(stand.server.folder, name));
    assert.deepEqual([...shown].sort(), [...told].sort(), name);
    const lines = shown.map((fault) => Number.parseInt(fault, 10));
    assert.deepEqual(lines, lines.toSorted((one, other) => one - other));
  }
  await close();
});

test("a card is dropped on the panel", async () => {
  const { page, close } = await stand.opened();
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
  const { page, close } = await stand.opened();
  await bring(page, stand.server.folder, "studio.toml", TOML);
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
  const { page, close } = await stand.opened(edits("create!1!3.5", "create!2!2!4!9"));
  const { name, json } = await downloaded(page);
  assert.equal(name, "image-studio-2026-11-22.json");
  const expected = card.describe();
  expected.operations[0].rates[1].price = 3.5;
  expected.operations[0].rates[2].price = { low: 2, expected: 4, high: 9 };
  assert.equal(RateCard.parse(json).fingerprint, RateCard.from(expected).fingerprint);
  await close();
});

test("where there are edited prices and a file, either is compared", async () => {
  const { page, close } = await stand.opened(edits("create!1!3.5"));
  await bring(page, stand.server.folder, "next.toml", TOML.replace("price = 8\n", "price = 7\n"));
  assert.equal(await text(page, ".trial-summary"), "9 cheaper of 200 prices");
  await page.focus('[name="trial-source"]:checked');
  await page.keyboard.press("ArrowUp");
  assert.equal(await text(page, ".trial-summary"), "9 dearer of 200 prices");
  await close();
});

test("thousands of changes are shown a few at a time, and each filter has as many as the card counts", async (context) => {
  const large = { id: "large", version: "1", operations: ["a", "b"].map((id) => largeOperation(id, 50)), tiers: [{ id: "only", monthlyCredits: 100 }] };
  const path = join(stand.server.folder, "large-card.json");
  writeFileSync(path, JSON.stringify(large));
  const other = await serve({ card: path });
  context.after(() => other.close());
  const rates = await open(stand.browser, `${other.origin}/#view=rates`);
  await rates.page.waitForFunction((shown) => document.querySelector("#rates-heading")?.textContent.includes(shown), {}, "large");
  const changed = structuredClone(large);
  changed.operations.forEach(({ rates: all }, of) => all.forEach((rate, at) => (rate.price += at % 3 === 0 ? 1 : of === 0 ? 0.5 : -0.5)));
  await bring(rates.page, stand.server.folder, "large-changed.json", JSON.stringify(changed));
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
