import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { change, figures, launch, open, press, receipt, text } from "./browsing.mjs";
import { serve } from "./serving.mjs";

let server;
let chromium;
before(async () => {
  [server, chromium] = await Promise.all([serve(), launch()]);
});
after(async () => {
  await chromium?.close();
  await server?.close();
});

const opened = (hash = "", options = {}) => open(chromium.browser, `${server.origin}/${hash}`, options);

const PLAN = "plan=create;quality=standard;quantity:5,edit;edit=general;width:3000;height:3000;variations:4,social;platforms:3,create;colour=red";

for (const width of [320, 768, 1280, 1920]) {
  for (const dark of [false, true]) {
    test(`at ${width} pixels${dark ? " in the dark" : ""} nothing is wider than the page, and nothing goes wrong`, async () => {
      const { page, problems, close } = await opened(`#${PLAN}`, { width, dark });
      for (const tab of await page.$$('[role="tab"]')) {
        await tab.click();
        const { scrollWidth, innerWidth } = await page.evaluate(() => ({ scrollWidth: document.documentElement.scrollWidth, innerWidth }));
        assert.ok(scrollWidth <= innerWidth, `${scrollWidth} of ${innerWidth} pixels`);
      }
      assert.deepEqual(problems, []);
      await close();
    });
  }
}

test("nothing moves when the price changes from one figure to a range and back", async () => {
  const { page, close } = await opened("#form=create;model=stability-core");
  const places = () =>
    page.evaluate(() =>
      ["#run-form", "#verdict-form", "#add-to-plan", "balance-meter", "price-breakdown", ".cheaper"].map((selector) => {
        const { top, height } = document.querySelector(selector).getBoundingClientRect();
        return [selector, top, selector === ".cheaper" ? 0 : height];
      }),
    );
  const exact = await places();
  await change(page, "model", "wavespeed-ideogram-v3");
  assert.equal((await figures(page, "#run-form price-tag")).low, 5);
  assert.deepEqual(await places(), exact);
  await change(page, "width", 2048);
  assert.deepEqual(await places(), exact);
  await close();
});

test("the keyboard alone reaches every part, chooses, and runs", async () => {
  const { page, close } = await opened(`#key=${server.key}`);
  const focused = () =>
    page.evaluate(() => {
      const outer = document.activeElement;
      const inner = outer.shadowRoot?.activeElement ?? outer;
      return inner.id || inner.getAttribute("name") || inner.textContent.trim();
    });
  const reached = [];
  while (!reached.includes("run-form") && reached.length < 40) {
    await page.keyboard.press("Tab");
    reached.push(await focused());
    if (reached.at(-1) === "tab-create") {
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowRight");
    }
    if (reached.at(-1) === "mode") await page.keyboard.press("Space");
  }
  assert.deepEqual(
    reached.filter((name) => ["tab-create", "mode", "preset", "width", "height", "quantity", "run-form"].includes(name)),
    ["tab-create", "mode", "preset", "width", "height", "quantity", "run-form"],
  );
  await page.keyboard.press("Enter");
  assert.equal(await receipt(page), 2);
  await close();
});

test("items of the plan are added, changed, duplicated, removed and brought back", async () => {
  const { page, close } = await opened("#form=create;variations:2");
  await press(page, "#add-to-plan");
  assert.equal((await figures(page, "#run-plan price-tag")).expected, 8);
  await page.$eval(".items input", (input) => {
    input.value = "3";
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
  });
  assert.equal((await figures(page, "#run-plan price-tag")).expected, 24);
  await press(page, '.items [aria-label^="Duplicate"]');
  assert.equal((await figures(page, "#run-plan price-tag")).expected, 48);
  await press(page, '.items [aria-label^="Remove"]');
  assert.equal((await figures(page, "#run-plan price-tag")).expected, 24);
  assert.ok(await page.evaluate(() => document.activeElement.matches(".items .title")));
  await press(page, ".plan .notice button");
  assert.equal((await figures(page, "#run-plan price-tag")).expected, 48);
  await close();
});

test("an item with a fault is marked in the plan, and there is no total", async () => {
  const { page, close } = await opened("#plan=create,create;colour=red");
  assert.equal(await figures(page, "#run-plan price-tag"), null);
  assert.match(await text(page, '[data-item="1"] .fault'), /colour/);
  assert.equal(await page.$('[data-item="0"] .fault'), null);
  assert.equal(await page.$eval("#run-plan", (button) => button.ariaDisabled), "true");
  await close();
});

test("a link restores the form and the plan, even what is wrong in them", async () => {
  const hash =
    "#form=edit;edit=search-replace;variations:3&plan=create;model=stability-sd3.5;width:2048;quantity:7,upscale;mode=fast,create;colour=re%3Bd%2C%26,nothing";
  const { page, close } = await opened(hash);
  assert.equal(await page.evaluate(() => location.hash), hash);
  const items = await page.$eval("rate-card-form", ({ item }) => item);
  assert.deepEqual(items, { operation: "edit", edit: "search-replace", variations: 3 });
  await change(page, "variations", 4, "range");
  await page.waitForFunction((expected) => location.hash === expected, {}, hash.replace("variations:3", "variations:4"));
  await close();
});

test("every template's link restores it", async () => {
  const { page, close } = await opened();
  for (const template of await page.$$eval("[data-template]", (buttons) => buttons.map((button) => button.dataset.template))) {
    await press(page, `[data-template="${template}"]`);
    const before = await figures(page, "#run-plan price-tag");
    await page.waitForFunction(() => location.hash.includes("plan="));
    const link = await page.evaluate(() => location.href);
    const again = await open(chromium.browser, link);
    assert.deepEqual(await figures(again.page, "#run-plan price-tag"), before);
    await again.close();
    await press(page, ".plan header button:last-child");
    await page.waitForFunction(() => !location.hash.includes("plan="));
  }
  await close();
});
