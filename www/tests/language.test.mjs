import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { change, launch, open, press, price, text } from "./browsing.mjs";
import { serve } from "./serving.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TEXTS = fileURLToPath(new URL("../src/text", import.meta.url));

let server;
let chromium;
before(async () => {
  [server, chromium] = await Promise.all([serve({ tier: "pro" }), launch()]);
});
after(async () => {
  await chromium?.close();
  await server?.close();
});

/** A person whose browser asks for German first. */
const german = () => Object.defineProperty(navigator, "languages", { value: ["de-AT", "en"] });

const opened = (hash = "", options = {}) => open(chromium.browser, `${server.origin}/${hash}`, { locale: "en-US", ...options });

/** Both catalogues, as the page's build makes them. */
async function catalogues() {
  const folder = mkdtempSync(join(tmpdir(), "pricetag-texts-"));
  const bundle = await rolldown({ platform: "node", input: { english: join(TEXTS, "english.ts"), german: join(TEXTS, "german.ts") } });
  await bundle.write({ dir: folder, format: "esm", entryFileNames: "[name].mjs" });
  await bundle.close();
  const [{ english }, { german }] = await Promise.all(
    ["english", "german"].map((name) => import(pathToFileURL(join(folder, `${name}.mjs`)).href)),
  );
  rmSync(folder, { recursive: true, force: true });
  return { english, german };
}

/** Every word of a catalogue by its path, with what kind of word it is. */
function wordsOf(catalogue, path = "") {
  return Object.entries(catalogue).flatMap(([name, word]) => {
    const here = path === "" ? name : `${path}.${name}`;
    return word !== null && typeof word === "object" ? wordsOf(word, here) : [`${here}: ${typeof word}`];
  });
}

test("German has every word that English has, and no other", async () => {
  const { english, german } = await catalogues();
  assert.deepEqual(wordsOf(german).sort(), wordsOf(english).sort());
});

test("the page speaks the first of the person's languages that it has, and figures stay in the person's locale", async () => {
  const { page, problems, close } = await opened("#form=create;model=stability-ultra;variations:10;quantity:25", { before: german });
  assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
  assert.equal(await page.title(), "Studio · Pricetag");
  assert.equal(await text(page, "#add-to-plan"), "Zum Plan hinzufügen");
  assert.equal(await price(page, "#run-form price-tag"), "2,000 Credits $20.00");
  assert.equal(await page.$eval("#language", ({ value }) => value), "de");
  assert.deepEqual(problems, []);
  await close();
});

test("a language that the page does not have leaves it in English", async () => {
  const { page, close } = await opened("", { before: () => Object.defineProperty(navigator, "languages", { value: ["fr-FR", "constructor"] }) });
  assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
  await close();
});

test("a language chosen by hand comes at once, keeps what was entered, and is remembered", async () => {
  const { page, close } = await opened("#form=create;variations:5&plan=upscale;mode=fast");
  assert.equal(await text(page, "#add-to-plan"), "Add to plan");
  await page.focus("#language");
  await page.select("#language", "de");
  await page.waitForFunction(() => document.querySelector("#add-to-plan").textContent.includes("Zum Plan"));
  assert.equal(await price(page, "#run-form price-tag"), "20 Credits 15–25 $0.20");
  assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
  assert.ok(await page.evaluate(() => document.activeElement.id === "language"));
  await page.reload({ waitUntil: "networkidle0" });
  assert.equal(await text(page, "#add-to-plan"), "Zum Plan hinzufügen");
  assert.equal(await price(page, "#run-plan price-tag"), "2 Credits $0.02");
  await page.select("#language", "en");
  await page.waitForFunction(() => document.querySelector("#add-to-plan").textContent.includes("Add to plan"));
  await page.reload({ waitUntil: "networkidle0" });
  assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
  await close();
});

test("nothing is shown in another language while the person's is still on its way", async () => {
  const context = await chromium.browser.createBrowserContext();
  const page = await context.newPage();
  await page.evaluateOnNewDocument(german);
  await page.setRequestInterception(true);
  const asked = new Promise((resolve) =>
    page.on("request", (request) => (/german/.test(request.url()) ? resolve(request) : void request.continue())),
  );
  await page.goto(server.origin, { waitUntil: "domcontentloaded" });
  const request = await asked;
  assert.equal(await page.$eval("#page", (root) => root.textContent.trim()), "Pricetag", "nothing but the name");
  await request.continue();
  await page.waitForSelector("#add-to-plan");
  assert.equal(await text(page, "#add-to-plan"), "Zum Plan hinzufügen");
  await context.close();
});

/* --------------------------------------------------------------------------------------- what is left in English */

/** Every text that a person sees or hears, without what the card itself says. */
const texts = (page) =>
  page.evaluate(async () => {
    const strings = (value) =>
      typeof value === "string" ? [value] : value !== null && typeof value === "object" ? Object.values(value).flatMap(strings) : [];
    const card = await (await fetch("/v1/card")).json();
    const own = [...new Set(strings(card))].filter((said) => /[A-Z ]/.test(said)).sort((a, b) => b.length - a.length);
    const found = [];
    const take = (said) => {
      const ours = own.reduce((rest, one) => rest.replaceAll(one, ""), said ?? "").replace(/\s+/g, " ").trim();
      if (/\p{L}{2}/u.test(ours)) found.push(ours);
    };
    const walk = (node) => {
      if (node.nodeType === Node.TEXT_NODE) take(node.data);
      if (node.nodeType !== Node.ELEMENT_NODE && node.nodeType !== Node.DOCUMENT_FRAGMENT_NODE) return;
      if (["STYLE", "SCRIPT", "CODE"].includes(node.nodeName)) return;
      for (const name of ["aria-label", "title", "placeholder", "alt", "label"]) take(node.getAttribute?.(name));
      for (const child of [...(node.shadowRoot?.childNodes ?? []), ...node.childNodes]) walk(child);
    };
    walk(document.querySelector("#page"));
    return found;
  });

/** Words that are the same in both languages. */
const SAME = new Set(["Pricetag", "Version", "Studio", "Plan", "English", "Deutsch", "pk_…", "frobnicate"]);
const ENGLISH = /\b(the|is|are|not|of|there|and|this|with|from|more|than|your|you|for|to|by|credits?|none|needs)\b/;

/** The states that say most: no price, too little, not in the tier, every fault of a plan. */
const STATES = [
  "",
  "#form=create;variations:40;model=nothing;colour=red",
  "#form=create;width:9000",
  "#form=edit",
  "#form=upscale;mode=fast",
  "#form=social;platforms:3;quantity:10000",
  "#form=create;width:4096;height:4096",
  "#plan=create;quality=standard;quantity:5,edit;edit=general;width:3000;height:3000;variations:4,create;quantity:10000,edit",
  "#plan=create;colour=red,frobnicate,create;model=stabilty-core,create;variations:99,upscale",
  "#plan=create;quantity:10000;variations:10;model=stability-ultra",
  "#view=plan",
  "#view=plan&why=open&plan=create;quality=premium;quantity:5,edit;edit=general;width:3000;height:3000,social;platforms:3,edit",
  "#view=activity",
  "#view=rates",
  "#view=rates&search=zzz",
];

for (const [index, hash] of STATES.entries()) {
  test(`in German no English is left on the page (${index + 1}: ${hash.slice(0, 40)})`, async () => {
    const [left, right] = [await opened(hash, {}), await opened(hash, { before: german })];
    const english = new Set(await texts(left.page));
    const said = await texts(right.page);
    assert.ok(said.length > 20);
    assert.ok([...english].some((one) => ENGLISH.test(one)), "what finds English finds it on the English page");
    assert.deepEqual(said.filter((one) => (english.has(one) && !SAME.has(one)) || ENGLISH.test(one)), []);
    await left.close();
    await right.close();
  });
}

for (const [width, dark] of [[320, false], [320, true], [1280, false], [1280, true]]) {
  test(`in German nothing is wider than ${width} pixels and axe finds nothing, ${dark ? "dark" : "light"}`, async () => {
    const hash = `#key=${server.key}&form=create;model=wavespeed-ideogram-v3;variations:4;width:2048&plan=create;quantity:3,edit`;
    const { page, problems, close } = await opened(hash, { before: german, width, dark, locale: "de-DE" });
    await press(page, "[data-dear] summary");
    await press(page, ".price-column .ways li button");
    const wide = await page.evaluate(() => {
      const limit = document.documentElement.clientWidth;
      const panels = [...document.querySelectorAll(".panel")].filter((panel) => panel.scrollWidth > panel.clientWidth);
      return [document.documentElement.scrollWidth > limit, ...panels.map(({ className }) => className)];
    });
    assert.deepEqual(wide, [false]);
    // The policy of the page holds for its own scripts, not for what a test evaluates in it.
    await page.evaluate(AXE);
    const violations = await page.evaluate(async () => {
      const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.flat().join(" ")).join(", ")}`);
    });
    assert.deepEqual(violations, []);
    assert.deepEqual(problems, []);
    await close();
  });
}

test("in German the server's refusals and its absence are told in German", async () => {
  const own = await serve({ tier: "pro" });
  const { page, close } = await open(chromium.browser, `${own.origin}/#key=pk_0000000000000000_${"A".repeat(43)}`, { before: german });
  await page.waitForSelector(".account .notice.problem");
  assert.match(await text(page, ".account .notice"), /Der Server kennt diesen Schlüssel nicht/);
  await press(page, "#run-form");
  assert.match(await text(page, ".account .notice"), /Bitte den Schlüssel eingeben/);
  await own.stop();
  await page.type("#key", own.key);
  await press(page, ".key-form button");
  await page.waitForFunction(() => document.querySelector(".account .notice")?.textContent.includes("nicht erreichbar"));
  await change(page, "variations", 2, "range");
  await page.select("#language", "en");
  await page.waitForFunction(() => document.querySelector(".account .notice").textContent.includes("cannot be reached"));
  await close();
  await own.close();
});
