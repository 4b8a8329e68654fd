/** The studio's first frame, which is on the screen before the scripts are there: what it shows, to whom, and what it gives way to. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, open, text } from "./browsing.mjs";
import { serve } from "./serving.mjs";

const CARD = readFileSync(new URL("../../cards/image-studio.toml", import.meta.url), "utf8");

let server;
let chromium;
before(async () => {
  [server, chromium] = await Promise.all([serve(), launch()]);
});
after(async () => {
  await chromium?.close();
  await server?.close();
});

/** Opens the page with its scripts held back, until the one that shows the first frame has run; the others then come, or fail. */
async function held(hash = "", { origin = server.origin, ...options } = {}) {
  const { page, problems, close } = await open(chromium.browser, "about:blank", { locale: "en-US", ...options });
  await page.evaluateOnNewDocument(() => {
    document.addEventListener("load", ({ target }) => (window.ran ||= target.src?.endsWith("/prerendered.js")), { capture: true });
  });
  const waiting = [];
  let end = null;
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    if (!/\/assets\/.*\.js$/.test(request.url())) void request.continue();
    else if (end === null) waiting.push(request);
    else void end(request);
  });
  const arrived = page.goto(`${origin}/${hash}`, { waitUntil: "networkidle0" });
  await page.waitForFunction(() => window.ran);
  const endBy = async (how) => {
    end = how;
    await Promise.all(waiting.map(how));
    await arrived;
  };
  return {
    page,
    problems,
    close,
    release: () => endBy((request) => request.continue()),
    lose: (which = /./) => endBy((request) => (which.test(request.url()) ? request.abort() : request.continue())),
  };
}

const isShown = (page) => page.evaluate(() => document.querySelector("main") !== null);

/** What stands on the screen and where, to a hundredth of a pixel. For the page. */
function looks() {
  const PARTS = ".skip, .top h1, .views a, .top p, summary h2, summary span, [role=tab], #run-form, #run-form > *, #verdict-form, #add-to-plan";
  const STYLES = ["color", "fontFamily", "fontSize", "fontWeight", "fontVariantNumeric", "textAlign"];
  const place = (element, ...names) => {
    const box = element.getBoundingClientRect();
    return names.map((name) => Math.round(box[name] * 100) / 100);
  };
  const text = (element) => element.textContent.replace(/\s+/g, " ").trim();
  const within = [...document.querySelector("#run-form > :last-child").shadowRoot.querySelectorAll("span")];
  return [
    ...[...document.querySelectorAll(PARTS)].map((part) => [text(part).replace("–", ""), ...place(part, "x", "y", "width", "height")]),
    ...within.map((part) => [text(part), ...place(part, "x", "y", "width", "height"), ...STYLES.map((name) => getComputedStyle(part)[name])]),
    place(document.querySelector(".form-panel"), "x", "y", "width"),
    [document.documentElement.lang],
  ];
}

for (const [locale, language, said] of [
  ["en-US", "en", "$0.04"],
  ["en-GB", "en", "US$0.04"],
  ["de-AT", "de", "zwischen 3 und 5"],
  ["ar-EG", "ar", "$0.04"],
  ["fr-FR", "fr", "$0.04"],
  ["en-US", "de", "0,04"],
]) {
  for (const width of [320, 1280]) {
    test(`the first frame is what the page then draws: ${locale}, ${width} px`, async () => {
      const before = `Object.defineProperty(navigator, "languages", { value: ["${language}"] })`;
      const { page, problems, release, close } = await held("", { locale, width, before });
      const first = await page.evaluate(looks);
      // What takes its place, as soon as it has.
      await page.evaluate(`new MutationObserver(() => (window.second = (${looks})())).observe(document.querySelector("#page"), { attributes: true })`);
      await release();
      assert.ok(await page.$("#run-form price-tag"));
      assert.deepEqual(await page.evaluate(() => window.second), first);
      assert.deepEqual(await page.evaluate(looks), first);
      assert.ok(JSON.stringify(first).includes(said), JSON.stringify(first));
      assert.deepEqual(problems, []);
      await close();
    });
  }
}

test("until the scripts are there nothing of it can be used, and then everything", async () => {
  const { page, release, close } = await held("#form=create");
  assert.ok(await page.$eval("#page", ({ inert }) => inert));
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.localName), "body");
  await release();
  assert.equal(await page.$eval("#page", ({ inert }) => inert), false);
  assert.equal((await page.$$("#run-form")).length, 1);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await close();
});

for (const [what, hash, before] of [
  ["another form", "#form=create;variations:4"],
  ["a plan", "#plan=create"],
  ["another view", "#view=rates"],
  ["a key", "", () => localStorage.setItem("pricetag.key", "pk_unknown")],
  ["a plan of an earlier visit", "", () => localStorage.setItem("pricetag.state", "#form=create&plan=create")],
  ["another card, seen before,", "", () => localStorage.setItem("pricetag.another-card", "")],
]) {
  test(`nobody with ${what} sees the price of what is not theirs`, async () => {
    const { page, release, close } = await held(hash, { before });
    assert.equal(await isShown(page), false);
    await release();
    assert.ok(await isShown(page));
    await close();
  });
}

test("the language that was chosen by hand is the first frame's", async () => {
  const { page, release, close } = await held("", { before: () => localStorage.setItem("pricetag.language", "de") });
  assert.match(await text(page, "#verdict-form"), /Vom Guthaben gedeckt/);
  await release();
  await close();
});

test("a server with another card has nothing shown ahead, and neither has who saw another card there", async () => {
  const path = join(server.folder, "another-card.toml");
  writeFileSync(path, CARD.replace(/version = "[^"]+"/, 'version = "another"'));
  const other = await serve({ card: path });
  const answer = await fetch(`${other.origin}/prerendered.js`);
  assert.deepEqual([answer.status, answer.headers.get("content-type"), await answer.text()], [200, "text/javascript; charset=utf-8", ""]);
  const { page, release, close } = await held("", { origin: other.origin });
  assert.equal(await isShown(page), false);
  await release();
  assert.match(await text(page, ".top p"), /another/);
  assert.equal(await page.evaluate(() => localStorage.getItem("pricetag.another-card")), "");
  // All the same the page is kept for when there is no server.
  await page.evaluate(() => navigator.serviceWorker.ready);
  await close();
  await other.close();
});

for (const [hash, shows] of [["", true], ["#view=plan&plan=create", false]]) {
  test(`where the scripts cannot be had, the page says so (${shows ? "instead of a price that nobody can pay" : "and does not stay empty"})`, async () => {
    const { page, lose, close } = await held(hash);
    assert.equal(await isShown(page), shows);
    await lose();
    assert.match(await text(page, "#page"), /^The page could not start its price calculator\. Reload it/);
    assert.equal(await page.$eval("#page", ({ inert }) => inert), false);
    await close();
  });
}

test("words that do not arrive leave no other language's name on the page", async () => {
  const before = () => Object.defineProperty(navigator, "languages", { value: ["de"] });
  const { page, lose, close } = await held("", { before });
  assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
  await lose(/german/);
  assert.match(await text(page, "#add-to-plan"), /Add to plan/);
  assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
  await close();
});
