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
  // Beside the first ones in the card's order.
  await press(page, ".price-column .cheaper > .ways li:has(em) button");
  assert.equal(await page.$eval("#run-form", (button) => button.ariaDisabled), null);
  assert.match(await text(page, "#verdict-form"), /^Covered by your balance\./);
  await close();
});

const meter = (page, selector) => page.$eval(`${selector} balance-meter`, ({ shadowRoot }) => shadowRoot.querySelector("dl").innerText.replace(/\s+/g, " ").trim());

for (const [what, form, said, shown] of [
  ["the balance does not cover", "create;variations:10;quantity:2", "Not enough credits: 50 credits short.", "Balance 50 This 80 60–100 Short 50"],
  ["the balance covers", "create;variations:10", "Covered by your balance. An estimate: charging needs a key.", "Balance 50 This 40 30–50 Left after 10 0–20"],
  ["could cost more than the balance", "create;variations:10;quality=draft;quantity:2", "Could cost 10 credits more than you have.", "Balance 30 This 40 20–40 Short 10"],
]) {
  test(`what is missing is one figure, in words and in the meter: what ${what}`, async () => {
    const { page, close } = await opened(`#form=${form}&plan=${form}${shown.startsWith("Balance 30") ? "&account=free;balance:30" : ""}`);
    await page.waitForSelector(".plan balance-meter");
    assert.equal(await text(page, "#verdict-form"), said);
    assert.equal(await text(page, "#verdict-plan"), said);
    for (const panel of [".why-panel", ".plan"]) assert.equal(await meter(page, panel), shown);
    assert.doesNotMatch(await meter(page, ".plan"), /[-−]\d/);
    await close();
  });
}

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

test("a plan of which no item decides alone says the lowest tier that allows all of it, wherever it is told", async () => {
  // The first item is in Basic, the second in Pro.
  const plan = "plan=edit;edit=inpaint,create;quality=premium";
  const { page, close } = await opened(`#${plan}`);
  assert.equal(await text(page, "#verdict-plan"), "Not in Free: needs Pro.");
  assert.deepEqual(await page.$$eval(".items .fault", (all) => all.map(({ textContent }) => textContent)), ["Not in Free: needs Basic.", "Not in Free: needs Pro."]);
  await close();
  const viewed = await opened(`#view=plan&${plan}`);
  await viewed.page.waitForSelector('[data-tier="free"]');
  assert.equal(await text(viewed.page, "#verdict-plan"), "Not in Free: needs Pro.");
  assert.match(await text(viewed.page, '[data-tier="free"]'), /Needs Pro item 1: needs Basic item 2: needs Pro/);
  assert.match(await text(viewed.page, '[data-tier="basic"]'), /Needs Pro/);
  await viewed.close();
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
