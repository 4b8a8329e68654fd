/** What is kept: what was typed as it was typed, the focus, and the plan on the way back. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, press, price, text } from "./browsing.mjs";
import { serve } from "./serving.mjs";

let server;
let chromium;
before(async () => {
  [server, chromium] = await Promise.all([serve({ tier: "basic" }), launch()]);
});
after(async () => {
  await chromium?.close();
  await server?.close();
});

const opened = (hash, options = {}) => open(chromium.browser, `${server.origin}/#${hash}`, { locale: "en-US", ...options });

/** The frame after what was done, in which the page has drawn it. */
const drawn = (page) => page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));

/** Types over what stands in a field, key by key, each in a frame of its own. */
async function typeOver(page, selector, written) {
  await page.$eval(selector, (input) => input.select());
  for (const key of written) {
    await page.keyboard.press(key);
    await drawn(page);
  }
  return page.$eval(selector, ({ value }) => value);
}

test("an amount is typed with its decimals, also where they begin with zeros", async () => {
  const { page, problems, close } = await opened("view=plan&plan=create;quality=standard;quantity:5,edit;edit=general;variations:4");
  for (const amount of ["30.05", "22.005", "0.05"]) assert.equal(await typeOver(page, "#budget", amount), amount);
  await press(page, "#account > summary");
  assert.equal(await typeOver(page, "#trial-balance", "20.05"), "20.05");
  assert.match(await text(page, "#account > summary"), /Free · 20\.05 credits/);
  assert.equal(await typeOver(page, "#trial-balance", "0.05"), "0.05");
  assert.deepEqual(problems, []);
  await close();
});

test("free units that are no number of units are a fault, and the price stays what was last told", async () => {
  const { page, close } = await opened("form=create;model=huggingface-flux;variations:10");
  await press(page, "#account > summary");
  const units = '.account-fields input[max="20"]';
  assert.equal(await typeOver(page, units, "7"), "7");
  const before = await price(page, "#run-form price-tag");
  for (const wrong of ["25", "1.5"]) {
    await page.$eval(units, (input, value) => {
      input.value = value;
      input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }, wrong);
    await drawn(page);
    assert.equal(await page.$eval(units, (input) => input.getAttribute("aria-invalid")), "true");
    assert.match(await text(page, ".account .fault"), /FLUX.*: a whole number from 0 to 20\./);
    assert.equal(await price(page, "#run-form price-tag"), before);
  }
  assert.equal(await typeOver(page, units, "8"), "8");
  assert.equal(await page.$(".account .fault"), null);
  assert.notEqual(await price(page, "#run-form price-tag"), before);
  await close();
});

/** What a key presses, and what takes the focus after it. */
const PRESSED = [
  ["view=plan&plan=create;quality=premium;quantity:5,edit;edit=general;variations:4&budget=30", "#apply-budget"],
  ["view=plan&plan=create;model=stability-ultra;quantity:10", "[data-fit]"],
  ["view=plan&plan=create", ".plan-tiers button"],
  ["form=create;model=stability-ultra;quality=draft&plan=create", ".plan header button:last-of-type"],
  ["form=create;model=qwen-image;quality=standard&plan=create", ".ways li button"],
];

for (const [hash, selector] of PRESSED) {
  test(`the focus is handed on where ${selector} is gone or can no longer have it`, async () => {
    const { page, close } = await opened(hash);
    await page.waitForSelector(selector);
    const focused = () =>
      page.evaluate((selector) => {
        const button = document.querySelector(`${selector}:not(:disabled)`);
        button?.focus();
        return button !== null;
      }, selector);
    // As often as it can be pressed, up to the last one.
    for (let times = 0; times < 5 && (await focused()); times += 1) {
      await page.keyboard.press("Enter");
      await drawn(page);
      await drawn(page);
      assert.notEqual(await page.evaluate(() => document.activeElement.localName), "body");
    }
    const undo = await page.$(".notice button:not([aria-label])");
    if (undo !== null) {
      await undo.focus();
      await page.keyboard.press("Enter");
      await drawn(page);
      assert.notEqual(await page.evaluate(() => document.activeElement.localName), "body");
    }
    await close();
  });
}

for (const hash of ["form=create", "view=plan&plan=create,edit;edit=general,upscale;mode=fast,create,create"]) {
  test(`on a small screen nothing that has the focus lies beneath the price (${hash.slice(0, 9)})`, async () => {
    const { page, close } = await opened(hash, { width: 320, height: 700 });
    const seen = new Set();
    for (let stops = 0; stops < 60; stops += 1) {
      await page.keyboard.press("Tab");
      await drawn(page);
      const stop = await page.evaluate(() => {
        let element = document.activeElement;
        while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
        const bar = document.querySelector(".run-panel");
        if (element === document.body || bar.contains(element)) return null;
        const [inner, outer] = [element, bar].map((one) => one.getBoundingClientRect());
        return { name: element.id || element.name || element.ariaLabel || element.textContent.trim(), hidden: inner.top >= outer.top && inner.bottom <= outer.bottom };
      });
      if (stop === null) continue;
      seen.add(stop.name);
      assert.ok(!stop.hidden, stop.name);
    }
    assert.ok(seen.size > 10, [...seen].join());
    await close();
  });
}

test("going back leads to the view before, with the plan as it is", async () => {
  const { page, close } = await opened("plan=create,edit;edit=general");
  const has = (items) => page.waitForFunction((items) => document.querySelectorAll("[data-item]").length === items, {}, items);
  await press(page, '.views a[href*="view=plan"]');
  await page.waitForSelector(".view-plan [data-add], .view-plan .plan-run");
  const more = await page.evaluateHandle(() => [...document.querySelectorAll("main button")].find((button) => /\+ Upscale/.test(button.textContent)));
  await more.evaluate((button) => button.click());
  await page.waitForFunction(() => location.hash.includes("upscale"));
  await page.goBack();
  await page.waitForSelector(".view-studio");
  await has(3);
  await page.waitForFunction(() => !location.hash.includes("view=plan") && location.hash.includes("upscale"));
  // A link that somebody gives is another matter: it is taken as it is.
  await page.evaluate(() => (location.hash = "#plan=create"));
  await has(1);
  await close();
});
