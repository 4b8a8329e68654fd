import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { RateCard } from "pricetag";
import { rolldown } from "rolldown";
import { change, launch, open, press, price, text } from "./browsing.mjs";
import { send } from "./ledger.mjs";
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

test("the page speaks the first of the person's languages that it has, and writes figures in it", async () => {
  const { page, problems, close } = await opened("#form=create;model=stability-ultra;variations:10;quantity:25", { before: german });
  assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
  assert.equal(await page.title(), "Studio · Pricetag");
  assert.equal(await text(page, "#add-to-plan"), "Zum Plan hinzufügen");
  // As an Austrian writes them.
  assert.equal(await price(page, "#run-form price-tag"), "2\u00a0000 Credits $\u00a020,00");
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
  assert.equal(await price(page, "#run-form price-tag"), "20 Credits 15–25 0,20\u00a0$");
  assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
  assert.ok(await page.evaluate(() => document.activeElement.id === "language"));
  await page.reload({ waitUntil: "networkidle0" });
  assert.equal(await text(page, "#add-to-plan"), "Zum Plan hinzufügen");
  assert.equal(await price(page, "#run-plan price-tag"), "2 Credits 0,02\u00a0$");
  await page.select("#language", "en");
  await page.waitForFunction(() => document.querySelector("#add-to-plan").textContent.includes("Add to plan"));
  await page.reload({ waitUntil: "networkidle0" });
  assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
  await close();
});

/** Everything that a person sees, with what the elements show. */
const shown = (page) =>
  page.evaluate(() => {
    const found = [];
    const walk = (node) => {
      if (node.nodeType === Node.TEXT_NODE) found.push(node.data);
      for (const name of ["aria-label", "title", "label"]) found.push(node.getAttribute?.(name) ?? "");
      if (["STYLE", "CODE"].includes(node.nodeName)) return;
      for (const child of [...(node.shadowRoot?.childNodes ?? []), ...node.childNodes]) walk(child);
    };
    walk(document.querySelector("#page"));
    return found.join("\n").replaceAll("\u00a0", " ");
  });

/** Figures that only the other language writes like this; a card's version is a date of its own. */
const LIKE_GERMAN = /\d,\d{1,2}(?!\d)|(?<!\$[\d,]*)\d\.\d{3}(?!\d)|\d %|\d\d\.\d\d\.\d{4}/;
const LIKE_ENGLISH = /(?<![\d.])\d+\.\d{1,2}(?![\d.])|\d,\d{3}(?! \$)|\d%|\$\d|[AP]M\b/;

for (const [chosen, locale, right, wrong] of [["de", "en-US", LIKE_GERMAN, LIKE_ENGLISH], ["en", "de-DE", LIKE_ENGLISH, LIKE_GERMAN]]) {
  test(`every figure and date follows the language: ${chosen} in a browser of ${locale}`, async () => {
    const before = `Object.defineProperty(navigator, "languages", { value: ["${chosen}", "${locale}"] })`;
    const key = `key=${server.key}`;
    await send(server, "/v1/charges", { items: [{ operation: "create", model: "wavespeed-ideogram-v3", width: 2048, variations: 4 }] });
    const views = [
      ["form=create;model=wavespeed-ideogram-v3;width:2048;variations:4;quantity:50&plan=create;model=wavespeed-ideogram-v3;width:2048;quantity:300", ".plan .ways"],
      ["view=plan&why=open&plan=create;model=wavespeed-ideogram-v3;width:2048;quantity:150,create;colour=red;variations:99", ".plan-share"],
      ["view=plan&why=open&budget=900.5&plan=create;model=wavespeed-ideogram-v3;width:2048;quantity:150", ".plan-changes"],
      ["view=activity", ".activity-entries .entry small"],
      ["view=rates&edits=none", ".rates-offers"],
    ];
    for (const [hash, there] of views) {
      const { page, close } = await opened(`#${key}&${hash}`, { before, locale });
      await page.waitForSelector(there);
      await page.waitForSelector("footer");
      const said = (await shown(page)).replace(/SD3\.5|Stable Diffusion \d\.\d|\bv?\d\.\d\b(?= |$)(?=.*(Flash|Large|Medium|Turbo))/g, "");
      assert.match(said, right, hash);
      assert.deepEqual(said.split("\n").filter((line) => wrong.test(line)), [], hash);
      await close();
    }
  });
}

test("another language writes the figures anew, in the elements too", async () => {
  const { page, close } = await opened("#form=create;model=wavespeed-ideogram-v3;width:2048;variations:4");
  assert.equal(await price(page, "#run-form price-tag"), "26.4 credits 22–26.4 $0.264");
  for (const [language, expected, row] of [["de", "26,4 Credits 22–26,4 0,264\u00a0$", "26,4"], ["en", "26.4 credits 22–26.4 $0.264", "26.4"]]) {
    await page.select("#language", language);
    await page.waitForFunction((language) => document.documentElement.lang === language, {}, language);
    await page.waitForFunction((row) => document.querySelector("price-breakdown").shadowRoot.querySelector("tfoot").textContent.includes(row), {}, row);
    assert.equal(await price(page, "#run-form price-tag"), expected);
    assert.match(await page.$eval("balance-meter", ({ shadowRoot }) => shadowRoot.textContent), new RegExp(row.replace(".", "\\.")));
    assert.match(await page.$eval("rate-card-form", ({ shadowRoot }) => shadowRoot.textContent), new RegExp(row.replace(".", "\\.")));
  }
  await close();
});

test("the person's own locale writes the figures where it speaks the page's language", async () => {
  for (const [languages, locale, expected] of [[["de-CH"], "de-CH", /^2['’]000 Credits \$/], [["en-GB", "de"], "de-DE", /^2,000 credits US\$20/], [["de-AT"], "en-US", /^2\s000 Credits \$\s20,00/]]) {
    const before = `Object.defineProperty(navigator, "languages", { value: ${JSON.stringify(languages)} })`;
    const { page, close } = await opened("#form=create;model=stability-ultra;variations:10;quantity:25", { before, locale });
    assert.match(await price(page, "#run-form price-tag"), expected);
    await close();
  }
});

test("nothing is shown in another language while the person's is still on its way", async () => {
  const context = await chromium.browser.createBrowserContext();
  const page = await context.newPage();
  await page.evaluateOnNewDocument(german);
  await page.setRequestInterception(true);
  const asked = new Promise((resolve) =>
    page.on("request", (request) => (/german/.test(request.url()) ? resolve(request) : void request.continue())),
  );
  await page.goto(`${server.origin}/#form=create;variations:2`, { waitUntil: "domcontentloaded" });
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

/** What may stand in a card instead of what is there. */
const WRONG = [null, true, "", "x", "x".repeat(3000), "__proto__", -1, 0, 1.5, 0.0005, 1e12, [], ["x"], ["x", "x"], [{}], {}, { x: 1 }];

/** Copies of a card, each broken in one place: something else there, nothing there, the same twice, or one member more. */
function* brokenCards(card) {
  const at = (document, path) => path.reduce((inner, key) => inner[key], document);
  const broken = (path, change) => {
    const copy = structuredClone(card);
    change(at(copy, path.slice(0, -1)), path.at(-1));
    return copy;
  };
  function* walk(value, path) {
    if (path.length > 0) {
      for (const wrong of WRONG) yield broken(path, (parent, key) => (parent[key] = structuredClone(wrong)));
      yield broken(path, (parent, key) => (Array.isArray(parent) ? parent.splice(key, 1) : delete parent[key]));
      if (Array.isArray(at(card, path.slice(0, -1)))) yield broken(path, (parent, key) => parent.push(structuredClone(parent[key])));
    }
    if (value === null || typeof value !== "object") return;
    if (!Array.isArray(value)) yield broken([...path, "idd"], (parent, key) => (parent[key] = 1));
    for (const [key, member] of Object.entries(value)) yield* walk(member, [...path, Array.isArray(value) ? Number(key) : key]);
  }
  yield* walk(card, []);
}

/** A small card that has everything that a card can have. */
const CARD = {
  format: 1,
  id: "mine",
  version: "1",
  title: "Mine",
  unit: "credit",
  money: { currency: "EUR", perCredit: 0.01 },
  step: 0.5,
  operations: [
    {
      id: "paint",
      title: "Paint",
      output: "picture",
      accuracy: "varies",
      choices: [{ name: "mode", default: "a", substitutable: true, options: [{ id: "a", title: "A", provider: "p" }, { id: "b" }] }],
      counts: [{ name: "copies", default: 1, min: 1, max: 9 }],
      size: { default: { width: 10, height: 10 }, side: { min: 1, max: 100 }, bands: [{ upToPixels: 200, addPercent: 0 }, { upToPixels: 900, addPercent: 5 }] },
      rates: [
        { when: { mode: ["a"] }, price: { low: 1, expected: 2, high: 3 }, rank: 1, accuracy: "accurate", note: "n" },
        { when: {}, unavailable: "gone" },
      ],
    },
  ],
  tiers: [{ id: "free", title: "Free", monthlyCredits: 5, requestsPerMinute: 3, features: ["x"], excludes: [{ operation: "paint", when: { mode: "b" } }] }],
  freeUnits: [{ id: "pool", title: "Pool", operation: "paint", when: {}, monthly: { free: 3 } }],
  templates: [{ id: "t", title: "T", items: [{ operation: "paint", mode: "a", width: 20, height: 20, copies: 2, quantity: 2 }] }],
};

/** What one change in one place does not bring about. */
const BROKEN_TWICE = [
  { ...CARD, operations: [{ ...CARD.operations[0], rates: [] }] },
  { ...CARD, operations: [{ ...CARD.operations[0], size: { ...CARD.operations[0].size, default: { width: 99, height: 99 } } }] },
  { ...CARD, operations: [{ id: "paint", rates: [{ when: {}, price: 1, unavailable: "gone" }] }], tiers: [], freeUnits: [], templates: [] },
  { ...CARD, operations: [{ id: "paint", rates: [] }], tiers: [], freeUnits: [], templates: [] },
  { ...CARD, operations: [{ id: "paint", counts: ["a", "b", "c"].map((name) => ({ name, max: 1e9 })), rates: [{ when: {}, price: 1 }] }] },
  {
    ...CARD,
    operations: [
      {
        id: "paint",
        choices: ["a", "b", "c", "d"].map((name) => ({ name, options: Array.from({ length: 60 }, (_, id) => ({ id: `${id}` })) })),
        rates: [{ when: {}, price: 1 }],
      },
    ],
  },
  { ...CARD, operations: [{ ...CARD.operations[0], rates: [{ when: {}, price: 1e6 }] }], templates: [{ id: "t", items: [{ operation: "paint", copies: 9, quantity: 1e4 }] }] },
  { ...CARD, operations: [{ ...CARD.operations[0], rates: [{ when: {}, price: 1e6 }] }], templates: [{ id: "t", items: [{ operation: "paint", width: 99, height: 99 }] }] },
  { ...CARD, ...Object.fromEntries(Array.from({ length: 6000 }, (_, index) => [`x${index}`, 1])) },
  { ...CARD, tiers: Array.from({ length: 100 }, (_, index) => ({ id: `${index}`, monthlyCredits: 1 })) },
];

test("in German the faults of a card are told in German, each with what was found", async () => {
  const { german } = await catalogues();
  const numbers = new Intl.NumberFormat(undefined, { maximumFractionDigits: 6 });
  const seen = new Set();
  let faults = 0;
  for (const document of [...brokenCards(CARD), ...BROKEN_TWICE]) {
    const card = RateCard.from(document);
    for (const fault of card.errors ?? []) {
      faults += 1;
      const said = german.ratesView.cardFault(fault);
      // What stands in backticks is the card's own.
      const words = said.replace(/`[^`]*`/g, "");
      assert.doesNotMatch(words, /undefined|null\b|Etwas stimmt nicht|\b(an?|not|has|than|must)\b/, `${fault.message}\n${said}`);
      if (fault.code !== "unavailable" && !fault.message.startsWith("unavailable: ")) assert.doesNotMatch(words, ENGLISH, `${fault.message}\n${said}`);
      for (const [value] of fault.message.matchAll(/`[^`]*`|\d[\d.]*/g)) {
        const shown = value.startsWith("`") ? value : numbers.format(Number(value));
        assert.ok(said.includes(shown), `${fault.message}\n${said}`);
      }
      for (const [name] of (fault.help ?? "").matchAll(/`[^`]*`/g)) assert.ok(said.includes(name), `${fault.help}\n${said}`);
      seen.add(fault.code);
    }
    card.free?.();
  }
  assert.ok(faults > 3000, `${faults} faults`);
  const codes = ["unsupported-format", "unknown-choice", "unpriced-combination", "unreachable-rate", "duplicate-id", "range-out-of-order"];
  codes.push("bands-out-of-order", "unpriceable-template", "limit-exceeded", "size-too-large", "invalid-amount");
  assert.deepEqual(codes.filter((code) => !seen.has(code)), []);
});

test("in German a name that is not known is told with the nearest where one is near, and else with the first five", async () => {
  const { german } = await catalogues();
  const card = RateCard.builtin();
  const said = (item) => {
    const [fault] = card.estimate({ items: [item] }).errors;
    return german.elements.fault(fault, { title: "" });
  };
  assert.equal(said({ operation: "create", model: "stabilty-core" }), "Eine Option „stabilty-core“ gibt es nicht. Gemeint ist vielleicht „stability-core“.");
  assert.equal(
    said({ operation: "create", model: "dalle" }),
    "Eine Option „dalle“ gibt es nicht. Möglich sind „auto“, „stability-ultra“, „stability-core“, „stability-sd3.5“, „stability-sd3.5-large“ und 7 weitere.",
  );
  assert.equal(said({ operation: "paint" }), "Einen Vorgang „paint“ gibt es nicht. Möglich sind „create“, „edit“, „upscale“, „social“, „library“.");
  const [note] = card.estimate({ items: [{ operation: "library" }], note: 1 }).errors;
  assert.equal(german.elements.fault(note, { title: "" }), "Ein Feld „note“ gibt es hier nicht. Möglich ist „items“.");
  const pools = card.preflight({ items: [{ operation: "library" }] }, { tier: "pro", balance: 1, freeUnits: { flux: 1 } }).errors;
  assert.equal(
    german.elements.fault(pools[0], { title: "" }),
    "Einen Vorrat freier Einheiten „flux“ gibt es nicht. Möglich sind „huggingface-flux“, „gemini-imagen“.",
  );
});

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
