/** The form of a rate card in Chromium, as the form control that it is. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { form, provide, shown, start } from "./element-page.mjs";

let elements;
before(async () => {
  elements = await start();
});
after(() => elements?.close());

test("the form is made from the card, and begins with its item", async () => {
  const { page, problems, close } = await elements.open(`<rate-card-form item='{"operation": "create", "variations": 4}'>loading</rate-card-form>`);
  assert.deepEqual(await form(page, ({ item, total, value }) => [item, total, value]), [
    { operation: "create", variations: 4 },
    null,
    '{"operation":"create","variations":4}',
  ]);
  assert.deepEqual(await shown(page, "rate-card-form"), ["loading"]);
  await provide(page);
  assert.deepEqual(await form(page, ({ total, errors, lines, operation }) => [total.expected, errors, lines.length, operation]), [16, [], 1, "create"]);
  const steps = await form(page, (element) => {
    const seen = [];
    element.item = { operation: "upscale", mode: "fast" };
    seen.push([element.operation, element.total.expected]);
    element.operation = "create";
    seen.push([element.value, element.total.expected]);
    element.value = '{"operation":"edit"}';
    seen.push([element.errors[0].code, element.total]);
    return seen;
  });
  assert.deepEqual(steps, [["upscale", 2], ['{"operation":"create"}', 4], ["missing-field", null]]);
  assert.deepEqual(problems, []);
  await close();
});

test("the form's attributes may stand in any order", async () => {
  const item = `item='{"operation": "edit", "edit": "general"}'`;
  const { page, close } = await elements.open(
    `<rate-card-form operation="edit" ${item}></rate-card-form><rate-card-form ${item} operation="edit"></rate-card-form><rate-card-form operation="upscale"></rate-card-form>`,
  );
  await provide(page);
  const items = await page.$$eval("rate-card-form", (forms) => forms.map(({ item }) => item));
  assert.deepEqual(items, [{ operation: "edit", edit: "general" }, { operation: "edit", edit: "general" }, { operation: "upscale" }]);
  await close();
});

test("an operation that the card does not have is told, and has no price", async () => {
  const { page, close } = await elements.open(`<rate-card-form operation="paint"></rate-card-form>`);
  await provide(page);
  assert.match((await shown(page, "rate-card-form"))[0], /paint/);
  assert.deepEqual(await form(page, (element) => [element.total, element.checkValidity()]), [null, false]);
  await close();
});

test("a key changes the item, and input and change tell everybody outside", async () => {
  const { page, problems, close } = await elements.open(`<main><rate-card-form operation="create"></rate-card-form></main>`);
  await provide(page);
  await page.evaluate(() => {
    window.heard = [];
    for (const type of ["input", "change"]) {
      document.body.addEventListener(type, (event) => window.heard.push([type, event.target.localName, event.target.item, event.target.total.expected]));
    }
  });
  await form(page, (element) => element.shadowRoot.querySelector('input[type="range"]').focus());
  await page.keyboard.press("ArrowRight");
  const item = { operation: "create", variations: 2 };
  assert.deepEqual(await page.evaluate(() => window.heard), [
    ["input", "rate-card-form", item, 8],
    ["change", "rate-card-form", item, 8],
  ]);
  assert.deepEqual(problems, []);
  await close();
});

test("every control is reached with the Tab key and changed with the arrows", async () => {
  const { page, close } = await elements.open(`<button>before</button><rate-card-form operation="edit"></rate-card-form><button>after</button>`);
  await provide(page);
  const stops = [];
  await page.focus("button");
  for (let stop = 0; stop < 20; stop += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const { localName, shadowRoot, textContent } = document.activeElement;
      const control = shadowRoot?.activeElement;
      return localName === "button" ? textContent : (control?.name || control?.getAttribute("aria-label"));
    });
    stops.push(at);
    if (at === "edit") await page.keyboard.press("ArrowDown");
    if (at === "after") break;
  }
  assert.deepEqual(stops, ["edit", "provider", "Size", "width", "height", "variations", "variations", "quantity", "after"]);
  assert.deepEqual(await form(page, ({ item }) => item), { operation: "edit", edit: "inpaint" });
  await close();
});

test("a settled change is announced once, and not at all where the form is silent", async () => {
  const { page, close } = await elements.open(`<rate-card-form operation="create"></rate-card-form>`);
  await provide(page);
  const announced = await form(page, async (element) => {
    const said = [];
    const output = element.shadowRoot.querySelector("output");
    const settled = new Promise((resolve) => {
      new MutationObserver((_, observer) => {
        said.push(output.textContent);
        observer.disconnect();
        resolve();
      }).observe(output, { childList: true, characterData: true, subtree: true });
    });
    const slider = element.shadowRoot.querySelector('input[type="range"]');
    for (const value of ["2", "3", "4"]) {
      slider.value = value;
      slider.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
      await element.updateComplete;
    }
    await settled;
    element.silent = true;
    await element.updateComplete;
    return [...said, output.textContent];
  });
  assert.deepEqual(announced, ["16 credits, between 12 and 20", ""]);
  await close();
});

test("a form that is sent contains the item under the element's name", async () => {
  const { page, close } = await elements.open(
    `<form action="/sent"><rate-card-form name="order" operation="create"></rate-card-form><button>Send</button></form>`,
  );
  await provide(page);
  await form(page, (element) => element.set("variations", 4));
  await Promise.all([page.waitForNavigation(), page.click("button")]);
  const order = new URL(page.url()).searchParams.get("order");
  assert.deepEqual(JSON.parse(order), { operation: "create", variations: 4 });
  await close();
});

test("a form is not sent before its choices are made, and says what is missing", async () => {
  const { page, close } = await elements.open(
    `<form action="/sent"><rate-card-form name="order" operation="edit"></rate-card-form><button>Send</button></form>`,
  );
  await provide(page);
  await page.click("button");
  const state = await form(page, (element) => ({
    at: document.activeElement === element && element.shadowRoot.activeElement.name,
    invalid: element.matches(":invalid"),
    message: element.validationMessage,
    missing: element.validity.valueMissing,
    path: location.pathname,
  }));
  assert.deepEqual(state, { at: "edit", invalid: true, message: "Choose the edit.", missing: true, path: "/" });
  const later = await form(page, (element) => {
    element.set("edit", "general");
    const chosen = element.checkValidity();
    element.set("variations", 11);
    return [chosen, element.checkValidity(), element.validationMessage, element.validity.customError];
  });
  assert.deepEqual(later, [true, false, "Variations: From 1 to 10.", true]);
  await close();
});

test("a reset, a disabled fieldset and a label work as with every form control", async () => {
  const { page, close } = await elements.open(`
    <form id="order-form"><label for="order">Your picture</label><fieldset>
      <rate-card-form id="order" name="order" item='{"operation": "create", "variations": 3}'></rate-card-form>
    </fieldset></form>`);
  await provide(page);
  const state = await form(page, async (element) => {
    const values = () => [...new FormData(element.form).values()];
    const seen = { form: element.form.id, labels: [...element.labels].map(({ textContent }) => textContent) };
    element.item = { operation: "upscale", mode: "fast" };
    seen.changed = values();
    element.form.reset();
    seen.reset = values();
    document.querySelector("fieldset").disabled = true;
    await element.updateComplete;
    seen.disabled = [values(), element.matches(":disabled"), element.shadowRoot.querySelector("input").matches(":disabled")];
    document.querySelector("fieldset").disabled = false;
    element.disabled = true;
    await element.updateComplete;
    seen.attribute = [element.hasAttribute("disabled"), element.shadowRoot.querySelector("input").matches(":disabled")];
    element.disabled = false;
    await element.updateComplete;
    seen.enabled = element.shadowRoot.querySelector("input").matches(":enabled");
    return seen;
  });
  assert.deepEqual(state, {
    form: "order-form",
    labels: ["Your picture"],
    changed: ['{"operation":"upscale","mode":"fast"}'],
    reset: ['{"operation":"create","variations":3}'],
    disabled: [[], true, true],
    attribute: [true, true],
    enabled: true,
  });
  await close();
});

test("the form marks what the account's tier may not use, and counts its free units", async () => {
  const { page, close } = await elements.open(
    `<rate-card-form operation="create" account='{"tier": "free", "balance": 50, "freeUnits": {"huggingface-flux": 1}}'></rate-card-form>`,
  );
  await provide(page);
  const [text] = await shown(page, "rate-card-form");
  assert.match(text, /Premium \S+( \([^)]*\))? needs Pro/);
  assert.match(text, /– included/);
  await close();
});

test("a live item is shared with other code", async () => {
  const { page, close } = await elements.open(`<rate-card-form></rate-card-form>`);
  await provide(page);
  const seen = await form(page, async (element) => {
    const live = window.RateCard.builtin().live({ operation: "create" });
    element.live = live;
    element.set("variations", 2);
    const shared = [live.total.expected, element.total.expected];
    live.set("variations", 5);
    element.refresh();
    await element.updateComplete;
    element.item = { operation: "upscale", mode: "fast" };
    return [...shared, live.item, element.operation];
  });
  assert.deepEqual(seen, [8, 8, { operation: "upscale", mode: "fast" }, "upscale"]);
  await close();
});

test("another card keeps what was entered where it knows the operation", async () => {
  const { page, close } = await elements.open(`<rate-card-form operation="create"></rate-card-form>`);
  await provide(page);
  const totals = await form(page, (element) => {
    element.set("variations", 2);
    const dearer = window.RateCard.builtin().describe();
    for (const rate of dearer.operations[0].rates) if (rate.price !== undefined) rate.price = 100;
    const before = element.total.expected;
    window.provideCard(window.RateCard.from(dearer));
    return [before, element.total.expected, element.item];
  });
  assert.deepEqual(totals, [8, 200, { operation: "create", variations: 2 }]);
  await close();
});
