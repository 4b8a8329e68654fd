import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { open, press, text } from "./browsing.mjs";
import { bring, card, edit, edits, FAULTY_CARDS, PLAN, row, stage, write } from "./rating.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const stand = stage();

test("every rate of the card is a row, with the card's price for each size", async () => {
  const { page, problems, close } = await stand.opened();
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
  const { page, close } = await stand.opened();
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
  const { page, close } = await stand.opened();
  const shown = () => page.$$eval("[data-rate]", (rows) => rows.length);
  for (const [words, rows] of [["qwen", 1], ["WAVESPEED", 7], ["second", 1], ["create premium", 2], ["upscale", 2]]) {
    await write(page, "#rates-search", words);
    assert.equal(await shown(), rows, words);
  }
  await page.waitForFunction(() => location.hash.endsWith("&search=upscale"));
  const again = await open(stand.browser, await page.evaluate(() => location.href));
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

test("what stands around the rates stays where it is while they are searched", async () => {
  const { page, close } = await stand.opened("search=ideogram");
  await page.waitForSelector("#page > footer");
  await page.evaluate(() => {
    const [trial, footer] = [".rates-trial", "#page > footer"].map((selector) => document.querySelector(selector));
    window.gone = 0;
    new MutationObserver(() => (window.gone += [trial, footer].filter((element) => !element.isConnected).length)).observe(document.body, { childList: true, subtree: true });
  });
  await write(page, "#rates-search", "");
  await page.waitForFunction(() => document.querySelectorAll("[data-rate]").length === 34);
  assert.equal(await page.evaluate(() => window.gone), 0);
  await close();
});

for (const dark of [false, true]) {
  test(`axe finds nothing, ${dark ? "dark" : "light"}`, async () => {
    const { page, close } = await stand.opened(`${PLAN}&${edits("create!1!3.5", "edit!3!3")}`, { dark });
    await page.evaluate(AXE);
    const violations = () =>
      page.evaluate(async () => {
        const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.flat().join(" ")).join(", ")}`);
      });
    await press(page, edit("create", 2));
    assert.deepEqual(await violations(), []);
    await write(page, ".editor label:nth-child(1) input", "50");
    await bring(page, stand.server.folder, ...FAULTY_CARDS[0]);
    assert.deepEqual(await violations(), [], "with a price that is none and a file with faults");
    await write(page, "#rates-search", "nothing");
    assert.deepEqual(await violations(), [], "with a search that finds nothing");
    await close();
  });
}

for (const width of [320, 768, 1280, 1920]) {
  test(`at ${width} pixels nothing is wider than the page`, async () => {
    const { page, problems, close } = await stand.opened(`${PLAN}&${edits("create!1!3.5", "create!2!2!4!9")}`, { width });
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
  const { page, close } = await stand.opened();
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
  const { page, close } = await stand.opened(PLAN);
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
  const { page, close } = await stand.opened();
  await press(page, edit("create", 2));
  await write(page, ".editor label:nth-child(1) input", "2");
  await write(page, ".editor label:nth-child(3) input", "9");
  await press(page, edit("edit", 3));
  await press(page, "[data-form]");
  await write(page, ".editor label:nth-child(3) input", "5");
  const hash = edits("create!2!2!4!9", "edit!3!4!4!5");
  await page.waitForFunction((kept) => location.hash.endsWith(kept), {}, hash);
  const again = await stand.opened(hash);
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
  const { page, close } = await stand.opened(PLAN);
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
  assert.match(await text(page, '[data-edit="create!1"]'), /→ 1\.2345/);
  await write(page, ".editor input", "");
  assert.equal(await text(page, "#editor-faults"), "Enter a price.");
  await close();
});

test("edited prices of other rates are not used, and say so", async () => {
  const { page, close } = await stand.opened("edits=00000000~create!1!3.5");
  assert.match(await text(page, ".rates-trial .notice"), /an edited price for other rates than those in force/);
  assert.equal(await page.$(".edited"), null);
  await press(page, "#discard-edits");
  assert.equal(await page.$(".rates-trial .notice"), null);
  await close();
});

test("a link restores everything that the view keeps, and comes back as it was", async () => {
  const hash = `#view=rates&${PLAN}&${edits("create!1!3.5", "edit!3!3!3.5!5")}&search=stability%20core&sort=percent&show=dearer&from=2026-09-01&to=2026-09-30`;
  const { page, close } = await open(stand.browser, `${stand.server.origin}/${hash}`);
  await page.waitForSelector(".rates-changes");
  assert.equal(await page.evaluate(() => location.hash.replace(/&form=[^&]*/, "").replace(/form=[^&]*&/, "")), hash);
  assert.equal((await page.$$("[data-rate]")).length, 1);
  assert.equal(await page.$eval("#changes-sort", ({ value }) => value), "percent");
  assert.equal(await page.$eval('[name="changes-kind"]:checked', ({ value }) => value), "dearer");
  assert.deepEqual(await page.$$eval('[type="date"]', (days) => days.map(({ value }) => value)), ["2026-09-01", "2026-09-30"]);
  assert.equal((await page.$$("[data-edit]")).length, 2);
  await close();
});
