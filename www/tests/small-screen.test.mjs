/** The studio on the smallest screen: most of it is the form's. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { change, launch, open, press } from "./browsing.mjs";
import { serve } from "./serving.mjs";

/** The most that a price's bar may take of a small screen, and the header with the operations. Unit: pixels. */
const BAR_MAX = 72;
const TOP_MAX = 120;

let server;
let chromium;
before(async () => {
  [server, chromium] = await Promise.all([serve({ tier: "pro" }), launch()]);
});
after(async () => {
  await chromium?.close();
  await server?.close();
});

const opened = (hash, language) =>
  open(chromium.browser, `${server.origin}/#${hash}`, {
    width: 320,
    height: 640,
    locale: "en-US",
    before: `Object.defineProperty(navigator, "languages", { value: ["${language}"] })`,
  });

const heightOf = (page, selector) => page.$eval(selector, (element) => element.getBoundingClientRect().height);

/** One price of each length, nothing to pay, nothing chosen, not enough, not in the tier, and a fault. */
const FORMS = ["create", "create;variations:10;quantity:2", "create;variations:4", "social;platforms:3", "edit", "edit;edit=inpaint", "library", "create;width:9000", "create;model=wavespeed-ideogram-v3;width:2048;variations:10;quantity:9999"];

for (const language of ["en", "de"]) {
  test(`at 320 × 640 the price takes at most ${BAR_MAX} pixels and the header with the operations ${TOP_MAX}, in ${language}`, async () => {
    for (const form of FORMS) {
      const { page, problems, close } = await opened(`form=${form}`, language);
      await page.waitForSelector("footer");
      const bar = await heightOf(page, ".run-panel");
      assert.ok(bar <= BAR_MAX, `${form}: a bar of ${bar} pixels`);
      const top = (await heightOf(page, ".top")) + (await heightOf(page, ".tabs"));
      assert.ok(top <= TOP_MAX, `${form}: ${top} pixels above`);
      // What is in the bar is whole: nothing lies outside of it, and nothing over anything else.
      const boxes = await page.$$eval("#run-form > *, #add-to-plan", (parts) =>
        parts.map((part) => {
          const { left, right, top, bottom } = part.getBoundingClientRect();
          return { left, right, top, bottom };
        }),
      );
      const around = await page.$eval(".run-panel", (panel) => panel.getBoundingClientRect().toJSON());
      for (const { left, right, top, bottom } of boxes) assert.ok(left >= 0 && right <= 320 && top >= around.top && bottom <= around.bottom, `${form}: ${JSON.stringify(boxes)}`);
      for (const [at, one] of boxes.entries()) for (const other of boxes.slice(at + 1)) assert.ok(one.right <= other.left + 0.5, `${form}: ${JSON.stringify(boxes)}`);
      assert.deepEqual(problems, []);
      await close();
    }
  });

  test(`at 320 × 640 the form has more than half of the screen at first, in ${language}`, async () => {
    const { page, close } = await opened("", language);
    const visible = await page.evaluate(() => document.querySelector(".run-panel").getBoundingClientRect().top - document.querySelector(".form-panel").getBoundingClientRect().top);
    assert.ok(visible > 320, `${visible} pixels`);
    await close();
  });

  test(`at 320 × 640 why something may not run is said whole, in ${language}`, async () => {
    const whole = (page) =>
      page.$eval("#verdict-form", (verdict) => [verdict.textContent.trim(), verdict.textContent.trim() !== "" && verdict.scrollWidth <= verdict.clientWidth]);
    for (const form of ["create", "create;variations:10;quantity:2", "create;variations:10;quality=draft;quantity:5", "create;quality=premium", "social;platforms:3"]) {
      const { page, close } = await opened(`form=${form}`, language);
      const [said, isWhole] = await whole(page);
      assert.ok(isWhole, said);
      await close();
    }
    const { page, close } = await opened(`key=${server.key}&form=create`, language);
    await press(page, "#run-form");
    await page.waitForSelector(".notice [data-charge]");
    const [said, isWhole] = await whole(page);
    assert.ok(isWhole, said);
    await close();
  });
}

test("at 320 × 640 the operation that is chosen is in sight among all of them", async () => {
  const { page, close } = await opened("form=create", "en");
  for (const key of ["End", "Home", "ArrowLeft", "ArrowRight"]) {
    await page.focus('[role="tab"][aria-selected="true"]');
    await page.keyboard.press(key);
    const { left, right } = await page.$eval('[role="tab"][aria-selected="true"]', (tab) => tab.getBoundingClientRect().toJSON());
    assert.ok(left >= 0 && right <= 320, `${key}: ${left} to ${right}`);
  }
  await close();
  const linked = await opened("form=library", "en");
  await linked.page.waitForSelector("footer");
  const { left, right } = await linked.page.$eval('[role="tab"][aria-selected="true"]', (tab) => tab.getBoundingClientRect().toJSON());
  assert.ok(left >= 0 && right <= 320, `${left} to ${right}`);
  await linked.close();
});

test("at 320 × 640 nothing in the bar moves when the price changes", async () => {
  const { page, close } = await opened("form=create;model=stability-core", "en");
  const places = () => page.$$eval(".run-panel, #run-form, #add-to-plan, #verdict-form", (all) => all.map((element) => JSON.stringify(element.getBoundingClientRect())));
  const before = await places();
  await change(page, "model", "wavespeed-ideogram-v3");
  assert.deepEqual(await places(), before);
  await change(page, "quantity", 40, "number");
  assert.deepEqual(await places(), before);
  await close();
});
