import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { change, figures, launch, open, press, price, text } from "./browsing.mjs";
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

test("moving a slider changes the price on the button before the next frame", async () => {
  const { page, close } = await opened();
  const seen = await page.evaluate(async () => {
    const slider = document.querySelector("rate-card-form").shadowRoot.querySelector('input[type="range"][name="variations"]');
    const amount = () => document.querySelector("#run-form price-tag").shadowRoot.querySelector('[part="amount"]').textContent;
    let frames = 0;
    const seen = [];
    for (const value of [5, 10, 2]) {
      requestAnimationFrame(() => (frames += 1));
      slider.value = String(value);
      slider.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
      await Promise.resolve();
      seen.push({ value, amount: amount(), frames });
    }
    return seen;
  });
  assert.deepEqual(seen, [
    { value: 5, amount: "20", frames: 0 },
    { value: 10, amount: "40", frames: 0 },
    { value: 2, amount: "8", frames: 0 },
  ]);
  await close();
});

test("no request leaves the page while every kind of control is changed", async () => {
  const { page, close } = await opened();
  const requests = [];
  page.on("request", (request) => {
    // The icon is the browser's own to fetch, whenever it likes.
    if (!request.url().endsWith("/favicon.svg")) requests.push(request.url());
  });
  for (let variations = 1; variations <= 10; variations += 1) await change(page, "variations", variations, "range");
  await change(page, "model", "stability-sd3.5-large");
  await change(page, "quality", "draft");
  await change(page, "width", 2048);
  await press(page, '[data-template="content-library"]');
  await page.waitForFunction(() => document.querySelector("output").textContent.includes("72 credits"));
  assert.deepEqual(requests, []);
  await close();
});

test("a key on the slider changes the price on the button", async () => {
  const { page, close } = await opened();
  const slider = await page.evaluateHandle(() =>
    document.querySelector("rate-card-form").shadowRoot.querySelector('input[type="range"][name="variations"]'),
  );
  await slider.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  assert.equal(await price(page, "#run-form price-tag"), "12 credits 9–15 $0.12");
  await page.keyboard.press("End");
  assert.equal(await price(page, "#run-form price-tag"), "40 credits 30–50 $0.40");
  await close();
});

test("the four templates show 29, 12, 21 and 90, before and after they are added", async () => {
  const { page, close } = await opened();
  const shown = await page.$$eval("[data-template]", (buttons) =>
    buttons.map((button) => [button.dataset.template, button.querySelector("price-tag").price.expected]),
  );
  assert.deepEqual(shown, [
    ["social-media-campaign", 29],
    ["blog-post", 12],
    ["product-photography", 21],
    ["content-library", 90],
  ]);
  for (const [template, expected] of shown) {
    await press(page, `[data-template="${template}"]`);
    assert.equal((await figures(page, "#run-plan price-tag")).expected, expected);
    await press(page, ".plan header button:last-child");
  }
  await close();
});

test("a choice without a default starts unchosen, and the button says what is missing", async () => {
  const { page, close } = await opened("#form=edit");
  assert.equal(await price(page, "#run-form price-tag"), "Choose the edit.");
  assert.equal(await page.$eval("#run-form", (button) => button.ariaDisabled), "true");
  assert.equal(await page.$eval("#add-to-plan", (button) => button.disabled), true);
  await change(page, "edit", "general");
  assert.equal(await price(page, "#run-form price-tag"), "4 credits 3–5 $0.04");
  await close();
});

test("a field that is wrong shows why and never a price", async () => {
  const { page, close } = await opened();
  for (const [value, reason] of [["", "Enter a whole number."], ["11", "From 1 to 10."], ["1.5", "Enter a whole number."], ["-3", "From 1 to 10."]]) {
    await change(page, "variations", value, "number");
    assert.equal(await price(page, "#run-form price-tag"), "Not ready");
    // The form is drawn with the frame after the price.
    const message = await page.$eval("rate-card-form", async (form) => {
      await form.updateComplete;
      return form.shadowRoot.getElementById("variations-message").textContent;
    });
    assert.equal(message, reason);
  }
  await close();
});

test("what an option needs is told whatever is wrong with the rest of the form", async () => {
  const { page, close } = await opened("#form=edit;edit=replace-background-relight");
  const needs = () =>
    page.$eval("rate-card-form", async (form) => {
      await form.updateComplete;
      const options = [...form.shadowRoot.querySelectorAll('option, [part="option-needs"]')].map((option) => option.textContent);
      return options.filter((words) => words.includes("needs")).length;
    });
  const before = await needs();
  assert.ok(before > 1);
  await change(page, "quantity", "", "number");
  assert.equal(await needs(), before);
  await close();
});

test("another operation's default is chosen in its form", async () => {
  const { page, close } = await opened("#form=create");
  await press(page, "#tab-upscale");
  const chosen = await page.$eval("rate-card-form", async (form) => {
    await form.updateComplete;
    return [...form.shadowRoot.querySelectorAll("input:checked")].map(({ name, value }) => [name, value]);
  });
  assert.deepEqual(chosen, [["preset", "web"]]);
  await close();
});

test("what is free says included and why, and never 0", async () => {
  const { page, close } = await opened("#form=social;platforms:3");
  assert.equal(await price(page, "#run-form price-tag"), "Included");
  assert.match(await page.$eval("price-breakdown", (element) => element.shadowRoot.textContent), /this operation costs nothing/);
  await page.evaluate(() => (location.hash = "#form=create;model=huggingface-flux;variations:4"));
  await page.waitForFunction(() => document.querySelector("#tab-create").ariaSelected === "true");
  assert.equal(await price(page, "#run-form price-tag"), "Included");
  assert.match(await page.$eval("price-breakdown", (element) => element.shadowRoot.textContent), /free units/);
  await close();
});

test("an option that cannot be had is marked with the reason", async () => {
  const { page, close } = await opened("#form=edit;edit=replace-background-relight");
  const options = await page.evaluate(() =>
    Object.fromEntries(
      [...document.querySelector("rate-card-form").shadowRoot.querySelectorAll('input[type="radio"]')].map((input) => [
        `${input.name} ${input.value}`,
        { disabled: input.disabled, needs: input.closest("label").querySelector('[part="option-needs"]')?.textContent ?? "" },
      ]),
    ),
  );
  assert.deepEqual(options["provider wavespeed"], {
    disabled: true,
    needs: "WaveSpeed cannot replace a background and relight in one edit.",
  });
  assert.deepEqual(options["edit inpaint"], { disabled: false, needs: "needs Basic" });
  assert.deepEqual(options["edit general"], { disabled: false, needs: "" });
  await close();
});

test("what the balance does not cover is blocked with the exact shortfall, and one click makes it fit", async () => {
  const { page, close } = await opened("#form=create;variations:10;quantity:2");
  assert.equal(await page.$eval("#run-form", (button) => button.ariaDisabled), "true");
  assert.equal(await text(page, "#verdict-form"), "Not enough credits: 50 credits short.");
  const [first] = await page.$$eval(".price-column .ways li", (ways) => ways.map((way) => way.innerText));
  assert.match(first, /fits your balance/);
  await press(page, ".price-column .ways li button");
  assert.equal(await page.$eval("#run-form", (button) => button.ariaDisabled), null);
  assert.match(await text(page, "#verdict-form"), /^Covered by your balance\./);
  await close();
});

test("a plan over the balance is fitted into it with one click", async () => {
  const { page, close } = await opened("#plan=create;quality=standard;quantity:20,edit;edit=general;quantity:3");
  assert.equal(await page.$eval("#run-plan", (button) => button.ariaDisabled), "true");
  await press(page, "[data-fit]");
  assert.equal(await page.$eval("#run-plan", (button) => button.ariaDisabled), null);
  assert.equal((await page.$$(".items > li")).length, 2);
  await close();
});

test("what the tier does not have is blocked and says which tier has it", async () => {
  const { page, close } = await opened("#form=create;quality=premium");
  assert.equal(await page.$eval("#run-form", (button) => button.ariaDisabled), "true");
  assert.equal(await text(page, "#verdict-form"), "Not in Free: needs Pro.");
  await page.select("#trial-tier", "pro");
  assert.equal(await page.$eval("#run-form", (button) => button.ariaDisabled), null);
  await close();
});

test("without a key, running explains that it takes one and goes there", async () => {
  const { page, close } = await opened();
  const requests = [];
  page.on("request", (request) => {
    // The icon is the browser's own to fetch, whenever it likes.
    if (!request.url().endsWith("/favicon.svg")) requests.push(request.url());
  });
  await press(page, "#run-form");
  assert.equal(await page.evaluate(() => document.activeElement.id), "key");
  assert.match(await text(page, ".account .notice"), /enter your key/);
  assert.deepEqual(requests, []);
  await close();
});

test("several changes are announced once, when they have settled", async () => {
  const { page, close } = await opened();
  await page.evaluate(() => {
    window.announcements = [];
    const output = document.querySelector("output");
    new MutationObserver(() => window.announcements.push(output.textContent)).observe(output, { childList: true, characterData: true, subtree: true });
  });
  for (const variations of [2, 3, 4, 5, 6]) await change(page, "variations", variations, "range");
  await page.waitForFunction(() => window.announcements.length > 0);
  assert.deepEqual(await page.evaluate(() => window.announcements), ["Create: 24 credits (18–30). Covered by your balance."]);
  await close();
});

test("figures are written in the page's language, whatever the browser's locale", async () => {
  const { page, close } = await opened("#form=create;model=stability-sd3.5-large;quantity:1000", { locale: "de-DE" });
  assert.equal(await price(page, "#run-form price-tag"), "6,500 credits $65.00");
  await close();
});
